//! Scripted scenes.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde_json::json;

use super::read;
use crate::control::{Control, SceneView};
use crate::http::{bad_request, not_found};
use crate::scene::Scene;

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/scenes", get(scenes).post(play))
        .route("/scenes/{id}", get(scene).delete(stop))
}

async fn scenes(State(control): State<Control>) -> Json<Vec<SceneView>> {
    Json(control.scenes())
}

async fn play(State(control): State<Control>, body: Bytes) -> Response {
    let scene = match read::<Scene>(&body) {
        Ok(scene) => scene,
        Err(response) => return *response,
    };
    match control.play(scene) {
        Ok(id) => (StatusCode::ACCEPTED, Json(json!({ "id": id }))).into_response(),
        Err(error) => {
            // The reason inside a step is its source.
            let reason = std::error::Error::source(&error);
            let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
            bad_request(&format!("{error}{reason}"))
        }
    }
}

async fn scene(State(control): State<Control>, Path(id): Path<u64>) -> Response {
    match control.scene(id) {
        Some(view) => Json(view).into_response(),
        None => not_found(&"no scene has this number"),
    }
}

async fn stop(State(control): State<Control>, Path(id): Path<u64>) -> Response {
    if control.stop_scene(id) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        not_found(&"no scene has this number")
    }
}
