//! Files on their way from one phone to another: brought over once, or given up for a line of text.

use serde_json::Value;

use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::notices::{KIND, PREFIX};
use crate::store::outbox::outcome::Recorded;
use crate::store::outbox::{LEASE_SECONDS, Outgoing};

impl Store {
    /// Keeps the claim while a file is brought over, so that nobody else begins on it.
    ///
    /// # Errors
    /// When it is not known to be kept.
    pub async fn keep_claim(&self, sent: &Outgoing) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "update outbox set claimed_until = now() + $3 * interval '1 second'
             where id = $1 and claim = $2 and state = 'pending'",
            sent.id,
            sent.claim,
            LEASE_SECONDS
        )
        .execute(&mut tx)
        .await
        .during("keep claim")?;
        tx.commit().await?;
        Ok(done.rows_affected().into())
    }

    /// Records the file's new id, so that another try does not bring it over again.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    pub async fn record_file(&self, sent: &Outgoing, id: &str) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "update outbox set media_id = $3, claimed_until = now() + $4 * interval '1 second'
             where id = $1 and claim = $2 and state = 'pending'",
            sent.id,
            sent.claim,
            id,
            LEASE_SECONDS
        )
        .execute(&mut tx)
        .await
        .during("record file")?;
        tx.commit().await?;
        Ok(done.rows_affected().into())
    }

    /// Puts a text in the place of a file that can't be brought over, and tells the sender.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    pub async fn replace_file(
        &self,
        sent: &Outgoing,
        payload: &Value,
        body: &str,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let done = sqlx::query!(
            "with replaced as (
                 update outbox o
                 set kind = 'text', payload = $3, body = $4, media = null, media_id = null,
                     on_failure = null, attempts = 0, attempt_at = now(), claim = null, claimed_until = null
                 from (select id, on_failure from outbox where id = $1) was
                 where o.id = was.id and o.claim = $2 and o.state = 'pending'
                 returning o.id, o.lane, o.request_id, was.on_failure
             ), told as (
                 insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id)
                 select nextval('inbox_batch'), $5 || gen_random_uuid(), lane,
                        (on_failure->>'contact')::uuid, $6,
                        convert_to(jsonb_set(on_failure->'notice', '{file}', 'true')::text, 'UTF8'), request_id
                 from replaced where on_failure is not null
             )
             select id from replaced",
            sent.id,
            sent.claim,
            payload,
            body,
            PREFIX,
            KIND
        )
        .fetch_all(&mut tx)
        .await
        .during("replace file")?;
        tx.commit().await?;
        Ok(u64::try_from(done.len()).unwrap_or_default().into())
    }
}
