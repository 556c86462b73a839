//! What the operator counts. Labels come from enums.

use std::sync::Arc;
use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use ubermench_crds::{HistoryEntry, NotificationType, Outcome, Phase, Transition};

use crate::error::Category;

/// Counters of one process; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    registry: Registry,
    transitions: IntCounterVec,
    reconcile_duration: HistogramVec,
    reconcile_errors: IntCounterVec,
    writes: IntCounterVec,
    phase_duration: HistogramVec,
    releases: IntCounterVec,
    detection: HistogramVec,
    switch_back: HistogramVec,
    queue_age: HistogramVec,
    notifications: IntCounterVec,
    api_requests: IntCounterVec,
    leading: IntGauge,
}

impl Metrics {
    /// Counters at zero, in a registry of their own.
    #[expect(clippy::too_many_lines, reason = "one entry for each metric")]
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let inner = Inner {
            transitions: counter(
                &registry,
                "transitions_total",
                "Changes of phase, by the phase entered and the reason",
                &["phase", "reason"],
            )?,
            reconcile_duration: histogram(
                &registry,
                "reconcile_duration_seconds",
                "Time that a pass took",
                &[],
                &[
                    0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0,
                ],
            )?,
            reconcile_errors: counter(
                &registry,
                "reconcile_errors_total",
                "Passes that failed, by kind of failure",
                &["category"],
            )?,
            writes: counter(
                &registry,
                "writes_total",
                "Writes to the Kubernetes API, by kind of object",
                &["kind"],
            )?,
            phase_duration: histogram(
                &registry,
                "phase_duration_seconds",
                "Time that a phase took, by phase",
                &["phase"],
                &[
                    0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
                ],
            )?,
            releases: counter(
                &registry,
                "releases_total",
                "Ended releases, by how they ended and why",
                &["outcome", "reason"],
            )?,
            detection: histogram(
                &registry,
                "detection_seconds",
                "From a pod's failure, as Kubernetes tells its time, to the decision, by reason",
                &["reason"],
                FAST,
            )?,
            switch_back: histogram(
                &registry,
                "switch_back_seconds",
                "From the decision to go back until the previous revision serves and works, by reason",
                &["reason"],
                FAST,
            )?,
            queue_age: histogram(
                &registry,
                "queue_age_seconds",
                "From the first event of a child to the pass that it asks for",
                &[],
                FAST,
            )?,
            notifications: counter(
                &registry,
                "notifications_total",
                "Tries to tell a channel, by its type and what became of them",
                &["type", "result"],
            )?,
            api_requests: counter(
                &registry,
                "api_requests_total",
                "Calls of the Kubernetes API, by method, kind of object and answer",
                &["method", "resource", "code"],
            )?,
            leading: IntGauge::new(
                "ubermench_operator_leading",
                "1 while this process holds the lease",
            )?,
            registry,
        };
        inner.registry.register(Box::new(inner.leading.clone()))?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A resource changed its phase. The reason is one of [`crate::rollout::Reason`].
    pub fn transition(&self, transition: &Transition) {
        self.inner
            .transitions
            .with_label_values(&[phase_label(transition.to), transition.reason.as_str()])
            .inc();
    }

    /// A resource left a phase after that time.
    pub fn phase_ended(&self, phase: Phase, took: Duration) {
        self.inner
            .phase_duration
            .with_label_values(&[phase_label(phase)])
            .observe(took.as_secs_f64());
    }

    /// A pass ended, well or not.
    pub fn reconciled(&self, took: Duration) {
        self.inner
            .reconcile_duration
            .with_label_values::<&str>(&[])
            .observe(took.as_secs_f64());
    }

    /// A pass failed.
    pub fn failed(&self, category: Category) {
        self.inner
            .reconcile_errors
            .with_label_values(&[category.as_str()])
            .inc();
    }

    /// An object of that kind was written.
    pub fn wrote(&self, kind: &'static str) {
        self.inner.writes.with_label_values(&[kind]).inc();
    }

    /// A release ended.
    pub fn released(&self, entry: &HistoryEntry) {
        let reason = if entry.reason.is_empty() {
            &entry.cause
        } else {
            &entry.reason
        };
        self.inner
            .releases
            .with_label_values(&[outcome_label(entry.outcome), reason.as_str()])
            .inc();
    }

    /// A failure was decided on that long after it showed.
    pub fn detected(&self, reason: &str, after: Duration) {
        self.inner
            .detection
            .with_label_values(&[reason])
            .observe(after.as_secs_f64());
    }

    /// The way back took that long.
    pub fn switched_back(&self, reason: &str, took: Duration) {
        self.inner
            .switch_back
            .with_label_values(&[reason])
            .observe(took.as_secs_f64());
    }

