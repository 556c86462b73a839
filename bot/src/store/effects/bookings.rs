//! Requests and offers: made, made again, and moved on. A change counts only from where the facts said.

use chrono::{DateTime, Utc};

use crate::conversation::{Booking, Event, Input, Move, Notice};
use crate::domain::{
    AssignmentStatus, CancelReason, Description, ProviderId, RequestStatus, ServiceRequestId,
};
use crate::store::effects::{EffectError, Happened};
use crate::store::error::During;
use crate::store::facts::Who;
use crate::store::tx::Tx;
use crate::store::work::fresh_id;

/// Only while the provider can still be booked; an admin's switch waits for us, or we for it.
pub(super) async fn book(
    tx: &mut Tx,
    who: &Who,
    event: &Event,
    booking: &Booking,
) -> Result<(), EffectError> {
    bookable(tx, who, booking.provider).await?;
    let (latitude, longitude) = match &booking.place {
        Some(place) => (Some(place.latitude), Some(place.longitude)),
        None => (None, None),
    };
    let made = sqlx::query!(
        "insert into service_request (id, customer_id, service_type, status, provider_id, address,
                                      latitude, longitude, description, offered_at, created_at, updated_at)
         select $1, id, $3, 'created', $4, $5, $6, $7, $8, $9, $9, $9 from users where contact_id = $2",
        booking.request.0,
        who.contact.0,
        booking.service.id(),
        booking.provider.0,
        booking.address.as_str(),
        latitude,
        longitude,
        booking.description.as_ref().map_or("", Description::as_str),
        event.now
    )
    .execute(&mut *tx)
    .await
    .during("make request")?;
    if made.rows_affected() == 0 {
        return Err(EffectError::Stale);
    }
    assign(
        tx,
        event,
        booking.request,
        booking.provider,
        booking.deadline,
    )
    .await
}

/// The same request, offered to somebody else.
pub(super) async fn offer(
    tx: &mut Tx,
    who: &Who,
    event: &Event,
    request: ServiceRequestId,
    provider: ProviderId,
    deadline: DateTime<Utc>,
) -> Result<(), EffectError> {
    bookable(tx, who, provider).await?;
    let done = sqlx::query!(
        "update service_request
         set status = 'created', provider_id = $3, offered_at = $4, updated_at = $4
         where id = $1 and status = 'searching'
           and customer_id = (select id from users where contact_id = $2)",
        request.0,
        who.contact.0,
        provider.0,
        event.now
    )
    .execute(&mut *tx)
    .await
    .during("offer request")?;
    if done.rows_affected() == 0 {
        return Err(EffectError::Stale);
    }
    assign(tx, event, request, provider, deadline).await
}

async fn bookable(tx: &mut Tx, who: &Who, provider: ProviderId) -> Result<(), EffectError> {
    let row = sqlx::query!(
        "select p.id from provider_profile p join users u on u.id = p.user_id
         where p.id = $1 and p.lane = $2 and p.is_online and p.enabled and u.status = 'active'
           and u.contact_id <> $3
         for share of p",
        provider.0,
        who.lane.as_str(),
        who.contact.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("look at provider")?;
    row.map(|_| ()).ok_or(EffectError::Stale)
}

async fn assign(
    tx: &mut Tx,
    event: &Event,
    request: ServiceRequestId,
    provider: ProviderId,
    deadline: DateTime<Utc>,
) -> Result<(), EffectError> {
    sqlx::query!(
        "insert into assignment (id, request_id, provider_id, offered_at, deadline)
         values ($1, $2, $3, $4, $5)",
        fresh_id(),
        request.0,
        provider.0,
        event.now,
        deadline
    )
    .execute(&mut *tx)
    .await
    .during("make assignment")?;
    Ok(())
}

/// One step of a request's life, with its open offer.
pub(super) async fn advance(tx: &mut Tx, event: &Event, step: Move) -> Result<(), EffectError> {
    if !step.from.may_become(step.to) {
        return Err(EffectError::Refused("illegal move"));
    }
    let moved = sqlx::query!(
        "update service_request
         set status = $3, updated_at = $4, cancel_reason = $5,
             provider_id = case when $3 = 'searching' then null else provider_id end,
             accepted_at = case $3 when 'provider_assigned' then $4 when 'searching' then null
                           else accepted_at end,
             completed_at = case when $3 = 'completed' then $4 end
         where id = $1 and status = $2
         returning provider_id",
        step.request.0,
        step.from.as_str(),
        step.to.as_str(),
        event.now,
        step.reason.map(CancelReason::as_str)
    )
    .fetch_optional(&mut *tx)
    .await
    .during("move request")?;
    let Some(moved) = moved else {
        return Err(EffectError::Stale);
    };
    let offer = sqlx::query!(
        "update assignment set status = $2, reason = $3, answered_at = coalesce(answered_at, $4)
         where request_id = $1 and status in ('pending', 'accepted')",
        step.request.0,
        step.assignment.as_str(),
        offer_reason(event, step),
        event.now
    )
    .execute(&mut *tx)
    .await
    .during("move assignment")?;
    if step.from != RequestStatus::Searching && offer.rows_affected() == 0 {
        return Err(EffectError::Stale);
    }
    if step.to == RequestStatus::Completed {
        sqlx::query!(
            "update provider_profile set total_jobs = total_jobs + 1, updated_at = $2 where id = $1",
            moved.provider_id,
            event.now
        )
        .execute(&mut *tx)
        .await
        .during("count job")?;
    }
    Ok(())
}

/// Why an offer ended without an answer.
fn offer_reason(event: &Event, step: Move) -> Option<&'static str> {
    if step.assignment != AssignmentStatus::Cancelled {
        return None;
    }
    Some(match (step.from, step.to) {
        (_, RequestStatus::Cancelled) if step.reason == Some(CancelReason::Timeout) => "timeout",
        (RequestStatus::ProviderAssigned, RequestStatus::Searching) => "released",
        _ if matches!(event.input, Input::Notice(Notice::OfferFailed { .. })) => "undeliverable",
        _ => "withdrawn",
    })
}

/// What the provider's answer, or none, is counted as.
pub(super) fn answer(event: &Event, step: Move) -> Option<Happened> {
    let request = event.facts.request.as_ref();
    let offers = event.facts.jobs.iter().chain(request);
    let offered = offers
        .filter(|known| known.id == step.request)
        .find_map(|known| known.assignment);
    let after = event.now - offered?.offered_at;
    match (step.from, step.to, step.assignment, step.reason) {
        (RequestStatus::Created, RequestStatus::ProviderAssigned, ..) => {
            Some(Happened::Accepted(step.request, after))
        }
        (RequestStatus::Created, RequestStatus::Searching, AssignmentStatus::Rejected, _) => {
            Some(Happened::Declined(step.request, after))
        }
        (RequestStatus::Created, RequestStatus::Cancelled, _, Some(CancelReason::Timeout)) => {
            Some(Happened::Expired(step.request, after))
        }
        _ => None,
    }
}
