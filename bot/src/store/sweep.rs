//! Rows whose time is over. One replica sweeps at a time.

use crate::store::Store;
use crate::store::error::{During, StoreError};

const LOCK: i64 = 0x7562_6d73_7765_6570;

/// What a sweep cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions that had expired.
    pub sessions: u64,
    /// Statuses of messages that nobody here sent.
    pub statuses: u64,
}

impl Store {
    /// Clears expired sessions and statuses unknown for a day; `None` while another replica does.
    ///
    /// # Errors
    /// When nothing was cleared, or when it is not known.
    pub async fn sweep(&self) -> Result<Option<Swept>, StoreError> {
        let mut tx = self.begin().await?;
        let lock = sqlx::query!(r#"select pg_try_advisory_xact_lock($1) as "taken!""#, LOCK)
            .fetch_one(&mut tx)
            .await
            .during("lock sweep")?;
        if !lock.taken {
            return Ok(None);
        }
        // A conversation that is being worked is left for the next time.
        let sessions = sqlx::query!(
            "update conversation set state = null, updated_at = now() where contact_id in (
                 select contact_id from conversation
                 where state is not null and expires_at <= now()
                   and not exists (select 1 from inbox i where i.contact_id = conversation.contact_id
                                   and i.worked_at is null and i.dead_at is null)
                 order by expires_at limit 1000 for no key update skip locked)"
        )
        .execute(&mut tx)
        .await
        .during("sweep sessions")?
        .rows_affected();
        let statuses = sqlx::query!(
            "delete from message_status
             where applied_at is null and accepted_at < now() - interval '24 hours'"
        )
        .execute(&mut tx)
        .await
        .during("sweep statuses")?
        .rows_affected();
        tx.commit().await?;
        Ok(Some(Swept { sessions, statuses }))
    }
}
