//! Messages that never arrive: shown as dead letters, and told to whom it matters.

use crate::store::error::{During, StoreError};
use crate::store::notices::{KIND, PREFIX};
use crate::store::tx::Tx;
use crate::store::{Store, fence};

/// What expiring did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expired {
    /// Messages given up.
    pub messages: u64,
    /// Whether somebody was told.
    pub told: bool,
}

/// Shows messages as dead letters.
pub(super) async fn bury(tx: &mut Tx, ids: &[i64], reason: &str) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into dead_letter (source, source_id, lane, reason, code, request_id)
         select 'outbox', id, lane, $2, error_code, request_id from outbox where id = any($1)
         on conflict do nothing",
        ids,
        reason
    )
    .execute(&mut *tx)
    .await
    .during("store dead letters")?;
    Ok(())
}

/// Tells those who are to hear that messages failed, once for what is the same news; true when somebody
/// is told.
pub(in crate::store) async fn tell(tx: &mut Tx, ids: &[i64]) -> Result<bool, StoreError> {
    if ids.is_empty() {
        return Ok(false);
    }
    let done = sqlx::query!(
        "insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id)
         select batch.base + row_number() over (order by f.id), $2 || gen_random_uuid(), f.lane, f.contact,
                $3, f.raw, f.request_id
         from (
             select distinct on (o.on_failure) o.id, o.lane, o.request_id,
                    (o.on_failure->>'contact')::uuid as contact,
                    convert_to((o.on_failure->'notice')::text, 'UTF8') as raw
             from outbox o
             where o.id = any($1) and o.on_failure is not null
               and not exists (select 1 from outbox p where p.chat_message_id = o.chat_message_id
                               and p.id <> all($1) and (p.state = 'failed' or p.delivery = 'failed'))
             order by o.on_failure, o.id
         ) f
         cross join (select nextval('inbox_batch') as base offset 0) batch",
        ids,
        PREFIX,
        KIND
    )
    .execute(&mut *tx)
    .await
    .during("tell of failures")?;
    Ok(done.rows_affected() > 0)
}

impl Store {
    /// Gives up what is no longer worth sending. The sender hears of a chat message; that an offer is over
    /// is told by its deadline.
    ///
    /// # Errors
    /// When nothing was given up, or when it is not known.
    pub async fn expire_sends(&self, revision: &str) -> Result<Expired, StoreError> {
        let mut tx = self.begin_fenced().await?;
        if !fence::holds(&mut tx, revision).await? {
            return Ok(Expired::default());
        }
        let rows = sqlx::query!(
            r#"update outbox set state = 'failed', outcome = 'expired', ended_at = now(), claim = null
             where state in ('pending', 'held') and lane = 'live' and expires_at <= now()
               and (claimed_until is null or claimed_until < now())
             returning id, chat_message_id is not null as "is_relay!""#
        )
        .fetch_all(&mut tx)
        .await
        .during("expire sends")?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        bury(&mut tx, &ids, "expired").await?;
        let relays: Vec<i64> = rows
            .iter()
            .filter(|row| row.is_relay)
            .map(|row| row.id)
            .collect();
        let told = tell(&mut tx, &relays).await?;
        tx.commit().await?;
        Ok(Expired {
            messages: u64::try_from(ids.len()).unwrap_or(u64::MAX),
            told,
        })
    }
}
