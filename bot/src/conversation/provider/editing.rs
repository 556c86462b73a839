//! A provider's own words and services, changed.

use crate::conversation::provider::registration::{Choice, choice, typed_bio};
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Mode, State, provider};
use crate::domain::ServiceType;

pub(super) fn begin_bio(turn: &mut Turn<'_>) {
    ask_bio(turn);
    turn.go_as(Mode::Provider, State::EditBio);
}

pub(super) fn ask_bio(turn: &mut Turn<'_>) {
    if let Some(profile) = turn.profile() {
        turn.say(turn.texts.ask_new_bio(&profile.bio));
    } else {
        provider::how_to_register(turn);
    }
}

pub(super) fn described(turn: &mut Turn<'_>) {
    if is_gone(turn) {
        return;
    }
    if let Some(bio) = typed_bio(turn) {
        turn.effects.push(Effect::SetBio(bio));
        turn.say(turn.texts.bio_saved());
        turn.rest();
    }
}

pub(super) fn begin_services(turn: &mut Turn<'_>) {
    let Some(profile) = turn.profile() else {
        provider::how_to_register(turn);
        return;
    };
    let chosen = profile.services.clone();
    turn.say(turn.texts.toggle_services(&chosen));
    turn.go_as(Mode::Provider, State::EditServices { chosen });
}

/// A row chooses a service or takes it away.
pub(super) fn choosing(turn: &mut Turn<'_>, mut chosen: Vec<ServiceType>) {
    if is_gone(turn) {
        return;
    }
    match choice(&turn.event.input) {
        Choice::Service(service) => {
            if chosen.contains(&service) {
                chosen.retain(|one| *one != service);
            } else {
                chosen.push(service);
            }
            let so_far = turn.texts.chosen_services(&chosen);
            turn.say_all(so_far);
            turn.go(State::EditServices { chosen });
        }
        Choice::More => turn.say(turn.texts.toggle_services(&chosen)),
        Choice::Enough if chosen.is_empty() => {
            turn.say(turn.texts.none_chosen());
            turn.say(turn.texts.toggle_services(&chosen));
        }
        Choice::Enough => save(turn, chosen),
        Choice::Other => {
            turn.say(turn.texts.not_understood());
            turn.say(turn.texts.toggle_services(&chosen));
        }
    }
}

fn save(turn: &mut Turn<'_>, chosen: Vec<ServiceType>) {
    turn.say(turn.texts.services_saved(&chosen));
    let visible = turn
        .profile()
        .filter(|profile| profile.is_online && profile.enabled);
    let added: Vec<ServiceType> = visible.map_or_else(Vec::new, |profile| {
        let is_new = |service: &&ServiceType| !profile.services.contains(service);
        chosen.iter().filter(is_new).copied().collect()
    });
    turn.effects.push(Effect::SetServices(chosen));
    if !added.is_empty() {
        turn.effects.push(Effect::Announce(added));
    }
    turn.rest();
}

/// The profile was removed while it was edited.
fn is_gone(turn: &mut Turn<'_>) -> bool {
    let is_gone = turn.profile().is_none();
    if is_gone {
        provider::how_to_register(turn);
        turn.go_as(Mode::Customer, State::Welcome);
    }
    is_gone
}
