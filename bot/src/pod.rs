//! What this process knows about itself: whether it has started, may serve, does the live work, and
//! is stopping. Asked by probes and on every webhook, so it costs nothing to read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::metrics::Metrics;

/// The pod's own state.
#[derive(Debug)]
pub struct Pod {
    started: Instant,
    revision: String,
    migrations_seen: AtomicBool,
    build: AtomicBool,
    stopping: AtomicBool,
    owns_work: AtomicBool,
}

/// One reason why a pod is not ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unready {
    /// The schema lacks a migration of this program, as far as is known.
    MigrationsMissing,
    /// Another build runs under the same revision, or it is not known yet.
    BuildUnconfirmed,
    /// Shutdown has begun.
    Stopping,
}

impl Unready {
    /// As shown in answers of probes.
    pub fn name(self) -> &'static str {
        match self {
            Self::MigrationsMissing => "migrations_missing",
            Self::BuildUnconfirmed => "build_unconfirmed",
            Self::Stopping => "stopping",
        }
    }
}

impl Pod {
    /// A pod that has just started.
    pub fn new(revision: impl Into<String>) -> Self {
        Self {
            started: Instant::now(),
            revision: revision.into(),
            migrations_seen: AtomicBool::new(false),
            build: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            owns_work: AtomicBool::new(false),
        }
    }

    /// Which revision it runs.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// For how long it has run, in seconds.
    pub fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// Notes that the schema is what this program needs.
    pub fn note_migrations(&self) {
        self.migrations_seen.store(true, Ordering::SeqCst);
    }

    /// Notes that no other build runs under the revision.
    pub fn note_build(&self) {
        self.build.store(true, Ordering::SeqCst);
    }

    /// Notes that shutdown has begun.
    pub fn note_stopping(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Notes whether its revision owns the live work, and returns whether that is news.
    pub fn note_ownership(&self, owns: bool, metrics: &Metrics) -> bool {
        metrics.owns_work.set(if owns { 1.0 } else { 0.0 });
        self.owns_work.swap(owns, Ordering::SeqCst) != owns
    }

    /// Whether its revision owned the live work when last looked.
    pub fn owns_work(&self) -> bool {
        self.owns_work.load(Ordering::SeqCst)
    }

    /// Whether the schema is known to be what this program needs.
    pub fn has_migrations(&self) -> bool {
        self.migrations_seen.load(Ordering::SeqCst)
    }

    /// Whether it may work: schema and build are right.
    pub fn may_work(&self) -> bool {
        self.has_migrations() && self.build.load(Ordering::SeqCst)
    }

    /// Whether clients should come back on another connection, and so maybe to another pod.
    pub fn sheds_connections(&self) -> bool {
        self.stopping.load(Ordering::SeqCst) || !self.owns_work()
    }

    /// Why it is not ready; nothing when it is.
    pub fn unready(&self) -> Vec<Unready> {
        let reasons = [
            (!self.has_migrations(), Unready::MigrationsMissing),
            (
                !self.build.load(Ordering::SeqCst),
                Unready::BuildUnconfirmed,
            ),
            (self.stopping.load(Ordering::SeqCst), Unready::Stopping),
        ];
        reasons
            .into_iter()
            .filter_map(|(holds, reason)| holds.then_some(reason))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_ready_between_its_checks_and_its_end() {
        let pod = Pod::new("abc");
        assert_eq!(
            pod.unready(),
            [Unready::MigrationsMissing, Unready::BuildUnconfirmed]
        );
        pod.note_migrations();
        pod.note_build();
        assert_eq!(pod.unready(), []);
        assert!(pod.may_work());
        pod.note_stopping();
        assert_eq!(pod.unready(), [Unready::Stopping]);
    }

    #[test]
    fn connections_are_shed_by_pods_that_others_should_replace() {
        let pod = Pod::new("abc");
        let metrics = Metrics::new().unwrap();
        assert!(pod.sheds_connections());
        assert!(pod.note_ownership(true, &metrics));
        assert!(!pod.note_ownership(true, &metrics));
        assert!(!pod.sheds_connections());
        pod.note_stopping();
        assert!(pod.sheds_connections());
    }
}
