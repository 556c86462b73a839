//! The control API, for tests and demonstrations. JSON in and out; a bad request is answered 400
//! with a `message` that names the member.
//!
//! | Request | Meaning |
//! |---|---|
//! | `GET /control/messages?to=&since=` | recorded sends in order: `seq`, `time`, `wamid`, `to`, `payload`, `outcome`, `text` (what a person reads); `since` is a `seq` |
//! | `DELETE /control/messages` | forgets sends, read marks and chats |
//! | `GET /control/reads` | recorded read marks |
//! | `GET /control/calls?since=` | all calls of the bot: `method`, `path`, `status` (null: connection cut), `code`, `took_ms` |
//! | `POST /control/inbound` | a person says something: `from` and one of `text`, `tap {id}`, `media {kind, base64 or id, caption, filename, voice, mime_type}`, `location {latitude, longitude, name, address}`, `contacts []`, `reaction {message, emoji}`, `raw {type, …}`; also `quoting`, `profile`, `retry`; answers `wamid`, `webhook_status`, `attempts` |
//! | `POST /control/media` | keeps a file (the body, its `Content-Type`) for `media.id`; answers `id`, `mime_type`, `sha256`, `file_size` |
//! | `GET /control/media/{id}` | a file's content, of a person or uploaded by the bot |
//! | `DELETE /control/media` | ends the life of all media URLs that were given out |
//! | `POST /control/faults` | lets requests of the bot fail: a `Fault` |
//! | `GET`, `DELETE /control/faults` | faults that wait; drops them |
//! | `GET`, `PATCH /control/conduct` | how the platform behaves: a `Conduct`; what is absent stays |
//! | `DELETE /control/conduct` | conduct, templates, phones and faults as at the start |
//! | `GET`, `PATCH /control/phones/{phone}` | a person's window and phone: `last_message_seconds_ago`, `undeliverable` (`no`, `at_once`, `later`), `delay_ms` |
//! | `GET`, `PUT /control/templates` | all templates; adds or replaces one: `name`, `language`, `body`, `footer`, `buttons` |
//! | `PUT /control/templates/{name}/status` | `status` (`approved`, `paused`, `disabled`, `rejected`), in one `language` or in all |
//! | `POST /control/statuses` | reports a message now: `wamid`, `status` (`sent`, `delivered`, `read`, `failed`), `code` |
//! | `PUT /control/webhook` | `url`, `statuses`: other destination, statuses on or off |
//! | `POST /control/verify` | verifies the webhook as Meta does |
//! | `GET /control/webhooks` | webhooks that can be posted again: `seq`, `time`, `kind`, `status`, `attempts` |
//! | `POST /control/webhooks/again` | posts one again, each time once: `seq` (default the newest), `times` (default 1) |
//! | `POST /control/notify?retry=` | signs and posts the body's bytes as they are |
//! | `GET`, `POST /control/scenes` | scenes and how far they are; plays one: a `Scene`; answers `id` |
//! | `GET`, `DELETE /control/scenes/{id}` | one scene; stops it |
//! | `GET /control/stats` | numbers since the start |

mod orders;
mod post;
mod scenes;

use axum::Json;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{bad_request, not_found};
use crate::control::Control;
use crate::inbound::Inbound;
use crate::media::MediaKind;
use crate::world::{Call, Fault, Sent};

/// The largest file of a person; inbound messages carry files in base64, a third longer.
const LARGEST_FILE_BYTES: usize = 140 * 1024 * 1024;

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/messages", get(messages).delete(clear))
        .route("/calls", get(calls))
        .route(
            "/media",
            post(keep_file)
                .delete(expire_urls)
                .layer(DefaultBodyLimit::max(LARGEST_FILE_BYTES)),
        )
        .route("/media/{id}", get(file))
        .route(
            "/reads",
            get(async |State(control): State<Control>| Json(control.reads())),
        )
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route(
            "/inbound",
            post(inbound).layer(DefaultBodyLimit::max(LARGEST_FILE_BYTES)),
        )
        .merge(orders::router())
        .merge(post::router())
        .merge(scenes::router())
        .route(
            "/stats",
            get(async |State(control): State<Control>| Json(control.stats())),
        )
}

/// Which recorded sends are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    to: Option<String>,
    #[serde(default)]
    since: u64,
}

async fn messages(
    State(control): State<Control>,
    Query(selection): Query<Selection>,
) -> Json<Vec<Sent>> {
    Json(control.sent(selection.to.as_deref(), selection.since))
}

/// Which calls are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn calls(
    State(control): State<Control>,
    Query(Since { since }): Query<Since>,
) -> Json<Vec<Call>> {
    Json(control.calls(since))
}

/// Keeps a file of a person.
pub(super) async fn keep_file(
    State(control): State<Control>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mime_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let Some(mime_type) = mime_type else {
        return bad_request(&"Content-Type: must be given");
    };
    if body.is_empty() {
        return bad_request(&"the file is empty");
    }
    let info = control.keep_file(mime_type, body);
    (StatusCode::CREATED, Json(info)).into_response()
}

/// A file's content. What a browser would run is only offered to be saved.
pub(super) async fn file(State(control): State<Control>, Path(id): Path<String>) -> Response {
    let Some((info, content)) = control.file(&id) else {
        return not_found(&"no file has this id");
    };
    let shown =
        MediaKind::of_upload(&info.mime_type).is_some_and(|kind| kind != MediaKind::Document);
    let disposition = if shown { "inline" } else { "attachment" };
    let headers = [
        (CONTENT_TYPE, info.mime_type.as_str()),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}

async fn expire_urls(State(control): State<Control>) -> StatusCode {
    control.expire_media_urls();
    StatusCode::NO_CONTENT
}

async fn clear(State(control): State<Control>) -> StatusCode {
    control.clear();
    StatusCode::NO_CONTENT
}

async fn faults(State(control): State<Control>) -> Json<Vec<Fault>> {
    Json(control.faults())
}

async fn add_fault(State(control): State<Control>, body: Bytes) -> Response {
    let fault = match read::<Fault>(&body) {
        Ok(fault) => fault,
        Err(response) => return *response,
    };
    match control.fault(fault) {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(error) => bad_request(&error),
    }
}

async fn clear_faults(State(control): State<Control>) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

async fn inbound(State(control): State<Control>, body: Bytes) -> Response {
    let inbound = match read::<Inbound>(&body) {
        Ok(inbound) => inbound,
        Err(response) => return *response,
    };
    match control.inbound(inbound).await {
        Ok(receipt) => Json(receipt).into_response(),
        Err(error) => bad_request(&error),
    }
}

/// Reads a body; the answer to a bad one names what is wrong and where.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Response>> {
    serde_json::from_slice(body).map_err(|error| Box::new(bad_request(&error)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_readme_has_the_same_table() {
        let readme = include_str!("../../README.md");
        let own = include_str!("control.rs");
        let rows: Vec<_> = own
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .filter(|line| line.starts_with('|'))
            .collect();
        assert!(rows.len() > 20);
        assert!(readme.contains(&rows.join("\n")), "the tables differ");
    }
}
