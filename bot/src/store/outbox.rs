//! What goes out: claimed by one replica for the time of a send, per recipient strictly in order, at
//! the pace that all replicas share. No transaction is open during a send.

mod bucket;
pub(super) mod drafts;
mod failures;
mod files;
mod outcome;
mod turn;
mod window;

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::conversation::Media;
use crate::domain::ContactId;
use crate::store::Store;
use crate::store::error::{During, StoreError};

pub use drafts::Drafts;
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
    /// When nothing more of it happened, or when it is not known.
    pub async fn turn_sends(
        &self,
        revision: &str,
        accepted: &[Accepted],
        limit: u32,
        pace: Pace,
    ) -> Result<(HashSet<i64>, Claim), StoreError> {
        let limit = i64::from(limit);
        let mut tx = self.each().await?;
        let mut turned = turn::turn(&mut tx, revision, accepted, limit, pace).await?;
        tx.commit().await?;
        let mut told = false;
        if turned.are_shut {
            told = self.hold_sends(revision, pace.service_window).await?;
            // What was behind may go now.
            let taken = i64::try_from(turned.messages.len()).unwrap_or(limit);
            let mut tx = self.each().await?;
            let more = turn::turn(&mut tx, revision, &[], limit - taken, pace).await?;
            tx.commit().await?;
            turned.messages.extend(more.messages);
            turned.wait = more.wait;
        }
        let claim = if !turned.owns {
            Claim::NotOwner
        } else if turned.messages.is_empty() && !told && turned.wait.is_none() {
            Claim::Idle
        } else {
            Claim::Send {
                messages: turned.messages,
                told,
                wait: turned.wait,
            }
        };
        Ok((turned.recorded, claim))
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
