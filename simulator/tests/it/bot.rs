//! A bot that records webhooks and answers what it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::LIMIT;

/// A webhook as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) body: Bytes,
    pub(crate) signature: String,
    pub(crate) content_type: String,
    pub(crate) status: u16,
}

impl Webhook {
    pub(crate) fn value(&self) -> Value {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        body["entry"][0]["changes"][0]["value"].clone()
    }

    /// `text <body>` or `<status> <wamid>`, enough to check order.
    pub(crate) fn short(&self) -> String {
        let value = self.value();
        let status = &value["statuses"][0];
        if status.is_object() {
            let name = status["status"].as_str().unwrap();
            return format!("{name} {}", status["id"].as_str().unwrap());
        }
        format!(
            "text {}",
            value["messages"][0]["text"]["body"].as_str().unwrap_or("-")
        )
    }
}

#[derive(Debug)]
struct Shared {
    seen: watch::Sender<Vec<Webhook>>,
    answers: Mutex<VecDeque<u16>>,
}

pub(crate) struct Bot {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _server: AbortOnDropHandle<()>,
}

impl Bot {
    /// A bot that gives these answers first, then 200.
    pub(crate) async fn answering(answers: &[u16]) -> Self {
        let answers = Mutex::new(answers.iter().copied().collect());
        let shared = Arc::new(Shared {
            seen: watch::channel(Vec::new()).0,
            answers,
        });
        let router = Router::new()
            .route("/api/webhook", get(verify).post(take))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/webhook", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            shared,
            _server: AbortOnDropHandle::new(server),
        }
    }

    /// Waits until the bot saw this many webhooks, and returns them.
    pub(crate) async fn saw(&self, number: usize) -> Vec<Webhook> {
        let mut seen = self.shared.seen.subscribe();
        let enough = tokio::time::timeout(LIMIT, seen.wait_for(|seen| seen.len() >= number)).await;
        let Ok(webhooks) = enough else {
            panic!("only {:?}", self.shared.seen.borrow())
        };
        webhooks.unwrap().clone()
    }
}

async fn verify(Query(query): Query<Vec<(String, String)>>) -> impl IntoResponse {
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, v)| v.clone())
    };
    let right = value("hub.verify_token").as_deref() == Some("simulator-verify-token");
    if right && value("hub.mode").as_deref() == Some("subscribe") {
        (StatusCode::OK, value("hub.challenge").unwrap_or_default())
    } else {
        (StatusCode::FORBIDDEN, String::new())
    }
}

async fn take(State(bot): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let status = bot.answers.lock().unwrap().pop_front().unwrap_or(200);
    let webhook = Webhook {
        body,
        signature: header("X-Hub-Signature-256"),
        content_type: header("Content-Type"),
        status,
    };
    bot.seen.send_modify(|seen| seen.push(webhook));
    StatusCode::from_u16(status).unwrap()
}
