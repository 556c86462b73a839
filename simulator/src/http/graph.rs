//! The Graph API: the phone number here, messages and media in modules of their own. Every call is
//! written to the log of calls.

mod fate;
mod media;
mod messages;

use axum::Json;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::DateTime;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::line::Line;
use crate::control::Control;
use crate::graph::GraphError;
use crate::world::{Call, FaultTarget};
use fate::{Fate, meet_fault};

/// The largest file and what is around it.
const LARGEST_UPLOAD_BYTES: usize = 101 * 1024 * 1024;

pub(super) fn router(control: Control) -> Router<Control> {
    let upload = post(media::upload).layer(DefaultBodyLimit::max(LARGEST_UPLOAD_BYTES));
    Router::new()
        .route("/{version}/{object}", get(object))
        .route("/{version}/{object}/messages", post(messages::messages))
        .route("/{version}/{object}/media", upload)
        .route("/media/{id}/{token}", get(media::download))
        .layer(from_fn_with_state(control, log))
}

/// What the log says of an answer beyond its status.
#[derive(Clone, Copy, Debug)]
enum Code {
    /// The Graph API's code.
    Graph(u32),
    /// The connection was cut before the answer.
    Cut,
}

async fn log(State(control): State<Control>, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let path = request.uri().path();
    let path = match path.strip_prefix("/media/") {
        Some(rest) => format!("/media/{}", rest.split('/').next().unwrap_or_default()),
        None => path.to_owned(),
    };
    let begun = Instant::now();
    let response = next.run(request).await;
    let (status, code) = match response.extensions().get::<Code>() {
        Some(Code::Cut) => (None, None),
        Some(Code::Graph(code)) => (Some(response.status().as_u16()), Some(*code)),
        None => (Some(response.status().as_u16()), None),
    };
    control.log_call(Call {
        seq: 0,
        time: DateTime::UNIX_EPOCH,
        method,
        path,
        status,
        code,
        took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    response
}

#[derive(Deserialize)]
struct Fields {
    fields: Option<String>,
}

async fn object(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<(String, String)>,
    Query(Fields { fields }): Query<Fields>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = admit(&control, &path.0, &headers) {
        return answer_error(&error);
    }
    if path.1 != control.settings().phone_number_id {
        return media::look_up(&control, &line, &path.1, &headers).await;
    }
    match meet_fault(&control, FaultTarget::Number, None, None).await {
        Fate::Answer | Fate::FailLater(_) => {}
        Fate::Refuse(refusal) => return refusal.into_response(),
        Fate::Silence(silence) => return silence.keep(&control, &line).await,
    }
    let settings = control.settings();
    let mut known = json!({
        "id": settings.phone_number_id,
        "verified_name": settings.business_name,
        "display_phone_number": settings.display_phone_number,
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "health_status": {"can_send_message": "AVAILABLE"},
    });
    if let (Some(fields), Some(members)) = (fields, known.as_object_mut()) {
        let wanted: Vec<_> = fields.split(',').map(str::trim).collect();
        members.retain(|name, _| name == "id" || wanted.contains(&name.as_str()));
    }
    Json(known).into_response()
}

/// Checks token and path.
fn admit(control: &Control, version: &str, headers: &HeaderMap) -> Result<(), GraphError> {
    if !has_token(control, headers) {
        return Err(GraphError::bad_token());
    }
    if !is_version(version) {
        return Err(GraphError::unknown_object(version));
    }
    Ok(())
}

/// Checks token and path; the object must be the phone number.
fn admit_number(
    control: &Control,
    (version, object): &(String, String),
    headers: &HeaderMap,
) -> Result<(), GraphError> {
    admit(control, version, headers)?;
    if *object != control.settings().phone_number_id {
        return Err(GraphError::unknown_object(object));
    }
    Ok(())
}

fn has_token(control: &Control, headers: &HeaderMap) -> bool {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    token == Some(control.settings().access_token.expose_secret())
}

fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    number
        .is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok())
}

fn status_of(error: &GraphError) -> StatusCode {
    StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn answer_error(error: &GraphError) -> Response {
    let trace = format!("{:022x}", rand::random::<u64>());
    let mut response = (status_of(error), Json(error.body(&trace))).into_response();
    if error.status == 401 {
        let challenge = HeaderValue::from_static("OAuth \"Facebook Platform\" \"invalid_token\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(Code::Graph(error.code));
    response
}
