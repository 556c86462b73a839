//! What becomes of somebody's requests when an admin disables their profile or blocks them.

use crate::conversation::provider::own_party;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Move, Notice, Request, chat, offers};
use crate::domain::{AssignmentStatus, CancelReason, RequestStatus};

/// As many requests as are read at once; there may be more.
const PAGE: usize = 10;

/// Offers that wait for an answer are withdrawn; jobs go on.
pub(super) fn disabled(turn: &mut Turn<'_>) {
    let Some(profile) = turn.profile().filter(|profile| !profile.enabled) else {
        return;
    };
    let jobs = &turn.event.facts.jobs;
    let waiting: Vec<&Request> = jobs
        .iter()
        .filter(|job| offers::waits(job, profile.id))
        .collect();
    for job in &waiting {
        release(turn, job);
    }
    if waiting.len() >= PAGE {
        again(turn, &waiting, Notice::ProfileDisabled);
    } else {
        turn.say(turn.texts.profile_paused());
    }
}

/// Offers and jobs go back to their customers, own requests are cancelled; nothing is said.
pub(super) fn blocked(turn: &mut Turn<'_>) {
    let facts = &turn.event.facts;
    let own = turn.profile().map(|profile| profile.id);
    let holds = |job: &&Request| {
        own.is_some_and(|own| {
            offers::waits(job, own)
                || (job.status == RequestStatus::ProviderAssigned && turn.was_offered(job))
        })
    };
    let jobs: Vec<&Request> = facts.jobs.iter().filter(holds).collect();
    let open = |request: &&Request| request.status.is_open();
    let requests: Vec<&Request> = facts.requests.iter().filter(open).collect();
    for job in &jobs {
        chat::close(turn, job.id);
        release(turn, job);
    }
    for request in &requests {
        chat::close(turn, request.id);
        cancel(turn, request);
    }
    let full = jobs.len() >= PAGE || requests.len() >= PAGE;
    if full {
        let all = [jobs, requests].concat();
        again(turn, &all, Notice::Blocked);
    }
}

fn release(turn: &mut Turn<'_>, job: &Request) {
    let released = Notice::Released { request: job.id };
    offers::give_back(turn, job, AssignmentStatus::Cancelled, released);
}

fn cancel(turn: &mut Turn<'_>, request: &Request) {
    let reason = CancelReason::Admin;
    turn.effects.push(Effect::Move(Move {
        request: request.id,
        from: request.status,
        to: RequestStatus::Cancelled,
        assignment: AssignmentStatus::Cancelled,
        reason: Some(reason),
    }));
    if let Some((_, provider)) = &request.provider {
        let cancelled = Notice::RequestCancelled {
            request: request.id,
            reason,
        };
        turn.notify(provider.contact, cancelled);
    }
}

/// The rest follows in a turn of its own.
fn again(turn: &mut Turn<'_>, done: &[&Request], notice: Notice) {
    let own = done.iter().find_map(|request| own_party(turn, request));
    if let Some(own) = own.map(|party| party.contact) {
        turn.notify(own, notice);
    }
}
