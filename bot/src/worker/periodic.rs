//! What the clock starts: gauges are sampled, and what has expired is swept, by one replica at a time.

use std::time::Duration;

use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Workshop;
use crate::store::StoreError;
use crate::telemetry::chain;

const SAMPLE_EVERY: Duration = Duration::from_secs(5);
const SWEEP_EVERY: Duration = Duration::from_mins(1);

pub(super) async fn start(
    workshop: &Workshop,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), JobSchedulerError> {
    let mut scheduler = JobScheduler::new().await?;
    scheduler
        .add(job(workshop, SAMPLE_EVERY, Work::Sample)?)
        .await?;
    scheduler
        .add(job(workshop, SWEEP_EVERY, Work::Sweep)?)
        .await?;
    scheduler.start().await?;
    let stop = stop.clone();
    tasks.spawn(async move {
        stop.cancelled().await;
        if let Err(error) = scheduler.shutdown().await {
            let error = chain(&error);
            tracing::warn!(
                event = "scheduler_error",
                error,
                "the scheduler did not stop"
            );
        }
    });
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Sample,
    Sweep,
}

fn job(workshop: &Workshop, every: Duration, work: Work) -> Result<Job, JobSchedulerError> {
    let workshop = workshop.clone();
    Job::new_repeated_async(every, move |_, _| {
        let workshop = workshop.clone();
        Box::pin(async move {
            if !workshop.pod.has_migrations() {
                return;
            }
            let done = match work {
                Work::Sample => sample(&workshop).await,
                Work::Sweep => sweep(&workshop).await,
            };
            if let Err(error) = done {
                let error = chain(&error);
                tracing::warn!(event = "db_error", error, work = ?work, "periodic work failed");
            }
        })
    })
}

async fn sample(workshop: &Workshop) -> Result<(), StoreError> {
    let metrics = &workshop.metrics;
    let (idle, used) = workshop.store.connections();
    metrics
        .connections
        .with_label_values(&["idle"])
        .set(f64::from(idle));
    metrics
        .connections
        .with_label_values(&["used"])
        .set(f64::from(used));
    let counts = workshop.store.counts().await?;
    for (gauge, count) in [
        (&metrics.active_sessions, counts.active_sessions),
        (&metrics.bookings.online, counts.providers_online),
        (&metrics.inbox_pending, counts.inbox_pending),
        (&metrics.outbox_pending, counts.outbox_pending),
        (&metrics.dead_letters, counts.dead_letters),
    ] {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of rows stay far below 2^52"
        )]
        gauge.set(count as f64);
    }
    Ok(())
}

async fn sweep(workshop: &Workshop) -> Result<(), StoreError> {
    if let Some(swept) = workshop.store.sweep().await?
        && (swept.sessions > 0 || swept.statuses > 0)
    {
        tracing::info!(
            event = "swept",
            sessions = swept.sessions,
            statuses = swept.statuses
        );
    }
    Ok(())
}
