//! Conduct of the platform, phones, templates, statuses by hand.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::read;
use crate::control::{Control, PersonOrder};
use crate::http::{bad_request, not_found};
use crate::platform::{Conduct, Reported, Template, TemplateStatus};

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/conduct", get(conduct).patch(change).delete(reset))
        .route("/phones/{phone}", get(phone).patch(change_phone))
        .route("/templates", get(templates).put(put_template))
        .route("/templates/{name}/status", put(set_status))
        .route("/statuses", post(report))
}

async fn conduct(State(control): State<Control>) -> Json<Conduct> {
    Json(control.conduct())
}

async fn change(State(control): State<Control>, body: Bytes) -> Response {
    let change = match read::<Value>(&body) {
        Ok(change) => change,
        Err(response) => return *response,
    };
    let Ok(mut merged) = serde_json::to_value(control.conduct()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    merge(&mut merged, change);
    match serde_json::from_value::<Conduct>(merged) {
        Ok(changed) => {
            control.change_conduct(|conduct| *conduct = changed);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => bad_request(&error),
    }
}

/// Objects are merged member by member, everything else is replaced.
fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (name, value) in change {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

async fn reset(State(control): State<Control>) -> StatusCode {
    control.reset();
    StatusCode::NO_CONTENT
}

async fn phone(State(control): State<Control>, Path(phone): Path<String>) -> Response {
    order(&control, &phone, PersonOrder::default())
}

async fn change_phone(
    State(control): State<Control>,
    Path(phone): Path<String>,
    body: Bytes,
) -> Response {
    match read::<PersonOrder>(&body) {
        Ok(change) => order(&control, &phone, change),
        Err(response) => *response,
    }
}

fn order(control: &Control, phone: &str, order: PersonOrder) -> Response {
    match control.change_person(phone, order) {
        Ok(view) => Json(view).into_response(),
        Err(error) => bad_request(&error),
    }
}

async fn templates(State(control): State<Control>) -> Json<Vec<Template>> {
    Json(control.templates())
}

async fn put_template(State(control): State<Control>, body: Bytes) -> Response {
    match read::<Template>(&body) {
        Ok(template) => {
            control.put_template(template);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(response) => *response,
    }
}

/// What Meta shall think of a template.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judgement {
    status: TemplateStatus,
    language: Option<String>,
}

async fn set_status(
    State(control): State<Control>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let judgement = match read::<Judgement>(&body) {
        Ok(judgement) => judgement,
        Err(response) => return *response,
    };
    let language = judgement.language.as_deref();
    match control.set_template_status(&name, language, judgement.status) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => not_found(&error),
    }
}

/// A status by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    wamid: String,
    status: String,
    code: Option<u32>,
}

async fn report(State(control): State<Control>, body: Bytes) -> Response {
    let report = match read::<Report>(&body) {
        Ok(report) => report,
        Err(response) => return *response,
    };
    let wamid = &report.wamid;
    let reported = match report.status.as_str() {
        "sent" => control.report(wamid, Reported::Sent),
        "delivered" => control.report(wamid, Reported::Delivered),
        "read" => control.report(wamid, Reported::Read),
        "failed" => control.report_failed(wamid, report.code.unwrap_or(131_026)),
        _ => return bad_request(&"status: must be sent, delivered, read or failed"),
    };
    match reported {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => not_found(&error),
    }
}
