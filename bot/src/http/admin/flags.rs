//! Feature flags over the API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Caller;
use super::body;
use super::error::{Fault, Refused, done};
use crate::admin::Actor;
use crate::admin::records::{FlagRow, Whole};
use crate::http::Shared;
use crate::store::flags::Switch;

const NEEDS: &str =
    "{\"enabled\": true or false, \"percentage\": 0 to 100, \"allowed\": user ids}, each optional";
/// As many as one can oversee.
const MAX_ALLOWED: usize = 1000;

/// How a flag is to be switched; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagSwitch {
    /// Whether anybody has it.
    enabled: Option<bool>,
    /// For how many of a hundred people, always the same ones.
    #[schema(minimum = 0, maximum = 100)]
    percentage: Option<u8>,
    /// User ids of those who have it in any case while it is enabled.
    allowed: Option<Vec<Uuid>>,
}

/// All feature flags.
#[utoipa::path(get, path = "/api/admin/flags", tag = "flags",
    responses((status = 200, body = Whole<FlagRow>), (status = 401, body = Refused)))]
pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Whole<FlagRow>>, Fault> {
    let data = shared.store.flags().await?;
    Ok(Json(Whole { data }))
}

/// Switches a flag on all replicas within a second.
#[utoipa::path(put, path = "/api/admin/flags/{name}", tag = "flags",
    params(("name" = String, Path)), request_body = FlagSwitch,
    responses((status = 200, body = FlagRow), (status = 400, body = Refused),
        (status = 401, body = Refused), (status = 404, body = Refused),
        (status = 409, body = Refused)))]
pub(super) async fn switch(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Result<Json<FlagRow>, Fault> {
    let wanted: FlagSwitch = body::json(&bytes, NEEDS)?;
    let switch = Switch {
        enabled: wanted.enabled,
        percentage: wanted.percentage,
        allowed: wanted.allowed,
    };
    Ok(Json(
        apply(&shared, &name, &switch, &caller.actor()?).await?,
    ))
}

pub(super) async fn apply(
    shared: &Shared,
    name: &str,
    switch: &Switch,
    actor: &Actor,
) -> Result<FlagRow, Fault> {
    let many = switch.allowed.as_ref().map_or(0, Vec::len) > MAX_ALLOWED;
    if many || switch.percentage.is_some_and(|percentage| percentage > 100) {
        return Err(Fault::Body(NEEDS));
    }
    if name.contains('\0') {
        return Err(Fault::Unknown);
    }
    let outcome = shared.store.switch_flag(name, switch, actor).await?;
    done(outcome, "somebody on the list is no user")
}
