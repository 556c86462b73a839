//! How a provider's conversation goes (§5).

mod editing;
mod registration;
mod removed;

use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{
    Effect, Input, Mode, Notice, Party, Request, Side, State, customer, jobs, offers, rating,
};

pub(super) use registration::register;

/// Rows of a list.
const MOST_ROWS: usize = 10;

/// An input in a state of the provider's.
pub(super) fn hear(turn: &mut Turn<'_>) {
    match turn.session.state.clone() {
        State::AwaitingProviderName => registration::named(turn),
        State::AwaitingServiceTypes { name, chosen } => {
            registration::choosing(turn, name, chosen);
        }
        State::AwaitingBio { name, chosen } => registration::described(turn, name, chosen),
        State::EditBio => editing::described(turn),
        State::EditServices { chosen } => editing::choosing(turn, chosen),
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingName { .. }
        | State::ProviderList { .. }
        | State::ProviderDetail { .. }
        | State::AwaitingLocation { .. }
        | State::AwaitingDescription { .. }
        | State::BookingConfirmed { .. }
        | State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::Idle
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => resting(turn),
    }
}

/// What such a state asks.
pub(super) fn prompt(turn: &mut Turn<'_>) {
    match &turn.session.state {
        State::AwaitingProviderName => registration::ask_name(turn),
        State::AwaitingServiceTypes { chosen, .. } => {
            turn.say(turn.texts.choose_services(chosen));
        }
        State::EditServices { chosen } => turn.say(turn.texts.toggle_services(chosen)),
        State::AwaitingBio { .. } => turn.say(turn.texts.ask_bio()),
        State::EditBio => editing::ask_bio(turn),
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingName { .. }
        | State::ProviderList { .. }
        | State::ProviderDetail { .. }
        | State::AwaitingLocation { .. }
        | State::AwaitingDescription { .. }
        | State::BookingConfirmed { .. }
        | State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::Idle
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => greet(turn),
    }
}

/// Whether a state answers a tap by its own rules.
pub(super) fn accepts(state: &State, tap: Tap) -> bool {
    if matches!(state, State::Idle) {
        return matches!(tap, Tap::Plain(Plain::EditBio | Plain::EditServices));
    }
    let chooses = matches!(
        state,
        State::AwaitingServiceTypes { .. } | State::EditServices { .. }
    );
    chooses
        && matches!(
            tap,
            Tap::Service(_) | Tap::Plain(Plain::AddMore | Plain::Continue)
        )
}

/// The provider's menu.
pub(super) fn menu(turn: &mut Turn<'_>) {
    let Some(profile) = turn.profile() else {
        how_to_register(turn);
        return;
    };
    let menu = turn.texts.provider_menu(profile);
    turn.say_all(menu);
    turn.rest();
}

/// "go online" and "go offline". The state stays, except that NEW is no longer new.
pub(super) fn go_online(turn: &mut Turn<'_>, online: bool) {
    let Some(profile) = turn.profile() else {
        how_to_register(turn);
        return;
    };
    if profile.enabled {
        turn.effects.push(Effect::SetOnline(online));
        if online && !profile.is_online {
            turn.effects
                .push(Effect::Announce(profile.services.clone()));
        }
        turn.say(turn.texts.online(online));
    } else {
        turn.say(turn.texts.profile_disabled());
    }
    settle(turn);
}

/// The provider's offers and jobs.
pub(super) fn my_requests(turn: &mut Turn<'_>) {
    let jobs = turn.event.facts.jobs.iter().take(MOST_ROWS);
    let row = |request: &Request| {
        let customer = request.customer.name.as_str();
        turn.texts
            .request_row(request, turn.side(request), Some(customer), turn.rules.zone)
    };
    let rows: Vec<_> = jobs.map(row).collect();
    if rows.is_empty() {
        turn.say(turn.texts.no_provider_requests());
    } else {
        turn.say(turn.texts.provider_requests(rows));
    }
    settle(turn);
}

