//! The runs: so many traces in every `cargo test`, any number by `make sim`.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::history::History;
use super::run;
use super::shrink;
use crate::metrics::Metrics;

/// Traces of every test run.
const TRACES: usize = 10_000;
const THREADS: usize = 2;

/// `TRACES` and `SEED` of `make sim`.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings of its own"
)]
fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

pub(super) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

#[test]
fn every_promise_holds_wherever_the_operator_is_killed() {
    let wanted = asked("SIM_TRACES").map_or(TRACES, |traces| usize::try_from(traces).unwrap());
    let first = asked("SIM_SEED").unwrap_or(1);
    let (next, traces) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let reports: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| work(first, wanted, &next, &traces)))
            .collect();
        let ends = threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap());
        ends.collect()
    });
    let (histories, traces) = (next.into_inner(), traces.into_inner());
    assert!(reports.is_empty(), "{}", reports.join("\n\n"));
    assert!(traces >= wanted, "{traces} traces of {histories} histories");
    eprintln!("{traces} traces of {histories} histories hold");
}

/// Runs histories until there are enough traces; the report of the first that breaks a promise.
fn work(first: u64, wanted: usize, next: &AtomicUsize, traces: &AtomicUsize) -> Option<String> {
    let metrics = Metrics::new().unwrap();
    runtime().block_on(async {
        while traces.load(Ordering::Relaxed) < wanted {
            let seed = first + next.fetch_add(1, Ordering::Relaxed) as u64;
            let history = History::of(seed);
            let outcome = run::all(&history, &metrics).await;
            traces.fetch_add(outcome.traces, Ordering::Relaxed);
            if let Some(failure) = outcome.failure {
                traces.fetch_add(wanted, Ordering::Relaxed);
                return Some(shrink::report(&history, &failure, &metrics).await);
            }
        }
        None
    })
}
