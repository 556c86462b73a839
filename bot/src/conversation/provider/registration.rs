//! How somebody becomes a provider: name, services, some words about the work.

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Input, State, provider};
use crate::domain::{Bio, ServiceType, UserName};

/// "register provider".
pub(in crate::conversation) fn register(turn: &mut Turn<'_>) {
    if turn.profile().is_some() {
        registered_already(turn);
    } else if turn.event.flags.provider_registration {
        ask_name(turn);
        turn.go(State::AwaitingProviderName);
    } else {
        provider::how_to_register(turn);
    }
}

pub(super) fn ask_name(turn: &mut Turn<'_>) {
    let known = turn.user().map(|user| &user.name);
    turn.say(turn.texts.ask_provider_name(known));
}

/// What was typed for a name.
pub(super) fn named(turn: &mut Turn<'_>) {
    if turn.profile().is_some() {
        registered_already(turn);
        return;
    }
    let Input::Text(text) = &turn.event.input else {
        turn.say(turn.texts.type_name());
        return;
    };
    match UserName::parse(text) {
        Ok(name) => {
            turn.say(turn.texts.choose_services(&[]));
            let chosen = Vec::new();
            turn.go(State::AwaitingServiceTypes { name, chosen });
        }
        Err(reason) => turn.say(turn.texts.invalid_name(reason)),
    }
}

/// What was chosen or typed for the services.
pub(super) fn choosing(turn: &mut Turn<'_>, name: UserName, mut chosen: Vec<ServiceType>) {
    match choice(&turn.event.input) {
        Choice::Service(service) => {
            if !chosen.contains(&service) {
                chosen.push(service);
            }
            let so_far = turn.texts.chosen_services(&chosen);
            turn.say_all(so_far);
            turn.go(State::AwaitingServiceTypes { name, chosen });
        }
        Choice::More => turn.say(turn.texts.choose_services(&chosen)),
        Choice::Enough if chosen.is_empty() => none_chosen(turn),
        Choice::Enough => {
            turn.say(turn.texts.ask_bio());
            turn.go(State::AwaitingBio { name, chosen });
        }
        Choice::Other => {
            turn.say(turn.texts.not_understood());
            turn.say(turn.texts.choose_services(&chosen));
        }
    }
}

fn none_chosen(turn: &mut Turn<'_>) {
    turn.say(turn.texts.none_chosen());
    turn.say(turn.texts.choose_services(&[]));
}

/// What was typed about the work; with it the profile is complete.
pub(super) fn described(turn: &mut Turn<'_>, name: UserName, chosen: Vec<ServiceType>) {
    if turn.profile().is_some() {
        registered_already(turn);
        return;
    }
    let Some(bio) = typed_bio(turn) else { return };
    let profile = turn.texts.registered_provider(&name, &chosen, &bio);
    turn.effects.push(Effect::CreateProfile {
        name,
        services: chosen,
        bio,
    });
    turn.say_all(profile);
    turn.rest();
}

/// Words about the work, or the reason why they are none.
pub(super) fn typed_bio(turn: &mut Turn<'_>) -> Option<Bio> {
    let Input::Text(text) = &turn.event.input else {
        turn.say(turn.texts.type_bio());
        return None;
    };
    match Bio::parse(text) {
        Ok(bio) => Some(bio),
        Err(reason) => {
            turn.say(turn.texts.invalid_bio(reason));
            None
        }
    }
}

fn registered_already(turn: &mut Turn<'_>) {
    turn.say(turn.texts.already_registered());
    provider::menu(turn);
}

/// What an input means where services are chosen.
pub(super) enum Choice {
    Service(ServiceType),
    More,
    Enough,
    Other,
}

pub(super) fn choice(input: &Input) -> Choice {
    match input {
        Input::Tap { id } => match Tap::from_id(id) {
            Tap::Service(service) => Choice::Service(service),
            Tap::Plain(Plain::AddMore) => Choice::More,
            Tap::Plain(Plain::Continue) => Choice::Enough,
            Tap::Plain(_) | Tap::Provider(_) | Tap::Request(..) | Tap::Bare(_) | Tap::Unknown => {
                Choice::Other
            }
        },
        Input::Text(text) => match keywords::keyword(text) {
            Some(Keyword::Done) => Choice::Enough,
            _ => keywords::service(text).map_or(Choice::Other, Choice::Service),
        },
        Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => Choice::Other,
    }
}
