//! Keys of internal services over the API.

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
use crate::admin::records::{KeyRow, NewKey, Whole};
use crate::admin::{Actor, token};
use crate::http::Shared;

const NEEDS: &str = "{\"name\": text of 1 to 100 characters}";
/// By which leaked keys are recognised.
const PREFIX: &str = "ubk_";

/// For whom a key is made.
#[derive(Deserialize, ToSchema)]
pub(super) struct KeyName {
    /// The service that will use it.
    name: String,
}

/// All keys, without the keys themselves.
#[utoipa::path(get, path = "/api/admin/api-keys", tag = "access",
    responses((status = 200, body = Whole<KeyRow>), (status = 401, body = Refused)))]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Whole<KeyRow>>, Fault> {
    let data = shared.store.keys().await?;
    Ok(Json(Whole { data }))
}

/// Makes a key, which is shown this once.
#[utoipa::path(post, path = "/api/admin/api-keys", tag = "access", request_body = KeyName,
    responses((status = 201, body = NewKey), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn create(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<NewKey>), Fault> {
    let wanted: KeyName = body::json(&bytes, NEEDS)?;
    let key = make(&shared, &wanted.name, &caller.actor()?).await?;
    Ok((StatusCode::CREATED, Json(key)))
}

/// No longer takes a key.
#[utoipa::path(delete, path = "/api/admin/api-keys/{id}", tag = "access",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn revoke(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    let id = body::id(&id)?;
    done(shared.store.revoke_key(id, &caller.actor()?).await?, "")?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn make(shared: &Shared, name: &str, actor: &Actor) -> Result<NewKey, Fault> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=100).contains(&length) || name.chars().any(char::is_control) {
        return Err(Fault::Body(NEEDS));
    }
    let id = Uuid::now_v7();
    let key = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let fingerprint = token::fingerprint(&key);
    let outcome = shared
        .store
        .create_key(id, name, &fingerprint, actor)
        .await?;
    done(outcome, "there is a key of this name")?;
    Ok(NewKey {
        id,
        name: name.to_owned(),
        key,
    })
}
