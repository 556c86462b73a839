//! The pages (phones and control), and what the phones ask for: histories, messages, files, looks,
//! live changes.

use std::convert::Infallible;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
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

use super::control::{file as kept_file, keep_file, read};
use super::{bad_request, not_found};
use crate::control::Control;
use crate::inbound::Inbound;
use crate::person::Person;

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The largest file that a person sends, and what Meta would not take on any more.
const LARGEST_FILE_BYTES: usize = 101 * 1024 * 1024;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, type and content of each file of the pages.
const FILES: [(&str, &str, &str); 19] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/control", HTML, include_str!("../../page/control.html")),
    ("/page/icon.svg", SVG, include_str!("../../page/icon.svg")),
    ("/page/frame.css", CSS, include_str!("../../page/frame.css")),
    ("/page/chat.css", CSS, include_str!("../../page/chat.css")),
    (
        "/page/content.css",
        CSS,
        include_str!("../../page/content.css"),
    ),
    (
        "/page/control.css",
        CSS,
        include_str!("../../page/control.css"),
    ),
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
    (
        "/page/content.js",
        SCRIPT,
        include_str!("../../page/content.js"),
    ),
    (
        "/page/attach.js",
        SCRIPT,
        include_str!("../../page/attach.js"),
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
    (
        "/page/theme.js",
        SCRIPT,
        include_str!("../../page/theme.js"),
    ),
    (
        "/page/control.js",
        SCRIPT,
        include_str!("../../page/control.js"),
    ),
    (
        "/page/watch.js",
        SCRIPT,
        include_str!("../../page/watch.js"),
    ),
];

pub(super) fn router() -> Router<Control> {
    let mut router = Router::new()
        .route("/page/business", get(business))
        .route("/page/messages", post(say))
        .route("/page/chats/{person}", get(chat).delete(clear))
        .route("/page/chats/{person}/seen", post(seen))
        .route("/page/chats/{person}/again/{wamid}", post(again))
        .route(
            "/page/files",
            post(keep_file).layer(DefaultBodyLimit::max(LARGEST_FILE_BYTES)),
        )
        .route("/page/files/{id}", get(kept_file))
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
