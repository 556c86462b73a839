//! Offers: said, answered, or over without an answer (§6.3, §6.4, §6.6).

use chrono::TimeDelta;

use crate::conversation::reach::template;
use crate::conversation::texts::JobNews;
use crate::conversation::turn::Turn;
use crate::conversation::{
    Assignment, Effect, Move, Notice, Outbound, Place, Reply, Request, TemplateName,
};
use crate::domain::{AssignmentStatus, CancelReason, ProviderId, RequestStatus, ServiceRequestId};

/// How long a customer may choose before a searching request is dropped.
const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(24);

/// A time as both sides are told it: in minutes, one that has begun counts.
pub(super) fn minutes(time: TimeDelta) -> i64 {
    time.num_seconds().saturating_add(59).div_euclid(60).max(1)
}

/// A request is offered to the person.
pub(super) fn offered(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some((request, offer)) = open_offer(turn, id) else {
        return;
    };
    if turn.profile().is_some_and(|profile| !profile.enabled) {
        // Disabled between the choice and now.
        let released = Notice::Released { request: id };
        give_back(turn, request, AssignmentStatus::Cancelled, released);
        return;
    }
    let left = offer.deadline.signed_duration_since(turn.event.now);
    if left <= TimeDelta::zero() {
        return;
    }
    let minutes = minutes(left);
    let body = turn.texts.offer(request, minutes);
    let buttons = turn.texts.offer_buttons(id);
    let short = template(
        TemplateName::NewRequest,
        [
            turn.texts.service_name(request.service),
            request.customer.name.as_str(),
            &request.address,
            &minutes.to_string(),
        ],
        buttons.map(|(tap, _)| tap),
    );
    let failed = Notice::OfferFailed {
        request: id,
        offered_at: offer.offered_at.timestamp_millis(),
    };
    let mut replies = turn.texts.choices(body, &buttons);
    let last = replies.pop().map(|reply| Outbound {
        template: Some(short),
        on_failure: Some((offer.contact, failed)),
        ..Outbound::from(reply)
    });
    for message in replies.into_iter().map(Outbound::from).chain(last) {
        turn.say(Outbound {
            expires_at: Some(offer.deadline),
            ..message
        });
    }
}

/// Accepts or declines.
pub(super) fn answered(turn: &mut Turn<'_>, accepts: bool, id: ServiceRequestId) {
    let Some(request) = turn.job(id) else {
        turn.say(turn.texts.not_available());
        return;
    };
    match open_offer(turn, id) {
        Some((_, offer)) if offer.deadline <= turn.event.now => timed_out(turn, request),
        Some(_) if accepts => accept(turn, request),
        Some(_) => {
            turn.say(turn.texts.job_news(request, JobNews::Declined));
            let declined = Notice::Declined { request: id };
            give_back(turn, request, AssignmentStatus::Rejected, declined);
        }
        None => {
            let news = standing(request, accepts);
            turn.say(turn.texts.job_news(request, news));
        }
    }
}

/// The time for an answer is over.
pub(super) fn deadline(turn: &mut Turn<'_>, id: ServiceRequestId, offered_at: i64) {
    let Some((request, offer)) = same_offer(turn, id, offered_at) else {
        return;
    };
    if offer.deadline <= turn.event.now {
        timed_out(turn, request);
    } else {
        let again = Notice::OfferDeadline {
            request: id,
            offered_at,
        };
        turn.schedule(offer.contact, again, offer.deadline);
    }
}

/// The offer could not be delivered.
pub(super) fn failed(turn: &mut Turn<'_>, id: ServiceRequestId, offered_at: i64) {
    match same_offer(turn, id, offered_at) {
        Some((request, offer)) if offer.deadline <= turn.event.now => timed_out(turn, request),
        Some((request, _)) => {
            let undeliverable = Notice::Undeliverable { request: id };
            give_back(turn, request, AssignmentStatus::Cancelled, undeliverable);
        }
        None => {}
    }
}

/// The customer or an admin took it back, offered or accepted.
pub(super) fn cancelled(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(request) = turn.job(id) else { return };
    let news = match request.cancel_reason {
        Some(CancelReason::Customer) => JobNews::Cancelled,
        Some(CancelReason::Admin) => JobNews::CancelledByAdmin,
        // Nobody of theirs had it when that happened.
        Some(CancelReason::Timeout | CancelReason::Abandoned) | None => return,
    };
    if request.status == RequestStatus::Cancelled {
        tell(turn, request, news);
    }
}

