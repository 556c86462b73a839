//! Meta's question whether this address is ours.

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Shared;
use super::error::Refusal;

/// What Meta asks with. The challenge is an opaque text.
#[derive(Deserialize)]
pub(super) struct Verification {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.verify_token")]
    token: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
}

pub(super) async fn verify(
    State(shared): State<Shared>,
    Query(asked): Query<Verification>,
) -> Result<Response, Refusal> {
    let subscribes = asked.mode.as_deref() == Some("subscribe");
    let known = is_any(
        &asked.token.unwrap_or_default(),
        &shared.settings.verify_tokens,
    );
    if !subscribes || !known {
        tracing::warn!(
            event = "verification_refused",
            "mode or verify token is wrong"
        );
        return Err(Refusal::WrongToken);
    }
    let challenge = asked.challenge.ok_or(Refusal::NoChallenge)?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response())
}

/// Takes the same time whichever byte or token differs.
pub(super) fn is_any(given: &str, secrets: &[SecretString]) -> bool {
    let equals = |secret: &SecretString| {
        bool::from(given.as_bytes().ct_eq(secret.expose_secret().as_bytes()))
    };
    secrets
        .iter()
        .fold(false, |found, secret| found | equals(secret))
}
