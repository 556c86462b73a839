//! Waiting for a condition, with a limit; what was seen last is part of the failure.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const PACE: Duration = Duration::from_millis(100);

/// What a look at a condition gave.
pub enum Seen<T> {
    /// It holds.
    Done(T),
    /// Not yet, and why.
    Not(String),
}

impl<T> Seen<T> {
    /// Not yet, and why.
    pub fn not(why: impl Display) -> Self {
        Self::Not(why.to_string())
    }
}

/// Looks until the condition holds; fails at the limit with what was seen last. An error of a look counts as not yet.
pub async fn until<T, F>(what: &str, limit: Duration, mut look: F) -> Result<T>
where
    F: AsyncFnMut() -> Result<Seen<T>>,
{
    let started = Instant::now();
    let mut pace = tokio::time::interval(PACE);
    loop {
        pace.tick().await;
        let last = match tokio::time::timeout(limit, look()).await {
            Ok(Ok(Seen::Done(value))) => return Ok(value),
            Ok(Ok(Seen::Not(why))) => why,
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => "no answer".to_owned(),
        };
        if started.elapsed() >= limit {
            bail!(
                "{what}: not within {} s; last seen: {last}",
                limit.as_secs()
            );
        }
    }
}
