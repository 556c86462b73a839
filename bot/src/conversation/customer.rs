//! How a customer's conversation goes: the rules of each of its states (§4.2).

mod booking;
mod cancel;
mod card;
mod describing;
mod name;
mod notices;
mod provider_list;
mod requests;
mod welcome;

pub(super) use booking::see_others;
pub(super) use cancel::{
    ask as ask_cancel, cancel, confirmed as cancel_request, kept as keep_request,
};
pub(super) use card::look_at;
pub(super) use name::chosen;
pub(super) use notices::notice;
pub(super) use requests::{details, my_requests};
pub(super) use welcome::{home, menu, new_service, prompted};

use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{Input, State};

/// An input in a state of the customer's.
pub(super) fn hear(turn: &mut Turn<'_>) {
    if matches!(turn.event.input, Input::Reaction { .. } | Input::Notice(_)) {
        return;
    }
    if turn.user().is_none() && is_for_customers_only(&turn.session.state) {
        home(turn);
        return;
    }
    match turn.session.state.clone() {
        State::New => welcome::hear_first(turn),
        State::Welcome | State::AwaitingServiceSelection => welcome::hear(turn),
        State::AwaitingName { service } => name::hear(turn, service),
        State::ProviderList { service, .. } => provider_list::hear(turn, service),
        State::ProviderDetail {
            service,
            provider,
            kept,
        } => card::hear(turn, service, provider, kept),
        State::AwaitingLocation { service, provider } => {
            describing::hear_address(turn, service, provider);
        }
        State::AwaitingDescription {
            service,
            provider,
            address,
            place,
        } => {
            let draft = booking::Draft {
                service,
                provider,
                address,
                place,
                description: None,
            };
            describing::hear_description(turn, draft);
        }
        State::BookingConfirmed { request } => requests::status_of(turn, request),
        // None of the customer's.
        State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::AwaitingProviderName
        | State::AwaitingServiceTypes { .. }
        | State::AwaitingBio { .. }
        | State::Idle
        | State::EditBio
        | State::EditServices { .. }
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => home(turn),
    }
}

/// What the current state asks.
pub(super) fn prompt(turn: &mut Turn<'_>) {
    match turn.session.state.clone() {
        State::New => welcome::greet(turn),
        State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::AwaitingProviderName
        | State::AwaitingServiceTypes { .. }
        | State::AwaitingBio { .. }
        | State::Idle
        | State::EditBio
        | State::EditServices { .. }
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => turn.say(turn.texts.services()),
        State::AwaitingName { service } => turn.say(turn.texts.ask_name(service)),
        State::ProviderList { service, ref kept } => provider_list::say(turn, service, kept, None),
        State::ProviderDetail { service, .. } => card::prompt(turn, service),
        State::AwaitingLocation { service, .. } => turn.say(turn.texts.ask_address(service)),
        State::AwaitingDescription { .. } => turn.say(turn.texts.ask_description()),
        State::BookingConfirmed { request } => requests::status_of(turn, request),
    }
}

/// Whether a state answers a tap by its own rules.
pub(super) fn accepts(state: &State, tap: Tap) -> bool {
    match tap {
        Tap::Plain(Plain::NotifyMe) => matches!(state, State::ProviderList { .. }),
        Tap::Plain(Plain::Book) => matches!(state, State::ProviderDetail { .. }),
        Tap::Plain(Plain::BackToList) => matches!(
            state,
            State::ProviderDetail { .. }
                | State::AwaitingLocation { .. }
                | State::AwaitingDescription { .. }
        ),
        Tap::Plain(_)
        | Tap::Service(_)
        | Tap::Provider(_)
        | Tap::Request(..)
        | Tap::Bare(_)
        | Tap::Unknown => false,
    }
}

/// States that nobody is in without a name on record, unless it was erased meanwhile.
fn is_for_customers_only(state: &State) -> bool {
    !matches!(
        state,
        State::New | State::Welcome | State::AwaitingServiceSelection | State::AwaitingName { .. }
    )
}

fn not_understood(turn: &mut Turn<'_>) {
    turn.before_prompt(turn.texts.not_understood());
}

/// The tap that came, if it is one.
fn tap(turn: &Turn<'_>) -> Option<Tap> {
    match &turn.event.input {
        Input::Tap { id } => Some(Tap::from_id(id)),
        Input::Text(_)
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => None,
    }
}
