//! Keeps the pod's knowledge of who owns the live work fresh. Work itself never relies on it: every
//! work transaction looks for itself.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Workshop;

/// How soon a move by another pod is noticed. Until then webhooks are answered as before.
const PAUSE: Duration = Duration::from_millis(250);

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    loop {
        if workshop.pod.has_migrations() {
            let fence = workshop.store.fence().await;
            let outcome = if fence.is_ok() { "ok" } else { "error" };
            let looks = &workshop.metrics.database_looks;
            looks.with_label_values(&[outcome]).inc();
            // A database that is away is reported by those who need it.
            if let Ok(fence) = fence {
                note(&workshop, fence.revision == workshop.pod.revision());
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Notes whether this revision owns the live work, and starts on it when that is new.
fn note(workshop: &Workshop, owns: bool) {
    if workshop.pod.note_ownership(owns, &workshop.metrics) {
        tracing::info!(
            event = "work_fence",
            owns,
            "ownership of the live work changed"
        );
        if owns {
            workshop.wake.here();
        }
    }
}
