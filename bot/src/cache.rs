//! Whom customers may book for a service, remembered for a moment: while many people look, most of them see the same
//! list. Whoever changes it tells all replicas through Redis at once; a second is the most that a list lives, so that
//! nothing is older even when Redis is away. What a booking depends on is read anew, under its lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::CounterVec;

use crate::conversation::Provider;
use crate::domain::{Lane, ServiceType, UserId};

const AGE: Duration = Duration::from_secs(1);

/// One entry of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Whose profile it is.
    pub user: UserId,
    /// As shown.
    pub provider: Provider,
}

/// The lists that this process remembers. Clones share them.
#[derive(Debug, Clone)]
pub struct Lists {
    known: Arc<Mutex<Known>>,
    requests: CounterVec,
}

type Key = (Lane, ServiceType);

#[derive(Debug, Default)]
struct Known {
    lists: HashMap<Key, (Instant, Vec<Listed>)>,
    /// Counts how often all was forgotten.
    forgotten: u64,
}

/// When a list was asked for that is not remembered; what was read since may be remembered by it.
#[derive(Debug)]
pub struct Miss {
    key: Key,
    at: Instant,
    forgotten: u64,
}

impl Lists {
    /// None yet. Counts what is asked for by `cache` and `result`.
    pub fn new(requests: CounterVec) -> Self {
        let known = Arc::default();
        Self { known, requests }
    }

    /// The list, if it is remembered.
    ///
    /// # Errors
    /// What to remember it by once it is read.
    pub fn get(&self, lane: &Lane, service: ServiceType) -> Result<Vec<Listed>, Miss> {
        let at = Instant::now();
        let key = (lane.clone(), service);
        let known = self.known();
        let found = known.lists.get(&key).filter(|(read, _)| at - *read < AGE);
        let result = if found.is_some() { "hit" } else { "miss" };
        self.requests
            .with_label_values(&["providers", result])
            .inc();
        found.map(|(_, list)| list.clone()).ok_or(Miss {
            key,
            at,
            forgotten: known.forgotten,
        })
    }

    /// Remembers what was read after a miss, unless it may have changed meanwhile.
    pub fn put(&self, miss: Miss, list: &[Listed]) {
        let mut known = self.known();
        if known.forgotten == miss.forgotten {
            known
                .lists
                .retain(|_, (read, _)| miss.at.duration_since(*read) < AGE);
            known.lists.insert(miss.key, (miss.at, list.to_vec()));
        }
    }

    /// Forgets all, since something that lists show has changed.
    pub fn forget(&self) {
        let mut known = self.known();
        known.lists.clear();
        known.forgotten += 1;
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    fn lists() -> Lists {
        Lists::new(Metrics::new().unwrap().cache_requests)
    }

    #[test]
    fn a_list_is_remembered_by_lane_and_service_until_something_changes() {
        let lists = lists();
        let ask = |service| lists.get(&Lane::live(), service);
        lists.put(ask(ServiceType::Plumbing).unwrap_err(), &[]);
        assert!(ask(ServiceType::Plumbing).is_ok());
        assert!(ask(ServiceType::Cleaning).is_err());
        assert!(
            lists
                .get(&Lane::named("smoke".to_owned()), ServiceType::Plumbing)
                .is_err()
        );
        lists.forget();
        assert!(ask(ServiceType::Plumbing).is_err());
        let hits = lists.requests.with_label_values(&["providers", "hit"]);
        assert!((hits.get() - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let lists = lists();
        let miss = lists.get(&Lane::live(), ServiceType::Plumbing).unwrap_err();
        lists.forget();
        lists.put(miss, &[]);
        assert!(lists.get(&Lane::live(), ServiceType::Plumbing).is_err());
    }
}