/// The request goes back to its customer, who may choose somebody else.
pub(super) fn give_back(
    turn: &mut Turn<'_>,
    request: &Request,
    offer: AssignmentStatus,
    notice: Notice,
) {
    turn.effects.push(Effect::Move(Move {
        request: request.id,
        from: request.status,
        to: RequestStatus::Searching,
        assignment: offer,
        reason: None,
    }));
    let customer = request.customer.contact;
    turn.notify(customer, notice);
    let abandoned = Notice::Abandoned {
        request: request.id,
        since: turn.event.now.timestamp_millis(),
    };
    let at = turn.later(ABANDONED_AFTER);
    turn.schedule(customer, abandoned, at);
}

/// News that nobody asked for.
pub(super) fn tell(turn: &mut Turn<'_>, request: &Request, news: JobNews) {
    let reply = turn.texts.job_news(request, news);
    let service = turn.texts.service_name(request.service);
    let short = turn.texts.job_news_short(news);
    turn.say(Outbound {
        template: short.map(|what| template(TemplateName::JobUpdate, [service, what], [])),
        ..Outbound::from(reply)
    });
}

fn accept(turn: &mut Turn<'_>, request: &Request) {
    turn.effects.push(Effect::Move(Move {
        request: request.id,
        from: request.status,
        to: RequestStatus::ProviderAssigned,
        assignment: AssignmentStatus::Accepted,
        reason: None,
    }));
    let body = turn.texts.accepted_job(request);
    let chat = turn.texts.chat_customer_button(request.id);
    turn.offer(body, &[chat]);
    if let Some(place) = &request.place {
        // The map shows it under this name.
        let name = place.name.as_ref().unwrap_or(&request.address);
        turn.say(Reply::Location(Place {
            name: Some(name.clone()),
            ..place.clone()
        }));
    }
    let request_id = request.id;
    turn.notify(
        request.customer.contact,
        Notice::Accepted {
            request: request_id,
        },
    );
}

fn timed_out(turn: &mut Turn<'_>, request: &Request) {
    turn.effects.push(Effect::Move(Move {
        request: request.id,
        from: request.status,
        to: RequestStatus::Cancelled,
        assignment: AssignmentStatus::Cancelled,
        reason: Some(CancelReason::Timeout),
    }));
    tell(turn, request, JobNews::Expired);
    let id = request.id;
    turn.notify(request.customer.contact, Notice::TimedOut { request: id });
}

/// How an offer stands that cannot be answered any more.
fn standing(request: &Request, accepts: bool) -> JobNews {
    let offer = request.assignment.map(|offer| offer.status);
    match (request.status, offer) {
        (RequestStatus::ProviderAssigned, Some(AssignmentStatus::Accepted)) if accepts => {
            JobNews::AlreadyAccepted
        }
        (RequestStatus::ProviderAssigned, Some(AssignmentStatus::Accepted)) => JobNews::UseGiveUp,
        (RequestStatus::Completed, _) => JobNews::AlreadyCompleted,
        (RequestStatus::Cancelled, _) if request.cancel_reason == Some(CancelReason::Timeout) => {
            JobNews::Expired
        }
        (_, Some(AssignmentStatus::Rejected)) => JobNews::AlreadyDeclined,
        (
            RequestStatus::Created
            | RequestStatus::Searching
            | RequestStatus::ProviderAssigned
            | RequestStatus::Cancelled,
            _,
        ) => JobNews::NoLonger,
    }
}

/// The request and its offer to the person, while that waits for an answer.
fn open_offer<'a>(turn: &Turn<'a>, id: ServiceRequestId) -> Option<(&'a Request, Assignment)> {
    let own = turn.profile()?.id;
    let request = turn.job(id)?;
    let offer = request.assignment?;
    waits(request, own).then_some((request, offer))
}

/// Whether an offer to a provider waits for an answer.
pub(super) fn waits(request: &Request, provider: ProviderId) -> bool {
    request.status == RequestStatus::Created
        && request.assignment.is_some_and(|offer| {
            offer.provider == provider && offer.status == AssignmentStatus::Pending
        })
}

fn same_offer<'a>(
    turn: &Turn<'a>,
    id: ServiceRequestId,
    offered_at: i64,
) -> Option<(&'a Request, Assignment)> {
    open_offer(turn, id).filter(|(_, offer)| offer.offered_at.timestamp_millis() == offered_at)
}
