//! What a pod tells the operator of its own health: how much it did, how much of that failed, and how long it took.

use prometheus::core::Collector;
use prometheus::{CounterVec, HistogramVec};
use serde::Serialize;

use super::Metrics;

/// Webhook results that count. What a stranger can cause (a wrong signature, a broken body, too many messages) is
/// neither a success nor an error of ours.
const WEBHOOKS: Judged = Judged {
    good: "accepted",
    bad: "error",
};
/// Outcomes of a conversation's turn.
const TURNS: Judged = Judged {
    good: "ok",
    bad: "error",
};
const MICROSECONDS: f64 = 1_000_000.0;

/// Since the start of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Webhooks answered and turns made.
    pub samples: u64,
    /// Those that failed.
    pub errors: u64,
    /// Looks at the database in vain; a pod looks, busy or not.
    pub database_errors: u64,
    /// How many took how long; those beyond the last bound are in none.
    pub latency: Vec<Latency>,
}

/// Samples that took no longer than a bound, and longer than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// The bound.
    pub up_to_microseconds: u64,
    /// How many.
    pub samples: u64,
}

/// The labels of what counts.
#[derive(Clone, Copy)]
struct Judged {
    good: &'static str,
    bad: &'static str,
}

impl Metrics {
    /// What counts for the operator's judgement.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            samples: 0,
            errors: 0,
            database_errors: whole(look_errors(&self.database_looks)),
            latency: Vec::new(),
        };
        counts.add(&self.webhook_seconds, WEBHOOKS);
        counts.add(&self.transition_seconds, TURNS);
        counts.latency.retain(|latency| latency.samples > 0);
        counts
    }
}

impl Counts {
    fn add(&mut self, histograms: &HistogramVec, labels: Judged) {
        for family in histograms.collect() {
            for metric in family.get_metric() {
                let is = |value: &str| {
                    metric
                        .get_label()
                        .iter()
                        .any(|label| label.value() == value)
                };
                if !is(labels.good) && !is(labels.bad) {
                    continue;
                }
                let histogram = metric.get_histogram();
                self.samples += histogram.get_sample_count();
                if is(labels.bad) {
                    self.errors += histogram.get_sample_count();
                }
                let mut below = 0;
                for bucket in histogram.get_bucket() {
                    let samples = bucket.cumulative_count().saturating_sub(below);
                    below = bucket.cumulative_count();
                    self.add_latency(whole(bucket.upper_bound() * MICROSECONDS), samples);
                }
            }
        }
    }

    fn add_latency(&mut self, up_to_microseconds: u64, samples: u64) {
        let place = self
            .latency
            .binary_search_by_key(&up_to_microseconds, |latency| latency.up_to_microseconds);
        match place {
            Ok(place) => {
                if let Some(latency) = self.latency.get_mut(place) {
                    latency.samples += samples;
                }
            }
            Err(place) => self.latency.insert(
                place,
                Latency {
                    up_to_microseconds,
                    samples,
                },
            ),
        }
    }
}

fn look_errors(looks: &CounterVec) -> f64 {
    looks.with_label_values(&["error"]).get()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and bounds of buckets are small and not negative"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_cause_counts_nowhere() {
        let metrics = Metrics::new().unwrap();
        let webhook = |result: &str, seconds: f64| {
            let seconds_of = metrics.webhook_seconds.with_label_values(&[result]);
            seconds_of.observe(seconds);
        };
        for result in ["unauthorized", "rate_limited", "invalid"] {
            webhook(result, 3.0);
        }
        assert_eq!((metrics.counts().samples, metrics.counts().errors), (0, 0));
        assert_eq!(metrics.counts().latency, []);
        webhook("accepted", 0.0024);
        webhook("error", 0.3);
        let turn = metrics.transition_seconds.with_label_values(&["error"]);
        turn.observe(0.002);
        metrics
            .transition_seconds
            .with_label_values(&["ok"])
            .observe(11.0);
        metrics.database_looks.with_label_values(&["error"]).inc();
        metrics.database_looks.with_label_values(&["ok"]).inc();
        let counts = metrics.counts();
        let told = serde_json::to_value(&counts).unwrap();
        assert_eq!(
            told["databaseErrors"], 1,
            "as the operator reads it: {told}"
        );
        assert_eq!(told["latency"][0]["upToMicroseconds"], 2_500, "{told}");
        assert_eq!(
            (counts.samples, counts.errors, counts.database_errors),
            (4, 2, 1)
        );
        let latency: Vec<_> = counts
            .latency
            .iter()
            .map(|latency| (latency.up_to_microseconds, latency.samples))
            .collect();
        assert_eq!(
            latency,
            [(2_500, 2), (500_000, 1)],
            "one took longer than all bounds"
        );
    }
}
