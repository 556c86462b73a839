//! What the bot called, and what was posted to it, newest last. Bounded: the oldest goes first.

use std::collections::VecDeque;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// One call of the bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Place in the order of all calls, from one.
    pub seq: u64,
    /// When it was answered.
    pub time: DateTime<Utc>,
    /// Its method.
    pub method: String,
    /// Its path, without the token of a media URL.
    pub path: String,
    /// HTTP status of the answer; none when the connection was cut.
    pub status: Option<u16>,
    /// The Graph API's code in the answer.
    pub code: Option<u32>,
    /// How long the answer took.
    pub took_ms: u64,
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Place in the order of all webhooks, from one.
    pub seq: u64,
    /// Since when it was to be posted.
    pub time: DateTime<Utc>,
    /// What it tells: `message`, `status` or `other`.
    pub kind: &'static str,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// How often it was tried; 0 while it waits.
    pub attempts: u32,
    #[serde(skip)]
    body: Bytes,
}

#[derive(Debug)]
pub(super) struct Logs {
    limit: usize,
    call_seq: u64,
    webhook_seq: u64,
    calls: VecDeque<Call>,
    webhooks: VecDeque<Webhook>,
}

impl Logs {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            call_seq: 0,
            webhook_seq: 0,
            calls: VecDeque::new(),
            webhooks: VecDeque::new(),
        }
    }

    pub(super) fn push_call(&mut self, call: Call) {
        self.call_seq += 1;
        self.calls.push_back(Call {
            seq: self.call_seq,
            ..call
        });
        if self.calls.len() > self.limit {
            self.calls.pop_front();
        }
    }

    pub(super) fn calls(&self, since: u64) -> Vec<Call> {
        let newer = self.calls.iter().filter(|call| call.seq > since);
        newer.cloned().collect()
    }

    pub(super) fn push_webhook(
        &mut self,
        time: DateTime<Utc>,
        kind: &'static str,
        body: Bytes,
    ) -> u64 {
        self.webhook_seq += 1;
        self.webhooks.push_back(Webhook {
            seq: self.webhook_seq,
            time,
            kind,
            status: None,
            attempts: 0,
            body,
        });
        if self.webhooks.len() > self.limit {
            self.webhooks.pop_front();
        }
        self.webhook_seq
    }

    pub(super) fn close_webhook(&mut self, seq: u64, status: Option<u16>, attempts: u32) {
        let place = self
            .webhooks
            .binary_search_by_key(&seq, |webhook| webhook.seq);
        if let Some(webhook) = place.ok().and_then(|place| self.webhooks.get_mut(place)) {
            webhook.status = status;
            webhook.attempts = attempts;
        }
    }

    pub(super) fn webhooks(&self) -> Vec<Webhook> {
        self.webhooks.iter().cloned().collect()
    }

    pub(super) fn webhook_body(&self, seq: Option<u64>) -> Option<Bytes> {
        let webhook = match seq {
            None => self.webhooks.back(),
            Some(seq) => self.webhooks.iter().find(|webhook| webhook.seq == seq),
        };
        webhook.map(|webhook| webhook.body.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stay() {
        let mut logs = Logs::new(2);
        for body in ["a", "b", "c"] {
            logs.push_webhook(DateTime::UNIX_EPOCH, "other", Bytes::from(body));
        }
        logs.close_webhook(1, Some(200), 1);
        logs.close_webhook(3, Some(200), 4);
        let seen: Vec<_> = logs
            .webhooks()
            .iter()
            .map(|w| (w.seq, w.attempts))
            .collect();
        assert_eq!(seen, [(2, 0), (3, 4)]);
        assert_eq!(logs.webhook_body(None), Some(Bytes::from("c")));
        assert_eq!(logs.webhook_body(Some(2)), Some(Bytes::from("b")));
        assert_eq!(logs.webhook_body(Some(1)), None);
    }
}
