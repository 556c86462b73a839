//! Messages on their way into the outbox.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::conversation::Notice;
use crate::domain::ContactId;

/// A message to send.
#[derive(Debug, Clone)]
pub(in crate::store) struct Draft {
    pub(in crate::store) contact: ContactId,
    pub(in crate::store) request_id: String,
    pub(in crate::store) inbox_id: Option<i64>,
    pub(in crate::store) kind: &'static str,
    pub(in crate::store) payload: Value,
    pub(in crate::store) body: String,
    pub(in crate::store) expires_at: DateTime<Utc>,
    pub(in crate::store) template: Option<Value>,
    pub(in crate::store) media: Option<Value>,
    pub(in crate::store) on_failure: Option<Value>,
    pub(in crate::store) chat_message: Option<i64>,
    pub(in crate::store) is_copy: bool,
}

/// What a turn wants to say, in this order; put with its record.
#[derive(Debug, Default)]
pub struct Drafts(pub(in crate::store) Vec<Draft>);

impl Drafts {
    /// Says more.
    pub fn append(&mut self, mut more: Self) {
        self.0.append(&mut more.0);
    }
}

/// The stored form of who hears of a failure, and what.
pub(in crate::store) fn on_failure(to: ContactId, notice: &Notice) -> Value {
    json!({"contact": to.0, "notice": notice})
}

/// Drafts turned into columns, as one statement takes them.
#[derive(Debug, Default)]
pub(in crate::store) struct Columns {
    pub(in crate::store) contacts: Vec<Uuid>,
    pub(in crate::store) requests: Vec<String>,
    pub(in crate::store) inbox: Vec<Option<i64>>,
    pub(in crate::store) kinds: Vec<&'static str>,
    pub(in crate::store) payloads: Vec<Value>,
    pub(in crate::store) bodies: Vec<String>,
    pub(in crate::store) expiries: Vec<DateTime<Utc>>,
    pub(in crate::store) templates: Vec<Option<Value>>,
    pub(in crate::store) media: Vec<Option<Value>>,
    pub(in crate::store) failures: Vec<Option<Value>>,
    pub(in crate::store) chat: Vec<Option<i64>>,
    pub(in crate::store) copies: Vec<bool>,
}

impl From<Drafts> for Columns {
    fn from(Drafts(drafts): Drafts) -> Self {
        let mut columns = Self::default();
        for draft in drafts {
            columns.contacts.push(draft.contact.0);
            columns.requests.push(draft.request_id);
            columns.inbox.push(draft.inbox_id);
            columns.kinds.push(draft.kind);
            columns.payloads.push(storable(draft.payload));
            columns.bodies.push(draft.body.replace('\0', ""));
            columns.expiries.push(draft.expires_at);
            columns.templates.push(draft.template.map(storable));
            columns.media.push(draft.media.map(storable));
            columns.failures.push(draft.on_failure);
            columns.chat.push(draft.chat_message);
            columns.copies.push(draft.is_copy);
        }
        columns
    }
}

/// `jsonb` takes every character but this one.
fn storable(json: Value) -> Value {
    match json {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(items) => items.into_iter().map(storable).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name.replace('\0', ""), storable(value)))
            .collect(),
        other => other,
    }
}
