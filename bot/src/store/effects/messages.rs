//! What is said to the person, and what goes over to the other one of a chat.

use chrono::TimeDelta;
use serde_json::Value;

use crate::conversation::reply::Reply;
use crate::conversation::{Event, Notice, Outbound, Relay, Template, TemplateName};
use crate::domain::{ContactId, Identity, Wamid};
use crate::store::effects::{Applied, EffectError, Happened, Scene, chats};
use crate::store::error::During;
use crate::store::outbox::drafts::{Draft, on_failure};
use crate::store::tx::Tx;
use crate::whatsapp::{Recipient, outbound};

/// How long a message is worth sending, unless it says otherwise.
const HOURS: i64 = 24;

fn recipient(identity: &Identity) -> Result<Recipient, EffectError> {
    Recipient::of(identity).ok_or(EffectError::Refused("no recipient"))
}

pub(super) fn draft(
    scene: &Scene<'_>,
    event: &Event,
    message: Outbound,
    applied: &mut Applied,
) -> Result<Draft, EffectError> {
    let to = recipient(scene.identity)?;
    let offers = |template: &Template| template.name == TemplateName::NewRequest;
    if message.template.as_ref().is_some_and(offers)
        && let Some(request) = &event.facts.request
    {
        applied
            .happened
            .push(Happened::ProviderNotified(request.id));
    }
    let template = message
        .template
        .filter(|_| event.flags.templates)
        .map(|template| outbound::template(&template, scene.templates, &to));
    let failed = |(to, notice): &(ContactId, Notice)| on_failure(*to, notice);
    let expires_at = event.received_at + TimeDelta::hours(HOURS);
    Ok(Draft {
        contact: scene.who.contact,
        request_id: scene.request_id().to_owned(),
        inbox_id: scene.inbox_id,
        kind: message.reply.kind(),
        payload: outbound::payload(&message.reply, &to),
        body: message.reply.body().to_owned(),
        expires_at: message.expires_at.unwrap_or(expires_at),
        template,
        media: file(&message.reply),
        on_failure: message.on_failure.as_ref().map(failed),
        chat_message: None,
        is_copy: false,
    })
}

/// A file that is still to be brought over.
fn file(reply: &Reply) -> Option<Value> {
    match reply {
        Reply::Media(media) => serde_json::to_value(media).ok(),
        Reply::Text { .. }
        | Reply::List { .. }
        | Reply::Buttons { .. }
        | Reply::Location(_)
        | Reply::Contacts(_)
        | Reply::Reaction { .. } => None,
    }
}

/// Stored with its request before it is sent.
pub(super) async fn relay(
    tx: &mut Tx,
    scene: &Scene<'_>,
    event: &Event,
    relay: Relay,
    applied: &mut Applied,
) -> Result<(), EffectError> {
    let to = recipient(&relay.identity)?;
    let message = sqlx::query!(
        "insert into chat_message (request_id, sender_contact, kind, content, inbound_wamid, created_at)
         values ($1, $2, $3, $4, $5, $6) returning id",
        relay.request.0,
        scene.who.contact.0,
        relay.kind,
        relay.content.replace('\0', ""),
        relay.inbound.as_ref().map_or("", Wamid::as_str),
        event.now
    )
    .fetch_one(&mut *tx)
    .await
    .during("store chat message")?;
    chats::note_relay(tx, relay.request, event.now).await?;
    let waiting = event
        .flags
        .templates
        .then(|| outbound::template(&relay.waiting, scene.templates, &to));
    let failed = |file| Notice::RelayFailed {
        request: relay.request,
        file,
    };
    let drafts = relay.replies.iter().enumerate().map(|(index, reply)| {
        let is_copy = index == relay.copy;
        let payload = outbound::payload(reply, &to);
        let payload = match relay.context.as_ref().filter(|_| is_copy) {
            Some(quoted) => outbound::quoting(payload, quoted),
            None => payload,
        };
        Draft {
            contact: relay.to,
            request_id: scene.request_id().to_owned(),
            inbox_id: scene.inbox_id,
            kind: reply.kind(),
            payload,
            body: reply.body().to_owned(),
            expires_at: event.received_at + TimeDelta::hours(HOURS),
            template: waiting.clone(),
            media: file(reply),
            on_failure: Some(on_failure(scene.who.contact, &failed(false))),
            chat_message: Some(message.id),
            is_copy,
        }
    });
    applied.said.0.extend(drafts);
    Ok(())
}
