//! What the bot sent, in order, as tests read it. Bounded: the oldest goes first.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request to send a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// Place in the order of all sends, from one, never used twice.
    pub seq: u64,
    /// When it came in.
    pub time: DateTime<Utc>,
    /// The id given to it; none when it was refused.
    pub wamid: Option<String>,
    /// The recipient, digits without plus (52 and ten digits in Mexico) or a user id.
    pub to: String,
    /// The request's body.
    pub payload: Value,
    /// What became of it.
    pub outcome: Outcome,
    /// What a person reads on the phone, as plain text.
    #[serde(default)]
    pub text: String,
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Outcome {
    /// Taken, and answered with an id.
    Accepted,
    /// Taken, but the sender got no answer.
    Unanswered,
    /// Not taken.
    Refused {
        /// HTTP status of the answer; 0 when there was none.
        status: u16,
        /// The Graph API's code, if one was given.
        code: Option<u32>,
    },
}

/// One request to mark a message as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// When it came in.
    pub time: DateTime<Utc>,
    /// The person's message.
    pub wamid: String,
    /// Whether the typing indicator was asked for.
    pub typing: bool,
}

/// Numbers since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Sends taken and answered.
    pub sends_accepted: u64,
    /// Sends taken without an answer.
    pub sends_unanswered: u64,
    /// Sends not taken.
    pub sends_refused: u64,
    /// Read marks.
    pub reads: u64,
    /// Webhooks answered 200.
    pub webhooks_delivered: u64,
    /// Tries of webhooks that were not answered 200.
    pub webhook_failures: u64,
    /// Webhooks given up after the last try, or because too many waited.
    pub webhooks_given_up: u64,
    /// Webhooks that wait now.
    pub webhooks_queued: usize,
    /// Sends and read marks that are no longer remembered.
    pub records_forgotten: u64,
    /// Phones with a history.
    pub chats: usize,
}

#[derive(Debug)]
pub(super) struct Records {
    limit: usize,
    next_seq: u64,
    forgotten: u64,
    sent: VecDeque<Sent>,
    reads: VecDeque<Read>,
}

impl Records {
    pub(super) fn new(limit: usize) -> Self {
        let (sent, reads) = (VecDeque::new(), VecDeque::new());
        Self {
            limit,
            next_seq: 1,
            forgotten: 0,
            sent,
            reads,
        }
    }

    /// Takes a send; the sequence number is given here.
    pub(super) fn push_sent(&mut self, sent: Sent) {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.sent.push_back(Sent { seq, ..sent });
        if self.sent.len() > self.limit {
            self.sent.pop_front();
            self.forgotten += 1;
        }
    }

    /// The newest sequence number; 0 when nothing was sent.
    pub(super) fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    pub(super) fn push_read(&mut self, time: DateTime<Utc>, wamid: String, typing: bool) {
        self.reads.push_back(Read {
            time,
            wamid,
            typing,
        });
        if self.reads.len() > self.limit {
            self.reads.pop_front();
            self.forgotten += 1;
        }
    }

    pub(super) fn sent(&self, to: Option<&str>, since: u64) -> Vec<Sent> {
        let first = self.sent.partition_point(|sent| sent.seq <= since);
        let wanted = |sent: &&Sent| to.is_none_or(|to| sent.to == to);
        self.sent.range(first..).filter(wanted).cloned().collect()
    }

    pub(super) fn reads(&self) -> Vec<Read> {
        self.reads.iter().cloned().collect()
    }

    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(super) fn clear(&mut self) {
        self.sent.clear();
        self.reads.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(to: &str) -> Sent {
        Sent {
            seq: 0,
            time: DateTime::UNIX_EPOCH,
            wamid: None,
            to: to.to_owned(),
            payload: Value::Null,
            outcome: Outcome::Accepted,
            text: String::new(),
        }
    }

    #[test]
    fn the_oldest_is_forgotten_and_counted() {
        let mut records = Records::new(2);
        for to in ["1", "2", "1"] {
            records.push_sent(sent(to));
        }
        let seqs = |sent: Vec<Sent>| sent.iter().map(|sent| sent.seq).collect::<Vec<_>>();
        assert_eq!(seqs(records.sent(None, 0)), [2, 3]);
        assert_eq!(seqs(records.sent(Some("1"), 0)), [3]);
        assert_eq!(seqs(records.sent(None, 2)), [3]);
        assert_eq!(seqs(records.sent(None, 9)), [0_u64; 0]);
        assert_eq!(records.forgotten(), 1);
        records.clear();
        records.push_sent(sent("1"));
        assert_eq!(seqs(records.sent(None, 0)), [4]);
    }
}
