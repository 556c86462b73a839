//! Notices on their way into inboxes, where they wait like messages.

use uuid::Uuid;

use crate::conversation::Notice;
use crate::domain::{ContactId, Lane};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// The stored kind of a notice's row.
pub const KIND: &str = "notice";
/// What the id of a notice's row begins with, so that no message of Meta's passes for one.
pub const PREFIX: &str = "notice:";

/// Puts notices into the inboxes of conversations, in this order, and returns how many.
///
/// # Errors
/// When none was put there, or when it is not known.
pub async fn put(
    tx: &mut Tx,
    lane: &Lane,
    request_id: &str,
    notices: &[(ContactId, Notice)],
) -> Result<u64, StoreError> {
    if notices.is_empty() {
        return Ok(0);
    }
    let contacts: Vec<Uuid> = notices.iter().map(|(to, _)| to.0).collect();
    let raw: Vec<Vec<u8>> = notices
        .iter()
        .map(|(_, notice)| serde_json::to_vec(notice).unwrap_or_default())
        .collect();
    let done = sqlx::query!(
        "insert into inbox (id, wamid, lane, contact_id, kind, raw, request_id)
         select batch.base + n.place, $5 || gen_random_uuid(), $1, n.contact_id, $6, n.raw, $2
         from (select nextval('inbox_batch') as base offset 0) batch
         cross join unnest($3::uuid[], $4::bytea[]) with ordinality as n (contact_id, raw, place)
         order by n.place",
        lane.as_str(),
        request_id,
        &contacts,
        &raw,
        PREFIX,
        KIND
    )
    .execute(&mut *tx)
    .await
    .during("put notices")?;
    Ok(done.rows_affected())
}