/// "my stats".
pub(super) fn stats(turn: &mut Turn<'_>) {
    let Some(profile) = turn.profile() else {
        how_to_register(turn);
        return;
    };
    turn.say(turn.texts.stats(profile));
    settle(turn);
}

/// "settings". Its buttons belong to the resting state.
pub(super) fn settings(turn: &mut Turn<'_>) {
    if turn.profile().is_none() {
        how_to_register(turn);
        return;
    }
    let settings = turn.texts.settings();
    turn.say_all(settings);
    turn.rest();
}

/// To somebody without a profile.
pub(super) fn how_to_register(turn: &mut Turn<'_>) {
    turn.say(if turn.event.flags.provider_registration {
        turn.texts.how_to_register()
    } else {
        turn.texts.registration_closed()
    });
    customer::prompted(turn);
}

/// A notice to a provider.
pub(super) fn notice(turn: &mut Turn<'_>, notice: &Notice) {
    match *notice {
        Notice::Offered { request } => offers::offered(turn, request),
        Notice::OfferDeadline {
            request,
            offered_at,
        } => offers::deadline(turn, request, offered_at),
        Notice::OfferFailed {
            request,
            offered_at,
        } => offers::failed(turn, request, offered_at),
        Notice::RequestCancelled { request, .. } => offers::cancelled(turn, request),
        Notice::Completed {
            request,
            by_admin: true,
        } => jobs::completed_by_admin(turn, request),
        Notice::ProfileDisabled => removed::disabled(turn),
        Notice::Blocked => removed::blocked(turn),
        Notice::RateCustomer { .. } | Notice::RatingFallback { .. } => rating::ask_provider(turn),
        Notice::Completed {
            by_admin: false, ..
        }
        | Notice::Accepted { .. }
        | Notice::Declined { .. }
        | Notice::TimedOut { .. }
        | Notice::Undeliverable { .. }
        | Notice::Released { .. }
        | Notice::Abandoned { .. }
        | Notice::ProviderAvailable { .. }
        | Notice::ChatStarted { .. }
        | Notice::ChatEnded { .. }
        | Notice::ChatIdle { .. }
        | Notice::ChatFree { .. }
        | Notice::RelayFailed { .. }
        | Notice::RelayHeld { .. } => {}
    }
}

/// NEW in provider mode, and IDLE.
fn resting(turn: &mut Turn<'_>) {
    if turn.profile().is_none() {
        // The profile is gone.
        customer::home(turn);
        return;
    }
    match &turn.event.input {
        Input::Tap { id } => match Tap::from_id(id) {
            Tap::Plain(Plain::EditBio) => editing::begin_bio(turn),
            Tap::Plain(Plain::EditServices) => editing::begin_services(turn),
            Tap::Plain(_)
            | Tap::Service(_)
            | Tap::Provider(_)
            | Tap::Request(..)
            | Tap::Bare(_)
            | Tap::Unknown => greet(turn),
        },
        Input::Text(_)
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Other { .. } => {
            greet(turn);
            turn.rest();
        }
        Input::Reaction { .. } | Input::Notice(_) => {}
    }
}

fn greet(turn: &mut Turn<'_>) {
    match turn.profile() {
        Some(profile) => {
            let hello = turn.texts.provider_hello(profile);
            turn.say_all(hello);
        }
        None => how_to_register(turn),
    }
}

/// A provider who said something is no longer NEW.
fn settle(turn: &mut Turn<'_>) {
    if turn.session.state == State::New && turn.session.mode == Mode::Provider {
        turn.go(State::Idle);
    }
}

/// Whose conversation it is, as far as one of their requests tells.
fn own_party<'a>(turn: &Turn<'a>, request: &'a Request) -> Option<&'a Party> {
    match turn.side(request)? {
        Side::Customer => Some(&request.customer),
        Side::Provider => request.provider.as_ref().map(|(_, party)| party),
    }
}
