//! The whole simulator against a little bot: one binary, each test its own simulator and port.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests fail the test"
)]

mod bot;
mod conduct;
mod control;
mod graph;
mod media;
mod page;
mod scenes;
mod webhooks;

use std::time::Duration;

use serde_json::{Value, json};
use ubermench_simulator::{Handle, Retry, Settings, Simulator};

/// No condition here takes longer, even on a slow machine.
const LIMIT: Duration = Duration::from_secs(20);

async fn simulator(webhook_url: Option<&str>) -> Handle {
    let retry = Retry {
        attempts: 4,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(20),
    };
    let webhook_url = webhook_url.map(str::to_owned);
    Simulator::start(Settings {
        webhook_url,
        retry,
        ..Settings::default()
    })
    .await
    .unwrap()
}

/// A client of the Graph API.
struct Graph {
    http: reqwest::Client,
    base: String,
}

impl Graph {
    fn of(simulator: &Handle) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .build()
            .unwrap();
        Self {
            http,
            base: format!("{}/v24.0/106540352242922", simulator.url()),
        }
    }

    async fn post(&self, body: &Value) -> reqwest::Result<reqwest::Response> {
        let request = self.http.post(format!("{}/messages", self.base));
        request
            .bearer_auth("simulator-access-token")
            .json(body)
            .send()
            .await
    }

    /// Sends a text and returns the id given to it.
    async fn text(&self, to: &str, text: &str) -> String {
        let answer = self.post(&text_to(to, text)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }
}

fn text_to(to: &str, text: &str) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": to,
        "type": "text", "text": {"body": text}})
}

fn list_to(to: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": to, "type": "interactive", "interactive":
        {"type": "list", "body": {"text": "What do you need?"}, "action": {"button": "Services",
            "sections": [{"rows": [{"id": "service_plumbing", "title": "Plumbing",
                "description": "Leaks and pipes"}]}]}}})
}
