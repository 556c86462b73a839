//! What the API lets read.

#![expect(unused_qualifications, reason = "utoipa spells types out")]

use axum::Json;
use axum::extract::{Path, State};
use utoipa::IntoParams;

use super::body::{self, Asked};
use super::error::{Fault, Refused};
use crate::admin::records::{
    AuditRow, List, MessageRow, Overview, PeriodRow, ProviderRow, RatingRow, RequestDetail,
    RequestRow, UserDetail, UserRow, Whole,
};
use crate::http::Shared;
use crate::telemetry::now;

type Answer<T> = Result<Json<T>, Fault>;

/// Which part of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Parameters::page` reads")]
pub(super) struct PageQuery {
    /// From 1.
    #[param(minimum = 1, default = 1)]
    page: Option<i64>,
    /// Entries a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// The present numbers.
#[utoipa::path(get, path = "/api/admin/dashboard", tag = "records",
    responses((status = 200, body = Overview), (status = 401, body = Refused)))]
pub(super) async fn dashboard(State(shared): State<Shared>) -> Answer<Overview> {
    Ok(Json(
        shared.store.overview(shared.admin.settings.zone).await?,
    ))
}

/// Requests by day or week.
#[utoipa::path(get, path = "/api/admin/analytics", tag = "records",
    params(("period" = Option<String>, Query, description = "daily or weekly"),
        ("from" = Option<String>, Query, description = "the first day"),
        ("to" = Option<String>, Query, description = "the last day")),
    responses((status = 200, body = Whole<PeriodRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn analytics(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<Whole<PeriodRow>> {
    let zone = shared.admin.settings.zone;
    let today = now().with_timezone(&zone).date_naive();
    let data = shared.store.periods(asked.periods(today)?, zone).await?;
    Ok(Json(Whole { data }))
}

/// Users, newest first.
#[utoipa::path(get, path = "/api/admin/users", tag = "records",
    params(PageQuery, ("role" = Option<String>, Query, description = "customer or provider"),
        ("status" = Option<String>, Query, description = "active, blocked or erased"),
        ("search" = Option<String>, Query, description = "in name or phone number")),
    responses((status = 200, body = List<UserRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn users(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<UserRow>> {
    Ok(Json(
        shared.store.users(&asked.users()?, asked.page()?).await?,
    ))
}

/// One user, with the whole phone number.
#[utoipa::path(get, path = "/api/admin/users/{id}", tag = "records",
    params(("id" = String, Path)),
    responses((status = 200, body = UserDetail), (status = 401, body = Refused),
        (status = 404, body = Refused)))]
pub(super) async fn user(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer<UserDetail> {
    let found = shared.store.user_detail(body::id(&id)?).await?;
    found.map(Json).ok_or(Fault::Unknown)
}

/// Providers by name.
#[utoipa::path(get, path = "/api/admin/providers", tag = "records",
    params(PageQuery, ("service_type" = Option<String>, Query, description = "one of the six"),
        ("online" = Option<bool>, Query), ("enabled" = Option<bool>, Query),
        ("search" = Option<String>, Query, description = "in the name")),
    responses((status = 200, body = List<ProviderRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn providers(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<ProviderRow>> {
    let filter = asked.providers()?;
    Ok(Json(shared.store.providers(&filter, asked.page()?).await?))
}

/// Service requests, newest first.
#[utoipa::path(get, path = "/api/admin/requests", tag = "records",
    params(PageQuery, ("status" = Option<String>, Query),
        ("service_type" = Option<String>, Query, description = "one of the six"),
        ("from" = Option<String>, Query, description = "made on this day or later"),
        ("to" = Option<String>, Query, description = "made on this day or earlier")),
    responses((status = 200, body = List<RequestRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn requests(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<RequestRow>> {
    let filter = asked.requests(shared.admin.settings.zone)?;
    Ok(Json(shared.store.requests(&filter, asked.page()?).await?))
}

/// One request with its offers, chat and ratings.
#[utoipa::path(get, path = "/api/admin/requests/{id}", tag = "records",
    params(("id" = String, Path)),
    responses((status = 200, body = RequestDetail), (status = 401, body = Refused),
        (status = 404, body = Refused)))]
pub(super) async fn request(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer<RequestDetail> {
    let found = shared.store.request_detail(body::id(&id)?).await?;
    found.map(Json).ok_or(Fault::Unknown)
}

/// Ratings, newest first.
#[utoipa::path(get, path = "/api/admin/ratings", tag = "records",
    params(PageQuery, ("direction" = Option<String>, Query,
            description = "customer_to_provider or provider_to_customer"),
        ("stars" = Option<i64>, Query, minimum = 1, maximum = 5)),
    responses((status = 200, body = List<RatingRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn ratings(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<RatingRow>> {
    let filter = asked.ratings()?;
    Ok(Json(shared.store.ratings(&filter, asked.page()?).await?))
}

/// The message log: the newest page first, oldest first within a page.
#[utoipa::path(get, path = "/api/admin/messages", tag = "records",
    params(PageQuery, ("phone" = Option<String>, Query, description = "a number or some of its digits"),
        ("direction" = Option<String>, Query, description = "in or out"),
        ("type" = Option<String>, Query), ("status" = Option<String>, Query),
        ("search" = Option<String>, Query, description = "in the text"),
        ("from" = Option<String>, Query, description = "a day or a time"),
        ("to" = Option<String>, Query, description = "a day or a time")),
    responses((status = 200, body = List<MessageRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn messages(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<MessageRow>> {
    let filter = asked.messages(shared.admin.settings.zone)?;
    Ok(Json(shared.store.messages(&filter, asked.page()?).await?))
}

/// Who changed what, newest first.
#[utoipa::path(get, path = "/api/admin/audit", tag = "flags", params(PageQuery),
    responses((status = 200, body = List<AuditRow>), (status = 400, body = Refused),
        (status = 401, body = Refused)))]
pub(super) async fn audit(
    State(shared): State<Shared>,
    Asked(asked): Asked,
) -> Answer<List<AuditRow>> {
    Ok(Json(shared.store.audit(asked.page()?).await?))
}
