//! What holds for every request: an id that follows it, a count, and the end of connections that
//! should go elsewhere.

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use super::Shared;
use crate::domain::RequestId;

const REQUEST_ID: &str = "x-request-id";

/// Takes over the caller's id or makes one, and returns it.
pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let id = given
        .and_then(RequestId::parse)
        .unwrap_or_else(|| RequestId::from(Uuid::new_v4()));
    let span = tracing::info_span!("request", request_id = id.as_str());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Asks the caller to come back on another connection, when other pods should have its requests.
pub(super) async fn shed(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if shared.pod.sheds_connections() {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Counts by route, which strangers cannot make up.
pub(super) async fn count(
    State(shared): State<Shared>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS") => {
            known.to_owned()
        }
        _ => "other".to_owned(),
    };
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let status = response.status().as_str().to_owned();
    shared
        .metrics
        .requests
        .with_label_values(&[route, &method, &status])
        .inc();
    response
}
