//! The net under the outbox: smoke replies that nobody ended, and messages that are no longer worth
//! sending.

use tokio_util::sync::CancellationToken;

use super::{POLL, Workshop};
use crate::domain::Lane;
use crate::store::StoreError;
use crate::telemetry::chain;

pub(super) async fn run(workshop: Workshop, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(POLL) => {}
        }
        if workshop.pod.may_work()
            && let Err(error) = tidy(&workshop).await
        {
            let error = chain(&error);
            tracing::debug!(event = "db_error", error, "the outbox is tidied later");
        }
    }
}

async fn tidy(workshop: &Workshop) -> Result<(), StoreError> {
    let revision = workshop.pod.revision();
    workshop.store.end_smoke_sends(revision).await?;
    if workshop.pod.owns_work() {
        let window = workshop.settings.service_window;
        if workshop.store.release_sends(revision, window).await? > 0 {
            workshop.wake.sends();
        }
        let expired = workshop.store.expire_sends(revision).await?;
        if expired.messages > 0 {
            tracing::error!(
                event = "messages_expired",
                expired = expired.messages,
                "messages were not sent in time"
            );
        }
        if expired.told {
            workshop.wake.all(&Lane::live());
        }
    }
    Ok(())
}
