//! The operator's port: who does the live work, a move of it, and what the pod counts of itself.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Json, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::{Shared, verify};
use crate::metrics::Counts;
use crate::store::StoreError;
use crate::store::fence::{Fence, Moved};
use crate::telemetry::chain;

/// The fence on the wire.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Work {
    epoch: i64,
    revision: String,
}

/// How long the database may take to answer, so that the operator gets its own answer in time.
const LOOK: Duration = Duration::from_millis(500);

/// What the operator judges a pod by.
#[derive(Debug, Serialize)]
pub(super) struct Counted {
    #[serde(flatten)]
    counts: Counts,
    /// Whether the database answers now.
    database: bool,
}

pub(super) async fn authorise(
    State(token): State<Arc<SecretString>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let given = header
        .and_then(|header| header.strip_prefix("Bearer "))
        .unwrap_or_default();
    if verify::is_any(given, std::slice::from_ref(&*token)) {
        Ok(next.run(request).await)
    } else {
        Err(Refusal::Unauthorised)
    }
}

pub(super) async fn show(State(shared): State<Shared>) -> Result<Json<Work>, Refusal> {
    let fence = shared
        .store
        .fence()
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(Json(noted(&shared, fence)))
}

/// What this process has counted. The database is asked first, so that its state is not older than the counts that it
/// explains.
pub(super) async fn counts(State(shared): State<Shared>) -> Json<Counted> {
    let looked = tokio::time::timeout(LOOK, shared.store.ping()).await;
    Json(Counted {
        database: matches!(looked, Ok(Ok(()))),
        counts: shared.metrics.counts(),
    })
}

pub(super) async fn move_to(
    State(shared): State<Shared>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let wanted: Work = serde_json::from_slice(&body).map_err(|_| Refusal::BadMove)?;
    if wanted.epoch < 1 || wanted.revision.is_empty() || wanted.revision.contains('\0') {
        return Err(Refusal::BadMove);
    }
    let wanted = Fence {
        epoch: wanted.epoch,
        revision: wanted.revision,
    };
    let moved = shared
        .store
        .move_fence(&wanted)
        .await
        .map_err(|error| unavailable(&error))?;
    let (status, fence) = match moved {
        Moved::Done(fence) => (StatusCode::OK, fence),
        Moved::Stale(fence) => (StatusCode::CONFLICT, fence),
    };
    Ok((status, Json(noted(&shared, fence))).into_response())
}

/// The pod learns of the owner at once, rather than at its next look.
fn noted(shared: &Shared, fence: Fence) -> Work {
    let owns = fence.revision == shared.pod.revision();
    if shared.pod.note_ownership(owns, &shared.metrics) {
        tracing::info!(event = "work_fence", owns, epoch = fence.epoch);
        shared.wake.here();
    }
    Work {
        epoch: fence.epoch,
        revision: fence.revision,
    }
}

fn unavailable(error: &StoreError) -> Refusal {
    let error = chain(error);
    tracing::error!(
        event = "db_error",
        error,
        "the work fence cannot be reached"
    );
    Refusal::Unavailable
}
