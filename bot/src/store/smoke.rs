//! What the smoke test looks up and clears: rows of its own lane only.

use serde_json::Value;

use crate::domain::Lane;
use crate::store::Store;
use crate::store::error::{During, StoreError};

impl Store {
    /// Types and payloads of the replies to a message that the lane's worker has finished with.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn smoke_replies(
        &self,
        lane: &Lane,
        wamid: &str,
    ) -> Result<Vec<(String, Value)>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query!(
            "select o.kind, o.payload from inbox i join outbox o on o.inbox_id = i.id
             where i.wamid = $1 and i.lane = $2 and o.outcome = 'smoke' order by o.id",
            wamid,
            lane.as_str()
        )
        .fetch_all(&mut tx)
        .await
        .during("find smoke replies")?;
        tx.commit().await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.kind, row.payload))
            .collect())
    }

    /// Payloads of all messages to somebody of a lane, which must not be the live one.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn smoke_messages(&self, lane: &Lane, phone: &str) -> Result<Vec<Value>, StoreError> {
        let mut tx = self.begin().await?;
        let payloads = sqlx::query_scalar!(
            "select o.payload from contact_alias a join outbox o on o.contact_id = a.contact_id
             where a.lane = $1 and a.kind = 'phone' and a.value = $2 and o.outcome = 'smoke' order by o.id",
            lane.as_str(),
            phone
        )
        .fetch_all(&mut tx)
        .await
        .during("find smoke messages")?;
        tx.commit().await?;
        Ok(payloads)
    }

    /// Removes everything of a lane, which must not be the live one.
    ///
    /// # Errors
    /// When nothing was removed, or when it is not known.
    pub async fn clear_lane(&self, lane: &Lane) -> Result<(), StoreError> {
        if lane.is_live() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let lane = lane.as_str();
        // One statement: nothing is checked before all of it is gone.
        sqlx::query!(
            "with people as (select id from contact where lane = $1),
                  registered as (select id from users where contact_id in (select id from people)),
                  requests as (select id from service_request
                               where customer_id in (select id from registered)),
                  a as (delete from outbox where lane = $1),
                  b as (delete from inbox where lane = $1),
                  t as (delete from timer where lane = $1),
                  n as (delete from notify_me where user_id in (select id from registered)),
                  r as (delete from rating where rater_id in (select id from registered)),
                  w as (delete from chat_wait where request_id in (select id from requests)),
                  m as (delete from chat_message where request_id in (select id from requests)),
                  k as (delete from chat_member where request_id in (select id from requests)),
                  h as (delete from chat where request_id in (select id from requests)),
                  s as (delete from assignment where request_id in (select id from requests)),
                  q as (delete from service_request where id in (select id from requests)),
                  p as (delete from provider_profile where lane = $1),
                  c as (delete from users where id in (select id from registered)),
                  d as (delete from conversation where lane = $1),
                  e as (delete from contact_alias where lane = $1),
                  f as (delete from dead_letter where lane = $1)
             delete from contact where lane = $1",
            lane
        )
        .execute(&mut tx)
        .await
        .during("clear lane")?;
        tx.commit().await
    }
}
