//! The 24-hour window: outside it what has no template is held until the person writes.

use std::collections::HashSet;
use std::time::Duration;

use uuid::Uuid;

use crate::conversation::Notice;
use crate::domain::{ContactId, Lane, ServiceRequestId};
use crate::store::error::{During, StoreError};
use crate::store::outbox::failures;
use crate::store::tx::Tx;
use crate::store::{Store, fence, notices};

/// So many messages of chats wait for one person at most.
const HELD_AT_MOST: i64 = 100;
/// More than are claimed at once.
const PEOPLE: i64 = 200;

/// Holds what can't go now. For messages of a chat a template tells the person once that they wait, and
/// the sender is told once; true when somebody was told something.
async fn hold(tx: &mut Tx, window: Duration) -> Result<bool, StoreError> {
    // What this statement holds was not held in its own snapshot: a chat found held is an old one.
    let held = sqlx::query_as!(
        Held,
        r#"with head as materialized (
             select o.contact_id, o.window_closed from outbox o
             where o.state = 'pending' and o.lane = 'live' and o.attempt_at <= now()
               and (o.claimed_until is null or o.claimed_until < now())
               and o.id = (select p.id from outbox p
                           where p.contact_id = o.contact_id and p.state = 'pending'
                           order by p.id limit 1)
             order by o.attempt_at, o.id limit $2
         ), shut as materialized (
             select head.contact_id, c.last_inbound_at
             from head join conversation c on c.contact_id = head.contact_id
             where head.window_closed or c.last_inbound_at <= now() - $1 * interval '1 second'
         ), held as (
             update outbox o set state = 'held', held_at = now(), claim = null, claimed_until = null
             from shut
             where o.contact_id = shut.contact_id and o.state = 'pending' and o.lane = 'live'
               and (o.claimed_until is null or o.claimed_until < now())
               and o.kind <> 'template' and (o.template is null or o.chat_message_id is not null)
               and (o.window_closed or shut.last_inbound_at <= now() - $1 * interval '1 second')
             returning o.id, o.lane, o.contact_id, o.inbox_id, o.chat_message_id, o.template,
                       o.on_failure, o.request_id
         ), fresh as (
             select distinct on (h.contact_id, m.request_id) h.*, m.request_id as service_request
             from held h join chat_message m on m.id = h.chat_message_id
             where not exists (select 1 from outbox o join chat_message om on om.id = o.chat_message_id
                               where o.contact_id = h.contact_id and o.state = 'held'
                                 and om.request_id = m.request_id)
             order by h.contact_id, m.request_id, h.id
         ), waiting as (
             insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, expires_at)
             select lane, contact_id, inbox_id, 'template', template, request_id, now() + interval '24 hours'
             from fresh where template is not null
               and not exists (select 1 from outbox w join conversation c on c.contact_id = w.contact_id
                               where w.contact_id = fresh.contact_id and w.is_template
                                 and w.template = fresh.template and w.state <> 'failed'
                                 and coalesce(w.ended_at, now()) > greatest(c.last_inbound_at,
                                     now() - interval '24 hours'))
         )
         select held.contact_id as "contact!", held.request_id as "request_id!",
                fresh.service_request as "service_request?",
                (fresh.on_failure->>'contact')::uuid as sender
         from held left join fresh on fresh.id = held.id"#,
        window.as_secs_f64(),
        PEOPLE
    )
    .fetch_all(&mut *tx)
    .await
    .during("hold messages")?;
    let contacts: HashSet<Uuid> = held.iter().map(|row| row.contact).collect();
    let contacts: Vec<Uuid> = contacts.into_iter().collect();
    Ok(tell(tx, held).await? | overflow(tx, &contacts).await?)
}

/// A message that is held from now on.
struct Held {
    contact: Uuid,
    request_id: String,
    /// The booking whose chat it belongs to, if the sender has not been told yet.
    service_request: Option<Uuid>,
    sender: Option<Uuid>,
}

