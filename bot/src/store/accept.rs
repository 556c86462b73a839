//! What a webhook brought, made durable: messages in one statement, statuses in another, each item once. Between looking
//! at it and storing it, the caller decides what is taken. Each statement may last by itself: whoever is not told that
//! all is stored brings all of it again.

mod columns;

use chrono::{DateTime, Utc};

use crate::domain::{ContactId, Identity, Lane, RequestId, Wamid};
use crate::store::Store;
use crate::store::contacts::{self, Found};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;
use columns::{MessageColumns, StatusColumns};

/// A message to store. Its identity is not empty.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Meta's id, by which it is stored once.
    pub wamid: Wamid,
    /// Who will work it.
    pub lane: Lane,
    /// Who sent it.
    pub identity: Identity,
    /// Its type.
    pub kind: String,
    /// The sender's profile name.
    pub profile_name: Option<String>,
    /// Its JSON as received.
    pub raw: Vec<u8>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The webhook that brought it.
    pub request_id: RequestId,
}

/// A status to store.
#[derive(Debug, Clone)]
pub struct NewStatus {
    /// The message of ours that it is about.
    pub wamid: Wamid,
    /// What happened.
    pub status: String,
    /// When.
    pub happened_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<(i64, String)>,
    /// The webhook that brought it.
    pub request_id: RequestId,
}

/// What was new.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Lane and type of each message stored now and not before.
    pub messages: Vec<(Lane, String)>,
    /// How many statuses were stored now.
    pub statuses: u64,
}

/// Messages about to be stored, and what is known of them.
#[derive(Debug)]
pub struct Acceptance {
    tx: Tx,
    /// Whose conversation each message belongs to.
    pub contacts: Vec<ContactId>,
    /// Whether each message was stored before.
    pub known: Vec<bool>,
    /// Whether each message's sender is in a chat.
    pub chatting: Vec<bool>,
}

impl Store {
    /// Looks at what came: who sent it, and what of it is new. Nothing but new people lasts yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_acceptance(&self, messages: &[NewMessage]) -> Result<Acceptance, StoreError> {
        let mut acceptance = Acceptance {
            tx: self.each().await?,
            contacts: Vec::new(),
            known: Vec::new(),
            chatting: Vec::new(),
        };
        if !messages.is_empty() {
            acceptance.look(messages).await?;
        }
        Ok(acceptance)
    }
}

impl Acceptance {
    async fn look(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let columns = MessageColumns::of(&messages.iter().collect::<Vec<_>>());
        let rows = sqlx::query!(
            r#"select p.contact_id as "by_phone?", b.contact_id as "by_bsuid?",
                      known.yes is not null as "known!", chatting.yes is not null as "chatting!"
               from unnest($1::text[], $2::text[], $3::text[], $4::text[])
                   with ordinality as m (lane, phone, bsuid, wamid, place)
               left join contact_alias p on p.lane = m.lane and p.kind = 'phone' and p.value = m.phone
               left join contact_alias b on b.lane = m.lane and b.kind = 'bsuid' and b.value = m.bsuid
               left join lateral (select true as yes from inbox i where i.wamid = m.wamid limit 1) known
                   on true
               left join lateral (select true as yes from chat_member c
                                  where c.contact_id = coalesce(p.contact_id, b.contact_id)
                                  limit 1) chatting on true
               order by m.place"#,
            &columns.lanes as &[&str],
            &columns.phones as &[Option<&str>],
            &columns.bsuids as &[Option<&str>],
            &columns.wamids as &[&str]
        )
        .fetch_all(&mut self.tx)
        .await
        .during("look at messages")?;
        let people: Vec<_> = messages
            .iter()
            .map(|message| (&message.lane, &message.identity))
            .collect();
        let found = rows.iter().map(|row| Found {
            by_phone: row.by_phone,
            by_bsuid: row.by_bsuid,
        });
        self.contacts = contacts::settle(&mut self.tx, &people, &found.collect::<Vec<_>>()).await?;
        self.known = rows.iter().map(|row| row.known).collect();
        self.chatting = rows.iter().map(|row| row.chatting).collect();
        Ok(())
    }

