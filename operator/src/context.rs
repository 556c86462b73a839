//! What every pass needs, and nothing that a release depends on: all of it may be lost at any time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kube::Client;

use crate::metrics::Metrics;
use crate::transport::Transport;

/// What a pass needs beside Kubernetes, and what a simulation puts in its place.
pub struct Adapters {
    /// The bots' pods.
    pub pods: Arc<dyn Transport>,
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
    /// Sequence of the last Event posted, by UID: spares calls that the API server would refuse.
    posted: Mutex<HashMap<String, i64>>,
    /// Failures in a row, by UID: the pace of retries.
    failures: Mutex<HashMap<String, u32>>,
}

impl Context {
    /// A new one.
    pub fn new(client: Client, adapters: Adapters, metrics: Metrics, instance: String) -> Self {
        Self {
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
    }
}

/// These maps are whole after every change, so a panic elsewhere leaves nothing half done in them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
