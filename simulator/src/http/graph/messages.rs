//! Sending, and marking read.

use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::fate::{Fate, meet_fault, wait};
use super::{admit_number, answer_error};
use crate::control::Control;
use crate::graph::{GraphError, Request, parse};
use crate::http::line::Line;
use crate::json::object;
use crate::person::Person;
use crate::world::{FaultTarget, Outcome};

pub(super) async fn messages(
    State(control): State<Control>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(error) = admit_number(&control, &path, &headers) {
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
    let silence = match meet_fault(control, FaultTarget::Read, None, None).await {
        Fate::Answer | Fate::FailLater(_) => None,
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
    wait(control, control.send_delay(person.as_ref())).await;
    let kind = body.get("type").and_then(Value::as_str).unwrap_or("text");
    let fate = meet_fault(control, FaultTarget::Send, person.as_ref(), Some(kind)).await;
    let (silence, fails) = match fate {
        Fate::Answer => (None, None),
        Fate::FailLater(code) => (None, Some(code)),
        Fate::Refuse(refusal) => {
            control.refuse(to, body, refusal.outcome());
            return refusal.into_response();
        }
        Fate::Silence(silence) => (Some(silence), None),
    };
    let judged = match parse(&body) {
        Ok(Request::Send { to, input }) => control
            .judge(&to, &body)
            .map(|verdict| (to, input, verdict)),
        Ok(Request::MarkRead { .. }) => Err(GraphError::invalid("Not a message")),
        Err(error) => Err(error),
    };
    let (to, input, mut verdict) = match judged {
        Ok(judged) => judged,
        Err(error) => {
            let outcome = Outcome::Refused {
                status: error.status,
                code: Some(error.code),
            };
            control.refuse(to, body, outcome);
            return answer_error(&error);
        }
    };
    verdict.fails = fails.or(verdict.fails);
    let Some(silence) = silence else {
        let (wamid, person) = control.accept(&to, body, Outcome::Accepted, verdict);
        return accepted(&input, &to, &person, &wamid);
    };
    if silence.accept {
        control.accept(&to, body, Outcome::Unanswered, verdict);
    } else {
        let (status, code) = (0, None);
        control.refuse(to.key(), body, Outcome::Refused { status, code });
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
