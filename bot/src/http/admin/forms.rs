//! What the dashboard's forms do. Each checks that it comes from its own session's page, and leads back.

use std::collections::BTreeMap;

use axum::extract::{Extension, Form, FromRequest, OriginalUri, Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::error::{Fault, done};
use super::{actions, body, dashboard, flags, keys, login as passwords, session};
use crate::admin::Actor;
use crate::admin::pages::{self, Flash, LoginProblem};
use crate::domain::{RequestId, RequestStatus};
use crate::http::{Shared, address};
use crate::store::flags::Switch;

/// The fields of a form.
type Fields = Form<BTreeMap<String, String>>;

fn field<'f>(fields: &'f BTreeMap<String, String>, name: &str) -> &'f str {
    fields.get(name).map_or("", String::as_str)
}

pub(super) async fn login(State(shared): State<Shared>, request: Request) -> Response {
    let headers = request.headers().clone();
    let proxies = shared.admin.settings.trusted_proxies;
    let address = address::client(&headers, request.extensions(), proxies);
    let language = session::language(&headers, shared.admin.settings.language);
    let fields = <Fields as FromRequest<()>>::from_request(request, &()).await;
    let refused = |fault: &Fault| {
        fault.log();
        let problem = match fault {
            Fault::WrongPassword => LoginProblem::Wrong,
            Fault::Limited(_) => LoginProblem::TooMany,
            Fault::Unconfigured => LoginProblem::Unconfigured,
            _ => LoginProblem::Failed,
        };
        (fault.status(), Html(pages::login(language, Some(problem)))).into_response()
    };
    let Ok(Form(fields)) = fields else {
        return refused(&Fault::WrongPassword);
    };
    if !session::is_own_site(&headers) {
        return refused(&Fault::Unauthorised);
    }
    let username = field(&fields, "username").to_owned();
    let password = field(&fields, "password").to_owned();
    let entered = async {
        let username =
            passwords::authenticate(&shared, username, password, &address.to_string()).await?;
        session::begin(&shared, &headers, &username).await
    };
    match entered.await {
        Ok(cookie) => ([(session::SETS, cookie)], Redirect::to("/admin")).into_response(),
        Err(fault) => refused(&fault),
    }
}

pub(super) async fn logout(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(fields): Fields,
) -> Response {
    if !session::is_own_form(&shared, &headers, field(&fields, "mark")) {
        return Redirect::to("/admin").into_response();
    }
    let left = async {
        session::end(&shared, &headers).await?;
        session::cleared(&headers)
    };
    match left.await {
        Ok(cookie) => ([(session::SETS, cookie)], Redirect::to("/admin/login")).into_response(),
        Err(fault) => back(&fields, &Err(fault)),
    }
}

pub(super) async fn language(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(fields): Fields,
) -> Response {
    let chosen = field(&fields, "language").parse();
    let own = session::is_own_form(&shared, &headers, field(&fields, "mark"));
    let cookie = chosen
        .ok()
        .filter(|_| own)
        .and_then(|language| session::chosen(&headers, language).ok());
    let back = back(&fields, &Ok(()));
    match cookie {
        Some(cookie) => ([(session::SETS, cookie)], back).into_response(),
        None => back,
    }
}

/// Whose form it is; `Err` is the answer to one that is not the session's own.
async fn sender(
    shared: &Shared,
    headers: &HeaderMap,
    fields: &BTreeMap<String, String>,
    request: RequestId,
) -> Result<Actor, Response> {
    let partial = headers.contains_key("hx-request");
    match session::find(shared, headers).await {
        Ok(Some(session)) if session::is_own_form(shared, headers, field(fields, "mark")) => {
            Ok(Actor {
                name: session.username,
                request,
            })
        }
        Ok(Some(_)) => Err(Fault::ReadOnly.status().into_response()),
        Ok(None) => Err(dashboard::to_login(partial)),
        Err(fault) => Err(back(fields, &Err(fault))),
    }
}

