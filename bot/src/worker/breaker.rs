//! Stops sending for a while when the Graph API seems to be away, then tries with one message.

use std::time::{Duration, Instant};

const FAILURES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(30);
/// After the first refusal of token or account; each one more waits twice as long.
const REFUSED_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_REFUSED_PAUSE: Duration = Duration::from_mins(1);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    in_a_row: u32,
    refusals: u32,
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
        self.refusals = 0;
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

    /// Notes that the API refuses us altogether: no other message would fare better. True when sending
    /// pauses from now on.
    pub(super) fn note_refusal(&mut self, now: Instant) -> bool {
        // Sends that were under way before the pause don't prolong it.
        let opens = self.open_until.is_none_or(|until| now >= until);
        if opens {
            let pause = REFUSED_PAUSE * 2_u32.saturating_pow(self.refusals.min(5));
            self.refusals = self.refusals.saturating_add(1);
            self.open_until = Some(now + pause.min(LONGEST_REFUSED_PAUSE));
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
    #[test]
    fn a_refused_token_pauses_at_once_and_longer_each_time() {
        let mut breaker = Breaker::default();
        let mut now = Instant::now();
        for seconds in [2, 4, 8, 16, 32, 60, 60] {
            assert!(breaker.note_refusal(now));
            // Those under way are refused too.
            assert!(!breaker.note_refusal(now));
            let pause = Duration::from_secs(seconds);
            assert_eq!(breaker.leave(now), Leave::None(pause));
            now += pause;
            assert_eq!(breaker.leave(now), Leave::Probe);
        }
        assert!(breaker.note_answer());
        assert!(breaker.note_refusal(now));
        let first = Duration::from_secs(2);
        assert_eq!(breaker.leave(now), Leave::None(first));
    }
}
