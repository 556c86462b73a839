//! All metrics as Prometheus reads them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::metrics::Metrics;
use crate::telemetry::chain;

/// All metrics in Prometheus' text format. On a port of its own, `METRICS_PORT` (9090), without names, phones or ids in
/// any label.
#[utoipa::path(get, path = "/metrics", tag = "health", security(()),
    responses((status = 200, description = "the metrics", body = String, content_type = "text/plain"),
        (status = 500, description = "they could not be written")))]
pub(super) async fn page(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.render() {
        Ok(text) => ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            let error = chain(&error);
            tracing::error!(
                event = "metrics_error",
                error,
                "metrics could not be written"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
