//! Applies what Meta tells about messages of ours.

use tokio_util::sync::CancellationToken;

use super::{POLL, Workshop, rest};
use crate::domain::Lane;
use crate::telemetry::chain;

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    let mut wakes = workshop.wake.watch_statuses();
    let mut complained = false;
    while rest(&mut wakes, POLL, &stop).await {
        if !workshop.pod.may_work() || !workshop.pod.owns_work() {
            continue;
        }
        match drain(&workshop).await {
            Ok(()) => complained = false,
            Err(error) if !complained => {
                complained = true;
                let error = chain(&error);
                tracing::warn!(event = "db_error", error, "statuses wait");
            }
            Err(_) => {}
        }
    }
}

async fn drain(workshop: &Workshop) -> Result<(), crate::store::StoreError> {
    loop {
        let applied = workshop
            .store
            .apply_statuses(workshop.pod.revision())
            .await?;
        if applied.told {
            workshop.wake.all(&Lane::live());
        }
        if applied.looked_at == 0 {
            return Ok(());
        }
    }
}
