//! How a send ended, recorded by its claim: a move of the work fence meanwhile changes nothing.

use std::time::Duration;

use uuid::Uuid;

use crate::domain::Wamid;
use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::outbox::{Outgoing, failures, window};

/// Whether an outcome was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was.
    Yes,
    /// The claim had run out and somebody else sends the message now.
    ClaimLost,
}

/// Why a message was not taken.
#[derive(Debug, Clone, Default)]
pub struct Refusal {
    /// Graph's or HTTP's number of it.
    pub code: Option<i64>,
    /// What Meta calls it.
    pub title: Option<String>,
}

/// A message that Meta took.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Its place among all.
    pub id: i64,
    /// By which it was sent.
    pub claim: Uuid,
    /// Meta's id, if the answer had one.
    pub wamid: Option<Wamid>,
}

impl From<u64> for Recorded {
    fn from(rows: u64) -> Self {
        if rows > 0 { Self::Yes } else { Self::ClaimLost }
    }
}

impl Store {
    /// Puts a message back, to be tried again after a while.
    ///
    /// # Errors
    /// When it is not known to be recorded; the claim runs out by itself.
    pub async fn record_retry(
        &self,
        sent: &Outgoing,
        refusal: &Refusal,
        delay: Duration,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "update outbox
             set attempt_at = now() + $3 * interval '1 second', claim = null, claimed_until = null,
                 error_code = $4, error_title = $5
             where id = $1 and claim = $2 and state = 'pending'",
            sent.id,
            sent.claim,
            delay.as_secs_f64(),
            refusal.code,
            refusal.title
        )
        .execute(&mut tx)
        .await
        .during("record failed send")?;
        tx.commit().await?;
        Ok(done.rows_affected().into())
    }

    /// Gives a message up, shows it as a dead letter, and tells who is to hear of it.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    pub async fn record_given_up(
        &self,
        sent: &Outgoing,
        refusal: &Refusal,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "update outbox
             set state = 'failed', outcome = 'permanent', ended_at = now(), claim = null,
                 error_code = $3, error_title = $4
             where id = $1 and claim = $2 and state = 'pending'",
            sent.id,
            sent.claim,
            refusal.code,
            refusal.title
        )
        .execute(&mut tx)
        .await
        .during("give up send")?;
        if done.rows_affected() > 0 {
            failures::bury(&mut tx, &[sent.id], "permanent").await?;
            failures::tell(&mut tx, &[sent.id]).await?;
        }
        tx.commit().await?;
        Ok(done.rows_affected().into())
    }

    /// Puts a message back whose person has not written for a day, to go as its template or wait.
    ///
    /// # Errors
    /// When it is not known to be recorded; the claim runs out by itself.
    pub async fn record_closed(
        &self,
        sent: &Outgoing,
        refusal: &Refusal,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        window::note_closed(&mut tx, &[sent.id]).await?;
        let done = sqlx::query!(
            "update outbox
             set window_closed = true, attempt_at = now(), claim = null, claimed_until = null,
                 error_code = $3, error_title = $4
             where id = $1 and claim = $2 and state = 'pending'",
            sent.id,
            sent.claim,
            refusal.code,
            refusal.title
        )
        .execute(&mut tx)
        .await
        .during("record closed window")?;
        tx.commit().await?;
        Ok(done.rows_affected().into())
    }

    /// Lets nobody send for a while, because the number as a whole sends too much.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    pub async fn pause_sends(&self, delay: Duration) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "update send_bucket
             set paused_until = greatest(paused_until, now() + $1 * interval '1 second') where id = 1",
            delay.as_secs_f64()
        )
        .execute(&mut tx)
        .await
        .during("pause sends")?;
        tx.commit().await
    }
}
