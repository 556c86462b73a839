//! Whether the Graph API works, as the latest call told.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::graph::Failure;

/// What the latest call told, and when.
#[derive(Debug, Default)]
pub struct ApiHealth {
    latest: Mutex<Option<(Instant, bool)>>,
}

impl ApiHealth {
    /// Whether the API works, when a call within this time told; `None` when it is time to ask.
    pub fn within(&self, age: Duration) -> Option<bool> {
        let latest = *self
            .latest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        latest
            .filter(|(at, _)| at.elapsed() <= age)
            .map(|(_, works)| works)
    }

    /// Errors about one message or recipient say nothing about the API.
    pub(super) fn note(&self, failure: Option<&Failure>) {
        let works = failure.is_none_or(|failure| !failure.is_outage());
        let mut latest = self
            .latest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *latest = Some((Instant::now(), works));
    }
}
