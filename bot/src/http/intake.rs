//! Makes what webhooks brought durable. What arrives within about a millisecond shares one commit, and
//! what arrives during a commit waits for the next, so durability costs little under load.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::error::Refusal;
use super::pace::Pace;
use crate::metrics::Metrics;
use crate::redis::Wake;
use crate::store::accept::{Accepted, NewMessage, NewStatus};
use crate::store::{Fault, Store, StoreError};
use crate::telemetry::chain;

const GATHER: Duration = Duration::from_millis(1);
/// A batch is not made larger than this by further webhooks.
const ENOUGH: usize = 1000;
const QUEUE: usize = 1024;
/// Meta asks for answers within a second; after this one it had better ask again.
const LIMIT: Duration = Duration::from_secs(8);
const TRIES: u32 = 3;

/// Hands over what a webhook brought.
#[derive(Debug, Clone)]
pub struct Intake(mpsc::Sender<Job>);

#[derive(Debug)]
struct Job {
    messages: Vec<NewMessage>,
    statuses: Vec<NewStatus>,
    done: oneshot::Sender<Result<(), Refusal>>,
}

/// What a batch is stored with.
struct Keeper {
    store: Store,
    pace: Pace,
    wake: Wake,
    metrics: std::sync::Arc<Metrics>,
}

/// What of a batch was stored, and which messages were refused.
struct Kept {
    accepted: Accepted,
    refused: Vec<(usize, Refusal)>,
}

impl Intake {
    /// Starts the one task that stores. It ends when the last webhook is answered, or when told.
    pub fn start(
        store: Store,
        pace: Pace,
        wake: Wake,
        metrics: std::sync::Arc<Metrics>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tasks.spawn(run(
            Keeper {
                store,
                pace,
                wake,
                metrics,
            },
            receiver,
            stop,
        ));
        Self(sender)
    }

    /// Returns once everything is durable.
    pub(super) async fn store(
        &self,
        messages: Vec<NewMessage>,
        statuses: Vec<NewStatus>,
    ) -> Result<(), Refusal> {
        let (done, answer) = oneshot::channel();
        let job = Job {
            messages,
            statuses,
            done,
        };
        let handed = async {
            self.0.send(job).await.map_err(|_| Refusal::Unavailable)?;
            answer.await.unwrap_or(Err(Refusal::Unavailable))
        };
        timeout(LIMIT, handed)
            .await
            .unwrap_or(Err(Refusal::Unavailable))
    }
}

async fn run(keeper: Keeper, mut jobs: mpsc::Receiver<Job>, stop: CancellationToken) {
    // One that comes alone waits for nobody: others gather while it is stored.
    let mut is_crowded = false;
    loop {
        let first = tokio::select! {
            biased;
            first = jobs.recv() => first,
            () = stop.cancelled() => return,
        };
        let Some(first) = first else { return };
        let wait = if is_crowded { GATHER } else { Duration::ZERO };
        let batch = gather(first, &mut jobs, wait).await;
        is_crowded = batch.len() > 1;
        keep(&keeper, batch).await;
    }
}

async fn gather(first: Job, jobs: &mut mpsc::Receiver<Job>, wait: Duration) -> Vec<Job> {
    let until = Instant::now() + wait;
    let mut size = first.messages.len() + first.statuses.len();
    let mut batch = vec![first];
    while size < ENOUGH {
        let Ok(Some(job)) = timeout_at(until, jobs.recv()).await else {
            break;
        };
        size += job.messages.len() + job.statuses.len();
        batch.push(job);
    }
    batch
}

/// Part of a batch, as ranges of its messages and statuses.
type Part = (std::ops::Range<usize>, std::ops::Range<usize>);

async fn keep(keeper: &Keeper, batch: Vec<Job>) {
    let mut messages = Vec::new();
    let mut statuses = Vec::new();
    let mut answers = Vec::new();
    for job in batch {
        let first = (messages.len(), statuses.len());
        messages.extend(job.messages);
        statuses.extend(job.statuses);
        answers.push(((first.0..messages.len(), first.1..statuses.len()), job.done));
    }
    let refused = keep_all(keeper, &messages, &statuses).await;
    for (own, done) in answers {
        let touched = refused.iter().find(|(part, _)| overlaps(part, &own));
        // A caller that went away gets no answer and asks again.
        let _ = done.send(touched.map_or(Ok(()), |(_, refusal)| Err(*refusal)));
    }
}

fn overlaps(one: &Part, other: &Part) -> bool {
    let meet = |one: &std::ops::Range<usize>, other: &std::ops::Range<usize>| {
        one.start.max(other.start) < one.end.min(other.end)
    };
    meet(&one.0, &other.0) || meet(&one.1, &other.1)
}

