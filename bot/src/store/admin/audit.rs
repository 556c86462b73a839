//! Who did what. Written in the transaction of what was done, never changed.

use crate::admin::query::Page;
use crate::admin::records::{AuditRow, List, Pagination};
use crate::admin::{Actor, Change};
use crate::store::Store;
use crate::store::admin::{Rows, paged};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// Adds an entry.
pub(in crate::store) async fn write(
    tx: &mut Tx,
    actor: &Actor,
    change: &Change,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into audit (actor, action, subject, before, after) values ($1, $2, $3, $4, $5)",
        actor.name,
        change.action,
        change.subject,
        change.before,
        change.after
    )
    .execute(&mut *tx)
    .await
    .during("write audit")?;
    Ok(())
}

impl Store {
    /// The audit trail, newest first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn audit(&self, page: Page) -> Result<List<AuditRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let list = paged!(page, |asked| read(&mut tx, asked).await?);
        tx.commit().await?;
        Ok(list)
    }
}

async fn read(tx: &mut Tx, page: Page) -> Result<Rows<AuditRow>, StoreError> {
    let rows = sqlx::query!(
        r#"select id, actor, action, subject, before, after, created_at, count(*) over () as "total!"
           from audit order by created_at desc, id desc limit $1 offset $2"#,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("read audit")?;
    Ok(Rows {
        total: rows.first().map(|row| row.total),
        rows: rows
            .into_iter()
            .map(|row| AuditRow {
                id: row.id,
                actor: row.actor,
                action: row.action,
                subject: row.subject,
                before: row.before,
                after: row.after,
                created_at: row.created_at,
            })
            .collect(),
    })
}
