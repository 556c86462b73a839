//! Stops sending for a while when the Graph API seems to be away, then tries with one message.

use std::time::{Duration, Instant};

const FAILURES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(30);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    in_a_row: u32,
    open_until: Option<Instant>,
}

/// How many may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// As many as else allowed.
    All,
    /// One, and no other before its outcome is known.
    Probe,
    /// None for this long.
    None(Duration),
}

impl Breaker {
    pub(super) fn leave(&self, now: Instant) -> Leave {
        match self.open_until {
            None => Leave::All,
            Some(until) if now >= until => Leave::Probe,
            Some(until) => Leave::None(until - now),
        }
    }

    /// Notes an answer that shows the API to work; true when it had been thought away.
    pub(super) fn note_answer(&mut self) -> bool {
        self.in_a_row = 0;
        self.open_until.take().is_some()
    }

    /// Notes a failure of transport or server; true when sending pauses from now on.
    pub(super) fn note_failure(&mut self, now: Instant) -> bool {
        self.in_a_row = self.in_a_row.saturating_add(1);
        let opens = match self.open_until {
            None => self.in_a_row >= FAILURES,
            // The probe failed; sends that were under way before the pause don't prolong it.
            Some(until) => now >= until,
        };
        if opens {
            self.open_until = Some(now + PAUSE);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_a_row_pause_and_one_answer_resumes() {
        let mut breaker = Breaker::default();
        let start = Instant::now();
        for _ in 0..9 {
            assert!(!breaker.note_failure(start));
        }
        assert!(!breaker.note_answer());
        for _ in 0..9 {
            assert!(!breaker.note_failure(start));
        }
        assert_eq!(breaker.leave(start), Leave::All);
        assert!(breaker.note_failure(start));
        assert_eq!(breaker.leave(start), Leave::None(PAUSE));
        // A straggler changes nothing.
        assert!(!breaker.note_failure(start + Duration::from_secs(5)));
        assert_eq!(breaker.leave(start + PAUSE), Leave::Probe);
        assert!(breaker.note_failure(start + PAUSE));
        assert_eq!(breaker.leave(start + PAUSE), Leave::None(PAUSE));
        assert!(breaker.note_answer());
        assert_eq!(breaker.leave(start + PAUSE), Leave::All);
    }
}
