//! Sliding windows (§11.1): how many messages of one person are taken in a minute and in an hour. The pure
//! counting, which each replica goes on with while the shared one is away.

use std::collections::{HashMap, VecDeque};

/// How many messages a person may send in each window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Within the short window.
    pub per_minute: u32,
    /// Within the long one.
    pub per_hour: u32,
}

/// Both windows' lengths, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// The short one, a minute.
    pub minute_ms: u64,
    /// The long one, an hour.
    pub hour_ms: u64,
}

/// Whether a message is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is, and counts from now on.
    Taken,
    /// It is not, and does not count.
    Refused {
        /// Until the earliest slot, in milliseconds.
        wait_ms: u64,
        /// Which window is full; the one that stays full for longer.
        window: Window,
    },
}

/// One of the two windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The short one.
    Minute,
    /// The long one.
    Hour,
}

impl Window {
    /// The label in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
        }
    }
}

/// What was taken in the long window, by key; times are milliseconds of any one clock.
#[derive(Debug, Default)]
pub struct Counters {
    taken: HashMap<String, VecDeque<(u64, String)>>,
    swept_at: u64,
}

impl Counters {
    /// Takes or refuses one message. One that was taken before is taken again and not counted twice.
    pub fn take(
        &mut self,
        key: &str,
        message: &str,
        now: u64,
        limits: Limits,
        windows: Windows,
    ) -> Verdict {
        self.sweep(now, windows);
        let taken = self.taken.entry(key.to_owned()).or_default();
        while taken
            .front()
            .is_some_and(|(at, _)| at.saturating_add(windows.hour_ms) <= now)
        {
            taken.pop_front();
        }
        if taken.iter().any(|(_, known)| known == message) {
            return Verdict::Taken;
        }
        let wait = |limit: u32, length: u64| {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let inside = |at: u64| at.saturating_add(length) > now;
            let count = taken.iter().filter(|(at, _)| inside(*at)).count();
            if count < limit {
                return 0;
            }
            // Free again once only `limit - 1` are left inside.
            let leaving = taken.len() - limit.max(1);
            taken.get(leaving).map_or(length, |(at, _)| {
                at.saturating_add(length).saturating_sub(now).max(1)
            })
        };
        let minute = wait(limits.per_minute, windows.minute_ms);
        let hour = wait(limits.per_hour, windows.hour_ms);
        if minute == 0 && hour == 0 {
            taken.push_back((now, message.to_owned()));
            return Verdict::Taken;
        }
        let window = if hour >= minute {
            Window::Hour
        } else {
            Window::Minute
        };
        Verdict::Refused {
            wait_ms: minute.max(hour),
            window,
        }
    }

    /// Forgets people who sent nothing for the long window.
    fn sweep(&mut self, now: u64, windows: Windows) {
        if now < self.swept_at.saturating_add(windows.minute_ms) {
            return;
        }
        self.swept_at = now;
        self.taken.retain(|_, taken| {
            taken
                .back()
                .is_some_and(|(at, _)| at.saturating_add(windows.hour_ms) > now)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        per_minute: 3,
        per_hour: 5,
    };
    const WINDOWS: Windows = Windows {
        minute_ms: 60,
        hour_ms: 1000,
    };

    fn take(counters: &mut Counters, message: u64, now: u64) -> Verdict {
        counters.take("rosa", &message.to_string(), now, LIMITS, WINDOWS)
    }

    #[test]
    fn the_short_window_slides() {
        let mut counters = Counters::default();
        for (message, now) in [(1, 0), (2, 10), (3, 20)] {
            assert_eq!(take(&mut counters, message, now), Verdict::Taken);
        }
        let refused = Verdict::Refused {
            wait_ms: 30,
            window: Window::Minute,
        };
        assert_eq!(take(&mut counters, 4, 30), refused);
        assert_eq!(
            take(&mut counters, 4, 59),
            Verdict::Refused {
                wait_ms: 1,
                window: Window::Minute
            }
        );
        assert_eq!(take(&mut counters, 4, 60), Verdict::Taken);
    }

    #[test]
    fn the_long_window_counts_what_the_short_one_forgot() {
        let mut counters = Counters::default();
        for message in 0..5 {
            assert_eq!(take(&mut counters, message, message * 100), Verdict::Taken);
        }
        let refused = Verdict::Refused {
            wait_ms: 500,
            window: Window::Hour,
        };
        assert_eq!(take(&mut counters, 9, 500), refused);
        assert_eq!(take(&mut counters, 9, 1000), Verdict::Taken);
    }

    #[test]
    fn a_message_counts_once_and_others_have_windows_of_their_own() {
        let mut counters = Counters::default();
        for _ in 0..9 {
            assert_eq!(take(&mut counters, 1, 5), Verdict::Taken);
        }
        assert_eq!(take(&mut counters, 2, 5), Verdict::Taken);
        let other = counters.take("luis", "1", 5, LIMITS, WINDOWS);
        assert_eq!(other, Verdict::Taken);
        take(&mut counters, 3, 2000);
        assert_eq!(counters.taken.len(), 1, "luis is forgotten");
    }
}
