//! What goes out: claimed by one replica for the time of a send, per recipient strictly in order, at
//! the pace that all replicas share. No transaction is open during a send.

mod bucket;
mod outcome;

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::ContactId;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;
use crate::store::{Store, fence};

pub use outcome::{Recorded, Refusal};

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
    /// What may be sent now, and when to ask again if more is due.
    Send {
        /// Messages of different people.
        messages: Vec<Outgoing>,
        /// Until the shared pace allows another.
        wait: Option<Duration>,
    },
}

impl Store {
    /// Claims up to `limit` messages, each the first that waits for its recipient.
    ///
    /// # Errors
    /// When none is claimed, or when it is not known.
    pub async fn claim_sends(
        &self,
        revision: &str,
        limit: u32,
        rate_per_second: u32,
    ) -> Result<Claim, StoreError> {
        let mut tx = self.begin().await?;
        if !fence::holds(&mut tx, revision).await? {
            return Ok(Claim::NotOwner);
        }
        if !any_due(&mut tx).await? {
            tx.rollback().await;
            return Ok(Claim::Send {
                messages: Vec::new(),
                wait: None,
            });
        }
        let allowance = bucket::open(&mut tx, rate_per_second).await?;
        let limit = i64::from(limit).min(allowance.whole());
        let messages = if limit > 0 {
            claim_heads(&mut tx, limit).await?
        } else {
            Vec::new()
        };
        let wait = bucket::close(&mut tx, allowance, messages.len(), limit).await?;
        tx.commit().await?;
        Ok(Claim::Send { messages, wait })
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

    /// Gives up what is no longer worth sending.
    ///
    /// # Errors
    /// When nothing was given up, or when it is not known.
    pub async fn expire_sends(&self, revision: &str) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        if !fence::holds(&mut tx, revision).await? {
            return Ok(0);
        }
        let done = sqlx::query!(
            "with ended as (
                 update outbox set state = 'failed', outcome = 'expired', ended_at = now(), claim = null
                 where state = 'pending' and lane = 'live' and expires_at <= now()
                   and (claimed_until is null or claimed_until < now())
                 returning id, lane, error_code, request_id
             )
             insert into dead_letter (source, source_id, lane, reason, code, request_id)
             select 'outbox', id, lane, 'expired', error_code, request_id from ended
             on conflict do nothing"
        )
        .execute(&mut tx)
        .await
        .during("expire sends")?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

async fn any_due(tx: &mut Tx) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (
            select 1 from outbox where state = 'pending' and lane = 'live' and attempt_at <= now()
              and (claimed_until is null or claimed_until < now())) as "due!""#
    )
    .fetch_one(&mut *tx)
    .await
    .during("look for sends")?;
    Ok(row.due)
}

async fn claim_heads(tx: &mut Tx, limit: i64) -> Result<Vec<Outgoing>, StoreError> {
    let claim = Uuid::now_v7();
    let rows = sqlx::query!(
        "with head as materialized (
             select o.id from outbox o
             where o.state = 'pending' and o.lane = 'live' and o.attempt_at <= now()
               and (o.claimed_until is null or o.claimed_until < now()) and o.expires_at > now()
               and not exists (select 1 from outbox p where p.contact_id = o.contact_id
                               and p.state = 'pending' and p.id < o.id)
             order by o.attempt_at, o.id
             limit $1 for no key update skip locked
         )
         update outbox o
         set claim = $2, claimed_until = now() + $3 * interval '1 second', attempts = attempts + 1
         from head where o.id = head.id
         returning o.id, o.contact_id, o.kind, o.payload, o.request_id, o.attempts",
        limit,
        claim,
        LEASE_SECONDS
    )
    .fetch_all(&mut *tx)
    .await
    .during("claim sends")?;
    let mut messages: Vec<Outgoing> = rows
        .into_iter()
        .map(|row| Outgoing {
            id: row.id,
            claim,
            contact: ContactId(row.contact_id),
            kind: row.kind,
            payload: row.payload,
            request_id: row.request_id,
            attempts: row.attempts,
        })
        .collect();
    messages.sort_by_key(|message| message.id);
    Ok(messages)
}
