//! Two contacts that a message shows to be one person become one.

mod records;

use crate::domain::{ContactId, Identity, Lane};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;
use crate::store::work::{Locked, Stored, fresh_id};
use crate::store::{admin, notices};

/// Whether a claimed conversation's messages name another contact as the same person.
pub(super) enum Need {
    None,
    Join(ContactId),
}

/// Looks at the messages that carry phone and user id, unless both were seen together before.
pub(super) async fn needed(
    tx: &mut Tx,
    locked: &Locked,
    messages: &[Stored],
) -> Result<Need, StoreError> {
    let mut seen: Option<&Identity> = None;
    for message in messages {
        let identity = &message.identity;
        let (Some(phone), Some(bsuid)) = (&identity.phone, &identity.bsuid) else {
            continue;
        };
        if *identity == locked.identity || Some(identity) == seen {
            continue;
        }
        seen = Some(identity);
        let other = sqlx::query!(
            "select contact_id from contact_alias
             where lane = $1 and contact_id <> $2
               and ((kind = 'phone' and value = $3) or (kind = 'bsuid' and value = $4))
             limit 1",
            locked.lane.as_str(),
            locked.contact.0,
            phone.digits(),
            bsuid.as_str()
        )
        .fetch_optional(&mut *tx)
        .await
        .during("find same person")?;
        if let Some(other) = other {
            return Ok(Need::Join(ContactId(other.contact_id)));
        }
    }
    Ok(Need::None)
}

/// Gives all of the other contact to the one that is locked; false while the other is being worked.
pub(super) async fn join(
    tx: &mut Tx,
    lane: &Lane,
    keep: ContactId,
    other: ContactId,
) -> Result<bool, StoreError> {
    // Never waits for a second conversation's lock: whoever holds it might wait for ours.
    let locked = sqlx::query!(
        "select contact_id from conversation where contact_id = $1 for no key update skip locked",
        other.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock same person")?;
    if locked.is_none() {
        return Ok(false);
    }
    hand_over(tx, lane, other, keep).await?;
    sqlx::query!(
        "update conversation k
         set state = coalesce(k.state, o.state), expires_at = coalesce(k.expires_at, o.expires_at),
             phone = coalesce(k.phone, o.phone), bsuid = coalesce(k.bsuid, o.bsuid),
             last_inbound_at = greatest(k.last_inbound_at, o.last_inbound_at), updated_at = now()
         from conversation o where k.contact_id = $1 and o.contact_id = $2",
        keep.0,
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("join conversations")?;
    sqlx::query!(
        "update conversation set state = null where contact_id = $1",
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("end joined conversation")?;
    sqlx::query!(
        "update contact set merged_into = $1 where id = $2",
        keep.0,
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("mark joined contact")?;
    Ok(true)
}

/// Moves ids, messages and registration from one contact to another. Also for what a webhook stored
/// for a contact while that was being joined.
pub(super) async fn hand_over(
    tx: &mut Tx,
    lane: &Lane,
    from: ContactId,
    to: ContactId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update contact_alias set contact_id = $1 where contact_id = $2",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over aliases")?;
    sqlx::query!(
        "update inbox set contact_id = $1 where contact_id = $2",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over messages")?;
    sqlx::query!(
        "update outbox set contact_id = $1 where contact_id = $2",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over replies")?;
    records::hand_over(tx, from, to).await?;
    end_second_chat(tx, lane, from, to).await?;
    hand_over_chats(tx, from, to).await
}

/// One thread can't carry two chats: somebody who chats as both stays in the one of `to`, and the other is
/// closed for both of its sides.
async fn end_second_chat(
    tx: &mut Tx,
    lane: &Lane,
    from: ContactId,
    to: ContactId,
) -> Result<(), StoreError> {
    let second = sqlx::query!(
        "select m.request_id from chat_member m
         where m.contact_id = $2 and exists (select 1 from chat_member where contact_id = $1)",
        to.0,
        from.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("find second chat")?;
    if let Some(second) = second {
        let heard = admin::end_chat(tx, second.request_id).await?;
        let heard: Vec<_> = heard
            .into_iter()
            .map(|(contact, notice)| (ContactId(contact), notice))
            .map(|(contact, notice)| (if contact == from { to } else { contact }, notice))
            .collect();
        notices::put(tx, lane, fresh_id().to_string().as_str(), &heard).await?;
    }
    Ok(())
}

/// Timers, and the part in chats.
async fn hand_over_chats(tx: &mut Tx, from: ContactId, to: ContactId) -> Result<(), StoreError> {
    sqlx::query!(
        "with timers as (
             update timer set contact_id = $1 where contact_id = $2
         ), messages as (
             update chat_message set sender_contact = $1 where sender_contact = $2
         ), members as (
             update chat_member m set contact_id = $1 where contact_id = $2
             and not exists (select 1 from chat_member where contact_id = $1)
         ), busy as (
             update chat_wait w set busy_contact = $1 where busy_contact = $2
             and not exists (select 1 from chat_wait o
                             where o.busy_contact = $1 and o.request_id = w.request_id)
         )
         update chat
         set customer_contact = case customer_contact when $2 then $1 else customer_contact end,
             provider_contact = case provider_contact when $2 then $1 else provider_contact end,
             ended_by = case ended_by when $2 then $1 else ended_by end
         where customer_contact = $2 or provider_contact = $2",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over chats")?;
    sqlx::query!(
        "update chat_wait set waiting_contact = $1 where waiting_contact = $2",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over waiting")?;
    sqlx::query!(
        "update outbox
         set on_failure = jsonb_set(on_failure, '{contact}', to_jsonb($1::uuid::text))
         where on_failure->>'contact' = $2::uuid::text and state in ('pending', 'held')",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over failures")?;
    Ok(())
}
