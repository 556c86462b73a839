//! Requests that exist: the list of them, and one with what can be done to it (§4.4).

use chrono::TimeDelta;

use super::home;
use crate::conversation::taps::Action;
use crate::conversation::turn::Turn;
use crate::conversation::{Request, Side};
use crate::domain::{AssignmentStatus, RequestStatus, ServiceRequestId};

/// For how long a completed request can be rated.
const RATING_DAYS: i64 = 30;
const LISTED: usize = 10;

/// "my requests" of a customer: open ones first, then the newest.
pub(in crate::conversation) fn my_requests(turn: &mut Turn<'_>) {
    let mut requests: Vec<&Request> = turn.event.facts.requests.iter().collect();
    requests.sort_by_key(|one| (!one.status.is_open(), std::cmp::Reverse(one.created_at)));
    requests.truncate(LISTED);
    if requests.is_empty() {
        turn.say(turn.texts.no_requests());
    } else {
        turn.say(turn.texts.my_requests(&requests, turn.rules.zone));
    }
    super::prompted(turn);
}

/// A request's row was tapped, by one of its parties or by somebody whom it was offered to.
pub(in crate::conversation) fn details(turn: &mut Turn<'_>, request: &Request) {
    say_status(turn, request);
}

/// What a confirmed booking has come to.
pub(super) fn status_of(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let named = turn.request().filter(|request| request.id == id);
    match named.filter(|request| turn.side(request).is_some()) {
        Some(request) => say_status(turn, request),
        // No longer on record, or no longer theirs.
        None => home(turn),
    }
}

/// How a request stands and what the person can do about it.
pub(super) fn say_status(turn: &mut Turn<'_>, request: &Request) {
    say_status_after(turn, None, request);
}

pub(super) fn say_status_after(turn: &mut Turn<'_>, first: Option<&str>, request: &Request) {
    let side = turn.side(request);
    let details = turn.texts.details(request, side, turn.rules.zone);
    let actions = actions(turn, side, request);
    let mut body = match first {
        Some(first) => format!("{first}\n\n{details}"),
        None => details,
    };
    if actions.contains(&Action::RatingOk) {
        body = format!("{body}\n\n{}", turn.texts.how_was(request));
    }
    let buttons = turn.texts.request_buttons(request, &actions);
    turn.offer(body, &buttons);
}

fn actions(turn: &Turn<'_>, side: Option<Side>, request: &Request) -> Vec<Action> {
    match (side, request.status) {
        (Some(Side::Customer), RequestStatus::Created) => vec![Action::Cancel],
        (Some(Side::Customer), RequestStatus::Searching) => {
            vec![Action::SeeOthers, Action::Cancel]
        }
        (Some(Side::Customer), RequestStatus::ProviderAssigned) => {
            vec![Action::StartChat, Action::Cancel]
        }
        (Some(Side::Customer), RequestStatus::Completed) if can_be_rated(turn, request) => {
            vec![Action::RatingPoor, Action::RatingOk, Action::RatingGreat]
        }
        (Some(Side::Provider), RequestStatus::Created) if is_pending(request) => {
            vec![Action::Accept, Action::Decline]
        }
        (Some(Side::Provider), RequestStatus::ProviderAssigned) => {
            vec![Action::ChatCustomer, Action::Complete, Action::Release]
        }
        _ => Vec::new(),
    }
}

fn can_be_rated(turn: &Turn<'_>, request: &Request) -> bool {
    let since = request.completed_at;
    request.customer_stars.is_none()
        && since.is_some_and(|done| turn.event.now - done <= TimeDelta::days(RATING_DAYS))
}

fn is_pending(request: &Request) -> bool {
    let offer = request.assignment;
    offer.is_some_and(|offer| offer.status == AssignmentStatus::Pending)
}
