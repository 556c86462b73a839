//! What stands before the replicas: each request goes to the next one, the one after a failure.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

/// The most that a request may hold; the bot refuses less.
const MOST: usize = 8 * 1024 * 1024;

#[derive(Clone)]
struct Replicas {
    urls: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    client: reqwest::Client,
}

/// Starts a balancer and returns its address.
pub(crate) async fn start(urls: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let replicas = Replicas {
        urls: Arc::new(urls),
        next: Arc::default(),
        client: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
    };
    let router = Router::new().fallback(pass).with_state(replicas);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn pass(State(replicas): State<Replicas>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST).await.unwrap();
    let turn = replicas.next.fetch_add(1, Ordering::Relaxed);
    for offset in 0..replicas.urls.len() {
        let url = &replicas.urls[(turn + offset) % replicas.urls.len()];
        let mut headers = parts.headers.clone();
        headers.remove("host");
        let sent = replicas
            .client
            .request(parts.method.clone(), format!("{url}{}", parts.uri))
            .headers(headers)
            .body(bytes.clone())
            .send()
            .await;
        if let Ok(answer) = sent {
            let (status, headers) = (answer.status(), answer.headers().clone());
            let Ok(body) = answer.bytes().await else {
                continue;
            };
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response.headers_mut().remove("transfer-encoding");
            return response;
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
