//! One turn of a conversation: its lock, its waiting messages in order, and what comes of them, in
//! one transaction.

mod merge;
mod poison;
mod record;
mod waiting;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::{Bsuid, ContactId, Identity, Lane, Phone, RequestId, Wamid};
use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::facts::{Base, Who};
use crate::store::tx::Tx;

pub use poison::Verdict;
pub use record::{Moved, Turn, Worked};
pub use waiting::{Waiting, waiting};

/// What a worker may work.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The worker's own revision, whose smoke lane it always works.
    pub revision: String,
    /// Whether to try the live lane too.
    pub live: bool,
    /// How many messages one turn takes at most.
    pub messages: usize,
}

/// What claiming found.
#[derive(Debug)]
pub enum Claim {
    /// Nothing waits, or all that waits is being worked.
    Idle,
    /// The live work belongs to another revision.
    NotOwner,
    /// Two contacts were found to be one and joined, or somebody else was faster; claim again.
    Joined,
    /// A conversation, locked until its turn is recorded or dropped.
    Work(Box<Claimed>),
}

/// A locked conversation and its waiting messages.
#[derive(Debug)]
pub struct Claimed {
    /// The transaction that holds the lock; what a message brings about is written in it.
    pub tx: Tx,
    /// Whose conversation it is.
    pub who: Who,
    /// The time by the database, when the messages were read.
    pub now: DateTime<Utc>,
    /// What is on record about them.
    pub base: Base,
    /// Its stored state, if it has begun.
    pub state: Option<Value>,
    /// When that state ends to count.
    pub expires_at: Option<DateTime<Utc>>,
    /// The ids by which the person is answered.
    pub identity: Identity,
    /// The waiting messages, in order.
    pub messages: Vec<Stored>,
}

/// A stored message.
#[derive(Debug)]
pub struct Stored {
    /// Its place in the order of acceptance.
    pub id: i64,
    /// Meta's id.
    pub wamid: Option<Wamid>,
    /// Its type.
    pub kind: String,
    /// Who it says sent it.
    pub identity: Identity,
    /// The sender's profile name.
    pub profile_name: Option<String>,
    /// Its JSON.
    pub raw: Vec<u8>,
    /// The webhook that brought it.
    pub request_id: Option<RequestId>,
    /// When it was stored.
    pub accepted_at: DateTime<Utc>,
    /// Whether it is a notice rather than what a person sent.
    pub is_notice: bool,
}

impl Store {
    /// Locks the conversation whose message waits longest and that nobody else works.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_work(&self, reach: &Reach) -> Result<Claim, StoreError> {
        let mut tx = if reach.live {
            self.begin_fenced().await?
        } else {
            self.begin().await?
        };
        let locked = match lock_next(&mut tx, reach).await? {
            Next::Locked(locked) => locked,
            Next::None => {
                tx.rollback().await;
                return Ok(Claim::Idle);
            }
            Next::NotOwner => return Ok(Claim::NotOwner),
        };
        if let Some(other) = locked.merged_into {
            merge::hand_over(&mut tx, &locked.lane, locked.contact, other).await?;
            tx.commit().await?;
            return Ok(Claim::Joined);
        }
        let who = Who {
            contact: locked.contact,
            lane: locked.lane.clone(),
        };
        let Waiting {
            now,
            messages,
            base,
        } = waiting(&mut tx, &who, reach.messages).await?;
        if messages.is_empty() {
            // Worked by somebody else just before the lock was had.
            tx.rollback().await;
            return Ok(Claim::Joined);
        }
        match merge::needed(&mut tx, &locked, &messages).await? {
            merge::Need::None => {}
            merge::Need::Join(other) => {
                let joined = merge::join(&mut tx, &locked.lane, locked.contact, other).await?;
                return if joined {
                    tx.commit().await?;
                    Ok(Claim::Joined)
                } else {
                    tx.rollback().await;
                    Ok(Claim::Idle)
                };
            }
        }
        Ok(Claim::Work(Box::new(Claimed {
            tx,
            who,
            now,
            base,
            state: locked.state,
            expires_at: locked.expires_at,
            identity: locked.identity,
            messages,
        })))
    }
}

fn lanes(reach: &Reach) -> Vec<String> {
    let mut lanes = vec![reach.revision.clone()];
    if reach.live {
        lanes.push(Lane::live().as_str().to_owned());
    }
    lanes
}

struct Locked {
    contact: ContactId,
    lane: Lane,
    state: Option<Value>,
    expires_at: Option<DateTime<Utc>>,
    identity: Identity,
    merged_into: Option<ContactId>,
}

/// What is next to be worked.
enum Next {
    NotOwner,
    None,
    Locked(Locked),
}

/// Lane by lane, so that an index gives the order and nothing behind the first is read.
async fn lock_next(tx: &mut Tx, reach: &Reach) -> Result<Next, StoreError> {
    let lanes = lanes(reach);
    let row = sqlx::query!(
        r#"select not $2 or f.revision = $3 as "may!", c.contact_id as "contact_id?", c.lane as "lane?",
                  c.state as "state?", c.expires_at as "expires_at?", c.phone as "phone?",
                  c.bsuid as "bsuid?", c.merged_into as "merged_into?"
        from work_fence f
        left join lateral (
            select c.*
            from unnest($1::text[]) as l (lane)
            cross join lateral (
                select c.contact_id, c.lane, c.state, c.expires_at, c.phone, c.bsuid, k.merged_into
                from inbox i
                join conversation c on c.contact_id = i.contact_id
                join contact k on k.id = i.contact_id
                where i.worked_at is null and i.dead_at is null and i.lane = l.lane
                  and c.retry_at <= now() and (not $2 or f.revision = $3)
                order by i.id
                limit 1
                for no key update of c skip locked
            ) c
            limit 1
        ) c on true
        where f.id = 1"#,
        &lanes,
        reach.live,
        reach.revision
    )
    .fetch_one(&mut *tx)
    .await
    .during("claim conversation")?;
    if !row.may {
        return Ok(Next::NotOwner);
    }
    let (Some(contact), Some(lane)) = (row.contact_id, row.lane) else {
        return Ok(Next::None);
    };
    Ok(Next::Locked(Locked {
        contact: ContactId(contact),
        lane: Lane::named(lane),
        state: row.state,
        expires_at: row.expires_at,
        identity: identity(row.phone, row.bsuid),
        merged_into: row.merged_into.map(ContactId),
    }))
}

pub(super) fn identity(phone: Option<String>, bsuid: Option<String>) -> Identity {
    Identity {
        phone: phone.and_then(|phone| Phone::parse(&phone).ok()),
        bsuid: bsuid.and_then(|bsuid| Bsuid::parse(&bsuid).ok()),
    }
}

/// A fresh id, in the order of time.
pub(super) fn fresh_id() -> Uuid {
    Uuid::now_v7()
}
