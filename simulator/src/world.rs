//! What happened so far: recorded sends and read marks, chats of the phones, faults in wait.
//! One lock around plain data, never held across an await; changes are announced to the page and
//! to waiting tests.

mod chats;
mod faults;
mod logs;
mod record;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{broadcast, watch};

use crate::graph::title_of;
use crate::notification::{Progress, Status};
use crate::person::Person;
use crate::platform::Rendered;
use crate::settings::Memory;
use chats::Chats;
use faults::Faults;
use logs::Logs;
use record::Records;

use chats::plain;
pub use chats::{Author, Entry, Tick};
pub(crate) use chats::{ChatView, Offer, callback_data};
pub use faults::{Fault, FaultKind, FaultTarget, InvalidFault};
pub use logs::{Call, Webhook};
pub use record::{Outcome, Read, Sent, Stats};

/// A change that an open page shows.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum PageEvent {
    /// A message is new or changed.
    Entry {
        /// The chat's key.
        chat: String,
        /// The message.
        entry: Entry,
    },
    /// The business is typing, until then or until its next message.
    Typing {
        /// The chat's key.
        chat: String,
        /// When it ends by itself.
        until: DateTime<Utc>,
    },
    /// The chat was emptied.
    Cleared {
        /// The chat's key.
        chat: String,
    },
}

impl PageEvent {
    /// The chat that the event belongs to.
    pub(crate) fn chat(&self) -> &str {
        match self {
            Self::Entry { chat, .. } | Self::Typing { chat, .. } | Self::Cleared { chat } => chat,
        }
    }
}

/// The simulator's memory.
#[derive(Debug)]
pub(crate) struct World {
    data: Mutex<Data>,
    events: broadcast::Sender<PageEvent>,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct Data {
    records: Records,
    chats: Chats,
    faults: Faults,
    stats: Stats,
    logs: Logs,
}

/// How long the typing indicator stays when nothing is sent.
const TYPING: chrono::Duration = chrono::Duration::seconds(25);

impl World {
    pub(crate) fn new(memory: Memory) -> Self {
        let data = Data {
            records: Records::new(memory.records),
            chats: Chats::new(memory.chats, memory.entries_per_chat),
            faults: Faults::default(),
            stats: Stats::default(),
            logs: Logs::new(memory.log),
        };
        Self {
            data: Mutex::new(data),
            events: broadcast::channel(1024).0,
            changes: watch::channel(0).0,
        }
    }

    /// Changes of all chats from now on.
    pub(crate) fn events(&self) -> broadcast::Receiver<PageEvent> {
        self.events.subscribe()
    }

    /// Tells that something was recorded, from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Records a send that was not taken.
    pub(crate) fn refuse(&self, now: DateTime<Utc>, to: String, payload: Value, outcome: Outcome) {
        let mut data = self.data();
        data.stats.sends_refused += 1;
        data.records.push_sent(Sent {
            seq: 0,
            time: now,
            wamid: None,
            to,
            text: plain(&payload, None),
            payload,
            outcome,
        });
        self.changed();
    }

    /// Records an accepted send and puts it on the person's phone. Returns the person as the
    /// phone knows itself.
    pub(crate) fn accept(
        &self,
        now: DateTime<Utc>,
        to: &Person,
        (wamid, payload, template): (&str, Value, Option<Rendered>),
        outcome: Outcome,
    ) -> Person {
        let mut data = self.data();
        match outcome {
            Outcome::Accepted => data.stats.sends_accepted += 1,
            Outcome::Unanswered | Outcome::Refused { .. } => data.stats.sends_unanswered += 1,
        }
        let (person, entry) = data
            .chats
            .push_sent(now, to, wamid, payload.clone(), template);
        data.records.push_sent(Sent {
            seq: 0,
            time: now,
            wamid: Some(wamid.to_owned()),
            to: person.key(),
            text: entry.plain(),
            payload,
            outcome,
        });
        self.show(person.key(), entry);
        self.changed();
        person
    }

    /// Records a read mark; ticks of the person's messages up to it turn blue.
    pub(crate) fn mark_read(&self, now: DateTime<Utc>, wamid: &str, typing: bool) {
        let mut data = self.data();
        data.stats.reads += 1;
        data.records.push_read(now, wamid.to_owned(), typing);
        let (chat, entries) = data.chats.mark_read(wamid);
        for entry in entries {
            self.show(chat.clone(), entry);
        }
        if typing && !chat.is_empty() {
            let until = now + TYPING;
            data.chats.set_typing(&chat, until);
            self.announce(PageEvent::Typing { chat, until });
        }
        self.changed();
    }

    /// Puts a person's message on their phone, not yet taken by the bot.
    pub(crate) fn say(
        &self,
        now: DateTime<Utc>,
        from: &Person,
        profile: Option<&str>,
        message: Value,
    ) -> Entry {
        let mut data = self.data();
        let entry = data.chats.push_said(now, from, profile, message);
        self.show(from.key(), entry.clone());
        entry
    }

    /// Notes how a person's message fares on its way to the bot.
    pub(crate) fn update(&self, wamid: &str, tick: Tick, trouble: Option<String>) {
        let mut data = self.data();
        if let Some((chat, entry)) = data.chats.update(wamid, tick, trouble) {
            self.show(chat, entry);
        }
    }

