//! The gates themselves: the smoke Job, then what the pods counted while it talked to them.

use jiff::Timestamp;
use ubermench_crds::{
    CandidateRevision, GateOutcome, GateResult, Phase, UbermenchDeploymentStatus,
};

use crate::rollout::candidate::is_at_size;
use crate::rollout::change::{Change, elapsed};
use crate::rollout::evidence::{attempt_again, failure, late, out_of_time, said, stopped};
use crate::rollout::numbers::{self, Numbers, Verdict};
use crate::rollout::observed::{Revision, Trouble};
use crate::rollout::{JobState, Observed, Reason, Thresholds};

const SMOKE: &str = "smoke";
const METRICS: &str = "metrics";
/// The setting that limits both.
const LIMIT: &str = "gates.smoke.deadlineSeconds";

/// Passed, failed, or nothing yet; what is not known is not passed.
pub(super) fn judged(
    observed: &Observed,
    candidate: &CandidateRevision,
    revision: &Revision,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    if !observed.settings.smoke {
        return is_at_size(observed, candidate).then(|| passed(observed, revision, Vec::new()));
    }
    let limit = observed.settings.smoke_seconds;
    match revision.smokes.get(&candidate.attempt) {
        Some(JobState::Succeeded(message)) if is_at_size(observed, candidate) => {
            let smoke = GateResult {
                message: message.clone(),
                ..numbers::result(SMOKE, GateOutcome::Passed, candidate.attempt, now)
            };
            by_numbers(observed, candidate, revision, smoke, now)
        }
        Some(JobState::Failed(trouble)) => out_of_time(observed, candidate, trouble, limit, now)
            .or_else(|| Some(smoke_failed(observed, candidate, trouble, now))),
        Some(JobState::Running(Some(trouble))) => Some(stopped(observed, candidate, trouble, now)),
        None if !numbers::covers(observed) => untold(observed, candidate, now),
        Some(JobState::Running(None) | JobState::Succeeded(_)) | None => {
            late(observed, candidate, limit, LIMIT, now)
        }
    }
}

fn smoke_failed(
    observed: &Observed,
    candidate: &CandidateRevision,
    trouble: &Trouble,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let said = said(trouble);
    let result = GateResult {
        message: said.to_owned(),
        ..numbers::result(SMOKE, GateOutcome::Failed, candidate.attempt, now)
    };
    let message = format!("the smoke gate did not pass: {said}. The active revision is untouched");
    let reason = Reason::GateFailed;
    let failure = failure(
        candidate,
        Phase::Verifying,
        reason,
        message,
        Some(trouble),
        now,
    );
    let mut change = Change::new(observed, now);
    change.note_gate(result);
    change.fail(failure, reason)
}

/// After the smoke gate: what the pods counted since before it.
fn by_numbers(
    observed: &Observed,
    candidate: &CandidateRevision,
    revision: &Revision,
    smoke: GateResult,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let Some(thresholds) = observed.settings.metrics else {
        return Some(passed(observed, revision, vec![smoke]));
    };
    let Some(numbers) = Numbers::of(observed) else {
        // The smoke Job ran before anything was noted, so what it did can't be told from what was before.
        return Some(attempt_again(observed));
    };
    let verdict = numbers.verdict();
    let mut result = GateResult {
        numbers: Some(numbers.numbers()),
        ..numbers::result(METRICS, GateOutcome::Unknown, candidate.attempt, now)
    };
    match &verdict {
        Verdict::Sound if numbers.silent().is_none() => {
            result.result = GateOutcome::Passed;
            return Some(passed(observed, revision, vec![smoke, result]));
        }
        // A pod went and took its samples along.
        Verdict::TooFew if numbers.has_lost_pod() => return Some(attempt_again(observed)),
        Verdict::Broken { .. } if numbers.has_recovered() => return Some(attempt_again(observed)),
        Verdict::Broken {
            reason,
            message,
            pod,
        } if !numbers.is_shared(*reason) => {
            result.result = GateOutcome::Failed;
            reason.as_str().clone_into(&mut result.reason);
            result.message.clone_from(message);
            let message = format!("{message}. The active revision is untouched");
            let why = (*reason, message, pod.clone());
            return Some(ended(observed, candidate, why, [smoke, result], now));
        }
        Verdict::Sound | Verdict::TooFew | Verdict::Broken { .. } => {}
    }
    let limit = observed.settings.smoke_seconds;
    if elapsed(candidate, now) < limit {
        return None;
    }
    let (reason, unknown) = unknown(&numbers, &verdict, &thresholds);
    reason.clone_into(&mut result.reason);
    let message = format!(
        "the metrics gate did not pass in {limit} s ({LIMIT}): {unknown}. The active revision is untouched"
    );
    result.message = unknown;
    let why = (Reason::DeadlineExceeded, message, None);
    Some(ended(observed, candidate, why, [smoke, result], now))
}

