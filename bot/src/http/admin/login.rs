//! Passwords against tokens.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Address;
use super::error::{Fault, Refused};
use super::{FirstAdmin, Password, body};
use crate::admin::{password, token};
use crate::http::Shared;
use crate::store::admin::Login;
use crate::telemetry::now;

/// Longer ones are nobody's.
const MAX_LENGTH: usize = 256;

/// Who wants a token.
#[derive(Deserialize, ToSchema)]
pub(super) struct Credentials {
    /// The admin's name.
    username: String,
    /// Their password.
    password: String,
}

/// A token, to be sent as `Authorization: Bearer`.
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    /// Opaque.
    token: String,
    /// Seconds that it holds.
    expires_in: i64,
}

/// Gives a token for a password. After five failures within 15 minutes, by username or by address, the
/// answer is 429.
#[utoipa::path(post, path = "/api/admin/login", tag = "access", security(()),
    request_body = Credentials,
    responses((status = 200, body = Token), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 429, body = Refused)))]
pub(super) async fn login(
    State(shared): State<Shared>,
    Extension(Address(address)): Extension<Address>,
    body: Bytes,
) -> Result<Json<Token>, Fault> {
    let needs = "{\"username\": text, \"password\": text}";
    let Credentials { username, password } = body::json(&body, needs)?;
    let username = authenticate(&shared, username, password, &address.to_string()).await?;
    let secret = &shared.admin.settings.token_secret;
    Ok(Json(Token {
        token: token::issue(secret, &username, now().timestamp()),
        expires_in: token::LIFETIME_SECONDS,
    }))
}

/// The admin whose password it is.
pub(super) async fn authenticate(
    shared: &Shared,
    username: String,
    password: String,
    address: &str,
) -> Result<String, Fault> {
    let Some(first) = &shared.admin.settings.first else {
        return Err(Fault::Unconfigured);
    };
    let nobody = shared
        .admin
        .seeded
        .get_or_try_init(|| seed(shared, first))
        .await?;
    let username = username.trim().to_owned();
    let sensible = !username.contains('\0') && username.len() <= MAX_LENGTH;
    if !sensible || password.len() > MAX_LENGTH {
        return Err(Fault::WrongPassword);
    }
    let (attempt, hash) = match shared.store.attempt_login(&username, address).await? {
        Login::Wait(seconds) => {
            tracing::warn!(event = "login_limited", "too many failed logins");
            return Err(Fault::Limited(u64::try_from(seconds).unwrap_or(1)));
        }
        Login::Try(attempt, hash) => (attempt, hash),
    };
    let is_known = hash.is_some();
    // An unknown name takes as long as a known one.
    let hash = hash.unwrap_or_else(|| nobody.clone());
    let matches = check(shared, move || password::matches(&password, &hash)).await?;
    if !(is_known && matches) {
        tracing::warn!(event = "login_failed", "username or password is wrong");
        return Err(Fault::WrongPassword);
    }
    shared.store.login_succeeded(&attempt).await?;
    tracing::info!(event = "login", "an admin logged in");
    Ok(username)
}

/// Stores the admin of the deployment's secrets, once a process.
async fn seed(shared: &Shared, first: &FirstAdmin) -> Result<String, Fault> {
    let stored = shared.store.admin_hash(&first.username).await?;
    let hash = match &first.password {
        Password::Hashed(hash) => Some(hash.expose_secret().to_owned()),
        Password::Plain(plain) => {
            let plain = plain.expose_secret().to_owned();
            check(shared, move || match stored {
                // It is the same; a new salt would change the row for nothing.
                Some(hash) if password::matches(&plain, &hash) => Some(hash),
                _ => password::hash(&plain),
            })
            .await?
        }
    };
    let hash = hash.ok_or(Fault::Internal)?;
    shared.store.put_admin(&first.username, &hash).await?;
    let nobody = check(shared, || password::hash(&uuid::Uuid::new_v4().to_string())).await?;
    nobody.ok_or(Fault::Internal)
}

/// Slow work on passwords, away from the threads that serve, and not too much at once.
async fn check<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let permit = shared.admin.checks.acquire().await;
    let _permit = permit.map_err(|_| Fault::Internal)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Fault::Internal)
}
