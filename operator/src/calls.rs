//! A client of the Kubernetes API whose calls are counted.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use kube::client::ClientBuilder;
use kube::{Client, Config};
use tower::{Layer, Service};

use crate::metrics::Metrics;

/// A client whose calls are counted, whatever they come to.
///
/// # Errors
/// When the configuration makes no client.
pub fn client(config: Config, metrics: Metrics) -> Result<Client, kube::Error> {
    Ok(ClientBuilder::try_from(config)?
        .with_layer(&Counted { metrics })
        .build())
}

struct Counted {
    metrics: Metrics,
}

impl<S> Layer<S> for Counted {
    type Service = Counting<S>;

    fn layer(&self, inner: S) -> Counting<S> {
        let metrics = self.metrics.clone();
        Counting { inner, metrics }
    }
}

/// Counts what passes through it.
#[derive(Clone)]
struct Counting<S> {
    inner: S,
    metrics: Metrics,
}

impl<S, B, R> Service<Request<B>> for Counting<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = request.method().clone();
        let resource = resource(request.uri().path()).to_owned();
        let (metrics, answer) = (self.metrics.clone(), self.inner.call(request));
        Box::pin(async move {
            let answer = answer.await;
            let code = answer.as_ref().map_or(0, |answer| answer.status().as_u16());
            metrics.called(method.as_str(), &resource, code);
            answer
        })
    }
}

/// The kind of object that a path is about, in its plural; names of objects are no label.
fn resource(path: &str) -> &str {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let skipped = match parts.next() {
        Some("api") => 0,
        Some("apis") => 1,
        _ => return "other",
    };
    let mut parts = parts.skip(skipped + 1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("namespaces"), Some(_), Some(resource)) | (Some(resource), ..) => resource,
        (None, ..) => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tower::ServiceExt;

    use super::*;

    #[test]
    fn path_tells_the_kind_and_no_name() {
        let cases = [
            ("/api/v1/namespaces/prod/services/handy", "services"),
            ("/api/v1/namespaces/prod", "namespaces"),
            ("/api/v1/pods", "pods"),
            ("/apis/apps/v1/namespaces/prod/deployments", "deployments"),
            (
                "/apis/ubermench.io/v1alpha1/namespaces/prod/ubermenchdeployments/handy/status",
                "ubermenchdeployments",
            ),
            ("/apis/apps/v1/deployments", "deployments"),
            ("/version", "other"),
            ("/apis", "other"),
        ];
        for (path, expected) in cases {
            assert_eq!(resource(path), expected, "{path}");
        }
    }

    #[tokio::test]
    async fn call_is_counted_by_its_answer() {
        let metrics = Metrics::new().unwrap();
        let answering = tower::service_fn(async |_: Request<()>| {
            Ok::<_, Infallible>(Response::builder().status(409).body(()).unwrap())
        });
        let layer = Counted {
            metrics: metrics.clone(),
        };
        let request = Request::put("/api/v1/namespaces/prod/services/handy");
        let answer = layer.layer(answering).oneshot(request.body(()).unwrap());
        assert_eq!(answer.await.unwrap().status(), 409);
        let text = String::from_utf8(metrics.encode().unwrap()).unwrap();
        let line = "api_requests_total{code=\"409\",method=\"PUT\",resource=\"services\"} 1";
        assert!(text.contains(line), "{text}");
    }
}
