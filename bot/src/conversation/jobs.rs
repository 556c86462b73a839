//! What a provider does with an accepted job: keep it, give it up, complete it (§6.6, §7.3).

use crate::conversation::texts::JobNews;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Move, Notice, Request, chat, offers};
use crate::domain::{AssignmentStatus, RequestStatus, ServiceRequestId};

/// Asks whether to give it up.
pub(super) fn ask_release(turn: &mut Turn<'_>, id: ServiceRequestId) {
    if let Some(request) = assigned(turn, id) {
        let question = turn.texts.ask_release(request);
        turn.say_all(question);
    }
}

/// Gives it up.
pub(super) fn release(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(request) = assigned(turn, id) else {
        return;
    };
    turn.say(turn.texts.job_news(request, JobNews::Released));
    let closed = chat::close(turn, id);
    let released = Notice::Released { request: id };
    offers::give_back(turn, request, AssignmentStatus::Cancelled, released);
    if closed {
        turn.resume();
    }
}

/// Keeps it.
pub(super) fn keep(turn: &mut Turn<'_>, id: ServiceRequestId) {
    if let Some(request) = assigned(turn, id) {
        turn.say(turn.texts.job_news(request, JobNews::Kept));
    }
}

/// Has done it.
pub(super) fn complete(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(request) = assigned(turn, id) else {
        return;
    };
    turn.effects.push(Effect::Move(Move {
        request: id,
        from: request.status,
        to: RequestStatus::Completed,
        assignment: AssignmentStatus::Accepted,
        reason: None,
    }));
    turn.say(turn.texts.job_news(request, JobNews::Completed));
    let done = Notice::Completed {
        request: id,
        by_admin: false,
    };
    turn.notify(request.customer.contact, done);
    let closed = chat::close(turn, id);
    ask_later(turn, request);
    if closed {
        turn.resume();
    }
}

/// An admin says that it is done.
pub(super) fn completed_by_admin(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(request) = turn.job(id) else { return };
    if request.status == RequestStatus::Completed {
        offers::tell(turn, request, JobNews::CompletedByAdmin);
        ask_later(turn, request);
    }
}

/// The provider is asked to rate even if the customer never does.
fn ask_later(turn: &mut Turn<'_>, request: &Request) {
    let Some((_, provider)) = &request.provider else {
        return;
    };
    let fallback = Notice::RatingFallback {
        request: request.id,
    };
    let at = turn.later(turn.rules.rating_fallback);
    turn.schedule(provider.contact, fallback, at);
}

/// The job, while it goes on; else its provider is told how it stands.
fn assigned<'a>(turn: &mut Turn<'a>, id: ServiceRequestId) -> Option<&'a Request> {
    let Some(request) = turn.job(id) else {
        turn.say(turn.texts.not_available());
        return None;
    };
    let holds = request
        .assignment
        .is_some_and(|offer| offer.status == AssignmentStatus::Accepted);
    match request.status {
        RequestStatus::ProviderAssigned if holds => return Some(request),
        RequestStatus::Completed => {
            turn.say(turn.texts.job_news(request, JobNews::AlreadyCompleted));
        }
        RequestStatus::Created
        | RequestStatus::Searching
        | RequestStatus::ProviderAssigned
        | RequestStatus::Cancelled => {
            turn.say(turn.texts.job_news(request, JobNews::NotAssigned));
        }
    }
    None
}
