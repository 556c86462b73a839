//! What Meta told about messages of ours, brought to the messages. Never backwards: sent, failed,
//! delivered, read.

use crate::store::error::{During, StoreError};
use crate::store::{Store, fence, outbox};

const BATCH: i64 = 500;
/// Meta's code for a person who has not written for a day.
const CLOSED_WINDOW: i64 = 131_047;

/// What applying statuses came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// How many statuses it looked at.
    pub looked_at: i64,
    /// Whether something waits for others or to be sent again.
    pub told: bool,
}

impl Store {
    /// Applies statuses that are due, and tells who is to hear of messages that failed. One whose message is not
    /// known yet is looked at again later, and at once when the message's id is recorded.
    ///
    /// # Errors
    /// When nothing was applied, or when it is not known.
    pub async fn apply_statuses(&self, revision: &str) -> Result<Applied, StoreError> {
        let mut tx = self.begin_fenced().await?;
        if !fence::holds(&mut tx, revision).await? {
            return Ok(Applied::default());
        }
        let done = sqlx::query!(
            r#"with due as materialized (
                 select s.wamid, s.status, s.happened_at, s.error_code, s.error_title,
                        case s.status when 'played' then 'read' else s.status end as word
                 from message_status s
                 where s.applied_at is null and s.attempt_at <= now()
                 order by s.attempt_at limit $1 for no key update skip locked
             ), ranked as (
                 select *, array_position(array['sent', 'failed', 'delivered', 'read'], word) as rank
                 from due
             ), best as (
                 select distinct on (wamid) * from ranked where rank is not null
                 order by wamid, rank desc
             ), moved as (
                 update outbox o
                 set delivery = best.word, delivery_at = coalesce(best.happened_at, now()),
                     error_code = case when best.word = 'failed' then best.error_code else o.error_code end,
                     error_title = case when best.word = 'failed' then best.error_title else o.error_title end
                 from best
                 where o.wamid = best.wamid
                   and coalesce(array_position(array['sent', 'failed', 'delivered', 'read'], o.delivery), 0)
                       < best.rank
                 returning o.id, best.word, best.error_code
             ), settled as (
             update message_status s
             set attempts = s.attempts + 1,
                 applied_at = case when o.known then now() end,
                 attempt_at = now() + least(300, 2 ^ least(s.attempts, 10)) * interval '1 second'
             from due
             cross join lateral
                 (select exists (select 1 from outbox where wamid = due.wamid) as known) o
             where s.wamid = due.wamid and s.status = due.status
             returning s.wamid
             )
             select (select count(*) from settled) as "looked_at!",
                    coalesce((select array_agg(id) from moved where word = 'failed' and error_code = $2),
                             '{}') as "closed!",
                    coalesce((select array_agg(id) from moved
                              where word = 'failed' and error_code is distinct from $2), '{}') as "failed!""#,
            BATCH,
            CLOSED_WINDOW
        )
        .fetch_one(&mut tx)
        .await
        .during("apply statuses")?;
        let mut failed = done.failed;
        failed.extend(outbox::reopen(&mut tx, &done.closed).await?);
        let told = outbox::tell(&mut tx, &failed).await?;
        tx.commit().await?;
        Ok(Applied {
            looked_at: done.looked_at,
            told: told || !done.closed.is_empty(),
        })
    }
}