/// Back to where the form was, with the outcome.
fn back(fields: &BTreeMap<String, String>, outcome: &Result<(), Fault>) -> Response {
    let flash = match outcome {
        Ok(()) => Flash::Done,
        Err(fault) => {
            fault.log();
            match fault {
                Fault::Conflict(_) | Fault::Unknown => Flash::Conflict,
                Fault::Body(_) => Flash::BadFlag,
                _ => Flash::Failed,
            }
        }
    };
    Redirect::to(&pages::back_to(field(fields, "back"), flash)).into_response()
}

macro_rules! form {
    ($name:ident, |$shared:ident, $id:ident, $fields:ident, $actor:ident| $done:expr) => {
        pub(super) async fn $name(
            State($shared): State<Shared>,
            Path($id): Path<String>,
            headers: HeaderMap,
            Extension(request): Extension<RequestId>,
            Form($fields): Fields,
        ) -> Response {
            let $actor = match sender(&$shared, &headers, &$fields, request).await {
                Ok(actor) => actor,
                Err(response) => return response,
            };
            let outcome: Result<(), Fault> = async { $done }.await;
            back(&$fields, &outcome)
        }
    };
}

form!(provider_enabled, |shared, id, fields, actor| {
    let enabled = field(&fields, "enabled") == "true";
    actions::enable_provider(&shared, body::id(&id)?, enabled, &actor).await
});

form!(user_status, |shared, id, fields, actor| {
    let blocked = field(&fields, "status") == "blocked";
    actions::block_user(&shared, body::id(&id)?, blocked, &actor).await
});

form!(erase, |shared, id, fields, actor| {
    if field(&fields, "sure") != "yes" {
        return Err(Fault::Conflict("not confirmed"));
    }
    actions::erase(&shared, body::id(&id)?, &actor).await
});

form!(request_status, |shared, id, fields, actor| {
    let to = RequestStatus::from_word(field(&fields, "status")).filter(|to| !to.is_open());
    let to = to.ok_or(Fault::Conflict("no end"))?;
    actions::end_request(&shared, body::id(&id)?, to, &actor).await
});

form!(revoke_key, |shared, id, fields, actor| {
    done(shared.store.revoke_key(body::id(&id)?, &actor).await?, "")
});

form!(flag, |shared, name, fields, actor| {
    let needs = "a percentage and user ids";
    let percentage = field(&fields, "percentage").trim().parse();
    let ids = field(&fields, "allowed").split_whitespace();
    let allowed: Result<Vec<_>, _> = ids.map(str::parse).collect();
    let switch = Switch {
        enabled: Some(field(&fields, "enabled") == "true"),
        percentage: Some(percentage.map_err(|_| Fault::Body(needs))?),
        allowed: Some(allowed.map_err(|_| Fault::Body(needs))?),
    };
    match flags::apply(&shared, &name, &switch, &actor).await {
        Err(Fault::Conflict(_)) => Err(Fault::Body(needs)),
        applied => applied.map(|_| ()),
    }
});

/// Shows the key in the answer itself, since it is shown this once.
pub(super) async fn make_key(
    State(shared): State<Shared>,
    headers: HeaderMap,
    uri: OriginalUri,
    Extension(request): Extension<RequestId>,
    Form(fields): Fields,
) -> Response {
    let actor = match sender(&shared, &headers, &fields, request).await {
        Ok(actor) => actor,
        Err(response) => return response,
    };
    match keys::make(&shared, field(&fields, "name"), &actor).await {
        Ok(key) => dashboard::keys_with(shared, &headers, &uri, &key).await,
        Err(Fault::Conflict(_) | Fault::Body(_)) => {
            Redirect::to(&pages::back_to("/admin/keys", Flash::BadKey)).into_response()
        }
        Err(fault) => back(&fields, &Err(fault)),
    }
}
