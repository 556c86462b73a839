//! What a person says: registers once, then looks at a provider and goes back to the list, again and again.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::load::connection::Post;
use crate::webhook::{notification, signature};

pub(super) const NUMBER: &str = "106540352242922";
pub(super) const APP_SECRET: &str = "simulator-app-secret";

/// One thing that is said, and how many messages answer it.
pub(super) struct Step {
    content: Value,
    pub(super) messages: usize,
}

/// The steps of people who book at one provider.
#[derive(Clone, Debug)]
pub(super) struct Script {
    provider: String,
}

impl Script {
    pub(super) fn new(provider: String) -> Self {
        Self { provider }
    }

    /// The first thing that somebody new says.
    pub(super) fn hello() -> Step {
        Step {
            content: text("hola"),
            messages: 2,
        }
    }

    /// The n-th thing that a person says, from 0.
    pub(super) fn step(&self, n: usize) -> Step {
        let (content, messages) = match n {
            0 => return Self::hello(),
            1 => (row("service_plumbing"), 1),
            2 => (text("Ana López"), 1),
            n if n % 2 == 1 => (row(&format!("provider_{}", self.provider)), 2),
            _ => (button("btn_back_to_list"), 1),
        };
        Step { content, messages }
    }

    /// What comes after the look at a provider, up to the booking.
    pub(super) fn booking() -> [Step; 3] {
        let contents = [
            button("btn_book_provider"),
            text("Calle 5, Roma"),
            text("skip"),
        ];
        contents.map(|content| Step {
            content,
            messages: 1,
        })
    }
}

impl Step {
    /// The signed bytes of it.
    pub(super) fn signed(&self, wamid: &str, from: &str) -> Signed {
        let body = notification(NUMBER, wamid, from, self.content.clone());
        Signed {
            signature: signature(APP_SECRET, &body),
            body: body.into(),
        }
    }
}

/// A webhook, ready to go out.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) signature: String,
    pub(super) body: Bytes,
}

impl Signed {
    pub(super) fn to(&self, address: std::net::SocketAddr) -> Post {
        Post {
            address,
            signature: self.signature.clone(),
            body: self.body.clone(),
        }
    }
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": {"body": text}})
}

fn row(id: &str) -> Value {
    let reply = json!({"id": id, "title": "row"});
    json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}})
}

fn button(id: &str) -> Value {
    let reply = json!({"id": id, "title": "button"});
    json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}})
}
