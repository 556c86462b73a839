//! Works what came, conversation by conversation.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::reads::Reads;
use super::turn::{self, Played};
use super::{POLL, Workshop, rest};
use crate::domain::{ContactId, RequestId, Wamid};
use crate::store::work::{Claim, Claimed, Reach, Verdict};
use crate::store::{Fault, StoreError};
use crate::telemetry::chain;

const MESSAGES: i64 = 50;

pub(super) async fn run(workshop: Workshop, reads: Reads, stop: CancellationToken) {
    let mut wakes = workshop.wake.watch();
    let mut complained = false;
    loop {
        if workshop.pod.may_work() {
            match drain(&workshop, &reads, &stop).await {
                Ok(()) => complained = false,
                Err(error) if !complained => {
                    complained = true;
                    let error = chain(&error);
                    tracing::warn!(event = "db_error", error, "messages wait");
                }
                Err(_) => {}
            }
        }
        if !rest(&mut wakes, POLL, &stop).await {
            return;
        }
    }
}

/// Works until nothing waits.
async fn drain(
    workshop: &Workshop,
    reads: &Reads,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut reach = Reach {
        revision: workshop.pod.revision().to_owned(),
        live: workshop.pod.owns_work(),
        messages: MESSAGES,
    };
    while !stop.is_cancelled() {
        match workshop.store.claim_work(&reach).await? {
            Claim::Idle => break,
            Claim::Joined => {}
            // Still the own lane.
            Claim::NotOwner => reach.live = false,
            Claim::Work(claimed) => {
                if let Err(error) = work(workshop, reads, *claimed).await {
                    if error.fault() != Fault::Data {
                        return Err(error);
                    }
                    // One of the turn's messages is to blame: from now on one at a time.
                    reach.messages = 1;
                }
            }
        }
    }
    Ok(())
}

async fn work(workshop: &Workshop, reads: &Reads, claimed: Claimed) -> Result<(), StoreError> {
    let started = Instant::now();
    let contact = claimed.contact;
    let lane = claimed.lane.clone();
    let only = match claimed.messages.as_slice() {
        [one] => Some(one.id),
        _ => None,
    };
    let Played {
        turn,
        steps,
        failed,
    } = turn::play(&claimed, &workshop.settings);
    let phone = turn.identity.phone.clone();
    let (worked, answers) = (!turn.worked.is_empty(), !turn.answers.is_empty());
    let recorded = if worked {
        claimed.record(turn).await
    } else {
        claimed.abandon().await;
        Ok(())
    };
    observe(
        workshop,
        started.elapsed(),
        recorded.is_ok() && failed.is_none(),
    );
    if let Err(error) = recorded {
        if let Some(message) = only.filter(|_| error.fault() == Fault::Data) {
            fail(workshop, contact, message, "refused by the database").await?;
        }
        return Err(error);
    }
    if let Some((message, reason)) = failed {
        fail(workshop, contact, message, reason).await?;
    }
    for step in steps {
        tracing::info!(
            event = "state_transition",
            request_id = step.request_id.as_ref().map(RequestId::as_str),
            wamid = step.wamid.as_ref().map(Wamid::as_str),
            phone = phone.as_ref().map(tracing::field::display),
            state = step.before.name(),
            next_state = step.after.name(),
            duration_ms = started.elapsed().as_millis(),
        );
        if let Some(wamid) = step.wamid.filter(|_| lane.is_live()) {
            reads.mark(wamid);
        }
    }
    if !lane.is_live() {
        workshop.store.end_smoke_sends(lane.as_str()).await?;
    } else if answers {
        workshop.wake.here();
    }
    Ok(())
}

fn observe(workshop: &Workshop, elapsed: Duration, is_ok: bool) {
    let outcome = if is_ok { "ok" } else { "error" };
    let seconds = &workshop.metrics.transition_seconds;
    seconds
        .with_label_values(&[outcome])
        .observe(elapsed.as_secs_f64());
}

async fn fail(
    workshop: &Workshop,
    contact: ContactId,
    message: i64,
    reason: &str,
) -> Result<(), StoreError> {
    let verdict = workshop
        .store
        .fail_message(contact, message, reason)
        .await?;
    let given_up = verdict == Verdict::GivenUp;
    tracing::error!(
        event = "message_failed",
        inbox.id = message,
        reason,
        given_up
    );
    Ok(())
}
