//! Works what came, conversation by conversation.

mod crew;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::reads::Reads;
use super::turn::{self, Broken, Played};
use super::{POLL, Workshop, report};
use crate::domain::{ContactId, Lane};
use crate::store::effects::News;
use crate::store::work::{Claim, Claimed, Reach, Verdict};
use crate::store::{Fault, StoreError};
use crate::telemetry::chain;

/// Messages of one conversation that are read together.
const PAGE: usize = 50;
/// A message whose facts change under it so often in a row is put back for a while.
const STALE_TRIES: u32 = 10;

pub(super) use crew::Crew;

pub(super) async fn run(
    workshop: Workshop,
    reads: Reads,
    crew: Arc<Crew>,
    stop: CancellationToken,
) {
    let mut complained = false;
    workshop.wake.flood();
    loop {
        if workshop.pod.may_work() {
            match drain(&workshop, &reads, &crew, &stop).await {
                Ok(()) => complained = false,
                Err(error) if !complained => {
                    complained = true;
                    let error = chain(&error);
                    tracing::warn!(event = "db_error", error, "messages wait");
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = workshop.wake.turn() => {}
            () = tokio::time::sleep(POLL) => workshop.wake.flood(),
        }
    }
}

/// Works until nothing waits, or nothing that this one was woken for.
async fn drain(
    workshop: &Workshop,
    reads: &Reads,
    crew: &Crew,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut reach = Reach {
        revision: workshop.pod.revision().to_owned(),
        live: workshop.pod.owns_work(),
        messages: PAGE,
    };
    let mut stale: HashMap<ContactId, u32> = HashMap::new();
    while !stop.is_cancelled() {
        let is_flood = workshop.wake.take_flood();
        let look = crew.look();
        let claim = workshop.store.claim_work(&reach).await?;
        let is_idle = matches!(claim, Claim::Idle) && !crew.may_have_missed(look);
        if is_flood && !is_idle {
            workshop.wake.flood();
        }
        let claimed = match claim {
            Claim::Idle if is_idle => break,
            Claim::Idle | Claim::Joined => continue,
            // Still the own lane.
            Claim::NotOwner => {
                reach.live = false;
                continue;
            }
            Claim::Work(claimed) => claimed,
        };
        if is_flood {
            // Somebody who sleeps may help.
            workshop.wake.turns(1);
        }
        let contact = claimed.who.contact;
        let turn = crew.begin();
        let worked = work(workshop, reads, *claimed).await;
        let was_missed = turn.end();
        match worked? {
            Worked::Done { all } => {
                stale.remove(&contact);
                if all && !was_missed && !is_flood && !workshop.wake.another_turn() {
                    break;
                }
            }
            // One of the turn's messages is to blame: from now on one at a time.
            Worked::Blamed => reach.messages = 1,
            Worked::Stale(message) => {
                reach.messages = 1;
                let tries = stale.entry(contact).or_default();
                *tries += 1;
                if *tries >= STALE_TRIES {
                    stale.remove(&contact);
                    fail(workshop, contact, message, "facts kept changing").await?;
                }
            }
        }
    }
    Ok(())
}

/// How a turn ended, unless the database failed it.
enum Worked {
    /// It lasts, up to a message that failed and is noted; `all` that waited for its conversation then.
    Done { all: bool },
    /// Nothing of it lasts, and one of several messages may be the reason.
    Blamed,
    /// Nothing of it lasts, since somebody else changed what this message depends on.
    Stale(i64),
}

async fn work(
    workshop: &Workshop,
    reads: &Reads,
    mut claimed: Claimed,
) -> Result<Worked, StoreError> {
    let started = Instant::now();
    let who = claimed.who.clone();
    let waiting = claimed.messages.len();
    let only = match claimed.messages.as_slice() {
        [one] => Some(one.id),
        _ => None,
    };
    let played = match turn::play(&mut claimed, workshop).await {
        Ok(played) => played,
        Err(reason) => {
            claimed.abandon().await;
            let is_ok = matches!(reason, Broken::Stale(_));
            observe(workshop, started.elapsed(), is_ok);
            return broken(workshop, who.contact, only, reason).await;
        }
    };
    let Played {
        turn,
        steps,
        failed,
        news,
    } = played;
    let phone = turn.identity.phone.clone();
    let all = failed.is_none() && turn.worked.len() == waiting && waiting < PAGE;
    let recorded = if turn.worked.is_empty() {
        claimed.abandon().await;
        Ok(())
    } else {
        claimed.record(turn).await
    };
    let is_ok = recorded.is_ok() && failed.is_none();
    observe(workshop, started.elapsed(), is_ok);
    if let Err(error) = recorded {
        return refused(workshop, who.contact, only, error).await;
    }
    if let Some((message, reason)) = failed {
        fail(workshop, who.contact, message, reason).await?;
    }
    let is_live = who.lane.is_live();
    for step in steps {
        report::step(workshop, &step, phone.as_ref(), started.elapsed(), is_live);
        if let Some(wamid) = step.wamid.filter(|_| is_live) {
            reads.mark(wamid);
        }
    }
    if !is_live {
        workshop.store.end_smoke_sends(who.lane.as_str()).await?;
    }
    spread(workshop, &who.lane, news);
    Ok(Worked::Done { all })
}

fn spread(workshop: &Workshop, lane: &Lane, news: News) {
    if news.relisted {
        workshop.wake.relist();
    }
    if news.told {
        workshop.wake.all(lane);
    } else if news.answered {
        workshop.wake.sends();
    }
}

/// What it means for the turn's messages that nothing of it lasts.
async fn broken(
    workshop: &Workshop,
    contact: ContactId,
    only: Option<i64>,
    reason: Broken,
) -> Result<Worked, StoreError> {
    match reason {
        Broken::Stale(message) => Ok(Worked::Stale(message)),
        Broken::Refused(message, reason) => {
            blame(workshop, contact, only.map(|_| (message, reason))).await
        }
        Broken::Store(error) => refused(workshop, contact, only, error).await,
    }
}

/// What a database error means for the turn's messages.
async fn refused(
    workshop: &Workshop,
    contact: ContactId,
    only: Option<i64>,
    error: StoreError,
) -> Result<Worked, StoreError> {
    match error.fault() {
        Fault::Data => {
            // Without its source, which may quote what a person wrote.
            let error = error.to_string();
            tracing::warn!(event = "db_error", error, "a message is refused");
            let one = only.map(|message| (message, "refused by the database"));
            blame(workshop, contact, one).await
        }
        // Two turns in each other's way, of which this one gave way.
        Fault::Contention => Ok(Worked::Blamed),
        Fault::Unavailable | Fault::Schema => Err(error),
    }
}

async fn blame(
    workshop: &Workshop,
    contact: ContactId,
    one: Option<(i64, &'static str)>,
) -> Result<Worked, StoreError> {
    let Some((message, reason)) = one else {
        return Ok(Worked::Blamed);
    };
    fail(workshop, contact, message, reason).await?;
    Ok(Worked::Done { all: false })
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
