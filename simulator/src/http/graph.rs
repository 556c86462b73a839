//! The Graph API: sending, marking read, and reading the phone number.

use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::line::Line;
use crate::control::Control;
use crate::graph::{GraphError, Request, parse};
use crate::json::object;
use crate::person::Person;
use crate::world::{Fault, FaultKind, FaultTarget, Outcome};

/// How long a connection is held by a fault that names no time.
const HOLD: Duration = Duration::from_mins(1);

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/{version}/{object}", get(number))
        .route("/{version}/{object}/messages", post(messages))
}

#[derive(Deserialize)]
struct Fields {
    fields: Option<String>,
}

async fn number(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<(String, String)>,
    Query(Fields { fields }): Query<Fields>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = admit(&control, &path, &headers) {
        return answer_error(&error);
    }
    match meet_fault(&control, FaultTarget::Number, None).await {
        Fate::Answer => {}
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

async fn messages(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(error) = admit(&control, &path, &headers) {
        return answer_error(&error);
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return answer_error(&GraphError::invalid("The body is not JSON"));
    };
    if body.get("status").is_some() {
        mark_read(&control, &line, &body).await
    } else {
        send(&control, &line, body).await
    }
}

async fn mark_read(control: &Control, line: &Line, body: &Value) -> Response {
    let silence = match meet_fault(control, FaultTarget::Read, None).await {
        Fate::Answer => None,
        Fate::Refuse(refusal) => return refusal.into_response(),
        Fate::Silence(silence) => Some(silence),
    };
    let (wamid, typing) = match parse(body) {
        Ok(Request::MarkRead { wamid, typing }) => (wamid, typing),
        Ok(Request::Send { .. }) => return answer_error(&GraphError::invalid("Not a read mark")),
        Err(error) => return answer_error(&error),
    };
    if silence.as_ref().is_none_or(|silence| silence.accept) {
        control.mark_read(&wamid, typing);
    }
    match silence {
        Some(silence) => silence.keep(control, line).await,
        None => Json(json!({"success": true})).into_response(),
    }
}

async fn send(control: &Control, line: &Line, body: Value) -> Response {
    let address = ["to", "recipient"]
        .iter()
        .find_map(|name| body.get(name)?.as_str());
    let person = address.and_then(|address| Person::parse(address).ok());
    let to = person
        .as_ref()
        .map_or_else(|| address.unwrap_or_default().to_owned(), Person::key);
    let silence = match meet_fault(control, FaultTarget::Send, person.as_ref()).await {
        Fate::Answer => None,
        Fate::Refuse(refusal) => {
            control.refuse(to, body, refusal.outcome());
            return refusal.into_response();
        }
        Fate::Silence(silence) => Some(silence),
    };
    let (to, input) = match parse(&body) {
        Ok(Request::Send { to, input }) => (to, input),
        Ok(Request::MarkRead { .. }) => return answer_error(&GraphError::invalid("Not a message")),
        Err(error) => {
            let outcome = Outcome::Refused {
                status: error.status,
                code: Some(error.code),
            };
            control.refuse(to, body, outcome);
            return answer_error(&error);
        }
    };
    let Some(silence) = silence else {
        let (wamid, person) = control.accept(&to, body, Outcome::Accepted);
        return accepted(&input, &to, &person, &wamid);
    };
    if silence.accept {
        control.accept(&to, body, Outcome::Unanswered);
    } else {
        control.refuse(
            to.key(),
            body,
            Outcome::Refused {
                status: 0,
                code: None,
            },
        );
    }
    silence.keep(control, line).await
}

fn accepted(input: &str, asked: &Person, person: &Person, wamid: &str) -> Response {
    // A send to a user id is answered with the user id, even where the number is known.
    let phone = asked.phone().and(person.phone());
    let contact = object([
        ("input", Some(input.into())),
        ("wa_id", phone.map(Value::from)),
        ("user_id", phone.is_none().then(|| asked.bsuid().into())),
    ]);
    Json(json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": wamid}],
    }))
    .into_response()
}

/// What a fault makes of a request.
enum Fate {
    /// Nothing stands in the way, perhaps any more.
    Answer,
    Refuse(Refusal),
    Silence(Silence),
}

struct Refusal {
    error: GraphError,
    with_body: bool,
    retry_after: Option<u64>,
}

struct Silence {
    accept: bool,
    hold: Duration,
}

async fn meet_fault(control: &Control, on: FaultTarget, to: Option<&Person>) -> Fate {
    let Some(fault) = control.take_fault(on, to) else {
        return Fate::Answer;
    };
    let delay = fault.delay_ms.map(Duration::from_millis);
    match fault.kind {
        FaultKind::Delay => {
            wait(control, delay.unwrap_or_default()).await;
            Fate::Answer
        }
        FaultKind::Status => Fate::Refuse(Refusal::of(&fault)),
        FaultKind::Drop => Fate::Silence(Silence {
            accept: fault.accept,
            hold: Duration::ZERO,
        }),
        FaultKind::Timeout => Fate::Silence(Silence {
            accept: fault.accept,
            hold: delay.unwrap_or(HOLD),
        }),
    }
}

impl Refusal {
    fn of(fault: &Fault) -> Self {
        let error = match fault.code {
            Some(code) => GraphError::new(code, "Ordered by a test"),
            None => GraphError::new(1, "Ordered by a test").with_status(500),
        };
        Self {
            error: match fault.status {
                Some(status) => error.with_status(status),
                None => error,
            },
            with_body: fault.code.is_some(),
            retry_after: fault.retry_after,
        }
    }

    fn outcome(&self) -> Outcome {
        let code = self.with_body.then_some(self.error.code);
        Outcome::Refused {
            status: self.error.status,
            code,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = if self.with_body {
            answer_error(&self.error)
        } else {
            status_of(&self.error).into_response()
        };
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl Silence {
    /// Holds the connection, then cuts it. What is returned never leaves.
    async fn keep(self, control: &Control, line: &Line) -> Response {
        wait(control, self.hold).await;
        line.cut();
        StatusCode::NO_CONTENT.into_response()
    }
}

async fn wait(control: &Control, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = control.shutdown().cancelled() => {}
    }
}

/// Checks token and path.
fn admit(
    control: &Control,
    (version, object): &(String, String),
    headers: &HeaderMap,
) -> Result<(), GraphError> {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    if token != Some(control.settings().access_token.expose_secret()) {
        return Err(GraphError::bad_token());
    }
    if !is_version(version) || *object != control.settings().phone_number_id {
        return Err(GraphError::unknown_object(object));
    }
    Ok(())
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
    response
}
