//! What waits in a locked conversation, and who wrote it.

use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::admin::flags::Switched;
use crate::domain::{RequestId, Wamid};
use crate::store::error::{During, StoreError};
use crate::store::facts::people::Columns;
use crate::store::facts::{self, Base, Who};
use crate::store::notices;
use crate::store::tx::Tx;
use crate::store::work::{Stored, identity};

/// What a turn begins with.
#[derive(Debug)]
pub struct Waiting {
    /// The time by the database.
    pub now: DateTime<Utc>,
    /// In order.
    pub messages: Vec<Stored>,
    /// What is on record about the person.
    pub base: Base,
}

/// Reads up to `limit` messages and what is on record. A statement of its own: it sees what was committed before the
/// lock was had.
///
/// # Errors
/// When the database does not tell.
pub async fn waiting(tx: &mut Tx, who: &Who, limit: usize) -> Result<Waiting, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = sqlx::query_file!("src/store/work/waiting.sql", who.contact.0, limit)
        .fetch_all(&mut *tx)
        .await
        .during("read waiting messages")?;
    let mut messages = Vec::new();
    let mut first = None;
    for row in rows {
        if let (Some(id), Some(wamid), Some(kind), Some(accepted_at)) =
            (row.id, row.wamid, row.kind, row.accepted_at)
        {
            messages.push(Stored {
                id,
                is_notice: kind == notices::KIND && wamid.starts_with(notices::PREFIX),
                wamid: Wamid::parse(&wamid).ok(),
                kind,
                identity: identity(row.phone, row.bsuid),
                profile_name: row.profile_name,
                raw: row.raw.unwrap_or_default(),
                request_id: row.request_id.as_deref().and_then(RequestId::parse),
                accepted_at,
            });
        }
        // The same in every row.
        first.get_or_insert_with(|| {
            let columns = Columns {
                user_id: row.user_id,
                name: row.name,
                is_blocked: row.is_blocked.unwrap_or_default(),
                profile_id: row.profile_id,
                display_name: row.display_name,
                services: row.services,
                bio: row.bio,
                is_online: row.is_online.unwrap_or_default(),
                enabled: row.enabled.unwrap_or_default(),
                rating: row.rating,
                rating_count: row.rating_count.unwrap_or_default(),
                total_jobs: row.total_jobs.unwrap_or_default(),
                has_requests: row.has_requests,
                has_chat: row.has_chat,
                flags: row.flags,
            };
            (row.now, columns)
        });
    }
    let (now, columns) = first
        .ok_or(sqlx::Error::RowNotFound)
        .during("read waiting messages")?;
    let base = facts::base(tx, who, columns).await?;
    Ok(Waiting {
        now,
        messages,
        base,
    })
}
