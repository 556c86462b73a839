//! What a turn came to, committed together.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::Identity;
use crate::store::error::{During, StoreError};
use crate::store::outbox::Drafts;
use crate::store::outbox::drafts::Columns;
use crate::store::tx::Tx;
use crate::store::work::Claimed;

/// One id replaced by another.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The ids so far.
    pub from: Identity,
    /// The new phone or user id.
    pub to: Identity,
}

/// A message that is done.
#[derive(Debug)]
pub struct Worked {
    /// The stored message.
    pub id: i64,
    /// What it says in words, for people to search.
    pub body: String,
}

/// What a turn came to, beyond what its messages brought about.
#[derive(Debug, Default)]
pub struct Turn {
    /// The messages that are done.
    pub worked: Vec<Worked>,
    /// The state to store; `None` for one that has not begun.
    pub state: Option<Value>,
    /// When that state ends to count.
    pub expires_at: Option<DateTime<Utc>>,
    /// How the person is answered from now on.
    pub identity: Identity,
    /// The newest profile name.
    pub profile_name: Option<String>,
    /// When the person last wrote, if they did.
    pub inbound_at: Option<DateTime<Utc>>,
    /// What is said, to them and to others.
    pub said: Drafts,
}

impl Claimed {
    /// Commits what the turn came to, and with it ends the lock.
    ///
    /// # Errors
    /// When nothing of it lasts, or when it is not known whether it does.
    pub async fn record(mut self, turn: Turn) -> Result<(), StoreError> {
        let ids: Vec<i64> = turn.worked.iter().map(|message| message.id).collect();
        let bodies: Vec<String> = turn
            .worked
            .iter()
            .map(|message| message.body.replace('\0', ""))
            .collect();
        let identity = &turn.identity;
        let said = Columns::from(turn.said);
        // One statement for all of it. Once the person wrote, what was held for them goes first.
        sqlx::query_file!(
            "src/store/work/record.sql",
            self.who.contact.0,
            turn.state,
            turn.expires_at,
            identity
                .phone
                .as_ref()
                .map(|phone| phone.digits().to_owned()),
            identity
                .bsuid
                .as_ref()
                .map(|bsuid| bsuid.as_str().to_owned()),
            turn.inbound_at,
            &ids,
            &bodies,
            turn.profile_name,
            self.who.lane.as_str(),
            &said.requests,
            &said.contacts,
            &said.inbox as &[Option<i64>],
            &said.kinds as &[&str],
            &said.payloads,
            &said.bodies,
            &said.expiries,
            &said.templates as &[Option<Value>],
            &said.media as &[Option<Value>],
            &said.failures as &[Option<Value>],
            &said.chat as &[Option<i64>],
            &said.copies
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

    /// Gives the person a new phone or user id, unless it is somebody else's.
    ///
    /// # Errors
    /// When it is not known to be given.
    pub async fn move_identity(&mut self, moved: &Moved) -> Result<(), StoreError> {
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
                    &self.who.contact.0,
                    self.who.lane.as_str(),
                    kind,
                    &value,
                    old,
                )
                .await?;
            }
        }
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
