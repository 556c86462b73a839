//! What the API lets change. The conversations concerned are woken once it is stored.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Caller;
use super::body;
use super::error::{Fault, Refused, done};
use crate::admin::Actor;
use crate::admin::records::{ProviderRow, RequestDetail, UserDetail};
use crate::domain::{Lane, RequestStatus};
use crate::http::Shared;

const ERASED: &str = "the user was erased";

/// The admin's switch of a provider.
#[derive(Deserialize, ToSchema)]
pub(super) struct ProviderStatus {
    /// Whether the provider may take requests.
    enabled: bool,
}

/// What a user may be made.
#[derive(Deserialize, ToSchema)]
pub(super) struct UserStatus {
    /// `active` or `blocked`.
    status: String,
}

/// How a request may be ended.
#[derive(Deserialize, ToSchema)]
pub(super) struct RequestEnd {
    /// `cancelled` or `completed`.
    status: String,
}

/// Lets a provider take requests, or withdraws what they are offered.
#[utoipa::path(put, path = "/api/admin/providers/{id}/status", tag = "actions",
    params(("id" = String, Path)), request_body = ProviderStatus,
    responses((status = 200, body = ProviderRow), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 404, body = Refused),
        (status = 409, body = Refused)))]
pub(super) async fn set_provider_status(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<ProviderRow>, Fault> {
    let id = body::id(&id)?;
    let wanted: ProviderStatus = body::json(&bytes, "{\"enabled\": true or false}")?;
    enable_provider(&shared, id, wanted.enabled, &caller.actor()?).await?;
    let now = shared.store.provider(id).await?;
    now.map(Json).ok_or(Fault::Unknown)
}

/// Blocks a user, which ends their chats and requests, or lets them in again.
#[utoipa::path(put, path = "/api/admin/users/{id}/status", tag = "actions",
    params(("id" = String, Path)), request_body = UserStatus,
    responses((status = 200, body = UserDetail), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 404, body = Refused),
        (status = 409, body = Refused)))]
pub(super) async fn set_user_status(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<UserDetail>, Fault> {
    let id = body::id(&id)?;
    let needs = "{\"status\": \"active\" or \"blocked\"}";
    let wanted: UserStatus = body::json(&bytes, needs)?;
    let blocked = match wanted.status.as_str() {
        "active" => false,
        "blocked" => true,
        _ => return Err(Fault::Body(needs)),
    };
    block_user(&shared, id, blocked, &caller.actor()?).await?;
    let now = shared.store.user_detail(id).await?;
    now.map(Json).ok_or(Fault::Unknown)
}

/// Cancels an open request, or completes an assigned one. Both parties are told.
#[utoipa::path(put, path = "/api/admin/requests/{id}/status", tag = "actions",
    params(("id" = String, Path)), request_body = RequestEnd,
    responses((status = 200, body = RequestDetail), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 404, body = Refused),
        (status = 409, body = Refused)))]
pub(super) async fn set_request_status(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Result<Json<RequestDetail>, Fault> {
    let id = body::id(&id)?;
    let needs = "{\"status\": \"cancelled\" or \"completed\"}";
    let wanted: RequestEnd = body::json(&bytes, needs)?;
    let to = RequestStatus::from_word(&wanted.status).filter(|to| !to.is_open());
    let to = to.ok_or(Fault::Body(needs))?;
    end_request(&shared, id, to, &caller.actor()?).await?;
    let now = shared.store.request_detail(id).await?;
    now.map(Json).ok_or(Fault::Unknown)
}

/// Erases a user: open requests are cancelled, personal data is removed, ratings stay without a name.
#[utoipa::path(delete, path = "/api/admin/users/{id}", tag = "actions",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn erase_user(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    erase(&shared, body::id(&id)?, &caller.actor()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn enable_provider(
    shared: &Shared,
    id: Uuid,
    enabled: bool,
    actor: &Actor,
) -> Result<(), Fault> {
    let store = &shared.store;
    let outcome = store.set_provider_enabled(id, enabled, actor).await?;
    done(outcome, ERASED)?;
    shared.wake.relist();
    shared.wake.all(&Lane::live());
    Ok(())
}

pub(super) async fn block_user(
    shared: &Shared,
    id: Uuid,
    blocked: bool,
    actor: &Actor,
) -> Result<(), Fault> {
    let outcome = shared.store.set_user_blocked(id, blocked, actor).await?;
    done(outcome, ERASED)?;
    shared.wake.relist();
    shared.wake.all(&Lane::live());
    Ok(())
}

pub(super) async fn end_request(
    shared: &Shared,
    id: Uuid,
    to: RequestStatus,
    actor: &Actor,
) -> Result<(), Fault> {
    let outcome = shared.store.end_request(id, to, actor).await?;
    done(outcome, "the request's present status does not allow it")?;
    shared.wake.relist();
    shared.wake.all(&Lane::live());
    Ok(())
}

pub(super) async fn erase(shared: &Shared, id: Uuid, actor: &Actor) -> Result<(), Fault> {
    done(shared.store.erase_user(id, actor).await?, ERASED)?;
    shared.wake.relist();
    shared.wake.all(&Lane::live());
    Ok(())
}
