//! Judges revisions by what their pods count of themselves: how much failed, and how long it took.
//!
//! Pods count since their start. What is judged is what came after a baseline, which is written into the status first: at
//! a pod's first answer in the attempt and phase that are judged. So an operator that is started anew goes on where it
//! was, and samples of a former attempt count for no other.

mod baseline;
mod tally;

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{Baseline, GateNumbers, GateOutcome, GateResult, Phase};

pub(super) use baseline::{begin, covers};

use super::candidate::candidate;
use super::observed::Revision;
use super::{Observed, Pod, Reason, Thresholds};
use tally::{Tally, since};

/// The two sides of a judgement.
pub(super) struct Numbers<'a> {
    thresholds: Thresholds,
    baseline: &'a Baseline,
    own: Side<'a>,
    other: Option<Side<'a>>,
}

/// What numbers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Within the thresholds.
    Sound,
    /// Fewer than it takes to judge.
    TooFew,
    /// A threshold is broken.
    Broken {
        /// Which: `ErrorRatio` or `Latency`.
        reason: Reason,
        /// The numbers, in a sentence.
        message: String,
        /// The pod, where it is one alone.
        pod: Option<String>,
    },
}

struct Side<'a> {
    uids: BTreeSet<&'a str>,
    pods: Vec<(&'a Pod, Tally)>,
    /// The first ready pod that can't be judged: it gives no answer.
    silent: Option<&'a Pod>,
}

/// The revisions whose pods must be asked for what they count: the one that is judged, and the one to compare with.
pub fn judged_by_numbers(observed: &Observed) -> Vec<String> {
    if !is_judged(observed) {
        return Vec::new();
    }
    let own = observed.status.candidate.as_ref();
    let own = own.map(|candidate| candidate.revision.clone());
    own.into_iter()
        .chain(other(observed).map(str::to_owned))
        .collect()
}

/// Whether numbers are judged in this phase. Before the switch the smoke gate makes the samples.
fn is_judged(observed: &Observed) -> bool {
    let settings = &observed.settings;
    settings.metrics.is_some()
        && match observed.status.phase {
            Phase::Verifying => {
                settings.smoke
                    && candidate(observed)
                        .is_some_and(|(candidate, _)| candidate.passed_pods.is_empty())
            }
            Phase::Baking => true,
            _ => false,
        }
}

/// The revision to compare with: what serves beside the candidate, or served before it.
fn other(observed: &Observed) -> Option<&str> {
    let status = &observed.status;
    if status.phase == Phase::Baking {
        status.previous.as_ref().map(|each| each.revision.as_str())
    } else {
        status.active.as_ref().map(|each| each.revision.as_str())
    }
}

impl<'a> Numbers<'a> {
    /// The numbers since the baseline; `None` where nothing is judged by numbers, or nothing has been noted yet.
    pub(super) fn of(observed: &'a Observed) -> Option<Self> {
        if !is_judged(observed) {
            return None;
        }
        let baseline = baseline::in_force(observed)?;
        let (_, own) = candidate(observed)?;
        Some(Self {
            thresholds: observed.settings.metrics?,
            baseline,
            own: Side::of(own, baseline),
            other: other(observed)
                .and_then(|name| observed.revision(name))
                .map(|revision| Side::of(revision, baseline)),
        })
    }

    /// What the numbers say of the revision.
    pub(super) fn verdict(&self) -> Verdict {
        self.own.verdict(&self.thresholds)
    }

    /// A ready pod of the revision that can't be judged.
    pub(super) fn silent(&self) -> Option<&Pod> {
        self.own.silent
    }

    /// Whether the other side is as ill: it breaks a threshold in the same way, or it lost the database as well, be it
    /// now or since the judgement began.
    pub(super) fn is_shared(&self, reason: Reason) -> bool {
        let Some(other) = &self.other else {
            return false;
        };
        let same = matches!(other.verdict(&self.thresholds), Verdict::Broken { reason: theirs, .. } if theirs == reason);
        same || other.lacks_database() || self.lost_database(other)
    }

