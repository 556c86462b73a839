//! What goes out: claimed by one replica for the time of a send, per recipient strictly in order, at
//! the pace that all replicas share. No transaction is open during a send.

mod bucket;
mod failures;
mod files;
mod outcome;
pub(super) mod put;
mod window;

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::conversation::Media;
use crate::domain::ContactId;
use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

pub(super) use failures::tell;
pub use outcome::{Accepted, Recorded, Refusal};
pub(super) use window::reopen;

/// Longer than a send with its time limit: nobody else sends the same message meanwhile.
const LEASE_SECONDS: f64 = 30.0;

/// A message that this replica sends now.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its place among all.
    pub id: i64,
    /// By which its outcome is recorded.
    pub claim: Uuid,
    /// Whom it is for.
    pub contact: ContactId,
    /// Its type, for counting.
    pub kind: String,
    /// The body of the call.
    pub payload: Value,
    /// The file to bring over first.
    pub media: Option<Media>,
    /// The file's new id, once that is done.
    pub media_id: Option<String>,
    /// The webhook that caused it.
    pub request_id: String,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// What claiming found.
#[derive(Debug)]
pub enum Claim {
    /// The live work belongs to another revision.
    NotOwner,
    /// Nothing is due, or nothing was asked for.
    Idle,
    /// What may be sent now, and when to ask again if more is due.
    Send {
        /// Messages of different people.
        messages: Vec<Outgoing>,
        /// Whether others were told that their messages wait for somebody to write.
        told: bool,
        /// Until the shared pace allows another.
        wait: Option<Duration>,
    },
}

/// What bounds sending.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Messages a second over all replicas; 0 is no limit.
    pub rate_per_second: u32,
    /// For how long after a person wrote every message may go to them.
    pub service_window: Duration,
}

impl Store {
    /// Records what Meta took, whoever owns the work by now, and claims up to `limit` messages, each the first that
    /// waits for its recipient. Tells whose claims still held, too.
    ///
    /// # Errors
    /// When nothing of it happened, or when it is not known.
    pub async fn turn_sends(
        &self,
        revision: &str,
        accepted: &[Accepted],
        limit: u32,
        pace: Pace,
    ) -> Result<(HashSet<i64>, Claim), StoreError> {
        let mut tx = self.begin_fenced().await?;
        let recorded = if accepted.is_empty() {
            HashSet::new()
        } else {
            outcome::record_accepted(&mut tx, accepted).await?
        };
        let claim = if limit == 0 {
            Claim::Idle
        } else {
            claim(&mut tx, revision, limit, pace).await?
        };
        if accepted.is_empty() && !matches!(claim, Claim::Send { .. }) {
            // A look locks a row: to commit that would wait for the disk.
            tx.rollback().await;
        } else {
            tx.commit().await?;
        }
        Ok((recorded, claim))
    }

    /// Ends what a smoke test's lane wants to send: it reaches no phone.
    ///
    /// # Errors
    /// When nothing was ended, or when it is not known.
    pub async fn end_smoke_sends(&self, lane: &str) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "update outbox set state = 'accepted', outcome = 'smoke', ended_at = now()
             where lane = $1 and lane <> 'live' and state = 'pending'",
            lane
        )
        .execute(&mut tx)
        .await
        .during("end smoke sends")?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

async fn claim(tx: &mut Tx, revision: &str, limit: u32, pace: Pace) -> Result<Claim, StoreError> {
    let look = bucket::open(tx, revision, pace.rate_per_second).await?;
    if !look.owns {
        return Ok(Claim::NotOwner);
    }
    if !look.due {
        return Ok(Claim::Idle);
    }
    let allowance = look.allowance;
    let limit = i64::from(limit).min(allowance.whole());
    let (mut messages, are_shut) = claim_heads(tx, limit, pace.service_window).await?;
    let mut told = false;
    if are_shut {
        told = window::hold(tx, pace.service_window).await?;
        // What was behind may go now.
        let left = limit.saturating_sub(i64::try_from(messages.len()).unwrap_or(i64::MAX));
        messages.extend(claim_heads(tx, left, pace.service_window).await?.0);
    }
    let wait = bucket::close(tx, allowance, messages.len(), limit).await?;
    Ok(Claim::Send {
        messages,
        told,
        wait,
    })
}

/// A row of what was claimed: nothing but the first column if nothing was.
struct Taken {
    are_shut: bool,
    id: Option<i64>,
    contact_id: Option<Uuid>,
    request_id: Option<String>,
    attempts: Option<i32>,
    media_id: Option<String>,
    kind: Option<String>,
    payload: Option<Value>,
    media: Option<Value>,
}

impl Taken {
    fn outgoing(self, claim: Uuid) -> Option<Outgoing> {
        Some(Outgoing {
            id: self.id?,
            claim,
            contact: ContactId(self.contact_id?),
            kind: self.kind?,
            payload: self.payload?,
            media: self
                .media
                .and_then(|media| serde_json::from_value(media).ok()),
            media_id: self.media_id,
            request_id: self.request_id?,
            attempts: self.attempts?,
        })
    }
}

/// The template goes instead where the window is closed. Tells too whether some windows are.
///
/// Who is first of a person's is asked by order, for which only one index will do: others look as cheap while the
/// table is small, and a plan may live until it no longer is.
async fn claim_heads(
    tx: &mut Tx,
    limit: i64,
    window: Duration,
) -> Result<(Vec<Outgoing>, bool), StoreError> {
    if limit <= 0 {
        return Ok((Vec::new(), false));
    }
    let claim = Uuid::now_v7();
    let rows = sqlx::query_as!(
        Taken,
        r#"with head as materialized (
             select o.id, s.shut, s.shut and o.kind <> 'template' as closed
             from outbox o join conversation c on c.contact_id = o.contact_id
             cross join lateral (select o.window_closed or coalesce(
                 c.last_inbound_at <= now() - $4 * interval '1 second', false) as shut) s
             where o.state = 'pending' and o.lane = 'live' and o.attempt_at <= now()
               and (o.claimed_until is null or o.claimed_until < now()) and o.expires_at > now()
               and o.id = (select p.id from outbox p
                           where p.contact_id = o.contact_id and p.state = 'pending'
                           order by p.id limit 1)
             order by o.attempt_at, o.id
             limit $1 for no key update of o skip locked
         ), taken as (
             update outbox o
             set claim = $2, claimed_until = now() + $3 * interval '1 second', attempts = attempts + 1,
                 is_template = head.closed
             from head
             where o.id = head.id
               and (not head.closed or (o.template is not null and o.chat_message_id is null))
             returning o.id, o.contact_id, o.request_id, o.attempts, o.media_id,
                       case when head.closed then 'template' else o.kind end as kind,
                       case when head.closed then o.template else o.payload end as payload,
                       case when head.closed then null else o.media end as media
         )
         select (select coalesce(bool_or(shut), false) from head) as "are_shut!",
                t.id as "id?", t.contact_id as "contact_id?", t.request_id as "request_id?",
                t.attempts as "attempts?", t.media_id, t.kind, t.payload, t.media
         from (select) as one left join taken t on true"#,
        limit,
        claim,
        LEASE_SECONDS,
        window.as_secs_f64()
    )
    .fetch_all(&mut *tx)
    .await
    .during("claim sends")?;
    let are_shut = rows.iter().any(|row| row.are_shut);
    let taken = rows.into_iter().filter_map(|row| row.outgoing(claim));
    let mut messages: Vec<Outgoing> = taken.collect();
    messages.sort_by_key(|message| message.id);
    Ok((messages, are_shut))
}
