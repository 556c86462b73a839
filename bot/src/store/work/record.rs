//! What a turn came to, committed together.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::{Identity, RequestId, UserName};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;
use crate::store::work::{Claimed, fresh_id};

/// One message to the person, ready to be sent.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The stored message that it answers.
    pub inbox_id: i64,
    /// Its type, for counting.
    pub kind: &'static str,
    /// The body of the call that sends it.
    pub payload: Value,
    /// The webhook that caused it.
    pub request_id: Option<RequestId>,
    /// After this it is no longer worth sending.
    pub expires_at: DateTime<Utc>,
}

/// What a message changes about a person, in order.
#[derive(Debug, Clone)]
pub enum Change {
    /// The person becomes a customer.
    Register(UserName),
    /// Phone or user id changed from one to another.
    Move(Moved),
}

/// One id replaced by another.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The ids so far.
    pub from: Identity,
    /// The new phone or user id.
    pub to: Identity,
}

/// What a turn came to.
#[derive(Debug, Default)]
pub struct Turn {
    /// The messages that are done.
    pub worked: Vec<i64>,
    /// The state to store; `None` for one that has not begun.
    pub state: Option<Value>,
    /// When that state ends to count.
    pub expires_at: Option<DateTime<Utc>>,
    /// How the person is answered from now on.
    pub identity: Identity,
    /// The newest profile name.
    pub profile_name: Option<String>,
    /// What changes about the person.
    pub changes: Vec<Change>,
    /// What goes out.
    pub answers: Vec<Answer>,
}

impl Claimed {
    /// Commits what the turn came to, and with it ends the lock.
    ///
    /// # Errors
    /// When nothing of it lasts, or when it is not known whether it does.
    pub async fn record(mut self, turn: Turn) -> Result<(), StoreError> {
        for change in &turn.changes {
            match change {
                Change::Register(name) => self.register(name).await?,
                Change::Move(moved) => self.move_identity(moved).await?,
            }
        }
        self.send(&turn.answers).await?;
        sqlx::query!(
            "update inbox set worked_at = now(), error = null where id = any($1)",
            &turn.worked
        )
        .execute(&mut self.tx)
        .await
        .during("finish messages")?;
        if turn.profile_name.is_some() {
            sqlx::query!(
                "update contact set whatsapp_name = $2
                 where id = $1 and whatsapp_name is distinct from $2",
                self.contact.0,
                turn.profile_name
            )
            .execute(&mut self.tx)
            .await
            .during("store profile name")?;
        }
        let identity = &turn.identity;
        sqlx::query!(
            "update conversation
             set state = $2, expires_at = $3, phone = $4, bsuid = $5, updated_at = now()
             where contact_id = $1",
            self.contact.0,
            turn.state,
            turn.expires_at,
            identity
                .phone
                .as_ref()
                .map(|phone| phone.digits().to_owned()),
            identity
                .bsuid
                .as_ref()
                .map(|bsuid| bsuid.as_str().to_owned())
        )
        .execute(&mut self.tx)
        .await
        .during("store conversation")?;
        self.tx.commit().await
    }

    /// Undoes what was begun and ends the lock.
    pub async fn abandon(self) {
        self.tx.rollback().await;
    }

    async fn register(&mut self, name: &UserName) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into users (id, contact_id, name) values ($1, $2, $3)
             on conflict (contact_id) do update set name = excluded.name, updated_at = now()",
            fresh_id(),
            self.contact.0,
            name.as_str()
        )
        .execute(&mut self.tx)
        .await
        .during("register user")?;
        Ok(())
    }

    async fn move_identity(&mut self, moved: &Moved) -> Result<(), StoreError> {
        let pair = |identity: &Identity| {
            let phone = identity
                .phone
                .as_ref()
                .map(|it| ("phone", it.digits().to_owned()));
            let bsuid = identity
                .bsuid
                .as_ref()
                .map(|it| ("bsuid", it.as_str().to_owned()));
            [phone, bsuid]
        };
        for (to, from) in pair(&moved.to).into_iter().zip(pair(&moved.from)) {
            if let Some((kind, value)) = to {
                let old = from.map(|(_, value)| value);
                move_alias(
                    &mut self.tx,
                    &self.contact.0,
                    self.lane.as_str(),
                    kind,
                    &value,
                    old,
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self, answers: &[Answer]) -> Result<(), StoreError> {
        if answers.is_empty() {
            return Ok(());
        }
        let inbox: Vec<i64> = answers.iter().map(|answer| answer.inbox_id).collect();
        let kinds: Vec<&str> = answers.iter().map(|answer| answer.kind).collect();
        let payloads: Vec<Value> = answers
            .iter()
            .map(|answer| answer.payload.clone())
            .collect();
        let requests: Vec<&str> = answers
            .iter()
            .map(|answer| answer.request_id.as_ref().map_or("", RequestId::as_str))
            .collect();
        let expiries: Vec<_> = answers.iter().map(|answer| answer.expires_at).collect();
        sqlx::query!(
            "insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, expires_at)
             select $1, $2, a.inbox_id, a.kind, a.payload, a.request_id, a.expires_at
             from unnest($3::bigint[], $4::text[], $5::jsonb[], $6::text[], $7::timestamptz[])
                 with ordinality as a (inbox_id, kind, payload, request_id, expires_at, place)
             order by a.place",
            self.lane.as_str(),
            self.contact.0,
            &inbox,
            &kinds as &[&str],
            &payloads,
            &requests as &[&str],
            &expiries
        )
        .execute(&mut self.tx)
        .await
        .during("store answers")?;
        Ok(())
    }
}

/// Only when the new id is nobody's: else both people keep what they have.
async fn move_alias(
    tx: &mut Tx,
    contact: &uuid::Uuid,
    lane: &str,
    kind: &str,
    new: &str,
    old: Option<String>,
) -> Result<(), StoreError> {
    let taken = sqlx::query!(
        "insert into contact_alias (lane, kind, value, contact_id) values ($1, $2, $3, $4)
         on conflict do nothing",
        lane,
        kind,
        new,
        contact
    )
    .execute(&mut *tx)
    .await
    .during("add alias")?;
    if taken.rows_affected() == 1 {
        sqlx::query!(
            "delete from contact_alias
             where lane = $1 and kind = $2 and value = $3 and contact_id = $4",
            lane,
            kind,
            old,
            contact
        )
        .execute(&mut *tx)
        .await
        .during("drop old alias")?;
    }
    Ok(())
}