    /// Whether both sides lost the database since the judgement began. A pod of the other side that came later can't say
    /// that it was there.
    fn lost_database(&self, other: &Side<'_>) -> bool {
        let unknown = other.silent.is_some() && self.own.total().database_errors > 0;
        unknown || other.total().database_errors > 0
    }

    /// Whether a database that both sides lost is there again, so that what it spoiled should count no more.
    pub(super) fn has_recovered(&self) -> bool {
        matches!(self.verdict(), Verdict::Broken { .. })
            && !self.own.lacks_database()
            && self
                .other
                .as_ref()
                .is_some_and(|other| !other.lacks_database() && self.lost_database(other))
    }

    /// Whether a pod is gone that had counted, and with it what it counted.
    pub(super) fn has_lost_pod(&self) -> bool {
        let sides = std::iter::once(&self.own).chain(&self.other);
        let present: BTreeSet<_> = sides.flat_map(|side| side.uids.iter().copied()).collect();
        let mut counted = self.baseline.pods.iter();
        counted.any(|base| !present.contains(base.pod.as_str()))
    }

    /// What is judged, all pods together.
    pub(super) fn numbers(&self) -> GateNumbers {
        self.own.total().numbers()
    }
}

impl<'a> Side<'a> {
    fn of(revision: &'a Revision, baseline: &Baseline) -> Self {
        let tally = |pod: &'a Pod| Some((pod, since(baseline, pod)?));
        Self {
            uids: revision.uids(),
            pods: revision.ready().filter_map(tally).collect(),
            silent: revision.ready().find(|pod| since(baseline, pod).is_none()),
        }
    }

    fn total(&self) -> Tally {
        self.pods.iter().map(|(_, tally)| tally).sum()
    }

    fn lacks_database(&self) -> bool {
        let mut counts = self.pods.iter().filter_map(|(pod, _)| pod.counts.as_ref());
        counts.any(|counts| !counts.database)
    }

    /// All together first; a pod by itself once it has as many samples as it takes.
    fn verdict(&self, thresholds: &Thresholds) -> Verdict {
        let total = self.total();
        if total.samples < thresholds.min_samples {
            return Verdict::TooFew;
        }
        let each = self.pods.iter().map(|(pod, tally)| (Some(*pod), tally));
        let judged = std::iter::once((None, &total)).chain(each);
        let mut enough = judged.filter(|(_, tally)| tally.samples >= thresholds.min_samples);
        enough
            .find_map(|(pod, tally)| broken(pod, tally, thresholds))
            .unwrap_or(Verdict::Sound)
    }
}

fn broken(pod: Option<&Pod>, tally: &Tally, thresholds: &Thresholds) -> Option<Verdict> {
    let who = pod.map_or_else(
        || "the revision's pods".to_owned(),
        |pod| format!("pod {}", pod.name),
    );
    let verdict = |reason, message| Verdict::Broken {
        reason,
        message,
        pod: pod.map(|pod| pod.name.clone()),
    };
    if tally.errors * 10_000 > thresholds.max_errors * tally.samples {
        let message = format!(
            "{who} failed at {} of {} webhooks and turns, more than gates.metrics.maxErrorRatio allows ({} of 10000)",
            tally.errors, tally.samples, thresholds.max_errors
        );
        return Some(verdict(Reason::ErrorRatio, message));
    }
    let p95 = tally.p95();
    if p95.is_some_and(|p95| p95 <= thresholds.max_p95_milliseconds * 1_000) {
        return None;
    }
    let took = p95.map_or_else(
        || "more than can be measured".to_owned(),
        |p95| format!("{} ms", p95 / 1_000),
    );
    let message = format!(
        "{who} took {took} for the slowest 5 of 100 of {} webhooks and turns, more than gates.metrics.maxP95Milliseconds allows ({} ms)",
        tally.samples, thresholds.max_p95_milliseconds
    );
    Some(verdict(Reason::Latency, message))
}

/// A gate's result, as it stands in status.
pub(super) fn result(
    name: &str,
    result: GateOutcome,
    attempt: i64,
    now: jiff::Timestamp,
) -> GateResult {
    GateResult {
        name: name.to_owned(),
        result,
        attempt,
        reason: String::new(),
        message: String::new(),
        numbers: None,
        time: Time(now),
    }
}

#[cfg(test)]
mod tests;