/// Why the numbers give no answer: in one word, if there is one, and in a sentence.
fn unknown(
    numbers: &Numbers<'_>,
    verdict: &Verdict,
    thresholds: &Thresholds,
) -> (&'static str, String) {
    match (verdict, numbers.silent()) {
        (
            Verdict::Broken {
                reason, message, ..
            },
            _,
        ) => (
            reason.as_str(),
            format!("{message}; the active revision fails the same way"),
        ),
        (_, Some(pod)) => (
            "",
            format!("pod {} does not tell what it counted", pod.name),
        ),
        (_, None) => (
            Reason::TooFewSamples.as_str(),
            format!(
                "{} samples are fewer than gates.metrics.minSamples ({})",
                numbers.numbers().samples,
                thresholds.min_samples
            ),
        ),
    }
}

/// Pods that don't say what they count keep the smoke gate from beginning, until its time is over.
fn untold(
    observed: &Observed,
    candidate: &CandidateRevision,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let limit = observed.settings.smoke_seconds;
    if elapsed(candidate, now) < limit {
        return None;
    }
    let message = format!(
        "the candidate's pods did not tell at their internal port what they count in {limit} s ({LIMIT}). An image that is too old for it can be judged without: gates.metrics.enabled: false. The active revision is untouched"
    );
    let result = GateResult {
        message: message.clone(),
        ..numbers::result(METRICS, GateOutcome::Unknown, candidate.attempt, now)
    };
    let why = (Reason::DeadlineExceeded, message, None);
    Some(ended(observed, candidate, why, [result], now))
}

fn ended(
    observed: &Observed,
    candidate: &CandidateRevision,
    (reason, message, pod): (Reason, String, Option<String>),
    results: impl IntoIterator<Item = GateResult>,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut failure = failure(candidate, Phase::Verifying, reason, message, None, now);
    failure.pod = pod;
    let mut change = Change::new(observed, now);
    for result in results {
        change.note_gate(result);
    }
    change.fail(failure, reason)
}

