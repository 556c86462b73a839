//! The phones' histories. Bounded: in a chat the oldest message goes first, among chats the one
//! that was quiet longest.

mod offers;
mod plain;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::notification::{Progress, Status};
use crate::person::Person;
use crate::platform::Rendered;
pub(crate) use offers::Offer;
pub(crate) use plain::plain;

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// The person with the phone.
    Person,
    /// The business.
    Business,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tick {
    /// The person's: on its way to the bot. The business's: no status reported yet.
    Pending,
    /// The person's: given up. The business's: not delivered.
    Failed,
    /// The person's: the bot took it. The business's: the bot knows that it was sent.
    Sent,
    /// The business's: the bot knows that it is on the phone.
    Delivered,
    /// Seen by the other side.
    Read,
}

/// One message on a phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The message's id.
    pub id: String,
    /// When it was written.
    pub time: DateTime<Utc>,
    /// Who wrote it.
    pub author: Author,
    /// A person's message object as in a webhook, or the body of the business's request.
    pub message: Value,
    /// How far it got.
    pub tick: Tick,
    /// The business's template with its parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Rendered>,
    /// Why the last try to hand it to the bot failed, or why the business's message did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    #[serde(skip)]
    seen: bool,
}

/// A chat as the page loads it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChatView {
    /// The chat's key.
    pub(crate) chat: String,
    /// Its messages, oldest first.
    pub(crate) entries: Vec<Entry>,
    /// Until when the business is typing.
    pub(crate) typing_until: Option<DateTime<Utc>>,
}

impl Entry {
    /// What a person reads on the phone, as plain text: texts, captions, rows, buttons, places.
    pub fn plain(&self) -> String {
        plain(&self.message, self.template.as_ref())
    }
}

#[derive(Debug)]
struct Chat {
    person: Person,
    profile: Option<String>,
    entries: VecDeque<Entry>,
    typing_until: Option<DateTime<Utc>>,
    touched: u64,
}

#[derive(Debug)]
pub(super) struct Chats {
    chat_limit: usize,
    entry_limit: usize,
    touches: u64,
    by_key: HashMap<String, Chat>,
    /// Message id to chat.
    messages: HashMap<String, String>,
    /// Made-up user id of a phone to its chat, for replies that are addressed to the user id.
    user_ids: HashMap<String, String>,
}

impl Chats {
    pub(super) fn new(chat_limit: usize, entry_limit: usize) -> Self {
        Self {
            chat_limit,
            entry_limit,
            touches: 0,
            by_key: HashMap::new(),
            messages: HashMap::new(),
            user_ids: HashMap::new(),
        }
    }

    pub(super) fn push_sent(
        &mut self,
        time: DateTime<Utc>,
        to: &Person,
        wamid: &str,
        payload: Value,
        template: Option<Rendered>,
    ) -> (Person, Entry) {
        let key = self.key_of(to);
        let chat = self.open(&key, to);
        chat.typing_until = None;
        let person = chat.person.clone();
        // Meta reports no reading of reactions.
        let seen = payload.get("type").and_then(Value::as_str) == Some("reaction");
        let entry = Entry {
            id: wamid.to_owned(),
            time,
            author: Author::Business,
            message: payload,
            tick: Tick::Pending,
            template,
            trouble: None,
            seen,
        };
        self.push(&key, entry.clone());
        (person, entry)
    }

    pub(super) fn push_said(
        &mut self,
        time: DateTime<Utc>,
        from: &Person,
        profile: Option<&str>,
        message: Value,
    ) -> Entry {
        let key = from.key();
        let chat = self.open(&key, from);
        // The phone's own form of the number is the one to reply to.
        chat.person = from.clone();
        if let Some(profile) = profile {
            chat.profile = Some(profile.to_owned());
        }
        let id = message
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let entry = Entry {
            id,
            time,
            author: Author::Person,
            message,
            tick: Tick::Pending,
            template: None,
            trouble: None,
            seen: true,
        };
        self.push(&key, entry.clone());
        entry
    }

    /// Changes one message. Ticks never go back, except that a failed one may be tried again.
    pub(super) fn update(
        &mut self,
        wamid: &str,
        tick: Tick,
        trouble: Option<String>,
    ) -> Option<(String, Entry)> {
        let key = self.messages.get(wamid)?;
        let entry = self
            .by_key
            .get_mut(key)?
            .entries
            .iter_mut()
            .find(|entry| entry.id == wamid)?;
        if tick >= entry.tick || entry.tick == Tick::Failed {
            entry.tick = tick;
        }
        entry.seen |= tick == Tick::Read;
        entry.trouble = trouble;
        Some((key.clone(), entry.clone()))
    }

    /// The business's message does not reach the phone, however far it seemed to get.
    pub(super) fn fail(&mut self, wamid: &str, trouble: String) -> Option<(String, Entry)> {
        let key = self.messages.get(wamid)?;
        let mut entries = self.by_key.get_mut(key)?.entries.iter_mut();
        let entry = entries.find(|entry| entry.id == wamid)?;
        entry.tick = Tick::Failed;
        entry.seen = true;
        entry.trouble = Some(trouble);
        Some((key.clone(), entry.clone()))
    }

