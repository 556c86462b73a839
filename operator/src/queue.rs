//! How long events wait until their resource is looked at; only for metrics, so all of it may be lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Resources whose events are remembered at once: those of resources that are gone are never taken.
const MOST: usize = 10_000;

/// Resources that were asked for, by namespace and name, since when.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    since: Arc<Mutex<HashMap<(String, String), Instant>>>,
}

impl Queue {
    /// Something happened. What waits already waits since its first event.
    pub fn note(&self, namespace: &str, name: &str) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.len() < MOST {
            since
                .entry((namespace.to_owned(), name.to_owned()))
                .or_insert_with(Instant::now);
        }
    }

    /// The resource is looked at; how long its first event has waited, if there was one.
    pub fn take(&self, namespace: &str, name: &str) -> Option<Duration> {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let since = since.remove(&(namespace.to_owned(), name.to_owned()))?;
        Some(since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_event_counts_until_it_is_taken() {
        let queue = Queue::default();
        assert_eq!(queue.take("prod", "handy"), None);
        queue.note("prod", "handy");
        let first = queue.since.lock().unwrap().values().copied().next();
        queue.clone().note("prod", "handy");
        let still = queue.since.lock().unwrap().values().copied().next();
        assert_eq!(first, still);
        assert!(queue.take("prod", "other").is_none());
        assert!(queue.take("prod", "handy").is_some());
        assert!(queue.take("prod", "handy").is_none());
    }
}
