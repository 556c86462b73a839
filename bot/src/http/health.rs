//! Whether all is well: for people, for load balancers, and for the kubelet, each its own question.

use std::future::Future;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use chrono::SecondsFormat;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Shared;
use crate::telemetry::now;

/// Every answer comes within two seconds.
const LIMIT: Duration = Duration::from_millis(1500);
/// A call to Meta tells about its health for this long.
const CACHED: Duration = Duration::from_mins(1);

/// What works.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok`, `degraded` without Redis or WhatsApp, `error` without the database.
    status: &'static str,
    /// Now, by RFC 3339.
    timestamp: String,
    /// Seconds since the start.
    uptime: u64,
    /// Of each dependency.
    checks: Dependencies,
}

/// `ok` or `error` each.
#[derive(Serialize, ToSchema)]
struct Dependencies {
    /// `PostgreSQL`.
    database: &'static str,
    /// Redis.
    redis: &'static str,
    /// The latest call of the Graph API, or a probe, not older than a minute.
    whatsapp_api: &'static str,
}

/// A process that answers, or that takes requests.
#[derive(Serialize, ToSchema)]
pub(super) struct Well {
    /// `ok` of one that lives, `ready` of one that takes requests.
    status: &'static str,
}

/// Why no requests should come here.
#[derive(Serialize, ToSchema)]
pub(super) struct NotReady {
    /// Always `not_ready`.
    status: &'static str,
    /// What was looked at.
    checks: Reasons,
}

/// What keeps a pod from taking requests.
#[derive(Serialize, ToSchema)]
struct Reasons {
    /// `ok` or `error`, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'static str>,
    /// By the pod's own state.
    pod: Vec<&'static str>,
}

/// For people: what works and what does not.
#[utoipa::path(get, path = "/health", tag = "health", security(()),
    responses((status = 200, description = "webhooks are stored", body = Health),
        (status = 503, description = "the database is away", body = Health)))]
pub(super) async fn overview(State(shared): State<Shared>) -> Response {
    let (database, redis, whatsapp) = tokio::join!(
        works(shared.store.ping()),
        works(shared.redis.ping()),
        whatsapp_works(&shared)
    );
    let status = match (database, redis && whatsapp) {
        (false, _) => "error",
        (true, false) => "degraded",
        (true, true) => "ok",
    };
    let code = if database {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = Health {
        status,
        timestamp: now().to_rfc3339_opts(SecondsFormat::Millis, true),
        uptime: shared.pod.uptime_seconds(),
        checks: Dependencies {
            database: word(database),
            redis: word(redis),
            whatsapp_api: word(whatsapp),
        },
    };
    (code, Json(body)).into_response()
}

/// The process answers; nothing else is asked.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()),
    responses((status = 200, description = "it does", body = Well)))]
pub(super) async fn live() -> Json<Well> {
    Json(Well { status: "ok" })
}

/// For load balancers outside: whether a webhook would be stored.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, description = "it would", body = Well),
        (status = 503, description = "it would not", body = NotReady)))]
pub(super) async fn ready(State(shared): State<Shared>) -> Response {
    let database = works(shared.store.ping()).await;
    readiness(&shared, Some(database))
}

/// For the kubelet: the pod's own state alone, since a database that is away must not take every pod
/// out of the Service.
#[utoipa::path(get, path = "/health/pod", tag = "health", security(()),
    responses((status = 200, description = "this pod takes requests", body = Well),
        (status = 503, description = "it does not yet, or no longer", body = NotReady)))]
pub(super) async fn pod(State(shared): State<Shared>) -> Response {
    readiness(&shared, None)
}

/// By the pod's own state, and by the database where it was asked.
fn readiness(shared: &Shared, database: Option<bool>) -> Response {
    let reasons = shared.pod.unready().into_iter();
    let pod: Vec<&str> = reasons.map(crate::pod::Unready::name).collect();
    if database.unwrap_or(true) && pod.is_empty() {
        return Json(Well { status: "ready" }).into_response();
    }
    let body = NotReady {
        status: "not_ready",
        checks: Reasons {
            database: database.map(word),
            pod,
        },
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

async fn whatsapp_works(shared: &Shared) -> bool {
    if let Some(works) = shared.graph.health().within(CACHED) {
        return works;
    }
    match timeout(LIMIT, shared.graph.probe()).await {
        // The probe noted what its answer means.
        Ok(_) => shared.graph.health().within(CACHED).unwrap_or(false),
        Err(_) => false,
    }
}

async fn works<E>(check: impl Future<Output = Result<(), E>>) -> bool {
    matches!(timeout(LIMIT, check).await, Ok(Ok(())))
}

fn word(works: bool) -> &'static str {
    if works { "ok" } else { "error" }
}
