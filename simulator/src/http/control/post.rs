//! Webhooks: where they go, verification, posting again, posting anything.

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use bytes::Bytes;
use serde::Deserialize;

use super::read;
use crate::control::Control;
use crate::courier::Receipt;
use crate::http::{bad_request, not_found};
use crate::world::Webhook;

/// Most times that a webhook is posted again by one order.
const MOST_TIMES: u32 = 1_000;

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/webhook", put(set_webhook))
        .route("/webhooks", get(webhooks))
        .route("/webhooks/again", post(again))
        .route("/notify", post(notify))
        .route("/verify", post(verify))
}

/// Where webhooks go, and whether statuses are among them. What is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Destination {
    url: Option<String>,
    statuses: Option<bool>,
}

async fn set_webhook(State(control): State<Control>, body: Bytes) -> Response {
    let webhook = match read::<Destination>(&body) {
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

async fn webhooks(State(control): State<Control>) -> Json<Vec<Webhook>> {
    Json(control.webhooks())
}

/// Which webhook is posted again, and how often.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    seq: Option<u64>,
    #[serde(default = "once")]
    times: u32,
}

fn once() -> u32 {
    1
}

async fn again(State(control): State<Control>, body: Bytes) -> Response {
    let again = match read::<Again>(&body) {
        Ok(again) => again,
        Err(response) => return *response,
    };
    if !(1..=MOST_TIMES).contains(&again.times) {
        return bad_request(&format!("times: must be 1 to {MOST_TIMES}"));
    }
    match control.redeliver(again.seq, again.times).await {
        Ok(receipts) => Json(receipts).into_response(),
        Err(error) => not_found(&error),
    }
}

/// Whether a body that is not answered 200 is posted again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trying {
    #[serde(default)]
    retry: bool,
}

async fn notify(
    State(control): State<Control>,
    Query(Trying { retry }): Query<Trying>,
    body: Bytes,
) -> Json<Receipt> {
    Json(control.notify(body, retry).await)
}