    /// A pass began that long after it was asked for.
    pub fn queued(&self, waited: Duration) {
        self.inner
            .queue_age
            .with_label_values::<&str>(&[])
            .observe(waited.as_secs_f64());
    }

    /// A channel was told, or not.
    pub fn notified(&self, type_: NotificationType, result: &'static str) {
        self.inner
            .notifications
            .with_label_values(&[type_.as_str(), result])
            .inc();
    }

    /// The Kubernetes API was called. The code is 0 where there was no answer.
    pub fn called(&self, method: &str, resource: &str, code: u16) {
        self.inner
            .api_requests
            .with_label_values(&[method, resource, &code.to_string()])
            .inc();
    }

    /// Whether this process holds the lease.
    pub fn leading(&self, leading: bool) {
        self.inner.leading.set(leading.into());
    }

    /// All of it in Prometheus' text format.
    pub fn encode(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.inner.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Buckets of what is to be fast, in seconds.
const FAST: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0,
];

fn counter(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    let counter = IntCounterVec::new(
        Opts::new(format!("ubermench_operator_{name}"), help),
        labels,
    )?;
    registry.register(Box::new(counter.clone()))?;
    Ok(counter)
}

fn histogram(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
    buckets: &[f64],
) -> Result<HistogramVec, prometheus::Error> {
    let options =
        HistogramOpts::new(format!("ubermench_operator_{name}"), help).buckets(buckets.to_vec());
    let histogram = HistogramVec::new(options, labels)?;
    registry.register(Box::new(histogram.clone()))?;
    Ok(histogram)
}

const fn outcome_label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded => "Succeeded",
        Outcome::Failed => "Failed",
        Outcome::Superseded => "Superseded",
        Outcome::Aborted => "Aborted",
        Outcome::RolledBack => "RolledBack",
    }
}

const fn phase_label(phase: Phase) -> &'static str {
    match phase {
        Phase::Stable => "Stable",
        Phase::Snapshotting => "Snapshotting",
        Phase::Migrating => "Migrating",
        Phase::Starting => "Starting",
        Phase::Verifying => "Verifying",
        Phase::AwaitingApproval => "AwaitingApproval",
        Phase::Switching => "Switching",
        Phase::Baking => "Baking",
        Phase::RollingBack => "RollingBack",
        Phase::Failed => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_counted_is_shown() {
        let metrics = Metrics::new().unwrap();
        metrics.reconciled(Duration::from_millis(30));
        metrics.failed(Category::Conflict);
        metrics.wrote("Deployment");
        metrics.clone().wrote("Deployment");
        metrics.phase_ended(Phase::Starting, Duration::from_secs(3));
        metrics.leading(true);
        metrics.queued(Duration::from_millis(3));
        metrics.detected("CrashLoop", Duration::from_secs(1));
        metrics.switched_back("CrashLoop", Duration::from_millis(250));
        metrics.notified(NotificationType::Slack, "failed");
        metrics.called("GET", "services", 404);
        let text = String::from_utf8(metrics.encode().unwrap()).unwrap();
        for line in [
            "ubermench_operator_reconcile_duration_seconds_bucket{le=\"0.05\"} 1",
            "ubermench_operator_reconcile_duration_seconds_bucket{le=\"0.025\"} 0",
            "ubermench_operator_reconcile_errors_total{category=\"conflict\"} 1",
            "ubermench_operator_writes_total{kind=\"Deployment\"} 2",
            "ubermench_operator_phase_duration_seconds_sum{phase=\"Starting\"} 3",
            "ubermench_operator_leading 1",
            "ubermench_operator_queue_age_seconds_bucket{le=\"0.005\"} 1",
            "ubermench_operator_detection_seconds_sum{reason=\"CrashLoop\"} 1",
            "ubermench_operator_switch_back_seconds_bucket{reason=\"CrashLoop\",le=\"0.3\"} 1",
            "ubermench_operator_notifications_total{result=\"failed\",type=\"Slack\"} 1",
            "ubermench_operator_api_requests_total{code=\"404\",method=\"GET\",resource=\"services\"} 1",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
    }

    #[test]
    fn phase_labels_are_the_words_of_the_status() {
        for phase in [
            Phase::Stable,
            Phase::Snapshotting,
            Phase::Migrating,
            Phase::Starting,
            Phase::Verifying,
            Phase::AwaitingApproval,
            Phase::Switching,
            Phase::Baking,
            Phase::RollingBack,
            Phase::Failed,
        ] {
            assert_eq!(serde_json::json!(phase), phase_label(phase));
        }
    }
}
