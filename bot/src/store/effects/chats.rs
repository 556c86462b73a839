//! Chats: begun for both, ended for both, and waited for.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::conversation::{Event, Notice};
use crate::domain::{ContactId, ServiceRequestId};
use crate::store::effects::{EffectError, Scene};
use crate::store::error::{During, StoreError};
use crate::store::facts::Who;
use crate::store::notices;
use crate::store::tx::Tx;

pub(super) async fn start(
    tx: &mut Tx,
    now: DateTime<Utc>,
    request: ServiceRequestId,
    customer: ContactId,
    provider: ContactId,
) -> Result<(), EffectError> {
    let begun = sqlx::query!(
        "insert into chat (request_id, customer_contact, provider_contact, started_at, last_relay_at)
         values ($1, $2, $3, $4, $4)
         on conflict (request_id) do update
         set customer_contact = $2, provider_contact = $3, started_at = $4, last_relay_at = $4,
             ended_at = null, ended_by = null
         where chat.ended_at is not null",
        request.0,
        customer.0,
        provider.0,
        now
    )
    .execute(&mut *tx)
    .await
    .during("start chat")?;
    // In one order, so that two chats begun at once wait for each other and never deadlock.
    let mut members = [customer.0, provider.0];
    members.sort_unstable();
    let joined = sqlx::query!(
        "insert into chat_member (contact_id, request_id)
         select contact_id, $2 from unnest($1::uuid[]) as m (contact_id) order by contact_id
         on conflict do nothing",
        &members as &[Uuid],
        request.0
    )
    .execute(&mut *tx)
    .await
    .during("join chat")?;
    if begun.rows_affected() == 0 || joined.rows_affected() != 2 {
        return Err(EffectError::Stale);
    }
    sqlx::query!("delete from chat_wait where request_id = $1", request.0)
        .execute(&mut *tx)
        .await
        .during("end waiting for chat")?;
    Ok(())
}

/// Returns how many people are told that somebody is free.
pub(super) async fn end(
    tx: &mut Tx,
    scene: &Scene<'_>,
    event: &Event,
    request: ServiceRequestId,
) -> Result<u64, EffectError> {
    let done = sqlx::query!(
        "update chat set ended_at = $2, ended_by = $3 where request_id = $1 and ended_at is null",
        request.0,
        event.now,
        scene.who.contact.0
    )
    .execute(&mut *tx)
    .await
    .during("end chat")?;
    let chat = event.facts.chat.as_ref();
    let runs = chat.is_some_and(|chat| chat.request == request && !chat.has_ended);
    if done.rows_affected() == 0 {
        // The other one ended it at the same time; else there was none to end.
        return if runs { Err(EffectError::Stale) } else { Ok(0) };
    }
    let free = sqlx::query!(
        "delete from chat_member where request_id = $1 returning contact_id",
        request.0
    )
    .fetch_all(&mut *tx)
    .await
    .during("leave chat")?;
    let free: Vec<Uuid> = free.into_iter().map(|row| row.contact_id).collect();
    let waiting = sqlx::query!(
        "delete from chat_wait where busy_contact = any($1) returning waiting_contact, request_id",
        &free
    )
    .fetch_all(&mut *tx)
    .await
    .during("find who waits for chat")?;
    let told: Vec<_> = waiting
        .into_iter()
        .map(|row| {
            let request = ServiceRequestId(row.request_id);
            (ContactId(row.waiting_contact), Notice::ChatFree { request })
        })
        .collect();
    let lane = &scene.who.lane;
    Ok(notices::put(tx, lane, scene.request_id(), &told).await?)
}

/// Only while the other one is in a chat: its end waits for us, or we see that it came.
pub(super) async fn wait(
    tx: &mut Tx,
    who: &Who,
    busy: ContactId,
    request: ServiceRequestId,
) -> Result<(), EffectError> {
    let chats = sqlx::query!(
        "select contact_id from chat_member where contact_id = $1 for share",
        busy.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("look at busy chat")?;
    if chats.is_none() {
        return Err(EffectError::Stale);
    }
    sqlx::query!(
        "insert into chat_wait (busy_contact, waiting_contact, request_id) values ($1, $2, $3)
         on conflict (busy_contact, request_id) do update set waiting_contact = excluded.waiting_contact",
        busy.0,
        who.contact.0,
        request.0
    )
    .execute(&mut *tx)
    .await
    .during("wait for chat")?;
    Ok(())
}

/// Something went over just now.
pub(super) async fn note_relay(
    tx: &mut Tx,
    request: ServiceRequestId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update chat set last_relay_at = greatest(last_relay_at, $2) where request_id = $1",
        request.0,
        now
    )
    .execute(&mut *tx)
    .await
    .during("note relay")?;
    Ok(())
}
