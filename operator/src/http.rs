//! The process' own pages: `/healthz` and `/readyz` on one port, `/metrics` on another.

use std::future::Future;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::metrics::Metrics;

/// Where the process stands in the election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not reached the API server yet, or not for longer than a lease is good for.
    Apart,
    /// Another process leads; this one is fit to follow.
    StandingBy,
    /// It leads.
    Leading,
}

impl Standing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Apart => "the API server is not reached",
            Self::StandingBy => "standing by",
            Self::Leading => "leading",
        }
    }
}

/// `/healthz` answers while the process lives and touches nothing; `/readyz` by the standing.
pub fn health(standing: watch::Receiver<Standing>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive" }))
        .route("/readyz", get(ready))
        .with_state(standing)
}

async fn ready(State(standing): State<watch::Receiver<Standing>>) -> (StatusCode, &'static str) {
    let standing = *standing.borrow();
    let code = match standing {
        Standing::Apart => StatusCode::SERVICE_UNAVAILABLE,
        Standing::StandingBy | Standing::Leading => StatusCode::OK,
    };
    (code, standing.as_str())
}

/// `/metrics` in Prometheus' text format.
pub fn metrics(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", get(exposition))
        .with_state(metrics)
}

async fn exposition(State(metrics): State<Metrics>) -> Response {
    match metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics can't be encoded");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Serves until `stop` is done.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn page(router: Router, path: &str) -> (StatusCode, String) {
        let answer = router
            .oneshot(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        let code = answer.status();
        (
            code,
            String::from_utf8(
                answer
                    .into_body()
                    .collect()
                    .await
                    .unwrap()
                    .to_bytes()
                    .to_vec(),
            )
            .unwrap(),
        )
    }

    #[tokio::test]
    async fn ready_while_leading_or_standing_by() {
        let (tell, standing) = watch::channel(Standing::Apart);
        let cases = [
            (Standing::Apart, 503),
            (Standing::StandingBy, 200),
            (Standing::Leading, 200),
            (Standing::Apart, 503),
        ];
        for (now, code) in cases {
            tell.send_replace(now);
            assert_eq!(
                page(health(standing.clone()), "/readyz").await.0,
                code,
                "{now:?}"
            );
            assert_eq!(
                page(health(standing.clone()), "/healthz").await.0,
                200,
                "{now:?}"
            );
        }
    }

    #[tokio::test]
    async fn metrics_are_shown() {
        let counted = Metrics::new().unwrap();
        counted.wrote("Job");
        let (code, text) = page(metrics(counted), "/metrics").await;
        assert_eq!(code, 200);
        assert!(
            text.contains("ubermench_operator_writes_total{kind=\"Job\"} 1"),
            "{text}"
        );
    }
}
