//! Counts for gauges, the same on every replica.

use crate::store::Store;
use crate::store::error::{During, StoreError};

/// How much of each there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Unexpired sessions of real people.
    pub active_sessions: i64,
    /// Providers who can be booked now.
    pub providers_online: i64,
    /// Messages that wait to be worked.
    pub inbox_pending: i64,
    /// Messages that wait to be sent.
    pub outbox_pending: i64,
    /// Rows given up.
    pub dead_letters: i64,
}

impl Store {
    /// Counts what the gauges show.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let mut tx = self.begin_report().await?;
        let counts = sqlx::query_as!(
            Counts,
            r#"select
                (select count(*) from conversation
                 where state is not null and expires_at > now() and lane = 'live')
                    as "active_sessions!",
                (select count(*) from provider_profile p join users u on u.id = p.user_id
                 where p.is_online and p.enabled and u.status = 'active' and p.lane = 'live')
                    as "providers_online!",
                (select count(*) from inbox
                 where worked_at is null and dead_at is null and lane = 'live')
                    as "inbox_pending!",
                (select count(*) from outbox where state = 'pending' and lane = 'live')
                    as "outbox_pending!",
                (select count(*) from dead_letter where lane = 'live') as "dead_letters!""#
        )
        .fetch_one(&mut tx)
        .await
        .during("count")?;
        tx.commit().await?;
        Ok(counts)
    }
}
