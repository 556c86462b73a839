//! A message that cannot be worked: tried again later, then given up, visibly. The ones behind it wait
//! meanwhile, and go on without it in the end.

use crate::domain::ContactId;
use crate::store::Store;
use crate::store::error::{During, StoreError};

/// After so many tries a message is given up.
const TRIES: i32 = 5;

/// What was decided about a message that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is tried again after a while.
    Again,
    /// It is a dead letter now.
    GivenUp,
}

impl Store {
    /// Records that a message could not be worked, with a reason that holds nothing personal.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    pub async fn fail_message(
        &self,
        contact: ContactId,
        message: i64,
        reason: &str,
    ) -> Result<Verdict, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            r#"update inbox
            set attempts = attempts + 1, error = $2,
                dead_at = case when attempts + 1 >= $3 then now() end
            where id = $1 and worked_at is null and dead_at is null
            returning attempts, lane, request_id, (dead_at is not null) as "dead!""#,
            message,
            reason,
            TRIES
        )
        .fetch_optional(&mut tx)
        .await
        .during("record failed message")?;
        let Some(row) = row else {
            return Ok(Verdict::Again);
        };
        if row.dead {
            sqlx::query!(
                "insert into dead_letter (source, source_id, lane, reason, request_id)
                 values ('inbox', $1, $2, $3, $4) on conflict do nothing",
                message,
                row.lane,
                reason,
                row.request_id
            )
            .execute(&mut tx)
            .await
            .during("store dead letter")?;
        } else {
            sqlx::query!(
                "update conversation set retry_at = now() + 2 ^ $2::int * interval '1 second'
                 where contact_id = $1",
                contact.0,
                row.attempts - 1
            )
            .execute(&mut tx)
            .await
            .during("delay conversation")?;
        }
        tx.commit().await?;
        Ok(if row.dead {
            Verdict::GivenUp
        } else {
            Verdict::Again
        })
    }
}
