//! The daily clean-up: what is past its retention goes, in batches, each a transaction of its own. Safe
//! to stop anywhere and to repeat, also by two processes at once.

use serde::Serialize;

use crate::store::Store;
use crate::store::error::{During, StoreError};

/// Rows a statement; small enough to hold nobody up.
const BATCH: i64 = 1000;

/// How many rows of each kind went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Cleaned {
    /// Inbound messages, after 90 days.
    pub inbound_messages: u64,
    /// Outbound messages, after 90 days.
    pub outbound_messages: u64,
    /// Delivery statuses, after 90 days.
    pub message_statuses: u64,
    /// Dead letters, after 90 days.
    pub dead_letters: u64,
    /// Chat messages of requests that ended, after 90 days.
    pub chat_messages: u64,
    /// Requests that ended a year ago, with their offers and chats; ratings stay.
    pub service_requests: u64,
    /// Conversations' states, after their time.
    pub sessions: u64,
    /// Wishes to be told of providers, after their time.
    pub notify_me: u64,
    /// Failed logins, after a day.
    pub login_failures: u64,
    /// Sessions of the dashboard, after their time.
    pub admin_sessions: u64,
}

macro_rules! batches {
    ($store:expr, $what:literal, $sql:literal) => {{
        let mut gone = 0;
        loop {
            let mut tx = $store.begin_report().await?;
            let rows = sqlx::query!($sql, BATCH)
                .execute(&mut tx)
                .await
                .during($what)?
                .rows_affected();
            tx.commit().await?;
            gone += rows;
            if rows < BATCH.unsigned_abs() {
                break gone;
            }
        }
    }};
}

impl Store {
    /// Removes all that is past its retention, and counts it.
    ///
    /// # Errors
    /// When some of it could not be removed; what was removed before stays so.
    pub async fn clean_up(&self) -> Result<Cleaned, StoreError> {
        Ok(Cleaned {
            service_requests: self.clean_requests().await?,
            chat_messages: self.clean_chats().await?,
            outbound_messages: self.clean_outbox().await?,
            inbound_messages: self.clean_inbox().await?,
            message_statuses: batches!(
                self,
                "clean statuses",
                "delete from message_status where (wamid, status) in (
                     select wamid, status from message_status
                     where accepted_at < now() - interval '90 days' limit $1)"
            ),
            dead_letters: batches!(
                self,
                "clean dead letters",
                "delete from dead_letter where id in (
                     select id from dead_letter
                     where created_at < now() - interval '90 days' limit $1)"
            ),
            sessions: self.clean_sessions().await?,
            notify_me: batches!(
                self,
                "clean subscriptions",
                "delete from notify_me where (user_id, service_type) in (
                     select user_id, service_type from notify_me
                     where expires_at < now() limit $1)"
            ),
            login_failures: batches!(
                self,
                "clean login failures",
                "delete from login_failure where ctid in (
                     select ctid from login_failure where at < now() - interval '1 day' limit $1)"
            ),
            admin_sessions: batches!(
                self,
                "clean admin sessions",
                "delete from admin_session where id_sha256 in (
                     select id_sha256 from admin_session where expires_at < now() limit $1)"
            ),
        })
    }

    /// Offers, chats and their messages go with the request; ratings lose the link only.
    async fn clean_requests(&self) -> Result<u64, StoreError> {
        Ok(batches!(
            self,
            "clean requests",
            "delete from service_request where id in (
                 select id from service_request
                 where status in ('completed', 'cancelled')
                   and coalesce(completed_at, updated_at) < now() - interval '1 year'
                 limit $1 for update skip locked)"
        ))
    }

    async fn clean_chats(&self) -> Result<u64, StoreError> {
        Ok(batches!(
            self,
            "clean chats",
            "delete from chat_message where id in (
                 select m.id from chat_message m join service_request r on r.id = m.request_id
                 where m.created_at < now() - interval '90 days'
                   and r.status in ('completed', 'cancelled') limit $1)"
        ))
    }

    /// What still waits is never removed; it ends by its own time.
    async fn clean_outbox(&self) -> Result<u64, StoreError> {
        Ok(batches!(
            self,
            "clean outbox",
            "delete from outbox where id in (
                 select id from outbox
                 where created_at < now() - interval '90 days' and state in ('accepted', 'failed')
                 limit $1)"
        ))
    }

    async fn clean_inbox(&self) -> Result<u64, StoreError> {
        Ok(batches!(
            self,
            "clean inbox",
            "delete from inbox where id in (
                 select id from inbox
                 where accepted_at < now() - interval '90 days'
                   and (worked_at is not null or dead_at is not null) limit $1)"
        ))
    }

    async fn clean_sessions(&self) -> Result<u64, StoreError> {
        Ok(batches!(
            self,
            "clean sessions",
            "update conversation set state = null, updated_at = now() where contact_id in (
                 select contact_id from conversation
                 where state is not null and expires_at <= now()
                   and not exists (select 1 from inbox i where i.contact_id = conversation.contact_id
                                   and i.worked_at is null and i.dead_at is null)
                 limit $1 for no key update skip locked)"
        ))
    }
}
