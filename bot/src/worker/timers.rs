//! Brings notices whose time has come to their conversations.

use tokio_util::sync::CancellationToken;

use super::{POLL, Workshop};
use crate::domain::Lane;
use crate::store::StoreError;
use crate::telemetry::chain;

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    let mut complained = false;
    loop {
        if workshop.pod.may_work() {
            match ring(&workshop).await {
                Ok(()) => complained = false,
                Err(error) if !complained => {
                    complained = true;
                    let error = chain(&error);
                    tracing::warn!(event = "db_error", error, "timers wait");
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn ring(workshop: &Workshop) -> Result<(), StoreError> {
    let (revision, live) = (workshop.pod.revision(), workshop.pod.owns_work());
    while workshop.store.ring_timers(revision, live).await? > 0 {
        workshop.wake.all(&Lane::live());
    }
    Ok(())
}
