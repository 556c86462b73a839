//! The page with phones, and what it asks for: histories, messages, looks, live changes.

use std::convert::Infallible;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::control::read;
use super::{bad_request, not_found};
use crate::control::Control;
use crate::inbound::Inbound;
use crate::person::Person;

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, type and content of each file of the page.
const FILES: [(&str, &str, &str); 11] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/page/icon.svg", SVG, include_str!("../../page/icon.svg")),
    ("/page/frame.css", CSS, include_str!("../../page/frame.css")),
    ("/page/chat.css", CSS, include_str!("../../page/chat.css")),
    ("/page/main.js", SCRIPT, include_str!("../../page/main.js")),
    (
        "/page/phone.js",
        SCRIPT,
        include_str!("../../page/phone.js"),
    ),
    (
        "/page/bubble.js",
        SCRIPT,
        include_str!("../../page/bubble.js"),
    ),
    ("/page/dom.js", SCRIPT, include_str!("../../page/dom.js")),
    (
        "/page/sheet.js",
        SCRIPT,
        include_str!("../../page/sheet.js"),
    ),
    (
        "/page/markup.js",
        SCRIPT,
        include_str!("../../page/markup.js"),
    ),
    (
        "/page/server.js",
        SCRIPT,
        include_str!("../../page/server.js"),
    ),
];

pub(super) fn router() -> Router<Control> {
    let mut router = Router::new()
        .route("/page/business", get(business))
        .route("/page/messages", post(say))
        .route("/page/chats/{person}", get(chat).delete(clear))
        .route("/page/chats/{person}/seen", post(seen))
        .route("/page/chats/{person}/again/{wamid}", post(again))
        .route("/page/events", get(events));
    for (path, kind, content) in FILES {
        router = router.route(path, get(move || async move { file(kind, content) }));
    }
    router
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}

async fn business(State(control): State<Control>) -> Response {
    let settings = control.settings();
    let number = &settings.display_phone_number;
    Json(json!({"name": settings.business_name, "number": number})).into_response()
}

async fn chat(State(control): State<Control>, Path(person): Path<String>) -> Response {
    match Person::parse(&person) {
        Ok(person) => Json(control.chat(&person)).into_response(),
        Err(error) => bad_request(&error),
    }
}

async fn clear(State(control): State<Control>, Path(person): Path<String>) -> Response {
    match Person::parse(&person) {
        Ok(person) => {
            control.clear_chat(&person);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => bad_request(&error),
    }
}

async fn say(State(control): State<Control>, body: Bytes) -> Response {
    let inbound = match read::<Inbound>(&body) {
        Ok(inbound) => inbound,
        Err(response) => return *response,
    };
    match control.say(inbound) {
        // The page hears of the bot's answer by the stream of changes.
        Ok((entry, _)) => (StatusCode::ACCEPTED, Json(entry)).into_response(),
        Err(error) => bad_request(&error),
    }
}

async fn seen(State(control): State<Control>, Path(person): Path<String>) -> Response {
    match Person::parse(&person) {
        Ok(person) => {
            control.see(&person);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => bad_request(&error),
    }
}

async fn again(
    State(control): State<Control>,
    Path((person, wamid)): Path<(String, String)>,
) -> Response {
    match Person::parse(&person) {
        Ok(person) if control.say_again(&person, &wamid) => StatusCode::ACCEPTED.into_response(),
        Ok(_) => not_found(&"no message of this id was given up"),
        Err(error) => bad_request(&error),
    }
}

/// Which chats a page shows, separated by commas.
#[derive(Deserialize)]
struct Shown {
    chats: String,
}

async fn events(
    State(control): State<Control>,
    Query(Shown { chats }): Query<Shown>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let people = chats.split(',').filter_map(|chat| Person::parse(chat).ok());
    let keys: Vec<String> = people.map(|person| person.key()).collect();
    let changes = stream::unfold((control.events(), keys), |(mut events, keys)| async move {
        loop {
            match events.recv().await {
                Ok(event) if keys.iter().any(|key| key == event.chat()) => {
                    let event = Event::default().json_data(&event).unwrap_or_default();
                    return Some((Ok(event), (events, keys)));
                }
                Ok(_) => {}
                // The page was too slow; it loads the histories anew.
                Err(RecvError::Lagged(_)) => {
                    let event = Event::default().event("reload").data("");
                    return Some((Ok(event), (events, keys)));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let stopped = control.shutdown().clone().cancelled_owned();
    Sse::new(changes.take_until(stopped)).keep_alive(KeepAlive::default())
}
