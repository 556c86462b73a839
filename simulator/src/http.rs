//! Everything over HTTP: the Graph API, the control API and the page. Translates only.

mod control;
mod graph;
mod line;
mod page;

use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::control::Control;
use line::{Line, Lines};

/// No message within the limits comes near it; what is remembered stays small by it.
const LARGEST_BODY_BYTES: usize = 256 * 1024;

/// Serves until the simulator is stopped.
pub(crate) async fn serve(listener: TcpListener, control: Control) {
    let shutdown = control.shutdown().clone();
    let service = router(control).into_make_service_with_connect_info::<Line>();
    let served = axum::serve(Lines(listener), service)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "stopped serving");
    }
}

fn router(control: Control) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .nest("/control", control::router())
        .merge(graph::router(control.clone()))
        .merge(page::router())
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(control)
}

/// An error of the control API and the page.
#[derive(Debug, Serialize)]
struct ApiError {
    code: &'static str,
    message: String,
}

/// A request that cannot be understood; the message names the member.
fn bad_request(message: &impl ToString) -> Response {
    let error = ApiError {
        code: "bad_request",
        message: message.to_string(),
    };
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}

/// What is asked for is not there.
fn not_found(message: &impl ToString) -> Response {
    let error = ApiError {
        code: "not_found",
        message: message.to_string(),
    };
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}