    /// Notes that the bot knows how far its message got.
    pub(crate) fn progress(&self, wamid: &str, progress: Progress) {
        let tick = match progress {
            Progress::Sent => Tick::Sent,
            Progress::Delivered => Tick::Delivered,
            Progress::Read => Tick::Read,
            Progress::Failed(code) => {
                let trouble = format!("{code} {}", title_of(code));
                if let Some((chat, entry)) = self.data().chats.fail(wamid, trouble) {
                    self.show(chat, entry);
                }
                return;
            }
        };
        self.update(wamid, tick, None);
    }

    /// The person looked at the chat: what is to be reported as read.
    pub(crate) fn see(&self, chat: &str) -> Vec<Status> {
        self.data().chats.see(chat)
    }

    /// A chat for the page; an empty one when nothing happened in it.
    pub(crate) fn chat(&self, person: &Person) -> ChatView {
        self.data().chats.view(person)
    }

    /// The profile name that the person used last.
    pub(crate) fn profile(&self, person: &Person) -> Option<String> {
        self.data().chats.profile(&person.key())
    }

    /// The newest row or button in the person's chat that fits: by id, by the id's start and `*`,
    /// or by title.
    pub(crate) fn offer(&self, person: &Person, wanted: &str) -> Option<Offer> {
        self.data().chats.offer(&person.key(), wanted)
    }

    /// The newest message in the person's chat that contains this text.
    pub(crate) fn containing(&self, person: &Person, text: &str) -> Option<String> {
        self.data().chats.containing(&person.key(), text)
    }

    /// Whom the business sent this message to, and what it asked to have echoed.
    pub(crate) fn recipient(&self, wamid: &str) -> Option<(Person, Option<String>)> {
        self.data().chats.recipient(wamid)
    }

    /// The name of a person's chat, also when the person is named by the user id of a phone.
    pub(crate) fn key_of(&self, person: &Person) -> String {
        self.data().chats.key_of(person)
    }

    /// Notes a call of the bot.
    pub(crate) fn log_call(&self, call: Call) {
        self.data().logs.push_call(call);
    }

    /// Calls of the bot after a sequence number.
    pub(crate) fn calls(&self, since: u64) -> Vec<Call> {
        self.data().logs.calls(since)
    }

    /// Notes a webhook that is about to be posted. Returns its number.
    pub(crate) fn log_webhook(&self, now: DateTime<Utc>, kind: &'static str, body: Bytes) -> u64 {
        self.data().logs.push_webhook(now, kind, body)
    }

    /// Notes what became of a webhook.
    pub(crate) fn close_webhook(&self, seq: u64, status: Option<u16>, attempts: u32) {
        self.data().logs.close_webhook(seq, status, attempts);
    }

    /// Webhooks that can be posted again.
    pub(crate) fn webhooks(&self) -> Vec<Webhook> {
        self.data().logs.webhooks()
    }

    /// The body of a webhook, the newest one's when no number is given.
    pub(crate) fn webhook_body(&self, seq: Option<u64>) -> Option<Bytes> {
        self.data().logs.webhook_body(seq)
    }

    /// One message of a chat.
    pub(crate) fn entry(&self, chat: &str, wamid: &str) -> Option<Entry> {
        self.data().chats.entry(chat, wamid)
    }

    /// Empties one chat.
    pub(crate) fn clear_chat(&self, chat: &str) {
        self.data().chats.remove(chat);
        self.announce(PageEvent::Cleared {
            chat: chat.to_owned(),
        });
    }

    /// Recorded sends in order, optionally of one person, and after a sequence number.
    pub(crate) fn sent(&self, to: Option<&str>, since: u64) -> Vec<Sent> {
        self.data().records.sent(to, since)
    }

    /// The newest sequence number of a send.
    pub(crate) fn last_seq(&self) -> u64 {
        self.data().records.last_seq()
    }

    /// Recorded read marks in order.
    pub(crate) fn reads(&self) -> Vec<Read> {
        self.data().records.reads()
    }

    /// Forgets recorded sends, read marks and chats; sequence numbers go on.
    pub(crate) fn clear(&self) {
        let mut data = self.data();
        data.records.clear();
        for chat in data.chats.clear() {
            self.announce(PageEvent::Cleared { chat });
        }
        self.changed();
    }

    /// Adds a fault behind those that wait.
    pub(crate) fn add_fault(&self, fault: Fault) {
        self.data().faults.add(fault);
    }

    /// Faults that wait, with what is left of their counts.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.data().faults.list()
    }

    /// Drops all faults.
    pub(crate) fn clear_faults(&self) {
        self.data().faults.clear();
    }

    /// The first fault that fits; one less of it remains.
    pub(crate) fn take_fault(
        &self,
        target: FaultTarget,
        to: Option<&str>,
        kind: Option<&str>,
    ) -> Option<Fault> {
        self.data().faults.take(target, to, kind)
    }

    /// Counts what became of a webhook's try.
    pub(crate) fn count(&self, count: impl FnOnce(&mut Stats)) {
        count(&mut self.data().stats);
    }

    /// Numbers since the start.
    pub(crate) fn stats(&self) -> Stats {
        let data = self.data();
        let mut stats = data.stats.clone();
        stats.records_forgotten = data.records.forgotten();
        stats.chats = data.chats.len();
        stats
    }

    fn show(&self, chat: String, entry: Entry) {
        self.announce(PageEvent::Entry { chat, entry });
    }

    fn announce(&self, event: PageEvent) {
        // Nobody looks: nothing to tell.
        let _ = self.events.send(event);
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
