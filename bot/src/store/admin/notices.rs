//! Notices to conversations, from outside of any conversation.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::conversation::Notice;
use crate::domain::{ContactId, Lane, RequestId, ServiceType};
use crate::store::error::{During, StoreError};
use crate::store::notices;
use crate::store::tx::Tx;

/// Puts notices into the inboxes of these contacts, in order.
pub(super) async fn send(
    tx: &mut Tx,
    notices: &[(Uuid, Notice)],
    request: &RequestId,
) -> Result<(), StoreError> {
    let notices: Vec<_> = notices
        .iter()
        .map(|(contact, notice)| (ContactId(*contact), notice.clone()))
        .collect();
    // Admins see and change live records only.
    notices::put(tx, &Lane::live(), request.as_str(), &notices).await?;
    Ok(())
}

/// A notice for later.
pub(super) async fn schedule(
    tx: &mut Tx,
    contact: Uuid,
    notice: &Notice,
    at: DateTime<Utc>,
    request: &RequestId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into timer (lane, contact_id, notice, request_id, due_at)
         select c.lane, c.id, $2, $3, $4 from contact c where c.id = $1",
        contact,
        stored(notice),
        request.as_str(),
        at
    )
    .execute(&mut *tx)
    .await
    .during("schedule notice")?;
    Ok(())
}

fn stored(notice: &Notice) -> Value {
    // Words and numbers under text keys: nothing that JSON refuses.
    serde_json::to_value(notice).unwrap_or_default()
}

/// Everybody who waits for one of these services of a provider who is visible from now on, once.
pub(super) async fn announce(
    tx: &mut Tx,
    provider_user: Uuid,
    services: &[String],
) -> Result<Vec<(Uuid, Notice)>, StoreError> {
    let rows = sqlx::query!(
        "delete from notify_me n using users u
         where u.id = n.user_id and n.service_type = any($1) and n.user_id <> $2
           and n.expires_at > now() and u.status = 'active'
         returning u.contact_id, n.service_type",
        services,
        provider_user
    )
    .fetch_all(&mut *tx)
    .await
    .during("consume subscriptions")?;
    let notices = rows.into_iter().filter_map(|row| {
        let service = ServiceType::from_id(&row.service_type)?;
        Some((row.contact_id, Notice::ProviderAvailable { service }))
    });
    Ok(notices.collect())
}
