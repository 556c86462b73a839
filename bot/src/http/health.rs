//! Whether all is well: for people, for load balancers, and for the kubelet, each its own question.

use std::future::Future;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use chrono::SecondsFormat;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Shared;
use crate::telemetry::now;

/// Every answer comes within two seconds.
const LIMIT: Duration = Duration::from_millis(1500);
/// A call to Meta tells about its health for this long.
const CACHED: Duration = Duration::from_mins(1);

/// For people: what works and what does not.
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
    let body = json!({
        "status": status,
        "timestamp": now().to_rfc3339_opts(SecondsFormat::Millis, true),
        "uptime": shared.pod.uptime_seconds(),
        "checks": {
            "database": word(database), "redis": word(redis), "whatsapp_api": word(whatsapp),
        },
    });
    (code, Json(body)).into_response()
}

/// The process answers; nothing else is asked.
pub(super) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// For load balancers outside: whether a webhook would be stored.
pub(super) async fn ready(State(shared): State<Shared>) -> Response {
    let database = works(shared.store.ping()).await;
    let reasons: Vec<&str> = shared
        .pod
        .unready()
        .into_iter()
        .map(crate::pod::Unready::name)
        .collect();
    if database && reasons.is_empty() {
        return Json(json!({"status": "ready"})).into_response();
    }
    let body = json!({
        "status": "not_ready",
        "checks": {"database": word(database), "pod": reasons},
    });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}

/// For the kubelet: the pod's own state alone, since a database that is away must not take every pod
/// out of the Service.
pub(super) async fn pod(State(shared): State<Shared>) -> Response {
    let reasons: Vec<&str> = shared
        .pod
        .unready()
        .into_iter()
        .map(crate::pod::Unready::name)
        .collect();
    if reasons.is_empty() {
        return Json(json!({"status": "ready"})).into_response();
    }
    let body = json!({"status": "not_ready", "checks": {"pod": reasons}});
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
