//! What admins switch: providers and users. The persons' own conversations carry out what follows.

use uuid::Uuid;

use crate::admin::{Actor, Change};
use crate::conversation::Notice;
use crate::domain::RequestStatus;
use crate::store::Store;
use crate::store::admin::{audit, closing, notices};
use crate::store::error::{During, StoreError};

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It is done, or was so before.
    Done(T),
    /// There is no such record.
    Unknown,
    /// The record's present state does not allow it.
    Illegal,
}

impl Store {
    /// Lets a provider take requests, or no longer. A pending offer is withdrawn by the provider's own
    /// conversation; lists change at once.
    ///
    /// # Errors
    /// When it is not known to be done.
    pub async fn set_provider_enabled(
        &self,
        id: Uuid,
        enabled: bool,
        actor: &Actor,
    ) -> Result<Outcome<()>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            "select p.enabled, p.is_online, p.service_types, p.user_id, u.contact_id, u.status
             from provider_profile p join users u on u.id = p.user_id
             where p.id = $1 and p.lane = 'live' for update of p",
            id
        )
        .fetch_optional(&mut tx)
        .await
        .during("lock provider")?;
        let Some(row) = row else {
            return Ok(Outcome::Unknown);
        };
        if row.enabled == enabled {
            return Ok(Outcome::Done(()));
        }
        if row.status == "erased" {
            return Ok(Outcome::Illegal);
        }
        sqlx::query!(
            "update provider_profile set enabled = $2, updated_at = now() where id = $1",
            id,
            enabled
        )
        .execute(&mut tx)
        .await
        .during("switch provider")?;
        let heard = if !enabled {
            vec![(row.contact_id, Notice::ProfileDisabled)]
        } else if row.is_online && row.status == "active" {
            notices::announce(&mut tx, row.user_id, &row.service_types).await?
        } else {
            Vec::new()
        };
        notices::send(&mut tx, &heard, &actor.request).await?;
        let change = Change::field("provider_status", id, "enabled", row.enabled, enabled);
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }

    /// Blocks a user, or no longer. Requests and chats are ended by the user's own conversation.
    ///
    /// # Errors
    /// When it is not known to be done.
    pub async fn set_user_blocked(
        &self,
        id: Uuid,
        blocked: bool,
        actor: &Actor,
    ) -> Result<Outcome<()>, StoreError> {
        let status = if blocked { "blocked" } else { "active" };
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            r#"select u.status, u.contact_id, p.service_types as "services?",
                   coalesce(p.is_online and p.enabled, false) as "visible!"
               from users u join contact c on c.id = u.contact_id
               left join provider_profile p on p.user_id = u.id
               where u.id = $1 and c.lane = 'live' for update of u"#,
            id
        )
        .fetch_optional(&mut tx)
        .await
        .during("lock user")?;
        let Some(row) = row else {
            return Ok(Outcome::Unknown);
        };
        if row.status == "erased" {
            return Ok(Outcome::Illegal);
        }
        if row.status == status {
            return Ok(Outcome::Done(()));
        }
        sqlx::query!(
            "update users set status = $2, updated_at = now() where id = $1",
            id,
            status
        )
        .execute(&mut tx)
        .await
        .during("switch user")?;
        let heard = if blocked {
            vec![(row.contact_id, Notice::Blocked)]
        } else if row.visible {
            notices::announce(&mut tx, id, &row.services.unwrap_or_default()).await?
        } else {
            Vec::new()
        };
        notices::send(&mut tx, &heard, &actor.request).await?;
        let change = Change::field("user_status", id, "status", row.status, status);
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }

    /// Cancels or completes a request, as far as its life allows. Both parties hear of it.
    ///
    /// # Errors
    /// When it is not known to be done.
    pub async fn end_request(
        &self,
        id: Uuid,
        to: RequestStatus,
        actor: &Actor,
    ) -> Result<Outcome<()>, StoreError> {
        let mut tx = self.begin().await?;
        let Some(request) = closing::lock(&mut tx, id).await? else {
            return Ok(Outcome::Unknown);
        };
        if !request.status.is_some_and(|from| from.may_become(to)) {
            return Ok(Outcome::Illegal);
        }
        let heard = closing::close(&mut tx, &request, to).await?;
        notices::send(&mut tx, &heard, &actor.request).await?;
        let before = request.status.map(RequestStatus::as_str);
        let change = Change::field("request_status", id, "status", before, to.as_str());
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }
}
