//! From the button to the offer, also of a request that is booked anew (§6.2, §6.5).

use chrono::{DateTime, Utc};

use super::{card, provider_list, requests};
use crate::conversation::turn::Turn;
use crate::conversation::{
    Booking, Card, Effect, Kept, Mode, Notice, Place, Reply, Request, State, offers,
};
use crate::domain::{
    Address, CancelReason, Description, ProviderId, RequestStatus, ServiceRequestId, ServiceType,
};

/// How many open requests a customer may have.
const MOST_OPEN: usize = 3;

/// All that a booking needs.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) service: ServiceType,
    pub(super) provider: ProviderId,
    pub(super) address: Address,
    pub(super) place: Option<Place>,
    pub(super) description: Option<Description>,
}

/// The button on the card: asks where, unless that is known.
pub(super) fn book(turn: &mut Turn<'_>, service: ServiceType, provider: ProviderId, kept: Kept) {
    if card::bookable(turn, provider).is_none() {
        provider_list::again(turn, service, kept);
        return;
    }
    if let Some(request) = kept.rebook {
        rebook(turn, service, provider, request);
        return;
    }
    match kept.address {
        Some(address) => {
            let draft = Draft {
                service,
                provider,
                address,
                place: kept.place,
                description: kept.description,
            };
            finish(turn, draft);
        }
        None => ask_address(turn, service, provider),
    }
}

fn ask_address(turn: &mut Turn<'_>, service: ServiceType, provider: ProviderId) {
    turn.say(turn.texts.ask_address(service));
    turn.go(State::AwaitingLocation { service, provider });
}

/// A new request, unless something speaks against it.
pub(super) fn finish(turn: &mut Turn<'_>, draft: Draft) {
    let Some(card) = card::bookable(turn, draft.provider) else {
        let kept = Kept {
            rebook: None,
            address: Some(draft.address),
            place: draft.place,
            description: draft.description,
        };
        provider_list::again(turn, draft.service, kept);
        return;
    };
    if open(turn).count() >= MOST_OPEN {
        refuse(turn, turn.texts.too_many_open());
    } else if open(turn).any(|one| is_with(one, draft.provider)) {
        refuse(turn, turn.texts.already_booked(&card.provider.name));
    } else {
        create(turn, &draft, card);
    }
}

fn open<'a>(turn: &Turn<'a>) -> impl Iterator<Item = &'a Request> + use<'a> {
    let requests = turn.event.facts.requests.iter();
    requests.filter(|one| one.status.is_open())
}

fn is_with(request: &Request, provider: ProviderId) -> bool {
    let with = request.provider.as_ref();
    with.is_some_and(|(id, _)| *id == provider)
}

fn refuse(turn: &mut Turn<'_>, why: Vec<Reply>) {
    turn.say_all(why);
    turn.go(State::Welcome);
}

fn create(turn: &mut Turn<'_>, draft: &Draft, card: &Card) {
    let request = ServiceRequestId(turn.event.fresh);
    let deadline = deadline(turn);
    turn.effects.push(Effect::Book(Booking {
        request,
        service: draft.service,
        provider: draft.provider,
        address: draft.address.clone(),
        place: draft.place.clone(),
        description: draft.description.clone(),
        deadline,
    }));
    offered(turn, request, draft, card, deadline);
}

/// The provider hears of it, at once and when time is up; the customer gets the confirmation.
fn offered(
    turn: &mut Turn<'_>,
    request: ServiceRequestId,
    draft: &Draft,
    card: &Card,
    deadline: DateTime<Utc>,
) {
    let offered_at = turn.event.now.timestamp_millis();
    let contact = card.party.contact;
    turn.notify(contact, Notice::Offered { request });
    let over = Notice::OfferDeadline {
        request,
        offered_at,
    };
    turn.schedule(contact, over, deadline);
    let minutes = offers::minutes(turn.rules.offer_timeout);
    let confirmation = turn.texts.booked(
        (request, draft.service, &card.provider.name),
        &draft.address,
        draft.description.as_ref(),
        minutes,
    );
    turn.say_all(confirmation);
    turn.go_as(Mode::Customer, State::BookingConfirmed { request });
}

fn deadline(turn: &Turn<'_>) -> DateTime<Utc> {
    let now = turn.event.now;
    now.checked_add_signed(turn.rules.offer_timeout)
        .unwrap_or(now)
}

/// Others for the same, once the offer came to nothing.
pub(in crate::conversation) fn see_others(turn: &mut Turn<'_>, request: &Request) {
    if !may_be_booked_anew(request) {
        requests::say_status(turn, request);
        return;
    }
    let kept = Kept {
        rebook: Some(request.id),
        ..Kept::default()
    };
    provider_list::show(turn, request.service, kept, None);
}

/// One that is searching is offered again; one that ran out of time is made anew.
fn may_be_booked_anew(request: &Request) -> bool {
    match request.status {
        RequestStatus::Searching => true,
        RequestStatus::Cancelled => request.cancel_reason == Some(CancelReason::Timeout),
        RequestStatus::Created | RequestStatus::ProviderAssigned | RequestStatus::Completed => {
            false
        }
    }
}

/// With the address and description that it has.
fn rebook(
    turn: &mut Turn<'_>,
    service: ServiceType,
    provider: ProviderId,
    rebooked: ServiceRequestId,
) {
    let named = turn.request().filter(|one| one.id == rebooked);
    let Some((request, card)) = named.zip(card::bookable(turn, provider)) else {
        // The request is no longer on record.
        ask_address(turn, service, provider);
        return;
    };
    if !may_be_booked_anew(request) {
        requests::say_status(turn, request);
        turn.go(State::BookingConfirmed {
            request: request.id,
        });
        return;
    }
    let Ok(address) = Address::parse(&request.address) else {
        ask_address(turn, service, provider);
        return;
    };
    let draft = Draft {
        service,
        provider,
        address,
        place: request.place.clone(),
        description: Description::parse(&request.description).ok(),
    };
    if request.status != RequestStatus::Searching {
        finish(turn, draft);
    } else if open(turn).any(|one| one.id != request.id && is_with(one, provider)) {
        refuse(turn, turn.texts.already_booked(&card.provider.name));
    } else {
        let deadline = deadline(turn);
        turn.effects.push(Effect::Offer {
            request: request.id,
            provider,
            deadline,
        });
        offered(turn, request.id, &draft, card, deadline);
    }
}
