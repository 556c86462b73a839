//! The control API, for tests and demonstrations. JSON in and out.

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::bad_request;
use crate::control::Control;
use crate::inbound::Inbound;
use crate::world::{Fault, Sent};

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/messages", get(messages).delete(clear))
        .route(
            "/reads",
            get(async |State(control): State<Control>| Json(control.reads())),
        )
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/inbound", post(inbound))
        .route("/webhook", put(set_webhook))
        .route("/verify", post(verify))
        .route(
            "/stats",
            get(async |State(control): State<Control>| Json(control.stats())),
        )
}

/// Which recorded sends are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    to: Option<String>,
    #[serde(default)]
    since: u64,
}

async fn messages(
    State(control): State<Control>,
    Query(selection): Query<Selection>,
) -> Json<Vec<Sent>> {
    Json(control.sent(selection.to.as_deref(), selection.since))
}

async fn clear(State(control): State<Control>) -> StatusCode {
    control.clear();
    StatusCode::NO_CONTENT
}

async fn faults(State(control): State<Control>) -> Json<Vec<Fault>> {
    Json(control.faults())
}

async fn add_fault(State(control): State<Control>, body: Bytes) -> Response {
    let fault = match read::<Fault>(&body) {
        Ok(fault) => fault,
        Err(response) => return *response,
    };
    match control.fault(fault) {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(error) => bad_request(&error),
    }
}

async fn clear_faults(State(control): State<Control>) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

async fn inbound(State(control): State<Control>, body: Bytes) -> Response {
    let inbound = match read::<Inbound>(&body) {
        Ok(inbound) => inbound,
        Err(response) => return *response,
    };
    match control.inbound(inbound).await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(error) => bad_request(&error),
    }
}

/// Where webhooks go, and whether statuses are among them. What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: Option<String>,
    statuses: Option<bool>,
}

async fn set_webhook(State(control): State<Control>, body: Bytes) -> Response {
    let webhook = match read::<Webhook>(&body) {
        Ok(webhook) => webhook,
        Err(response) => return *response,
    };
    if let Some(url) = webhook.url
        && let Err(error) = control.set_webhook_url(Some(&url))
    {
        return bad_request(&format!("url: {error}"));
    }
    if let Some(on) = webhook.statuses {
        control.set_status_webhooks(on);
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn verify(State(control): State<Control>) -> Response {
    Json(control.verify_webhook().await).into_response()
}

/// Reads a body; the answer to a bad one names what is wrong and where.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Response>> {
    serde_json::from_slice(body).map_err(|error| Box::new(bad_request(&error)))
}
