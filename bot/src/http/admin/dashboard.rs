//! The dashboard's pages, for people who are logged in.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::Days;

use super::error::Fault;
use super::{body, forms, session};
use crate::admin::pages::{self, LoginProblem, Section, View, Visit};
use crate::admin::query::Parameters;
use crate::admin::records::NewKey;
use crate::http::Shared;
use crate::telemetry::now;

const CSS: &str = include_str!("../../../assets/admin/admin.css");
const SCRIPT: &str = include_str!("../../../assets/admin/admin.js");
const HTMX: &str = include_str!("../../../assets/admin/htmx.min.js");

const LOGIN: &str = "/admin/login";
/// Of one chart.
const DAYS: u64 = 14;
/// Of the other.
const DEMAND_DAYS: u64 = 30;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/admin", get(overview))
        .route("/admin/", get(|| async { Redirect::permanent("/admin") }))
        .route(LOGIN, get(login).post(forms::login))
        .route("/admin/logout", post(forms::logout))
        .route("/admin/language", post(forms::language))
        .route("/admin/users", get(users))
        .route("/admin/users/{id}", get(user))
        .route("/admin/users/{id}/status", post(forms::user_status))
        .route("/admin/users/{id}/erase", post(forms::erase))
        .route("/admin/providers", get(providers))
        .route(
            "/admin/providers/{id}/enabled",
            post(forms::provider_enabled),
        )
        .route("/admin/requests", get(requests))
        .route("/admin/requests/{id}", get(request))
        .route("/admin/requests/{id}/status", post(forms::request_status))
        .route("/admin/messages", get(messages))
        .route("/admin/reviews", get(reviews))
        .route("/admin/flags", get(flags))
        .route("/admin/flags/{name}", post(forms::flag))
        .route("/admin/keys", get(keys).post(forms::make_key))
        .route("/admin/keys/{id}/revoke", post(forms::revoke_key))
        .route("/admin/audit", get(audit))
        .route("/admin/static/{file}", get(asset))
        .layer(from_fn(session::harden))
}

/// One page that is being made: who looks, and what for.
pub(super) struct Visitor {
    shared: Shared,
    pub(super) view: View,
    asked: Parameters,
}

impl Visitor {
    /// Whoever is logged in; others are led to the login.
    async fn admit(
        shared: Shared,
        headers: &HeaderMap,
        uri: &OriginalUri,
        asked: BTreeMap<String, String>,
    ) -> Result<Self, Response> {
        let partial = headers.contains_key("hx-request");
        let found = session::find(&shared, headers).await;
        let session = match found {
            Ok(Some(session)) => session,
            Ok(None) => return Err(to_login(partial)),
            Err(fault) => {
                fault.log();
                return Err(unavailable(&shared, headers));
            }
        };
        let settings = &shared.admin.settings;
        let view = View::new(Visit {
            language: session::language(headers, settings.language),
            zone: settings.zone,
            username: &session.username,
            mark: &session.mark,
            path: uri.path(),
            asked: asked.clone().into_iter().collect(),
            partial,
        });
        Ok(Self {
            shared,
            view,
            asked: Parameters(asked),
        })
    }

    /// The page, or what is to be said instead.
    fn show(&self, section: Section, page: Result<String, Fault>) -> Response {
        match page {
            Ok(page) => Html(page).into_response(),
            Err(fault) => {
                fault.log();
                let text = match &fault {
                    Fault::Unknown => self.view.not_found().to_owned(),
                    Fault::Parameter(bad) => self.view.bad_filter(&bad.to_string()),
                    _ => self.view.try_later().to_owned(),
                };
                let page = pages::message_page(&self.view, section, &text);
                (fault.status(), Html(page)).into_response()
            }
        }
    }
}

/// Scripts are told where to go; they would put the login into the page.
pub(super) fn to_login(partial: bool) -> Response {
    if partial {
        (StatusCode::OK, [("hx-redirect", LOGIN)]).into_response()
    } else {
        Redirect::to(LOGIN).into_response()
    }
}

