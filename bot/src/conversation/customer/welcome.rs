//! The greeting and the list of services: NEW, WELCOME, `AWAITING_SERVICE_SELECTION`.

use super::{name, not_understood};
use crate::conversation::keywords;
use crate::conversation::turn::Turn;
use crate::conversation::{Input, Mode, Request, State};

/// The first thing that somebody says, or the first for a day.
pub(super) fn hear_first(turn: &mut Turn<'_>) {
    match &turn.event.input {
        // Somebody new who says at once what they need isn't made to say it twice.
        Input::Text(text) if turn.user().is_none() => match keywords::service(text) {
            Some(service) => name::chosen(turn, service),
            None => home(turn),
        },
        Input::Text(_)
        | Input::Tap { .. }
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => home(turn),
    }
}

/// While a service is to be chosen.
pub(super) fn hear(turn: &mut Turn<'_>) {
    let typed = match &turn.event.input {
        Input::Text(text) => keywords::service(text),
        Input::Tap { .. }
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => None,
    };
    match typed {
        Some(service) => name::chosen(turn, service),
        None => not_understood(turn),
    }
}

/// The menu as for NEW.
pub(in crate::conversation) fn home(turn: &mut Turn<'_>) {
    greet(turn);
    turn.go_as(Mode::Customer, State::Welcome);
}

/// "menu".
pub(in crate::conversation) fn menu(turn: &mut Turn<'_>) {
    first_words(turn);
    let services = match turn.user() {
        Some(user) => turn.texts.services_for(&user.name, user.profile.is_some()),
        None => turn.texts.services(),
    };
    turn.say(services);
    turn.go_as(Mode::Customer, State::AwaitingServiceSelection);
}

/// Another service.
pub(in crate::conversation) fn new_service(turn: &mut Turn<'_>) {
    first_words(turn);
    turn.say(turn.texts.services());
    turn.go_as(Mode::Customer, State::AwaitingServiceSelection);
}

/// What opens a conversation.
pub(super) fn greet(turn: &mut Turn<'_>) {
    let Some(user) = turn.user() else {
        turn.say(turn.texts.welcome());
        turn.say(turn.texts.services());
        return;
    };
    match newest_open(&turn.event.facts.requests) {
        Some(request) => {
            turn.say_all(turn.texts.greeting_with(user.name.as_str(), request));
        }
        None => turn.say(turn.texts.greeting(&user.name)),
    }
}

fn newest_open(requests: &[Request]) -> Option<&Request> {
    let open = requests.iter().filter(|one| one.status.is_open());
    open.max_by_key(|one| one.created_at)
}

/// The state once its prompt has been shown: only NEW goes on by that.
pub(in crate::conversation) fn prompted(turn: &mut Turn<'_>) {
    if turn.session.state == State::New && !turn.is_provider() {
        turn.go(State::Welcome);
    }
}

/// The welcome, for somebody who was never welcomed.
pub(super) fn first_words(turn: &mut Turn<'_>) {
    if turn.session.state == State::New && turn.user().is_none() {
        turn.say(turn.texts.welcome());
    }
}
