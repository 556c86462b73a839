//! Limits of throughput, of the number and of each pair of number and person. Pure.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

use super::Rates;
use crate::graph::GraphError;

/// People whose pace is remembered; beyond it those who are rested are forgotten.
const MOST_PAIRS: usize = 10_000;

/// What was taken lately.
#[derive(Debug, Default)]
pub(super) struct Pace {
    number: VecDeque<DateTime<Utc>>,
    /// When each person's debt of messages is paid off.
    pairs: HashMap<String, DateTime<Utc>>,
    pair_step: TimeDelta,
}

impl Pace {
    /// Whether one more message is within the limits.
    pub(super) fn check(
        &mut self,
        now: DateTime<Utc>,
        to: &str,
        rates: Rates,
    ) -> Result<(), GraphError> {
        let second_ago = now - TimeDelta::seconds(1);
        while self.number.front().is_some_and(|time| *time <= second_ago) {
            self.number.pop_front();
        }
        self.pair_step = TimeDelta::seconds(rates.pair_seconds.into());
        let number_limit = usize::try_from(rates.number_per_second).unwrap_or(usize::MAX);
        if number_limit > 0 && self.number.len() >= number_limit {
            let details = "Message failed to send because there were too many messages sent from this phone number in a short period of time";
            return Err(GraphError::new(130_429, details));
        }
        // A bucket of `burst` tokens, kept as the time at which it is full again.
        let burst = i32::try_from(rates.pair_burst).unwrap_or(i32::MAX);
        let full_at = self.pairs.get(to).copied().unwrap_or(now);
        if burst > 0 && full_at + self.pair_step > now + self.pair_step * burst {
            let details = "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time";
            return Err(GraphError::new(131_056, details));
        }
        Ok(())
    }

    /// Counts a message that was taken.
    pub(super) fn count(&mut self, now: DateTime<Utc>, to: &str) {
        self.number.push_back(now);
        let full_at = self.pairs.get(to).copied().unwrap_or(now).max(now);
        self.pairs.insert(to.to_owned(), full_at + self.pair_step);
        if self.pairs.len() > MOST_PAIRS {
            self.pairs.retain(|_, full_at| *full_at > now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap()
    }

    fn send(pace: &mut Pace, now: DateTime<Utc>, to: &str, rates: Rates) -> Option<u32> {
        match pace.check(now, to, rates) {
            Ok(()) => {
                pace.count(now, to);
                None
            }
            Err(error) => {
                assert_eq!(error.status, 400);
                Some(error.code)
            }
        }
    }

    #[test]
    fn the_number_has_so_many_a_second() {
        let rates = Rates {
            number_per_second: 2,
            ..Rates::default()
        };
        let mut pace = Pace::default();
        let codes: Vec<_> = ["a", "b", "c"]
            .into_iter()
            .map(|to| send(&mut pace, at(0), to, rates))
            .collect();
        assert_eq!(codes, [None, None, Some(130_429)]);
        assert_eq!(send(&mut pace, at(1), "c", rates), None);
    }

    #[test]
    fn a_person_gets_a_burst_and_then_one_each_six_seconds() {
        let rates = Rates {
            number_per_second: 0,
            pair_burst: 3,
            pair_seconds: 6,
        };
        let mut pace = Pace::default();
        let mut code = |seconds, to| send(&mut pace, at(seconds), to, rates);
        assert_eq!([code(0, "a"), code(0, "a"), code(0, "a")], [None; 3]);
        assert_eq!(code(0, "a"), Some(131_056));
        assert_eq!(code(0, "b"), None);
        assert_eq!(code(5, "a"), Some(131_056));
        assert_eq!([code(6, "a"), code(6, "a")], [None, Some(131_056)]);
        assert_eq!([code(600, "a"), code(600, "a"), code(600, "a")], [None; 3]);
        assert_eq!(code(600, "a"), Some(131_056));
    }
}
