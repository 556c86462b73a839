//! How many calls one address may make: a sliding window, in this process.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Addresses that are remembered. Past it those that were silent longest are forgotten.
const ADDRESSES: usize = 20_000;

type Calls = HashMap<(IpAddr, bool), VecDeque<Instant>>;

/// The calls of all addresses within a window.
#[derive(Debug)]
pub(super) struct Limits {
    window: Duration,
    calls: Mutex<Calls>,
}

impl Limits {
    pub(super) fn within(window: Duration) -> Self {
        Self {
            window,
            calls: Mutex::default(),
        }
    }

    /// Counts a call of which an address may make `most`, or tells how long its caller has to wait. Calls with
    /// and without credentials are counted apart.
    pub(super) fn take(
        &self,
        address: IpAddr,
        has_credentials: bool,
        most: usize,
        now: Instant,
    ) -> Result<(), Duration> {
        let window = self.window;
        let mut all = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES {
            forget(&mut all, window, now);
        }
        let calls = all.entry((address, has_credentials)).or_default();
        while calls
            .front()
            .is_some_and(|at| now.duration_since(*at) >= window)
        {
            calls.pop_front();
        }
        match calls.front() {
            Some(first) if calls.len() >= most => {
                Err(window.saturating_sub(now.duration_since(*first)))
            }
            _ => {
                calls.push_back(now);
                Ok(())
            }
        }
    }
}

fn forget(all: &mut Calls, window: Duration, now: Instant) {
    let fresh = |calls: &VecDeque<Instant>, within: Duration| {
        calls
            .back()
            .is_some_and(|at| now.duration_since(*at) < within)
    };
    all.retain(|_, calls| fresh(calls, window));
    if all.len() >= ADDRESSES {
        all.retain(|_, calls| fresh(calls, window / 15));
    }
    if all.len() >= ADDRESSES {
        all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(15);

    #[test]
    fn calls_are_counted_by_address_and_kind_over_a_sliding_window() {
        let limits = Limits::within(WINDOW);
        let (one, other) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let start = Instant::now();
        for second in 0..100 {
            let at = start + Duration::from_secs(second);
            assert!(limits.take(one, false, 100, at).is_ok(), "{second}");
        }
        let at = start + Duration::from_secs(100);
        assert_eq!(
            limits.take(one, false, 100, at),
            Err(Duration::from_secs(800)),
            "until the first call is a quarter of an hour old"
        );
        assert!(limits.take(one, true, 100, at).is_ok());
        assert!(limits.take(other, false, 100, at).is_ok());
        assert!(limits.take(one, false, 100, start + WINDOW).is_ok());
        assert!(limits.take(one, false, 100, start + WINDOW).is_err());
    }

    #[test]
    fn the_memory_is_bounded() {
        let limits = Limits::within(WINDOW);
        let now = Instant::now();
        for number in 0..30_000_u32 {
            let address = IpAddr::from(number.to_be_bytes());
            assert!(limits.take(address, false, 100, now).is_ok());
        }
        assert!(limits.calls.lock().unwrap().len() <= ADDRESSES);
    }
}
