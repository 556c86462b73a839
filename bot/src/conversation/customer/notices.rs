//! What a customer hears of their requests. Only what is still so is said.

use crate::conversation::texts::Happening;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Move, Notice, Request, Side, rating};
use crate::domain::{AssignmentStatus, CancelReason, RequestStatus, ServiceType};

pub(in crate::conversation) fn notice(turn: &mut Turn<'_>, notice: &Notice) {
    if let Notice::ProviderAvailable { service } = notice {
        available(turn, *service);
        return;
    }
    let Some(request) = turn.request() else {
        return;
    };
    if turn.side(request) != Some(Side::Customer) || notice.request() != Some(request.id) {
        return;
    }
    match notice {
        Notice::Accepted { .. } if request.status == RequestStatus::ProviderAssigned => {
            for message in turn.texts.accepted(request) {
                turn.say(message);
            }
        }
        Notice::Declined { .. } => if_searching(turn, Happening::Declined, request),
        Notice::Undeliverable { .. } => if_searching(turn, Happening::Undeliverable, request),
        Notice::Released { .. } => if_searching(turn, Happening::Released, request),
        Notice::TimedOut { .. } => {
            if_cancelled(turn, Happening::TimedOut, request, CancelReason::Timeout);
        }
        Notice::RequestCancelled { .. } => {
            if_cancelled(
                turn,
                Happening::CancelledByAdmin,
                request,
                CancelReason::Admin,
            );
        }
        Notice::Completed { .. } if request.status == RequestStatus::Completed => {
            rating::ask_customer(turn);
        }
        Notice::Abandoned { since, .. } => abandoned(turn, request, *since),
        Notice::Accepted { .. }
        | Notice::Completed { .. }
        | Notice::Offered { .. }
        | Notice::OfferDeadline { .. }
        | Notice::OfferFailed { .. }
        | Notice::ProfileDisabled
        | Notice::Blocked
        | Notice::RateCustomer { .. }
        | Notice::ProviderAvailable { .. }
        | Notice::RatingFallback { .. }
        | Notice::ChatStarted { .. }
        | Notice::ChatEnded { .. }
        | Notice::ChatIdle { .. }
        | Notice::ChatFree { .. }
        | Notice::RelayFailed { .. }
        | Notice::RelayHeld { .. } => {}
    }
}

fn available(turn: &mut Turn<'_>, service: ServiceType) {
    for message in turn.texts.available(service) {
        turn.say(message);
    }
}

fn if_searching(turn: &mut Turn<'_>, happening: Happening, request: &Request) {
    if request.status == RequestStatus::Searching {
        say(turn, happening, request);
    }
}

fn if_cancelled(
    turn: &mut Turn<'_>,
    happening: Happening,
    request: &Request,
    reason: CancelReason,
) {
    if request.status == RequestStatus::Cancelled && request.cancel_reason == Some(reason) {
        say(turn, happening, request);
    }
}

fn say(turn: &mut Turn<'_>, happening: Happening, request: &Request) {
    for message in turn.texts.happened(happening, request) {
        turn.say(message);
    }
}

/// Nobody was chosen since the search began.
fn abandoned(turn: &mut Turn<'_>, request: &Request, since: i64) {
    let still = request.status == RequestStatus::Searching
        && request.updated_at.timestamp_millis() == since;
    if !still {
        return;
    }
    turn.effects.push(Effect::Move(Move {
        request: request.id,
        from: RequestStatus::Searching,
        to: RequestStatus::Cancelled,
        assignment: AssignmentStatus::Cancelled,
        reason: Some(CancelReason::Abandoned),
    }));
    say(turn, Happening::Abandoned, request);
}