    /// Stores what is not stored yet, of the messages that are `taken`. Once it returns, all of it is durable.
    ///
    /// # Errors
    /// When nothing was stored, or when it is not known whether it was.
    pub async fn finish(
        mut self,
        messages: &[NewMessage],
        taken: &[bool],
        statuses: &[NewStatus],
    ) -> Result<Accepted, StoreError> {
        let mut accepted = Accepted::default();
        let (messages, contacts): (Vec<_>, Vec<_>) = messages
            .iter()
            .zip(&self.contacts)
            .zip(taken)
            .filter(|(_, taken)| **taken)
            .map(|((message, contact), _)| (message, *contact))
            .unzip();
        if !messages.is_empty() {
            accepted.messages = insert_messages(&mut self.tx, &messages, &contacts).await?;
        }
        if !statuses.is_empty() {
            accepted.statuses = insert_statuses(&mut self.tx, statuses).await?;
        }
        self.tx.commit().await?;
        Ok(accepted)
    }
}

/// Sorted by id, so that two replicas given the same messages never deadlock; numbered by place, so
/// that they are worked in the order they came.
async fn insert_messages(
    tx: &mut Tx,
    messages: &[&NewMessage],
    contacts: &[ContactId],
) -> Result<Vec<(Lane, String)>, StoreError> {
    let contacts: Vec<_> = contacts.iter().map(|contact| contact.0).collect();
    let columns = MessageColumns::of(messages);
    let rows = sqlx::query!(
        "insert into inbox (id, wamid, lane, contact_id, kind, phone, bsuid, profile_name, raw,
                            request_id, sent_at)
         select batch.base + m.place, m.wamid, m.lane, m.contact_id, m.kind, m.phone, m.bsuid,
                m.profile_name, m.raw, m.request_id, m.sent_at
         from (select nextval('inbox_batch') as base offset 0) batch
         cross join unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                           $7::text[], $8::bytea[], $9::text[], $10::timestamptz[])
             with ordinality as m (wamid, lane, contact_id, kind, phone, bsuid, profile_name, raw,
                                   request_id, sent_at, place)
         order by m.wamid, m.place
         on conflict (wamid) do nothing
         returning lane, kind",
        &columns.wamids as &[&str],
        &columns.lanes as &[&str],
        &contacts,
        &columns.kinds as &[&str],
        &columns.phones as &[Option<&str>],
        &columns.bsuids as &[Option<&str>],
        &columns.names as &[Option<&str>],
        &columns.raws as &[&[u8]],
        &columns.requests as &[&str],
        &columns.sent as &[Option<DateTime<Utc>>]
    )
    .fetch_all(&mut *tx)
    .await
    .during("store messages")?;
    Ok(rows
        .into_iter()
        .map(|row| (Lane::named(row.lane), row.kind))
        .collect())
}

async fn insert_statuses(tx: &mut Tx, statuses: &[NewStatus]) -> Result<u64, StoreError> {
    let columns = StatusColumns::of(statuses);
    let done = sqlx::query!(
        "insert into message_status (wamid, status, happened_at, error_code, error_title, request_id)
         select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[],
                              $6::text[]) as s (wamid, status, happened_at, code, title, request_id)
         order by s.wamid, s.status
         on conflict do nothing",
        &columns.wamids as &[&str],
        &columns.words as &[&str],
        &columns.times as &[Option<DateTime<Utc>>],
        &columns.codes as &[Option<i64>],
        &columns.titles as &[Option<&str>],
        &columns.requests as &[&str]
    )
    .execute(&mut *tx)
    .await
    .during("store statuses")?;
    Ok(done.rows_affected())
}
