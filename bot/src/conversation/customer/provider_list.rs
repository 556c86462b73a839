//! Who can do it: `PROVIDER_LIST`.

use super::{not_understood, tap};
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Kept, Mode, State};
use crate::domain::{ServiceType, UserName};

pub(super) fn hear(turn: &mut Turn<'_>, service: ServiceType) {
    if tap(turn) != Some(Tap::Plain(Plain::NotifyMe)) {
        not_understood(turn);
    } else if !turn.event.flags.notify_me {
        turn.before_prompt(turn.texts.option_expired());
    } else {
        turn.effects.push(Effect::Subscribe(service));
        turn.say(turn.texts.will_notify(service));
        turn.go(State::Welcome);
    }
}

/// The list, or that there is nobody. A customer who just told a name is thanked by it.
pub(super) fn show(
    turn: &mut Turn<'_>,
    service: ServiceType,
    kept: Kept,
    thanked: Option<&UserName>,
) {
    say(turn, service, &kept, thanked);
    turn.go_as(Mode::Customer, State::ProviderList { service, kept });
}

/// The same without a step.
pub(super) fn say(
    turn: &mut Turn<'_>,
    service: ServiceType,
    kept: &Kept,
    thanked: Option<&UserName>,
) {
    let providers = &turn.event.facts.providers;
    if providers.is_empty() {
        let can_notify = turn.event.flags.notify_me;
        let others = kept.rebook.is_some();
        turn.say_all(turn.texts.no_provider(service, thanked, can_notify, others));
    } else {
        turn.say(turn.texts.providers(service, providers, thanked));
    }
}

/// The chosen one can't be booked any more; what is known of the booking is kept.
pub(super) fn again(turn: &mut Turn<'_>, service: ServiceType, kept: Kept) {
    turn.say(turn.texts.provider_gone());
    show(turn, service, kept, None);
}
