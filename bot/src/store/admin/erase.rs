//! Erasure: a person becomes unknown. What others need of them stays without a name.
//!
//! Their conversation is locked first, so no turn of theirs goes on meanwhile; the log keeps its rows,
//! by which redelivered messages are still recognised, and loses what stood in them.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use crate::admin::{Actor, Change};
use crate::conversation::Notice;
use crate::domain::{RequestStatus, ServiceRequestId};
use crate::store::Store;
use crate::store::admin::{Outcome, audit, closing, notices};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// Stands where a name is needed, and is a valid one.
const NOBODY: &str = "Deleted user";

impl Store {
    /// Erases a user.
    ///
    /// # Errors
    /// When nothing was erased, or when it is not known.
    pub async fn erase_user(&self, id: Uuid, actor: &Actor) -> Result<Outcome<()>, StoreError> {
        let mut tx = self.begin_report().await?;
        let Some(contact) = lock(&mut tx, id).await? else {
            return Ok(Outcome::Unknown);
        };
        let mut heard = cancel_requests(&mut tx, id).await?;
        heard.extend(release_jobs(&mut tx, id, actor).await?);
        forget_bookings(&mut tx, id, contact).await?;
        forget_messages(&mut tx, contact).await?;
        forget_person(&mut tx, id, contact).await?;
        // They themselves hear nothing any more.
        heard.retain(|(other, _)| *other != contact);
        notices::send(&mut tx, &heard, &actor.request).await?;
        let change = Change {
            action: "user_erased",
            subject: id.to_string(),
            before: json!(null),
            after: json!({"status": "erased"}),
        };
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }
}

/// The contact of a user who is not erased yet, with their conversation locked.
async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query!(
        "select v.contact_id from conversation v join users u on u.contact_id = v.contact_id
         where u.id = $1 and v.lane = 'live' for no key update of v",
        id
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock conversation")?;
    let Some(row) = row else {
        return Ok(None);
    };
    let user = sqlx::query!(
        "select id from users where id = $1 and contact_id = $2 and status <> 'erased' for update",
        id,
        row.contact_id
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock user")?;
    Ok(user.map(|_| row.contact_id))
}

async fn cancel_requests(tx: &mut Tx, user: Uuid) -> Result<Vec<(Uuid, Notice)>, StoreError> {
    let open = sqlx::query!(
        "select id from service_request
         where customer_id = $1 and status in ('created', 'searching', 'provider_assigned')
         order by id for update",
        user
    )
    .fetch_all(&mut *tx)
    .await
    .during("lock requests")?;
    let mut heard = Vec::new();
    for row in open {
        if let Some(request) = closing::lock(tx, row.id).await? {
            heard.extend(closing::close(tx, &request, RequestStatus::Cancelled).await?);
        }
    }
    Ok(heard)
}

/// Offers and jobs of the person as a provider go back to their customers, who may choose again for a day.
async fn release_jobs(
    tx: &mut Tx,
    user: Uuid,
    actor: &Actor,
) -> Result<Vec<(Uuid, Notice)>, StoreError> {
    let jobs = sqlx::query!(
        "update service_request r
         set status = 'searching', provider_id = null, accepted_at = null, updated_at = now()
         from provider_profile p, users u
         where p.user_id = $1 and r.provider_id = p.id and u.id = r.customer_id
           and r.status in ('created', 'provider_assigned')
         returning r.id, u.contact_id, r.updated_at",
        user
    )
    .fetch_all(&mut *tx)
    .await
    .during("release jobs")?;
    let mut heard = Vec::new();
    for job in jobs {
        let request = ServiceRequestId(job.id);
        closing::withdraw(tx, job.id, "released").await?;
        heard.extend(closing::end_chat(tx, job.id).await?);
        heard.push((job.contact_id, Notice::Released { request }));
        let abandoned = Notice::Abandoned {
            request,
            since: job.updated_at.timestamp_millis(),
        };
        let at = job.updated_at + TimeDelta::days(1);
        notices::schedule(tx, job.contact_id, &abandoned, at, &actor.request).await?;
    }
    Ok(heard)
}

/// Addresses, descriptions and chats of all their requests, also where others were told of them.
async fn forget_bookings(tx: &mut Tx, user: Uuid, contact: Uuid) -> Result<(), StoreError> {
    forget_mentions(tx, user).await?;
    sqlx::query!(
        "update outbox o
         set payload = '{}', body = '', template = null, media = null, on_failure = null,
             state = case when o.state in ('pending', 'held') then 'failed' else o.state end,
             outcome = case when o.state in ('pending', 'held') then 'permanent' else o.outcome end,
             ended_at = coalesce(o.ended_at, now())
         from chat_message m join chat c on c.request_id = m.request_id
         where o.chat_message_id = m.id and $1 in (c.customer_contact, c.provider_contact)",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget relayed messages")?;
    sqlx::query!(
        "update chat_message m set content = '' from chat c
         where c.request_id = m.request_id and $1 in (c.customer_contact, c.provider_contact)",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget chats")?;
    sqlx::query!(
        "update service_request set address = '', description = '', latitude = null, longitude = null
         where customer_id = $1",
        user
    )
    .execute(&mut *tx)
    .await
    .during("forget addresses")?;
    Ok(())
}

/// What others were told of them. Such a message names their profile or one of their requests by its id,
/// or answers one that does: a tap or a notice.
async fn forget_mentions(tx: &mut Tx, user: Uuid) -> Result<(), StoreError> {
    let ids = sqlx::query!(
        r#"select string_agg(id::text, '|') as pattern from (
               select id from provider_profile where user_id = $1
               union select id from service_request where customer_id = $1
               union select a.request_id from assignment a
                   join provider_profile p on p.id = a.provider_id where p.user_id = $1
           ) as known (id)"#,
        user
    )
    .fetch_one(&mut *tx)
    .await
    .during("find mentions")?;
    let Some(pattern) = ids.pattern else {
        return Ok(());
    };
    sqlx::query!(
        "update outbox o
         set payload = '{}', body = '', template = null, media = null, on_failure = null,
             state = case when o.state in ('pending', 'held') then 'failed' else o.state end,
             outcome = case when o.state in ('pending', 'held') then 'permanent' else o.outcome end,
             ended_at = coalesce(o.ended_at, now())
         where o.lane = 'live' and (
             o.payload::text ~ $1 or o.template::text ~ $1
             or exists (select 1 from inbox i
                        where i.id = o.inbox_id and encode(i.raw, 'escape') ~ $1))",
        pattern
    )
    .execute(&mut *tx)
    .await
    .during("forget mentions")?;
    Ok(())
}

