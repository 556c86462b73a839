//! Messages on their way into the outbox.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::conversation::Notice;
use crate::domain::{ContactId, Lane};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// A message to send.
#[derive(Debug, Clone)]
pub(in crate::store) struct Draft {
    pub(in crate::store) contact: ContactId,
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

/// The stored form of who hears of a failure, and what.
pub(in crate::store) fn on_failure(to: ContactId, notice: &Notice) -> Value {
    json!({"contact": to.0, "notice": notice})
}

/// Adds messages in this order.
pub(in crate::store) async fn put(
    tx: &mut Tx,
    lane: &Lane,
    request_id: &str,
    drafts: Vec<Draft>,
) -> Result<(), StoreError> {
    if drafts.is_empty() {
        return Ok(());
    }
    let contacts: Vec<Uuid> = drafts.iter().map(|draft| draft.contact.0).collect();
    let inbox: Vec<Option<i64>> = drafts.iter().map(|draft| draft.inbox_id).collect();
    let kinds: Vec<&str> = drafts.iter().map(|draft| draft.kind).collect();
    let bodies: Vec<String> = drafts
        .iter()
        .map(|draft| draft.body.replace('\0', ""))
        .collect();
    let expiries: Vec<_> = drafts.iter().map(|draft| draft.expires_at).collect();
    let chat: Vec<Option<i64>> = drafts.iter().map(|draft| draft.chat_message).collect();
    let copies: Vec<bool> = drafts.iter().map(|draft| draft.is_copy).collect();
    let mut payloads = Vec::new();
    let mut templates = Vec::new();
    let mut media = Vec::new();
    let mut failures = Vec::new();
    for draft in drafts {
        payloads.push(storable(draft.payload));
        templates.push(draft.template.map(storable));
        media.push(draft.media.map(storable));
        failures.push(draft.on_failure);
    }
    sqlx::query!(
        "insert into outbox (lane, request_id, contact_id, inbox_id, kind, payload, body, expires_at,
                             template, media, on_failure, chat_message_id, is_copy)
         select $1, $2, d.contact_id, d.inbox_id, d.kind, d.payload, d.body, d.expires_at,
                d.template, d.media, d.on_failure, d.chat_message_id, d.is_copy
         from unnest($3::uuid[], $4::bigint[], $5::text[], $6::jsonb[], $7::text[], $8::timestamptz[],
                     $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::bigint[], $13::boolean[])
             with ordinality as d (contact_id, inbox_id, kind, payload, body, expires_at, template,
                                   media, on_failure, chat_message_id, is_copy, place)
         order by d.place",
        lane.as_str(),
        request_id,
        &contacts,
        &inbox as &[Option<i64>],
        &kinds as &[&str],
        &payloads,
        &bodies,
        &expiries,
        &templates as &[Option<Value>],
        &media as &[Option<Value>],
        &failures as &[Option<Value>],
        &chat as &[Option<i64>],
        &copies
    )
    .execute(&mut *tx)
    .await
    .during("store answers")?;
    Ok(())
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
