//! Sends what is ready.

mod file;
mod send;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::breaker::{Breaker, Leave};
use super::{POLL, Workshop};
use crate::domain::Lane;
use crate::store::StoreError;
use crate::store::outbox::{Claim, Pace};
use crate::telemetry::chain;

/// Sends under way at the same time in one pod.
const AT_ONCE: usize = 250;

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

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    let mut wakes = workshop.wake.watch_sends();
    let sender = Sender {
        workshop,
        breaker: Arc::default(),
    };
    let mut sends = JoinSet::new();
    let mut complained = false;
    while !stop.is_cancelled() {
        let pause = match round(&sender, &mut sends).await {
            Ok(pause) => {
                complained = false;
                pause
            }
            Err(error) => {
                if !complained {
                    complained = true;
                    let error = chain(&error);
                    tracing::warn!(event = "db_error", error, "replies wait");
                }
                POLL
            }
        };
        wait(&mut wakes, &mut sends, pause, &stop).await;
    }
    // What is under way ends within its time limit.
    while sends.join_next().await.is_some() {}
}

/// Claims and starts what may go now; tells how long to rest if nothing happens meanwhile.
async fn round(sender: &Sender, sends: &mut JoinSet<()>) -> Result<Duration, StoreError> {
    let workshop = &sender.workshop;
    if !workshop.pod.may_work() || !workshop.pod.owns_work() {
        return Ok(POLL);
    }
    let room = AT_ONCE.saturating_sub(sends.len());
    let limit = match sender.breaker(|breaker| breaker.leave(Instant::now())) {
        Leave::None(pause) => return Ok(pause.min(POLL)),
        Leave::Probe if sends.is_empty() => 1,
        Leave::Probe => return Ok(POLL),
        Leave::All => u32::try_from(room).unwrap_or(u32::MAX),
    };
    if limit == 0 {
        return Ok(POLL);
    }
    let pace = Pace {
        rate_per_second: workshop.settings.send_rate_per_second,
        service_window: workshop.settings.service_window,
    };
    match workshop
        .store
        .claim_sends(workshop.pod.revision(), limit, pace)
        .await?
    {
        Claim::NotOwner => Ok(POLL),
        Claim::Send {
            messages,
            told,
            wait,
        } => {
            if told {
                workshop.wake.all(&Lane::live());
            }
            for message in messages {
                sends.spawn(send::send(sender.clone(), message));
            }
            Ok(wait.map_or(POLL, |wait| wait.min(POLL)))
        }
    }
}

/// Until a wake-up, the time, the end, or room for the next sends.
async fn wait(
    wakes: &mut watch::Receiver<u64>,
    sends: &mut JoinSet<()>,
    pause: Duration,
    stop: &CancellationToken,
) {
    let sleep = tokio::time::sleep(pause);
    tokio::pin!(sleep);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = &mut sleep => return,
            Ok(()) = wakes.changed() => return,
            Some(_) = sends.join_next() => {
                while sends.try_join_next().is_some() {}
                // Many at once are claimed for the price of one.
                if sends.len() <= AT_ONCE / 2 {
                    return;
                }
            }
        }
    }
}
