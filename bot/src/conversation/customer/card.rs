//! One provider: `PROVIDER_DETAIL`.

use super::{booking, not_understood, provider_list, tap};
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{Card, Kept, Mode, State};
use crate::domain::{ProviderId, ServiceType};

/// A provider's row was tapped, in whatever list.
pub(in crate::conversation) fn look_at(turn: &mut Turn<'_>, provider: ProviderId) {
    let chosen = turn.user().and_then(|_| choice(&turn.session.state));
    let Some((service, kept)) = chosen else {
        super::home(turn);
        return;
    };
    let Some(card) = bookable(turn, provider) else {
        provider_list::again(turn, service, kept);
        return;
    };
    turn.say(turn.texts.card(card));
    turn.say_all(turn.texts.card_buttons(&card.provider.name));
    let state = State::ProviderDetail {
        service,
        provider,
        kept,
    };
    turn.go_as(Mode::Customer, state);
}

/// The service that was chosen before, and what is known of the booking.
fn choice(state: &State) -> Option<(ServiceType, Kept)> {
    match state {
        State::ProviderList { service, kept } | State::ProviderDetail { service, kept, .. } => {
            Some((*service, kept.clone()))
        }
        State::AwaitingLocation { service, .. } | State::AwaitingDescription { service, .. } => {
            Some((*service, Kept::default()))
        }
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingName { .. }
        | State::BookingConfirmed { .. }
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
        | State::AwaitingProviderRatingComment { .. } => None,
    }
}

/// The card of a provider whom this person may book now.
pub(super) fn bookable<'a>(turn: &Turn<'a>, provider: ProviderId) -> Option<&'a Card> {
    let is_self = turn.profile().is_some_and(|own| own.id == provider);
    let card = turn.event.facts.card.as_ref()?;
    (card.provider.id == provider && card.is_visible && !is_self).then_some(card)
}

pub(super) fn hear(turn: &mut Turn<'_>, service: ServiceType, provider: ProviderId, kept: Kept) {
    match tap(turn) {
        Some(Tap::Plain(Plain::Book)) => booking::book(turn, service, provider, kept),
        Some(Tap::Plain(Plain::BackToList)) => provider_list::show(turn, service, kept, None),
        Some(
            Tap::Plain(_)
            | Tap::Service(_)
            | Tap::Provider(_)
            | Tap::Request(..)
            | Tap::Bare(_)
            | Tap::Unknown,
        )
        | None => not_understood(turn),
    }
}

/// The buttons again; the list where the card is gone.
pub(super) fn prompt(turn: &mut Turn<'_>, service: ServiceType) {
    match &turn.event.facts.card {
        Some(card) => {
            turn.say_all(turn.texts.card_buttons(&card.provider.name));
        }
        None => provider_list::say(turn, service, &Kept::default(), None),
    }
}
