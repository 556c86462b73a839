//! What tests look at: sends, what each phone got, calls, webhooks, files.

use std::time::Duration;

use bytes::Bytes;

use super::Control;
use crate::person::Person;
use crate::platform::FileInfo;
use crate::world::{Call, Entry, Outcome, Read, Sent, Stats, Webhook};

impl Control {
    /// Recorded sends in order: of one person (any form of the number) or of everybody, and after
    /// a sequence number.
    pub fn sent(&self, to: Option<&str>, since: u64) -> Vec<Sent> {
        let key = to.map(key_of);
        self.0.world.sent(key.as_deref(), since)
    }

    /// What a phone got, in order: sends that were taken, answered or not.
    pub fn got(&self, phone: &str) -> Vec<Sent> {
        let mut sent = self.sent(Some(phone), 0);
        sent.retain(|sent| !matches!(sent.outcome, Outcome::Refused { .. }));
        sent
    }

    /// What a person reads on the phone, in order, as plain text.
    pub fn texts(&self, phone: &str) -> Vec<String> {
        self.got(phone).into_iter().map(|sent| sent.text).collect()
    }

    /// Waits until a phone got a message that contains this text, and returns the newest such one.
    ///
    /// # Errors
    /// The texts that the phone got until the limit was over.
    pub async fn wait_got(
        &self,
        phone: &str,
        text: &str,
        limit: Duration,
    ) -> Result<Sent, Vec<String>> {
        let find = || {
            let mut got = self.got(phone).into_iter();
            got.rfind(|sent| sent.text.contains(text))
        };
        let mut changes = self.0.world.changes();
        let wait = async {
            loop {
                if let Some(found) = find() {
                    return Some(found);
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        };
        let found = tokio::time::timeout(limit, wait).await.ok().flatten();
        found.ok_or_else(|| self.texts(phone))
    }

    /// Waits until `done` holds for the recorded sends, and returns them.
    ///
    /// # Errors
    /// The sends recorded when the limit was over.
    pub async fn wait_sent(
        &self,
        limit: Duration,
        done: impl Fn(&[Sent]) -> bool,
    ) -> Result<Vec<Sent>, Vec<Sent>> {
        let mut changes = self.0.world.changes();
        let wait = async {
            loop {
                let sent = self.sent(None, 0);
                if done(&sent) || changes.changed().await.is_err() {
                    return sent;
                }
            }
        };
        tokio::time::timeout(limit, wait)
            .await
            .map_err(|_| self.sent(None, 0))
    }

    /// Both sides of a chat as the phone shows it, oldest first.
    pub fn chat_of(&self, phone: &str) -> Vec<Entry> {
        let person = Person::parse(phone);
        person.map_or_else(|_| Vec::new(), |person| self.0.world.chat(&person).entries)
    }

    /// Recorded read marks in order.
    pub fn reads(&self) -> Vec<Read> {
        self.0.world.reads()
    }

    /// Calls of the bot in order, after a sequence number.
    pub fn calls(&self, since: u64) -> Vec<Call> {
        self.0.world.calls(since)
    }

    /// Webhooks that can be posted again, oldest first.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.0.world.webhooks()
    }

    /// A file that is here, of a person or uploaded by the bot.
    pub fn file(&self, id: &str) -> Option<(FileInfo, Bytes)> {
        let state = self.0.platform.state();
        let info = state.files.info(id)?.clone();
        Some((info, state.files.content(id)?.1))
    }

    /// Numbers since the start.
    pub fn stats(&self) -> Stats {
        Stats {
            webhooks_queued: self.0.courier.queued(),
            ..self.0.world.stats()
        }
    }
}

fn key_of(phone: &str) -> String {
    Person::parse(phone).map_or_else(|_| phone.to_owned(), |person| person.key())
}