/// What stood in their messages and in those to them. What is not worked or sent yet never will be.
async fn forget_messages(tx: &mut Tx, contact: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update inbox set raw = '', body = '', phone = null, bsuid = null, profile_name = null,
             worked_at = case when dead_at is null then coalesce(worked_at, now()) end
         where contact_id = $1",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget inbound messages")?;
    sqlx::query!(
        "update outbox
         set payload = '{}', body = '', template = null, media = null, on_failure = null,
             state = case when state in ('pending', 'held') then 'failed' else state end,
             outcome = case when state in ('pending', 'held') then 'permanent' else outcome end,
             ended_at = coalesce(ended_at, now())
         where contact_id = $1",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget outbound messages")?;
    sqlx::query!("delete from timer where contact_id = $1", contact)
        .execute(&mut *tx)
        .await
        .during("forget timers")?;
    sqlx::query!(
        "delete from chat_wait where busy_contact = $1 or waiting_contact = $1",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget waiting")?;
    Ok(())
}

async fn forget_person(tx: &mut Tx, user: Uuid, contact: Uuid) -> Result<(), StoreError> {
    sqlx::query!("delete from notify_me where user_id = $1", user)
        .execute(&mut *tx)
        .await
        .during("forget subscriptions")?;
    sqlx::query!("delete from contact_alias where contact_id = $1", contact)
        .execute(&mut *tx)
        .await
        .during("forget numbers")?;
    sqlx::query!(
        "update contact set whatsapp_name = null where id = $1 or merged_into = $1",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget profile name")?;
    sqlx::query!(
        "update conversation set state = null, expires_at = null, phone = null, bsuid = null,
             updated_at = now()
         where contact_id = $1",
        contact
    )
    .execute(&mut *tx)
    .await
    .during("forget session")?;
    sqlx::query!(
        "update provider_profile
         set display_name = $2, bio = $2, enabled = false, is_online = false, updated_at = now()
         where user_id = $1",
        user,
        NOBODY
    )
    .execute(&mut *tx)
    .await
    .during("hide profile")?;
    sqlx::query!(
        "update users set name = $2, status = 'erased', updated_at = now() where id = $1",
        user,
        NOBODY
    )
    .execute(&mut *tx)
    .await
    .during("forget user")?;
    Ok(())
}
