//! Meta's question whether this address is ours.

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Shared;
use super::error::{Explained, Refusal};

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

/// Proves to Meta that this address is ours: the challenge is the answer where the verify token is right.
#[utoipa::path(get, path = "/api/webhook", tag = "webhook", security(()),
    params(("hub.mode" = String, Query, description = "always subscribe"),
        ("hub.verify_token" = String, Query, description = "as it was entered in Meta's app settings"),
        ("hub.challenge" = String, Query, description = "an opaque text")),
    responses((status = 200, description = "the challenge", body = String, content_type = "text/plain"),
        (status = 400, description = "there is no challenge", body = Explained),
        (status = 403, description = "the mode or the token is wrong", body = Explained)))]
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