    /// Whom the business sent this message to, and what it asked to have echoed.
    pub(super) fn recipient(&self, wamid: &str) -> Option<(Person, Option<String>)> {
        let chat = self.by_key.get(self.messages.get(wamid)?)?;
        let mut entries = chat.entries.iter();
        let entry = entries.find(|entry| entry.id == wamid && entry.author == Author::Business)?;
        Some((chat.person.clone(), callback_data(&entry.message)))
    }

    /// The chat and the messages that changed: this one and those before it.
    pub(super) fn mark_read(&mut self, wamid: &str) -> (String, Vec<Entry>) {
        let Some(key) = self.messages.get(wamid).cloned() else {
            return Default::default();
        };
        let Some(chat) = self.by_key.get_mut(&key) else {
            return Default::default();
        };
        let place = chat
            .entries
            .iter()
            .position(|entry| entry.id == wamid)
            .unwrap_or(0);
        let earlier = chat.entries.iter_mut().take(place + 1);
        let changed = earlier
            .filter(|entry| entry.author == Author::Person)
            .filter(|entry| entry.id == wamid || entry.tick == Tick::Sent)
            .filter(|entry| entry.tick != Tick::Read)
            .map(|entry| {
                entry.tick = Tick::Read;
                entry.trouble = None;
                entry.clone()
            })
            .collect();
        (key, changed)
    }

    pub(super) fn set_typing(&mut self, key: &str, until: DateTime<Utc>) {
        if let Some(chat) = self.by_key.get_mut(key) {
            chat.typing_until = Some(until);
        }
    }

    pub(super) fn see(&mut self, key: &str) -> Vec<Status> {
        let Some(chat) = self.by_key.get_mut(key) else {
            return Vec::new();
        };
        let unseen = chat.entries.iter_mut().filter(|entry| !entry.seen);
        unseen
            .map(|entry| {
                entry.seen = true;
                Status {
                    to: chat.person.clone(),
                    wamid: entry.id.clone(),
                    progress: Progress::Read,
                    callback_data: callback_data(&entry.message),
                }
            })
            .collect()
    }

    pub(super) fn view(&self, person: &Person) -> ChatView {
        let key = person.key();
        let chat = self.by_key.get(&key);
        ChatView {
            entries: chat
                .map(|chat| chat.entries.iter().cloned().collect())
                .unwrap_or_default(),
            typing_until: chat.and_then(|chat| chat.typing_until),
            chat: key,
        }
    }

    pub(super) fn profile(&self, key: &str) -> Option<String> {
        self.by_key.get(key)?.profile.clone()
    }

    /// The newest row or button that fits, in the person's chat.
    pub(super) fn offer(&self, key: &str, wanted: &str) -> Option<Offer> {
        let entries = self.by_key.get(key)?.entries.iter();
        entries.rev().find_map(|entry| offers::find(entry, wanted))
    }

    /// The newest message that contains the text and can be quoted or reacted to.
    pub(super) fn containing(&self, key: &str, text: &str) -> Option<String> {
        let mut entries = self.by_key.get(key)?.entries.iter().rev();
        let found = entries.find(|entry| {
            let kind = entry.message.get("type").and_then(Value::as_str);
            kind != Some("reaction") && entry.plain().contains(text)
        });
        found.map(|entry| entry.id.clone())
    }

    pub(super) fn entry(&self, key: &str, wamid: &str) -> Option<Entry> {
        self.by_key
            .get(key)?
            .entries
            .iter()
            .find(|entry| entry.id == wamid)
            .cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(super) fn remove(&mut self, key: &str) {
        let Some(chat) = self.by_key.remove(key) else {
            return;
        };
        for entry in chat.entries {
            self.messages.remove(&entry.id);
        }
        self.user_ids.remove(&chat.person.bsuid());
    }

    pub(super) fn clear(&mut self) -> Vec<String> {
        self.messages.clear();
        self.user_ids.clear();
        self.by_key.drain().map(|(key, _)| key).collect()
    }

    /// The name of the person's chat, also when the person is named by the user id of a phone.
    pub(super) fn key_of(&self, person: &Person) -> String {
        let key = person.key();
        self.user_ids.get(&key).cloned().unwrap_or(key)
    }

    fn open(&mut self, key: &str, person: &Person) -> &mut Chat {
        if !self.by_key.contains_key(key) && self.by_key.len() >= self.chat_limit {
            let quiet = self.by_key.iter().min_by_key(|(_, chat)| chat.touched);
            if let Some(quiet) = quiet.map(|(key, _)| key.clone()) {
                self.remove(&quiet);
            }
        }
        self.touches += 1;
        let user_ids = &mut self.user_ids;
        let chat = self.by_key.entry(key.to_owned()).or_insert_with(|| {
            user_ids.insert(person.bsuid(), key.to_owned());
            Chat {
                person: person.clone(),
                profile: None,
                entries: VecDeque::new(),
                typing_until: None,
                touched: 0,
            }
        });
        chat.touched = self.touches;
        chat
    }

    fn push(&mut self, key: &str, entry: Entry) {
        let Some(chat) = self.by_key.get_mut(key) else {
            return;
        };
        self.messages.insert(entry.id.clone(), key.to_owned());
        chat.entries.push_back(entry);
        if chat.entries.len() > self.entry_limit
            && let Some(oldest) = chat.entries.pop_front()
        {
            self.messages.remove(&oldest.id);
        }
    }
}

/// What the sender of a message asked to have echoed in its statuses.
pub(crate) fn callback_data(payload: &Value) -> Option<String> {
    payload
        .get("biz_opaque_callback_data")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
