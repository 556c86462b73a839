//! The loops: what came is worked, what is ready is sent, what Meta tells is applied, and what is due
//! is swept. Any number of replicas may run them at once.

mod backoff;
mod breaker;
mod inbox;
mod outbox;
mod ownership;
mod periodic;
mod reads;
mod report;
mod statuses;
mod tidy;
mod timers;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cache::Lists;
use crate::conversation::Rules;
use crate::graph::Graph;
use crate::metrics::Metrics;
use crate::pod::Pod;
use crate::redis::Wake;
use crate::store::Store;
use crate::whatsapp::Templates;

/// The net under wake-ups: how long work may lie unseen.
const POLL: Duration = Duration::from_secs(1);
/// Conversations that one pod works at the same time.
const TURNS: usize = 4;

/// How conversations and delivery behave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What answers depend on.
    pub rules: Rules,
    /// What templates are called at Meta.
    pub templates: Templates,
    /// How long a session lasts after the last message.
    pub session_ttl: Duration,
    /// For how long after a person wrote Meta takes every message to them.
    pub service_window: Duration,
    /// Messages a second over all replicas; 0 is no limit.
    pub send_rate_per_second: u32,
}

/// What all loops share.
#[derive(Clone)]
pub struct Workshop {
    /// How to behave.
    pub settings: Arc<Settings>,
    /// What is true.
    pub store: Store,
    /// Where messages go.
    pub graph: Graph,
    /// Tells that there is work.
    pub wake: Wake,
    /// Whom customers may book, remembered for a moment.
    pub lists: Lists,
    /// This process.
    pub pod: Arc<Pod>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// A loop that could not start.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The scheduler of periodic work.
    #[error("periodic work could not be scheduled")]
    Schedule(#[source] tokio_cron_scheduler::JobSchedulerError),
}

/// Starts all loops. Once `stop` is cancelled they finish what they hold and end.
///
/// # Errors
/// When one cannot start.
pub async fn start(
    workshop: &Workshop,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), WorkerError> {
    let reads = reads::start(workshop, tasks, stop);
    let crew = Arc::new(inbox::Crew::default());
    for _ in 0..TURNS {
        tasks.spawn(inbox::run(
            workshop.clone(),
            reads.clone(),
            Arc::clone(&crew),
            stop.clone(),
        ));
    }
    tasks.spawn(outbox::run(workshop.clone(), stop.clone()));
    tasks.spawn(statuses::run(workshop.clone(), stop.clone()));
    tasks.spawn(timers::run(workshop.clone(), stop.clone()));
    tasks.spawn(tidy::run(workshop.clone(), stop.clone()));
    tasks.spawn(ownership::run(workshop.clone(), stop.clone()));
    periodic::start(workshop, tasks, stop)
        .await
        .map_err(WorkerError::Schedule)
}

/// Waits for a wake-up, a time or the end; false at the end.
async fn rest(
    wakes: &mut watch::Receiver<u64>,
    at_most: Duration,
    stop: &CancellationToken,
) -> bool {
    tokio::select! {
        () = stop.cancelled() => return false,
        changed = wakes.changed() => {
            if changed.is_err() {
                tokio::time::sleep(at_most).await;
            }
        }
        () = tokio::time::sleep(at_most) => {}
    }
    !stop.is_cancelled()
}