/// Senders in chats; false if there are none to tell.
async fn tell(tx: &mut Tx, held: Vec<Held>) -> Result<bool, StoreError> {
    let mut told = false;
    for row in held {
        let (Some(request), Some(sender)) = (row.service_request, row.sender) else {
            continue;
        };
        let request = ServiceRequestId(request);
        let notice = (ContactId(sender), Notice::RelayHeld { request });
        notices::put(tx, &Lane::live(), &row.request_id, &[notice]).await?;
        told = true;
    }
    Ok(told)
}

/// Gives up what is too much to wait.
async fn overflow(tx: &mut Tx, contacts: &[Uuid]) -> Result<bool, StoreError> {
    if contacts.is_empty() {
        return Ok(false);
    }
    let rows = sqlx::query!(
        "update outbox set state = 'failed', outcome = 'permanent', ended_at = now(),
                           error_title = 'too many messages wait'
         where id in (
             select id from (
                 select id, row_number() over (partition by contact_id order by id) as place
                 from outbox where contact_id = any($2) and state = 'held' and chat_message_id is not null
             ) held where place > $1)
         returning id",
        HELD_AT_MOST,
        contacts
    )
    .fetch_all(&mut *tx)
    .await
    .during("give up held messages")?;
    let ids: Vec<i64> = rows.into_iter().map(|row| row.id).collect();
    failures::bury(tx, &ids, "held").await?;
    failures::tell(tx, &ids).await
}

/// Sends again, as what may go in a closed window, messages of which Meta told later that it was closed.
/// Returns those for which there is no such way.
pub(in crate::store) async fn reopen(tx: &mut Tx, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    note_closed(tx, ids).await?;
    let rows = sqlx::query!(
        r#"with again as (
             insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, expires_at, body,
                                 template, media, on_failure, chat_message_id, is_copy, window_closed)
             select lane, contact_id, inbox_id, kind, payload, request_id, expires_at, body,
                    template, media, on_failure, chat_message_id, is_copy, true
             from outbox
             where id = any($1) and kind <> 'template' and not is_template and expires_at > now()
             order by id
         )
         select id from outbox
         where id = any($1) and (kind = 'template' or is_template or expires_at <= now())"#,
        ids
    )
    .fetch_all(&mut *tx)
    .await
    .during("send again in closed window")?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What Meta says about the window counts more than our record, unless the person wrote just now.
pub(super) async fn note_closed(tx: &mut Tx, ids: &[i64]) -> Result<(), StoreError> {
    sqlx::query!(
        "update conversation set last_inbound_at = least(last_inbound_at, now() - interval '24 hours')
         where contact_id in (select contact_id from outbox where id = any($1))
           and (last_inbound_at is null or last_inbound_at < now() - interval '1 minute')",
        ids
    )
    .execute(&mut *tx)
    .await
    .during("note closed window")?;
    Ok(())
}

impl Store {
    /// Holds what can't go now, if the revision owns the work; true when somebody was told something.
    pub(super) async fn hold_sends(
        &self,
        revision: &str,
        window: Duration,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin_fenced().await?;
        if !fence::holds(&mut tx, revision).await? {
            tx.rollback().await;
            return Ok(false);
        }
        let told = hold(&mut tx, window).await?;
        tx.commit().await?;
        Ok(told)
    }

    /// Lets go what was held while its person wrote; a turn releases all that it sees.
    ///
    /// # Errors
    /// When nothing was released, or when it is not known.
    pub async fn release_sends(&self, revision: &str, window: Duration) -> Result<u64, StoreError> {
        let mut tx = self.begin_fenced().await?;
        if !fence::holds(&mut tx, revision).await? {
            tx.rollback().await;
            return Ok(0);
        }
        let done = sqlx::query!(
            "update outbox o
             set state = 'pending', held_at = null, window_closed = false, attempt_at = now()
             from conversation c
             where c.contact_id = o.contact_id and o.state = 'held' and o.lane = 'live'
               and (c.last_inbound_at > o.held_at
                    or (not o.window_closed and c.last_inbound_at > now() - $1 * interval '1 second'))",
            window.as_secs_f64()
        )
        .execute(&mut tx)
        .await
        .during("release sends")?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
