//! From a history that breaks a promise to the shortest that still does, and its story.

use super::history::{History, Step};
use super::invariants::Invariant;
use super::run::{self, Failure};
use crate::metrics::Metrics;

/// Takes steps away and shortens others as long as the same promise is broken.
pub(super) async fn shrink(
    history: &History,
    failure: &Failure,
    metrics: &Metrics,
) -> (History, Failure) {
    let (mut smallest, mut failure) = (history.clone(), failure.clone());
    let mut again = true;
    while again {
        again = false;
        for smaller in smaller(&smallest) {
            if let Some(found) = breaks(&smaller, failure.violation.invariant, metrics).await {
                (smallest, failure, again) = (smaller, found, true);
                break;
            }
        }
    }
    (smallest, failure)
}

async fn breaks(history: &History, invariant: Invariant, metrics: &Metrics) -> Option<Failure> {
    let outcome = run::all(history, metrics).await;
    outcome
        .failure
        .filter(|failure| failure.violation.invariant == invariant)
}

fn smaller(history: &History) -> Vec<History> {
    let mut found = Vec::new();
    for index in 0..history.steps.len() {
        let mut without = history.clone();
        without.steps.remove(index);
        without.killed_from = 0;
        found.push(without);
    }
    for index in 0..history.steps.len() {
        let mut simpler = history.clone();
        simpler.steps[index] = match history.steps[index] {
            Step::Work(length) if length > 1_000 => Step::Work(length / 2),
            Step::Deaf(length) => Step::Work(length),
            Step::Away(_) => Step::Restart,
            Step::Meanwhile(_, event) => Step::Happens(event),
            Step::Passes(count) if count > 1 => Step::Passes(count - 1),
            Step::Passes(_) | Step::Work(_) | Step::Restart | Step::Happens(_) => continue,
        };
        found.push(simpler);
    }
    found
}

/// What a person reads: how to see it again, who did what, and which promise was broken.
pub(super) async fn report(history: &History, failure: &Failure, metrics: &Metrics) -> String {
    let (shortest, failure) = shrink(history, failure, metrics).await;
    let story = run::told(&shortest, failure.kill, metrics).await;
    format!(
        "seed {} breaks {:?}: {}\nsee it again: make sim SEED={} TRACES=1\nthe shortest history that does:\n{:#?}\n{}",
        history.seed,
        failure.violation.invariant,
        failure.violation.detail,
        history.seed,
        shortest,
        story.join("\n"),
    )
}
