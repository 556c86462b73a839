//! Finds out, as often as needed, whether this pod may serve: the schema has its migrations, and no
//! other build runs under its revision. A standalone process then takes the live work.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::config::Revision;
use crate::pod::Pod;
use crate::store::Store;
use crate::store::ledger::MigrateError;
use crate::store::migrations::Migration;
use crate::telemetry::chain;

const PAUSE: Duration = Duration::from_millis(500);
/// So many silent looks lie between two lines that say what is waited for.
const QUIET: u32 = 20;

pub(super) async fn run(
    store: Store,
    pod: std::sync::Arc<Pod>,
    revision: Revision,
    migrations: Vec<Migration>,
    stop: CancellationToken,
) {
    let own_build = match &revision {
        Revision::Managed(_) => build_id().await,
        Revision::Standalone => None,
    };
    let mut looks = 0;
    loop {
        match look(&store, &pod, &revision, own_build.as_deref(), &migrations).await {
            Ok(None) => return,
            Ok(Some(waits_for)) if looks % QUIET == 0 => {
                tracing::warn!(event = "not_ready", waits_for, "the pod is not ready");
            }
            Err(error) if looks % QUIET == 0 => {
                let error = chain(&error);
                tracing::error!(event = "not_ready", error, "the pod is not ready");
            }
            Ok(Some(_)) | Err(_) => {}
        }
        looks += 1;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// What is still waited for, if anything.
async fn look(
    store: &Store,
    pod: &Pod,
    revision: &Revision,
    own_build: Option<&str>,
    migrations: &[Migration],
) -> Result<Option<&'static str>, MigrateError> {
    if !store.has_migrations(migrations).await? {
        return Ok(Some("migrations"));
    }
    store.learn_sessions().await.map_err(MigrateError::Ask)?;
    pod.note_migrations();
    match revision {
        // The worker notices at its next look that the live work is ours.
        Revision::Standalone => {
            store
                .seize_fence(revision.name())
                .await
                .map_err(MigrateError::Ask)?;
        }
        Revision::Managed(name) => {
            let Some(own_build) = own_build else {
                return Ok(Some("its own program file, which cannot be read"));
            };
            let recorded = store
                .build_of(name, own_build)
                .await
                .map_err(MigrateError::Ask)?;
            if recorded != own_build {
                return Ok(Some("its build: pods of this revision run another program"));
            }
        }
    }
    pod.note_build();
    tracing::info!(event = "ready", "the pod is ready");
    Ok(None)
}

/// The version and the content of the running program.
async fn build_id() -> Option<String> {
    let hashed = tokio::task::spawn_blocking(|| {
        let program = std::env::current_exe()?;
        let mut file = std::fs::File::open(program)?;
        let mut digest = Sha256::new();
        let mut chunk = vec![0; 1 << 20];
        loop {
            let read = std::io::Read::read(&mut file, &mut chunk)?;
            if read == 0 {
                break;
            }
            digest.update(chunk.get(..read).unwrap_or_default());
        }
        Ok::<_, std::io::Error>(hex::encode(digest.finalize()))
    });
    let content = hashed.await.ok()?.ok()?;
    Some(format!("{} {content}", env!("CARGO_PKG_VERSION")))
}