/// The gates passed: their pods are noted, and these pods and no others may serve.
fn passed(
    observed: &Observed,
    revision: &Revision,
    results: Vec<GateResult>,
) -> UbermenchDeploymentStatus {
    let mut status = observed.status.clone();
    if let Some(candidate) = status.candidate.as_mut() {
        candidate.passed_pods = revision.ready().map(|pod| pod.uid.clone()).collect();
        candidate.gates = results;
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::tests::fixture::{at, due, in_phase, to};
    use crate::rollout::{Act, decide, phases};

    /// Judged by numbers, before the smoke Job.
    fn begun() -> Observed {
        in_phase(Phase::Verifying).judged_by_numbers()
    }

    /// The smoke Job passed, and the pods counted what it did.
    fn talked_to(samples: i64, errors: i64, took: i64) -> Observed {
        let mut observed = begun().with_counts("new-1", samples, errors, took);
        let message = "10 checks passed".to_owned();
        observed.of("new").smokes = [(7, JobState::Succeeded(message))].into();
        observed
    }

    fn gates(observed: &Observed, seconds: i64) -> Vec<(String, GateOutcome, String)> {
        let status = phases::due(observed, at(seconds)).unwrap();
        let candidate = status.candidate.map(|candidate| candidate.gates);
        let gates = candidate.unwrap_or_else(|| status.history[0].gates.clone());
        let told = |gate: GateResult| (gate.name, gate.result, gate.reason);
        gates.into_iter().map(told).collect()
    }

    #[test]
    fn pods_are_noted_before_the_smoke_gate_makes_samples() {
        let mut observed = begun();
        observed.candidate_mut().baseline = None;
        let noted = decide(&observed, at(1));
        assert_eq!(noted.act, None, "an intent first");
        observed.status = noted.status;
        let smoke = Act::RunSmoke {
            revision: "new".to_owned(),
            attempt: 7,
        };
        assert_eq!(decide(&observed, at(1)).act.as_ref(), Some(&smoke));
        observed.candidate_mut().baseline = None;
        observed.of("new").pods[1].counts = None;
        observed.status = decide(&observed, at(1)).status;
        let held = decide(&observed, at(1)).act;
        assert_ne!(held, Some(smoke), "a pod tells nothing");
        assert_eq!(phases::due(&observed, at(119)), None);
        assert_eq!(due(&observed, 120), to(Phase::Failed, "DeadlineExceeded"));
        let told = gates(&observed, 120);
        assert_eq!(
            (told[0].0.as_str(), told[0].1),
            ("metrics", GateOutcome::Unknown)
        );
    }

    #[test]
    fn pass_needs_enough_samples_within_the_thresholds() {
        let passed = phases::due(&talked_to(20, 0, 5_000), at(1)).unwrap();
        let candidate = passed.candidate.unwrap();
        assert_eq!(candidate.passed_pods.len(), 2);
        assert_eq!(candidate.gates[1].numbers.unwrap().samples, 20);
        assert_eq!(
            phases::due(&talked_to(19, 0, 5_000), at(119)),
            None,
            "unknown"
        );
        let cases = [
            (
                19,
                0,
                5_000,
                120,
                "DeadlineExceeded",
                GateOutcome::Unknown,
                "TooFewSamples",
            ),
            (
                40,
                4,
                5_000,
                1,
                "ErrorRatio",
                GateOutcome::Failed,
                "ErrorRatio",
            ),
            (
                40,
                0,
                9_000_000,
                1,
                "Latency",
                GateOutcome::Failed,
                "Latency",
            ),
        ];
        for (samples, errors, took, seconds, reason, outcome, why) in cases {
            let observed = talked_to(samples, errors, took);
            assert_eq!(due(&observed, seconds), to(Phase::Failed, reason));
            let expected = [
                ("smoke".to_owned(), GateOutcome::Passed, String::new()),
                ("metrics".to_owned(), outcome, why.to_owned()),
            ];
            assert_eq!(gates(&observed, seconds), expected, "{reason}");
        }
    }

    #[test]
    fn active_side_that_fails_the_same_way_holds_the_judgement() {
        let both = talked_to(40, 20, 5_000).with_counts("old-1", 40, 20, 5_000);
        assert_eq!(due(&both, 119), None);
        assert_eq!(due(&both, 120), to(Phase::Failed, "DeadlineExceeded"));
    }

    #[test]
    fn samples_that_nobody_noted_or_that_are_gone_are_made_again() {
        let mut unnoted = talked_to(40, 0, 5_000);
        unnoted.candidate_mut().baseline = None;
        unnoted
            .of("new")
            .pods
            .iter_mut()
            .for_each(|pod| pod.counts = None);
        let mut replaced = talked_to(0, 0, 5_000);
        replaced.candidate_mut().baseline.as_mut().unwrap().pods[0].pod = "gone".to_owned();
        let mut recovered = talked_to(40, 20, 5_000);
        recovered.counts_mut("old", 0).database_errors = 1;
        for observed in [unnoted, replaced, recovered] {
            let status = step_of(&observed);
            let candidate = status.candidate.unwrap();
            assert_eq!((status.last_attempt, candidate.attempt), (8, 8));
            assert!(candidate.passed_pods.is_empty());
        }
    }

    fn step_of(observed: &Observed) -> UbermenchDeploymentStatus {
        super::super::step(observed, at(1)).unwrap()
    }

    #[test]
    fn without_the_smoke_gate_nothing_makes_samples() {
        let mut observed = begun();
        observed.settings.smoke = false;
        let passed = phases::due(&observed, at(1)).unwrap();
        assert_eq!(passed.candidate.unwrap().passed_pods.len(), 2);
    }
}
