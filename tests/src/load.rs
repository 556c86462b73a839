//! Load: signed webhooks at a steady rate, half of them on connections that are kept, half on new ones.
//!
//! Each message comes from a person of its own, so the answers of a person tell whether their message was lost or
//! answered twice. The load ends by itself at its limits of time and count.

pub(crate) mod connection;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::connection::{Kept, post_once};
use crate::wait::{Seen, until};
use crate::webhook::{Message, body, signature};

/// How much is sent, and at most.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Messages a second, on both kinds of connection together.
    pub per_second: u32,
    /// Connections that are kept.
    pub kept_connections: u32,
    /// No longer than this.
    pub longest: Duration,
    /// No more than this.
    pub most: u64,
}

impl Plan {
    /// The load of a release: sixty a second, fifty kept connections.
    pub const RELEASE: Self = Self {
        per_second: 60,
        kept_connections: 50,
        longest: Duration::from_mins(4),
        most: 16_000,
    };

    /// A light load beside failures and rollbacks.
    pub const LIGHT: Self = Self {
        per_second: 20,
        kept_connections: 10,
        longest: Duration::from_mins(5),
        most: 6_000,
    };
}

/// Where to, and as whom.
#[derive(Clone, Debug)]
pub struct Target {
    /// Address of the bot's Service.
    pub address: SocketAddr,
    /// The business number's id.
    pub phone_number_id: String,
    /// App secret that signs.
    pub app_secret: String,
    /// Seven digits that no other load of the namespace uses: the beginning of every sender's number.
    pub people: String,
}

/// Which kind of connection a message took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// One that is kept from message to message.
    Kept,
    /// One of its own.
    Fresh,
}

/// One message that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its id.
    pub wamid: String,
    /// The sender.
    pub from: String,
    /// When it was sent.
    pub at: Instant,
    /// How long the answer took.
    pub took: Duration,
    /// The connection.
    pub via: Via,
    /// The status code, or why there was none.
    pub answer: Result<u16, String>,
}

impl Sent {
    /// Whether the bot took the message upon itself.
    pub fn accepted(&self) -> bool {
        self.answer == Ok(200)
    }
}

/// Load that runs.
pub struct Load {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    started: Instant,
}

struct Shared {
    target: Target,
    plan: Plan,
    next: AtomicU64,
    sent: Mutex<Vec<Sent>>,
    stop: CancellationToken,
}

impl Load {
    /// Starts it.
    pub fn start(target: Target, plan: Plan) -> Self {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            target,
            plan,
            next: AtomicU64::new(0),
            sent: Mutex::default(),
            stop,
        });
        let mut tasks = JoinSet::new();
        for index in 0..plan.kept_connections {
            tasks.spawn(keep_sending(shared.clone(), index));
        }
        tasks.spawn(send_on_fresh(shared.clone()));
        let limit = shared.clone();
        tasks.spawn(async move {
            let _ = tokio::time::timeout(plan.longest, limit.stop.cancelled()).await;
            limit.stop.cancel();
        });
        Self {
            shared,
            tasks,
            started: Instant::now(),
        }
    }

    /// How long it has been running.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Messages sent so far that were not accepted.
    pub fn failures(&self) -> Vec<Sent> {
        self.shared
            .all()
            .into_iter()
            .filter(|sent| !sent.accepted())
            .collect()
    }

    /// Waits until this many more messages were accepted.
    pub async fn accepts_more(&self, count: usize, limit: Duration) -> Result<()> {
        let before = self.accepted();
        until("messages accepted", limit, async || {
            let more = self.accepted() - before;
            Ok(if more >= count {
                Seen::Done(())
            } else {
                Seen::not(format!("{more} of {count}"))
            })
        })
        .await
    }

    /// Waits until the load has been running for this long.
    pub async fn has_run(&self, time: Duration) -> Result<()> {
        until(
            "time under load",
            time + Duration::from_secs(5),
            async || {
                let elapsed = self.elapsed();
                Ok(if elapsed >= time {
                    Seen::Done(())
                } else {
                    Seen::not(format!("{elapsed:?} of {time:?}"))
                })
            },
        )
        .await
    }

    /// Stops it, waits for the answers under way, and gives all that was sent.
    pub async fn stop(mut self) -> Result<Vec<Sent>> {
        self.shared.stop.cancel();
        while let Some(done) = self.tasks.join_next().await {
            done.context("load")?;
        }
        Ok(self.shared.all())
    }

    fn accepted(&self) -> usize {
        self.shared
            .sent
            .lock()
            .map_or(0, |sent| sent.iter().filter(|sent| sent.accepted()).count())
    }
}

impl Shared {
    fn all(&self) -> Vec<Sent> {
        self.sent
            .lock()
            .map(|sent| sent.clone())
            .unwrap_or_default()
    }

    /// The next person's first message, until the count is reached.
    fn next(&self) -> Option<Message> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.plan.most {
            self.stop.cancel();
            return None;
        }
        let from = format!("{}{number:06}", self.target.people);
        Some(Message {
            wamid: format!("wamid.LOAD{from}"),
            from,
            text: "hola".to_owned(),
        })
    }

    fn request(&self, message: &Message) -> connection::Post {
        let body = body(&self.target.phone_number_id, message);
        let signature = signature(&self.target.app_secret, &body);
        connection::Post {
            address: self.target.address,
            signature,
            body: body.into(),
        }
    }

    fn record(&self, message: Message, at: Instant, via: Via, answer: Result<u16, String>) {
        if let Ok(mut sent) = self.sent.lock() {
            sent.push(Sent {
                wamid: message.wamid,
                from: message.from,
                at,
                took: at.elapsed(),
                via,
                answer,
            });
        }
    }
}

/// One connection's share of the load.
async fn keep_sending(shared: Arc<Shared>, index: u32) {
    let plan = shared.plan;
    let period = Duration::from_secs(1) * 2 * plan.kept_connections / plan.per_second;
    let first = tokio::time::Instant::now() + period * index / plan.kept_connections;
    let mut pace = tokio::time::interval_at(first, period);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut kept = Kept::default();
    while shared.stop.run_until_cancelled(pace.tick()).await.is_some() {
        let Some(message) = shared.next() else { return };
        let post = shared.request(&message);
        let at = Instant::now();
        let answer = kept.post(post).await;
        shared.record(message, at, Via::Kept, answer);
    }
}

/// The other half: a connection for each message, started on time whatever the earlier ones do.
async fn send_on_fresh(shared: Arc<Shared>) {
    let mut pace = tokio::time::interval(Duration::from_secs(2) / shared.plan.per_second);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut under_way = JoinSet::new();
    while shared.stop.run_until_cancelled(pace.tick()).await.is_some() {
        let Some(message) = shared.next() else { break };
        let shared = shared.clone();
        under_way.spawn(async move {
            let post = shared.request(&message);
            let at = Instant::now();
            let answer = post_once(post).await;
            shared.record(message, at, Via::Fresh, answer);
        });
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests;
