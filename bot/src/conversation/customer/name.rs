//! A service is chosen, and who is new says a name: `AWAITING_NAME`.

use super::{provider_list, welcome};
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Input, Kept, Mode, State};
use crate::domain::{ServiceType, UserName};

/// A service was chosen.
pub(in crate::conversation) fn chosen(turn: &mut Turn<'_>, service: ServiceType) {
    if turn.user().is_some() {
        provider_list::show(turn, service, Kept::default(), None);
        return;
    }
    // Who says at once what they need is welcomed all the same.
    welcome::first_words(turn);
    turn.say(turn.texts.ask_name(service));
    turn.go_as(Mode::Customer, State::AwaitingName { service });
}

pub(super) fn hear(turn: &mut Turn<'_>, service: ServiceType) {
    if turn.user().is_some() {
        // Became a customer meanwhile, under another identity of the same person.
        chosen(turn, service);
        return;
    }
    let Input::Text(typed) = &turn.event.input else {
        turn.say(turn.texts.type_name());
        return;
    };
    match UserName::parse(typed) {
        Ok(name) => {
            turn.effects.push(Effect::CreateUser { name: name.clone() });
            provider_list::show(turn, service, Kept::default(), Some(&name));
        }
        Err(reason) => turn.say(turn.texts.invalid_name(reason)),
    }
}
