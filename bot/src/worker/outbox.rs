//! Sends what is ready.

mod file;
mod send;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use self::send::{RECORD_PAUSE, RECORD_TRIES, Taken};
use super::breaker::{Breaker, Leave};
use super::{POLL, Workshop};
use crate::domain::Lane;
use crate::store::StoreError;
use crate::store::outbox::{Claim, Pace};
use crate::telemetry::chain;

/// Sends under way at the same time in one pod.
const AT_ONCE: usize = 250;

/// With more than so many sends under way, what ends within a moment is recorded together.
const CROWD: usize = 16;
const MOMENT: Duration = Duration::from_millis(4);

/// What a send needs.
#[derive(Clone)]
struct Sender {
    workshop: Workshop,
    breaker: Arc<Mutex<Breaker>>,
}

impl Sender {
    fn breaker<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        act(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends under way, and those that Meta took and nobody has recorded yet.
#[derive(Default)]
struct Sends {
    under_way: JoinSet<Option<Taken>>,
    taken: Vec<Taken>,
}

impl Sends {
    /// Notes one that has ended.
    fn note(&mut self, ended: Result<Option<Taken>, JoinError>) {
        self.taken.extend(ended.ok().flatten());
    }

    /// Notes all others that have.
    fn note_ended(&mut self) {
        while let Some(ended) = self.under_way.try_join_next() {
            self.note(ended);
        }
    }
}

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    let mut wakes = workshop.wake.watch_sends();
    let sender = Sender {
        workshop,
        breaker: Arc::default(),
    };
    let mut sends = Sends::default();
    let mut complained = false;
    while !stop.is_cancelled() {
        match round(&sender, &mut sends).await {
            Ok(pause) => {
                complained = false;
                wait(&mut wakes, &mut sends, pause, &stop).await;
            }
            Err(error) => {
                if !complained {
                    complained = true;
                    let error = chain(&error);
                    tracing::warn!(event = "db_error", error, "replies wait");
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(RECORD_PAUSE) => {}
                }
            }
        }
    }
    end(&sender, &mut sends).await;
}

/// What is under way ends within its time limit, and is recorded.
async fn end(sender: &Sender, sends: &mut Sends) {
    while let Some(ended) = sends.under_way.join_next().await {
        sends.note(ended);
    }
    for _ in 0..RECORD_TRIES {
        if sends.taken.is_empty() || turn(sender, sends, 0).await.is_ok() {
            return;
        }
        tokio::time::sleep(RECORD_PAUSE).await;
    }
}

/// Records what Meta took, and claims and starts what may go now; tells how long to rest if nothing happens
/// meanwhile.
async fn round(sender: &Sender, sends: &mut Sends) -> Result<Duration, StoreError> {
    let workshop = &sender.workshop;
    let (limit, pause) = if workshop.pod.may_work() && workshop.pod.owns_work() {
        let room = AT_ONCE.saturating_sub(sends.under_way.len());
        match sender.breaker(|breaker| breaker.leave(Instant::now())) {
            Leave::None(pause) => (0, pause.min(POLL)),
            Leave::Probe => (u32::from(sends.under_way.is_empty()), POLL),
            Leave::All => (u32::try_from(room).unwrap_or(u32::MAX), POLL),
        }
    } else {
        (0, POLL)
    };
    if limit == 0 && sends.taken.is_empty() {
        return Ok(pause);
    }
    match turn(sender, sends, limit).await? {
        Claim::NotOwner => Ok(POLL),
        Claim::Idle => Ok(pause),
        Claim::Send {
            messages,
            told,
            wait,
        } => {
            if told {
                workshop.wake.all(&Lane::live());
            }
            for message in messages {
                let send = send::send(sender.clone(), message);
                sends.under_way.spawn(send);
            }
            Ok(wait.map_or(pause, |wait| wait.min(pause)))
        }
    }
}

async fn turn(sender: &Sender, sends: &mut Sends, limit: u32) -> Result<Claim, StoreError> {
    let workshop = &sender.workshop;
    let pace = Pace {
        rate_per_second: workshop.settings.send_rate_per_second,
        service_window: workshop.settings.service_window,
    };
    let accepted: Vec<_> = sends.taken.iter().map(|it| it.accepted.clone()).collect();
    let (recorded, claim) = workshop
        .store
        .turn_sends(workshop.pod.revision(), &accepted, limit, pace)
        .await?;
    for Taken { accepted, kind } in sends.taken.drain(..) {
        let sent = &workshop.metrics.sent;
        sent.with_label_values(&[&kind, "accepted"]).inc();
        if !recorded.contains(&accepted.id) {
            send::claim_lost(accepted.id);
        }
    }
    Ok(claim)
}

/// Until a wake-up, the time, the end, or the end of a send.
async fn wait(
    wakes: &mut watch::Receiver<u64>,
    sends: &mut Sends,
    pause: Duration,
    stop: &CancellationToken,
) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
        Ok(()) = wakes.changed() => {}
        Some(ended) = sends.under_way.join_next() => sends.note(ended),
    }
    if sends.under_way.len() > CROWD {
        tokio::time::sleep(MOMENT).await;
    }
    sends.note_ended();
}
