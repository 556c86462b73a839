//! What every pass needs, and nothing that a release depends on: all of it may be lost at any time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kube::Client;

use crate::metrics::Metrics;
use crate::notify::Notifier;
use crate::queue::Queue;
use crate::transport::Transport;

/// What a pass needs beside Kubernetes, and what a simulation puts in its place.
pub struct Adapters {
    /// The bots' pods.
    pub pods: Arc<dyn Transport>,
    /// Where people are notified.
    pub channels: reqwest::Client,
    /// The wall clock.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// New secrets: 32 bytes that nobody can guess.
    pub secret: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
}

/// Shared by all passes of a process.
pub struct Context {
    /// Kubernetes.
    pub client: Client,
    /// Time, chance, and the way to the pods.
    adapters: Adapters,
    /// Counters.
    pub metrics: Metrics,
    /// Who we are, for Events.
    pub instance: String,
    /// Name of the installation, by which it claims resources; nothing is claimed without one.
    pub claim: Option<String>,
    /// Tells channels of transitions.
    pub notifier: Notifier,
    /// Since when events wait.
    pub queue: Queue,
    /// Ways back under way, by UID: their reason, and since when.
    ways_back: Mutex<HashMap<String, (String, Instant)>>,
    /// Sequence of the last Event posted, by UID: spares calls that the API server would refuse.
    posted: Mutex<HashMap<String, i64>>,
    /// Failures in a row, by UID: the pace of retries.
    failures: Mutex<HashMap<String, u32>>,
}

impl Context {
    /// A new one.
    pub fn new(client: Client, adapters: Adapters, metrics: Metrics, instance: String) -> Self {
        Self {
            notifier: Notifier::new(client.clone(), adapters.channels.clone(), metrics.clone()),
            claim: None,
            queue: Queue::default(),
            ways_back: Mutex::default(),
            client,
            adapters,
            metrics,
            instance,
            posted: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.adapters.clock)()
    }

    /// The way to the bots' pods.
    pub fn pods(&self) -> &dyn Transport {
        self.adapters.pods.as_ref()
    }

    /// 32 bytes that nobody can guess.
    pub(crate) fn secret(&self) -> [u8; 32] {
        (self.adapters.secret)()
    }

    /// Whether this process has posted that Event.
    pub(crate) fn has_posted(&self, uid: &str, sequence: i64) -> bool {
        lock(&self.posted)
            .get(uid)
            .is_some_and(|last| *last >= sequence)
    }

    /// An Event was posted, or is too old to be.
    pub(crate) fn note_posted(&self, uid: &str, sequence: i64) {
        lock(&self.posted).insert(uid.to_owned(), sequence);
    }

    /// A way back begins.
    pub(crate) fn note_way_back(&self, uid: &str, reason: &str) {
        lock(&self.ways_back).insert(uid.to_owned(), (reason.to_owned(), Instant::now()));
    }

    /// A way back has ended: its reason, and how long it took, if this process saw it begin.
    pub(crate) fn end_way_back(&self, uid: &str) -> Option<(String, Duration)> {
        let (reason, since) = lock(&self.ways_back).remove(uid)?;
        Some((reason, since.elapsed()))
    }

    /// One more failure; returns how many there are in a row.
    pub(crate) fn note_failure(&self, uid: &str) -> u32 {
        let mut failures = lock(&self.failures);
        let count = failures.entry(uid.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// A pass went well.
    pub(crate) fn note_success(&self, uid: &str) {
        lock(&self.failures).remove(uid);
    }

    /// The resource is gone.
    pub(crate) fn forget(&self, uid: &str) {
        lock(&self.failures).remove(uid);
        lock(&self.posted).remove(uid);
        lock(&self.ways_back).remove(uid);
        self.notifier.forget(uid);
    }
}

/// These maps are whole after every change, so a panic elsewhere leaves nothing half done in them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
