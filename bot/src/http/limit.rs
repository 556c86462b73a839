//! How many calls one address may make (§11.1): a sliding window for all replicas, and while Redis is away one in this
//! process.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::rate::Verdict;
use crate::redis::Limiter;

/// Addresses that this process remembers. Past it those that were silent longest are forgotten.
const ADDRESSES: usize = 20_000;

/// Calls of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// Its name among the counts in Redis.
    pub(super) name: &'static str,
    /// How many an address may make.
    pub(super) most: u32,
    /// Within which time.
    pub(super) window: Duration,
}

/// The calls of all addresses.
pub struct Calls {
    shared: Limiter,
    own: Own,
}

impl Calls {
    /// Counted by this, as long as it can.
    pub fn new(shared: Limiter) -> Self {
        Self {
            shared,
            own: Own::default(),
        }
    }

    /// Counts a call, or tells how many seconds its caller has to wait.
    pub(super) async fn take(&self, address: IpAddr, kind: Kind) -> Result<(), u64> {
        let address = network(address);
        let key = format!("{}:{address}", kind.name);
        let wait_ms = match self.shared.take_call(key, kind.most, kind.window).await {
            Some(Verdict::Taken) => return Ok(()),
            Some(Verdict::Refused { wait_ms, .. }) => wait_ms,
            None => match self.own.take(address, kind, Instant::now()) {
                Ok(()) => return Ok(()),
                Err(wait) => u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            },
        };
        Err(wait_ms.div_ceil(1000).max(1))
    }
}

/// Whom an address belongs to: with IPv6 one customer has a /64 of them at least, and could fill Redis with counts.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => Ipv6Addr::from_bits(long.to_bits() & (u128::MAX << 64)).into(),
    }
}

type Taken = HashMap<(IpAddr, Kind), VecDeque<Instant>>;

/// What this process counted while it was on its own.
#[derive(Default)]
struct Own(Mutex<Taken>);

impl Own {
    fn take(&self, address: IpAddr, kind: Kind, now: Instant) -> Result<(), Duration> {
        let Kind { most, window, .. } = kind;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES {
            forget(&mut all, now);
        }
        let calls = all.entry((address, kind)).or_default();
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

fn forget(all: &mut Taken, now: Instant) {
    let is_fresh = |calls: &VecDeque<Instant>, within: Duration| {
        calls
            .back()
            .is_some_and(|at| now.duration_since(*at) < within)
    };
    all.retain(|(_, kind), calls| is_fresh(calls, kind.window));
    if all.len() >= ADDRESSES {
        all.retain(|(_, kind), calls| is_fresh(calls, kind.window / 15));
    }
    if all.len() >= ADDRESSES {
        all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYBODY: Kind = Kind {
        name: "anybody",
        most: 100,
        window: Duration::from_mins(15),
    };
    const KNOWN: Kind = Kind {
        name: "known",
        ..ANYBODY
    };

    #[test]
    fn calls_are_counted_by_address_and_kind_over_a_sliding_window() {
        let own = Own::default();
        let (one, other) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let start = Instant::now();
        for second in 0..100 {
            let at = start + Duration::from_secs(second);
            assert!(own.take(one, ANYBODY, at).is_ok(), "{second}");
        }
        let at = start + Duration::from_secs(100);
        assert_eq!(
            own.take(one, ANYBODY, at),
            Err(Duration::from_secs(800)),
            "until the first call is a quarter of an hour old"
        );
        assert!(own.take(one, KNOWN, at).is_ok());
        assert!(own.take(other, ANYBODY, at).is_ok());
        let later = start + ANYBODY.window;
        assert!(own.take(one, ANYBODY, later).is_ok());
        assert!(own.take(one, ANYBODY, later).is_err());
    }

    #[test]
    fn the_memory_is_bounded() {
        let own = Own::default();
        let now = Instant::now();
        for number in 0..30_000_u32 {
            let address = IpAddr::from(number.to_be_bytes());
            assert!(own.take(address, ANYBODY, now).is_ok());
        }
        assert!(own.0.lock().unwrap().len() <= ADDRESSES);
    }

    #[test]
    fn addresses_of_one_customer_count_together() {
        let seen = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(seen("192.0.2.7"), "192.0.2.7");
        assert_eq!(seen("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_ne!(seen("2001:db8:1:3::1"), seen("2001:db8:1:2::1"));
    }
}
