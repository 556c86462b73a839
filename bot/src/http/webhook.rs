//! Meta's notifications: checked, read, stored, and only then answered.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Json, Response};
use chrono::DateTime;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{Explained, Refusal, Slower};
use super::limit::Kind;
use super::{Shared, address, body};
use crate::domain::{Identity, Lane, RequestId};
use crate::store::accept::{NewMessage, NewStatus};
use crate::whatsapp::notification::{self, InboundMessage, InboundStatus, Notification};
use crate::whatsapp::signature;

pub(super) const SIGNATURE: &str = "x-hub-signature-256";
/// Wrongly signed webhooks of one address that are told so; Meta's are never wrong.
const WRONG: Kind = Kind {
    name: "unsigned",
    most: 60,
    window: Duration::from_mins(1),
};

/// The answer to what is stored.
#[derive(Serialize, ToSchema)]
pub(super) struct Received {
    /// Always `received`.
    status: &'static str,
}

/// Takes Meta's notifications. Once the answer is 200 all of it is durable; what is not 200 Meta sends again.
#[utoipa::path(post, path = "/api/webhook", tag = "webhook", security(()),
    params(("X-Hub-Signature-256" = String, Header,
        description = "sha256= and the HMAC-SHA256 of the raw body under the app secret, in hexadecimal digits")),
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "a notification of the WhatsApp Cloud API, at most 3 MB"),
    responses((status = 200, description = "stored, or nothing of it was for this number", body = Received),
        (status = 400, description = "signed, and not JSON, or broken off", body = Explained),
        (status = 401, description = "the signature is missing or wrong", body = Explained),
        (status = 413, description = "larger than 3 MB", body = Explained),
        (status = 429, description = "a person sends too much, or an address too often with a wrong signature; \
            other messages of the notification are stored", body = Slower,
            headers(("Retry-After" = u64, description = "seconds until the earliest slot"))),
        (status = 500, description = "some of it can't be stored", body = Explained),
        (status = 503, description = "the database is away; the same request works later", body = Explained)))]
pub(super) async fn receive(
    State(shared): State<Shared>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let proxies = shared.admin.settings.trusted_proxies;
    let caller = address::client(&headers, &parts.extensions, proxies);
    let taken = take(&shared, &request_id, (caller, &headers), body).await;
    let (result, response) = match taken {
        Ok(()) => (
            "accepted",
            Json(Received { status: "received" }).into_response(),
        ),
        Err(refusal) => (refusal.result(), refusal.into_response()),
    };
    let seconds = &shared.metrics.webhook_seconds;
    seconds
        .with_label_values(&[result])
        .observe(started.elapsed().as_secs_f64());
    response
}

async fn take(
    shared: &Shared,
    request_id: &RequestId,
    (caller, headers): (IpAddr, &HeaderMap),
    body: Body,
) -> Result<(), Refusal> {
    let started = Instant::now();
    let bytes = body::read(body).await?;
    check_signature(shared, caller, headers, &bytes).await?;
    let notification = notification::parse(&bytes).map_err(|_| Refusal::NotJson)?;
    let (messages, statuses) = ours(shared, request_id, notification);
    let (message_count, status_count) = (messages.len(), statuses.len());
    if message_count + status_count > 0 {
        shared.intake.store(messages, statuses).await?;
    }
    tracing::info!(
        event = "webhook_received",
        messages = message_count,
        statuses = status_count,
        duration_ms = started.elapsed().as_millis(),
    );
    Ok(())
}

async fn check_signature(
    shared: &Shared,
    caller: IpAddr,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<(), Refusal> {
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    if signature::verify(bytes, header, &shared.settings.app_secrets) {
        return Ok(());
    }
    tracing::warn!(
        event = "signature_invalid",
        present = header.is_some(),
        bytes = bytes.len()
    );
    match shared.calls.take(caller, WRONG).await {
        Ok(()) => Err(Refusal::BadSignature),
        Err(retry_after) => Err(Refusal::RateLimited { retry_after }),
    }
}

/// What is for our number and can be answered. The rest is logged and passed over: Meta would only
/// send it again.
fn ours(
    shared: &Shared,
    request_id: &RequestId,
    notification: Notification,
) -> (Vec<NewMessage>, Vec<NewStatus>) {
    for error in &notification.value_errors {
        tracing::warn!(
            event = "account_error",
            code = error.code,
            "Meta reports an error"
        );
    }
    if !notification.ignored.is_empty() {
        tracing::debug!(event = "ignored", parts = ?notification.ignored);
    }
    let number = &shared.settings.phone_number_id;
    let is_ours = |other: &Option<String>| other.as_ref().is_none_or(|other| other == number);
    let messages = notification
        .messages
        .into_iter()
        .filter(|message| is_ours(&message.phone_number_id))
        .filter_map(|message| new_message(shared, request_id, message))
        .collect();
    // Another number's statuses name no message of ours; they are forgotten after a day.
    let statuses = notification
        .statuses
        .into_iter()
        .map(|status| new_status(request_id, status))
        .collect();
    (messages, statuses)
}

fn new_message(
    shared: &Shared,
    request_id: &RequestId,
    message: InboundMessage,
) -> Option<NewMessage> {
    if message.identity.is_empty() {
        tracing::warn!(
            event = "sender_invalid",
            wamid = message.wamid.as_str(),
            "nobody to answer"
        );
        return None;
    }
    Some(NewMessage {
        wamid: message.wamid,
        lane: lane(shared, &message.identity),
        identity: message.identity,
        kind: storable(&message.kind),
        profile_name: message.profile_name.as_deref().map(storable),
        raw: message.raw.get().as_bytes().to_vec(),
        sent_at: message
            .timestamp
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        request_id: request_id.clone(),
    })
}

/// People with a number of no country are smoke tests of this very revision.
fn lane(shared: &Shared, identity: &Identity) -> Lane {
    let smoke = identity
        .phone
        .as_ref()
        .is_some_and(crate::domain::Phone::is_smoke);
    if smoke {
        Lane::named(shared.pod.revision())
    } else {
        Lane::live()
    }
}

fn new_status(request_id: &RequestId, status: InboundStatus) -> NewStatus {
    let error = status.errors.into_iter().next();
    NewStatus {
        wamid: status.wamid,
        status: storable(&status.status),
        happened_at: status
            .timestamp
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        error: error.map(|error| (error.code, storable(&error.title))),
        request_id: request_id.clone(),
    }
}

/// Text columns take every character but this one.
fn storable(text: &str) -> String {
    text.replace('\0', "")
}
