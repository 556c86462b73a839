//! Notices for later. They go by the database's clock alone, so a restart or a replica with a wrong clock
//! changes nothing.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conversation::Notice;
use crate::domain::{ContactId, Lane};
use crate::store::error::{During, StoreError};
use crate::store::notices::{KIND, PREFIX};
use crate::store::tx::Tx;
use crate::store::{Store, fence};

const BATCH: i64 = 500;

/// Keeps a notice until its time.
pub(super) async fn put(
    tx: &mut Tx,
    lane: &Lane,
    request_id: &str,
    to: ContactId,
    notice: &Notice,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let notice = serde_json::to_value(notice).unwrap_or(Value::Null);
    sqlx::query!(
        "insert into timer (lane, contact_id, notice, request_id, due_at) values ($1, $2, $3, $4, $5)",
        lane.as_str(),
        to.0,
        notice,
        request_id,
        at
    )
    .execute(&mut *tx)
    .await
    .during("set timer")?;
    Ok(())
}

impl Store {
    /// Moves notices whose time has come into their inboxes, each once whichever replica does it; returns
    /// how many. The live ones only for the revision that does the live work, and those of its own smoke
    /// test.
    ///
    /// # Errors
    /// When none was moved, or when it is not known.
    pub async fn ring_timers(&self, revision: &str, live: bool) -> Result<u64, StoreError> {
        let mut tx = if live {
            self.begin_fenced().await?
        } else {
            self.begin().await?
        };
        let mut lanes = vec![revision.to_owned()];
        if live && fence::holds(&mut tx, revision).await? {
            lanes.push(Lane::live().as_str().to_owned());
        }
        let done = sqlx::query!(
            "with due as (
                 delete from timer where id in (
                     select id from timer where due_at <= now() and lane = any($1)
                     order by due_at, id limit $2 for update skip locked)
                 returning id, lane, contact_id, notice, request_id, due_at
             )
             insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id)
             select batch.base + row_number() over (order by due.due_at, due.id), $3 || gen_random_uuid(), due.lane, due.contact_id, $4,
                    convert_to(due.notice::text, 'UTF8'), due.request_id
             from due cross join (select nextval('inbox_batch') as base offset 0) batch
             order by due.due_at, due.id",
            &lanes,
            BATCH,
            PREFIX,
            KIND
        )
        .execute(&mut tx)
        .await
        .during("ring timers")?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