fn unavailable(shared: &Shared, headers: &HeaderMap) -> Response {
    let language = session::language(headers, shared.admin.settings.language);
    let page = pages::login(language, Some(LoginProblem::Failed));
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

async fn login(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let settings = &shared.admin.settings;
    let problem = match settings.first {
        None => Some(LoginProblem::Unconfigured),
        Some(_) => None,
    };
    let language = session::language(&headers, settings.language);
    Html(pages::login(language, problem)).into_response()
}

type Asked = Query<BTreeMap<String, String>>;

macro_rules! page {
    ($name:ident, $section:ident, |$it:ident $(, $id:ident)?| $made:expr) => {
        async fn $name(
            State(shared): State<Shared>,
            headers: HeaderMap,
            uri: OriginalUri,
            $(Path($id): Path<String>,)?
            Query(asked): Asked,
        ) -> Response {
            let $it = match Visitor::admit(shared, &headers, &uri, asked).await {
                Ok(visitor) => visitor,
                Err(response) => return response,
            };
            let page = async { $made }.await;
            $it.show(Section::$section, page)
        }
    };
}

page!(overview, Overview, |it| {
    let zone = it.shared.admin.settings.zone;
    let today = now().with_timezone(&zone).date_naive();
    let back = |days| today.checked_sub_days(Days::new(days - 1)).unwrap_or(today);
    let asked = crate::admin::query::Periods {
        weekly: false,
        from: back(DAYS),
        to: today,
    };
    let (counts, days, demand) = tokio::try_join!(
        it.shared.store.overview(zone),
        it.shared.store.periods(asked, zone),
        it.shared.store.demand(back(DEMAND_DAYS), zone)
    )?;
    Ok(pages::overview(&it.view, &counts, &days, &demand))
});

page!(users, Users, |it| {
    let list = it
        .shared
        .store
        .users(&it.asked.users()?, it.asked.page()?)
        .await?;
    Ok(pages::users(&it.view, &list))
});

page!(user, Users, |it, id| {
    let found = it.shared.store.user_detail(body::id(&id)?).await?;
    found
        .map(|detail| pages::user(&it.view, &detail))
        .ok_or(Fault::Unknown)
});

page!(providers, Providers, |it| {
    let filter = it.asked.providers()?;
    let list = it.shared.store.providers(&filter, it.asked.page()?).await?;
    Ok(pages::providers(&it.view, &list))
});

page!(requests, Requests, |it| {
    let filter = it.asked.requests(it.shared.admin.settings.zone)?;
    let list = it.shared.store.requests(&filter, it.asked.page()?).await?;
    Ok(pages::requests(&it.view, &list))
});

page!(request, Requests, |it, id| {
    let found = it.shared.store.request_detail(body::id(&id)?).await?;
    found
        .map(|detail| pages::request(&it.view, &detail))
        .ok_or(Fault::Unknown)
});

page!(messages, Messages, |it| {
    let filter = it.asked.messages(it.shared.admin.settings.zone)?;
    let list = it.shared.store.messages(&filter, it.asked.page()?).await?;
    Ok(pages::messages(&it.view, &list))
});

page!(reviews, Reviews, |it| {
    let filter = it.asked.ratings()?;
    let list = it.shared.store.ratings(&filter, it.asked.page()?).await?;
    Ok(pages::reviews(&it.view, &list))
});

page!(flags, Flags, |it| {
    let flags = it.shared.store.flags().await?;
    Ok(pages::flags(&it.view, &flags))
});

page!(keys, Keys, |it| {
    let keys = it.shared.store.keys().await?;
    Ok(pages::keys(&it.view, &keys, None))
});

page!(audit, Audit, |it| {
    let list = it.shared.store.audit(it.asked.page()?).await?;
    Ok(pages::audit(&it.view, &list))
});

/// The keys' page with a key that was just made.
pub(super) async fn keys_with(
    shared: Shared,
    headers: &HeaderMap,
    uri: &OriginalUri,
    new: &NewKey,
) -> Response {
    let visitor = match Visitor::admit(shared, headers, uri, BTreeMap::new()).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let keys = visitor.shared.store.keys().await;
    let page = keys.map(|keys| pages::keys(&visitor.view, &keys, Some(new)));
    visitor.show(Section::Keys, page.map_err(Fault::from))
}

async fn asset(Path(file): Path<String>) -> Response {
    let (kind, content) = match file.as_str() {
        "admin.css" => ("text/css; charset=utf-8", CSS),
        "admin.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "htmx.min.js" => ("text/javascript; charset=utf-8", HTMX),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // Short, since the names stay when the content changes.
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=300")];
    (headers, content).into_response()
}
