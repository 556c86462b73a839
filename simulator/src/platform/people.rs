//! When people wrote last, and phones that misbehave. Pure.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Strangers;

/// How long after a person's message free-form messages may go to them.
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// Whether messages to a phone fail, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// They get through.
    #[default]
    No,
    /// Refused with code 131026.
    AtOnce,
    /// Taken, and reported `failed` with code 131026.
    Later,
}

/// What is known of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// Whether free-form messages go through, were the window enforced.
    pub window_open: bool,
    /// When the person wrote last, as far as known.
    pub last_message: Option<DateTime<Utc>>,
    /// Whether messages to this phone fail, and how.
    pub undeliverable: Undeliverable,
    /// Each send to this phone is answered this much later.
    pub delay_ms: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    last_message: Option<DateTime<Utc>>,
    undeliverable: Undeliverable,
    delay_ms: u64,
}

#[derive(Debug)]
pub(crate) struct People {
    limit: usize,
    by_key: HashMap<String, Known>,
}

impl People {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            by_key: HashMap::new(),
        }
    }

    /// The person wrote, or is made to have written, at this time.
    pub(crate) fn wrote(&mut self, key: &str, time: DateTime<Utc>) {
        self.known(key).last_message = Some(time);
    }

    pub(crate) fn set_undeliverable(&mut self, key: &str, how: Undeliverable) {
        self.known(key).undeliverable = how;
    }

    pub(crate) fn set_delay_ms(&mut self, key: &str, delay_ms: u64) {
        self.known(key).delay_ms = delay_ms;
    }

    pub(super) fn undeliverable(&self, key: &str) -> Undeliverable {
        let known = self.by_key.get(key);
        known.map_or(Undeliverable::No, |known| known.undeliverable)
    }

    pub(crate) fn delay_ms(&self, key: &str) -> u64 {
        self.by_key.get(key).map_or(0, |known| known.delay_ms)
    }

    pub(super) fn is_open(&self, now: DateTime<Utc>, key: &str, strangers: Strangers) -> bool {
        let last = self.by_key.get(key).and_then(|known| known.last_message);
        last.map_or(strangers == Strangers::Open, |last| now - last < WINDOW)
    }

    pub(crate) fn view(&self, now: DateTime<Utc>, key: &str, strangers: Strangers) -> PersonView {
        let known = self.by_key.get(key).copied().unwrap_or_default();
        PersonView {
            window_open: self.is_open(now, key, strangers),
            last_message: known.last_message,
            undeliverable: known.undeliverable,
            delay_ms: known.delay_ms,
        }
    }

    /// All phones behave again.
    pub(super) fn pardon(&mut self) {
        for known in self.by_key.values_mut() {
            known.undeliverable = Undeliverable::No;
            known.delay_ms = 0;
        }
    }

    fn known(&mut self, key: &str) -> &mut Known {
        if self.by_key.len() >= self.limit && !self.by_key.contains_key(key) {
            let quiet = self
                .by_key
                .iter()
                .min_by_key(|(_, known)| known.last_message);
            if let Some(quiet) = quiet.map(|(key, _)| key.clone()) {
                self.by_key.remove(&quiet);
            }
        }
        self.by_key.entry(key.to_owned()).or_default()
    }
}