/// Stores all; where the data itself is refused, splits until only the bad one is left out.
async fn keep_all(
    keeper: &Keeper,
    messages: &[NewMessage],
    statuses: &[NewStatus],
) -> Vec<(Part, Refusal)> {
    let mut refused = Vec::new();
    let mut open: Vec<Part> = vec![(0..messages.len(), 0..statuses.len())];
    while let Some(part) = open.pop() {
        let some = messages.get(part.0.clone()).unwrap_or_default();
        let others = statuses.get(part.1.clone()).unwrap_or_default();
        match keep_part(keeper, some, others).await {
            Ok(kept) => {
                announce(keeper, &kept.accepted);
                let first = part.0.start;
                refused.extend(kept.refused.into_iter().map(|(index, refusal)| {
                    let place = first + index;
                    ((place..place + 1, part.1.start..part.1.start), refusal)
                }));
            }
            Err(Refusal::Unstorable) if some.len() + others.len() > 1 => {
                let (first, second) = halves(&part);
                open.push(second);
                open.push(first);
            }
            Err(refusal) => refused.push((part, refusal)),
        }
    }
    refused
}

/// Two parts that are both smaller, the earlier one first.
fn halves((messages, statuses): &Part) -> (Part, Part) {
    if messages.is_empty() || statuses.is_empty() {
        let middle = |range: &std::ops::Range<usize>| range.start + range.len() / 2;
        let (m, s) = (middle(messages), middle(statuses));
        (
            (messages.start..m, statuses.start..s),
            (m..messages.end, s..statuses.end),
        )
    } else {
        let none = |at: usize| at..at;
        (
            (messages.clone(), none(statuses.start)),
            (none(messages.end), statuses.clone()),
        )
    }
}

async fn keep_part(
    keeper: &Keeper,
    messages: &[NewMessage],
    statuses: &[NewStatus],
) -> Result<Kept, Refusal> {
    for attempt in 1..=TRIES {
        let error = match timeout(LIMIT, accept(keeper, messages, statuses)).await {
            Ok(Ok(kept)) => return Ok(kept),
            Ok(Err(error)) => error,
            Err(_) => {
                tracing::error!(event = "db_error", "storing a webhook took too long");
                return Err(Refusal::Unavailable);
            }
        };
        let fault = error.fault();
        if fault == Fault::Contention && attempt < TRIES {
            continue;
        }
        let error = chain(&error);
        tracing::error!(event = "db_error", error, "a webhook could not be stored");
        return Err(match fault {
            Fault::Data => Refusal::Unstorable,
            Fault::Unavailable | Fault::Contention | Fault::Schema => Refusal::Unavailable,
        });
    }
    Err(Refusal::Unavailable)
}

async fn accept(
    keeper: &Keeper,
    messages: &[NewMessage],
    statuses: &[NewStatus],
) -> Result<Kept, StoreError> {
    let acceptance = keeper.store.open_acceptance(messages).await?;
    let refusals = keeper.pace.check(messages, &acceptance).await;
    let taken: Vec<bool> = refusals.iter().map(Option::is_none).collect();
    let accepted = acceptance.finish(messages, &taken, statuses).await?;
    let refused = refusals.into_iter().enumerate();
    let refused = refused.filter_map(|(index, refusal)| Some((index, refusal?)));
    Ok(Kept {
        accepted,
        refused: refused.collect(),
    })
}

fn announce(keeper: &Keeper, accepted: &Accepted) {
    for (_, kind) in &accepted.messages {
        keeper
            .metrics
            .received
            .with_label_values(&[Metrics::type_label(kind)])
            .inc();
    }
    let mut lanes: Vec<_> = accepted.messages.iter().map(|(lane, _)| lane).collect();
    lanes.sort();
    lanes.dedup();
    for lane in lanes {
        keeper.wake.messages(lane, accepted.messages.len());
    }
    if accepted.statuses > 0 {
        keeper.wake.statuses();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_halved_until_one_is_left_and_nothing_is_lost() {
        let mut open: Vec<Part> = vec![(0..5, 0..3)];
        let mut seen = Vec::new();
        while let Some(part) = open.pop() {
            if part.0.len() + part.1.len() == 1 {
                seen.push(part);
            } else {
                let (first, second) = halves(&part);
                assert!(
                    first.0.len() + first.1.len() < part.0.len() + part.1.len(),
                    "{part:?}"
                );
                open.extend([second, first]);
            }
        }
        let messages: Vec<usize> = seen.iter().flat_map(|part| part.0.clone()).collect();
        let statuses: Vec<usize> = seen.iter().flat_map(|part| part.1.clone()).collect();
        assert_eq!((messages, statuses), ((0..5).collect(), (0..3).collect()));
    }

    #[test]
    fn a_refusal_concerns_only_webhooks_that_hold_the_bad_part() {
        let bad: Part = (2..3, 1..1);
        assert!(overlaps(&bad, &(0..3, 0..0)));
        assert!(!overlaps(&bad, &(3..5, 0..1)));
        assert!(!overlaps(&bad, &(0..2, 0..4)));
    }
}
