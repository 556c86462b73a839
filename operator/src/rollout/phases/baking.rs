//! Baking: the new active revision is watched, and left in time if it turns bad.

use jiff::{SignedDuration, Timestamp};
use ubermench_crds::{
    CandidateRevision, GateOutcome, GateResult, Outcome, Phase, PreviousRevision,
    UbermenchDeploymentStatus,
};

use crate::rollout::asked::{go, is_active, return_to_previous};
use crate::rollout::candidate::candidate;
use crate::rollout::change::{Change, elapsed};
use crate::rollout::evidence::{explain, failure};
use crate::rollout::numbers::{self, Numbers, Verdict};
use crate::rollout::observed::{Revision, Target};
use crate::rollout::{Observed, Pod, Reason, Trouble};

/// A pod that is unready for that long is not just slow once; and a dependency that both sides share has shown on both.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

/// Name of the judgement by numbers while it is watched.
const BAKE: &str = "bake";

/// What speaks against the revision.
struct Evidence<'a> {
    reason: Reason,
    message: String,
    trouble: Option<&'a Trouble>,
    pod: Option<String>,
    /// Whether the other side fails the same way, so that going back would not help.
    is_shared: bool,
}

/// Evidence that the revision is bad: back, unless the other side fails the same way.
pub(super) fn gone_bad(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    let evidence = by_pods(observed, now).or_else(|| by_numbers(observed))?;
    if evidence.is_shared {
        return None;
    }
    let (reason, message) = (evidence.reason, evidence.message);
    let mut failure = failure(
        candidate,
        Phase::Baking,
        reason,
        message,
        evidence.trouble,
        now,
    );
    failure.pod = failure.pod.or(evidence.pod);
    let mut change = Change::new(observed, now);
    if let Some(result) = baked(observed, candidate, GateOutcome::Failed, now) {
        change.note_gate(GateResult {
            reason: reason.as_str().to_owned(),
            message: failure.message.clone(),
            ..result
        });
    }
    if observed.status.previous.is_none() {
        // The first install: nothing to go back to, so it serves as well as it can.
        return Some(change.fail(failure, reason));
    }
    change.status.failure = Some(failure);
    Some(return_to_previous(observed, change, reason))
}

/// Another revision is asked for than the one that is watched.
pub(super) fn asked(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    if is_active(observed, target) {
        None
    } else {
        go(observed, target, now)
    }
}

/// Left when `bakeSeconds` have passed and nothing speaks against the revision.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    if elapsed(candidate, now) < observed.settings.bake_seconds || suspects(observed) {
        return None;
    }
    let mut change = Change::new(observed, now);
    let (mut reason, mut message) = (Reason::Baked, "the release is complete");
    if let Some(mut result) = baked(observed, candidate, GateOutcome::Passed, now) {
        let judged =
            Numbers::of(observed).is_some_and(|numbers| numbers.verdict() == Verdict::Sound);
        if !judged {
            reason = Reason::TooFewSamples;
            message =
                "the release is complete; there was too little traffic to judge it by numbers";
            reason.as_str().clone_into(&mut result.reason);
        }
        change.note_gate(result);
    }
    change.end_candidate(Outcome::Succeeded, "", "");
    Some(change.to(Phase::Stable, reason, message))
}

/// The result of the bake, where it is judged by numbers.
fn baked(
    observed: &Observed,
    candidate: &CandidateRevision,
    outcome: GateOutcome,
    now: Timestamp,
) -> Option<GateResult> {
    observed.settings.metrics?;
    let judged = Numbers::of(observed);
    Some(GateResult {
        numbers: Some(judged.map(|numbers| numbers.numbers()).unwrap_or_default()),
        ..numbers::result(BAKE, outcome, candidate.attempt, now)
    })
}

/// Whether both sides are ill: a shared dependency, so that going back would not help.
pub(in crate::rollout) fn is_shared(observed: &Observed) -> bool {
    let Some(previous) = observed.status.previous.as_ref() else {
        return false;
    };
    observed.status.phase == Phase::Baking
        && if has_lost(observed) {
            !is_better(observed, &previous.revision)
        } else {
            by_numbers(observed).is_some_and(|evidence| evidence.is_shared)
        }
}

/// Whether anything speaks against the new active revision, be it for a moment.
pub(in crate::rollout) fn suspects(observed: &Observed) -> bool {
    has_lost(observed) || by_numbers(observed).is_some()
}

fn has_lost(observed: &Observed) -> bool {
    candidate(observed).is_some_and(|(candidate, revision)| {
        revision.trouble().is_some() || lost(candidate, revision).next().is_some()
    })
}

/// A threshold of the metrics gate that is broken.
fn by_numbers(observed: &Observed) -> Option<Evidence<'_>> {
    let numbers = Numbers::of(observed)?;
    let Verdict::Broken {
        reason,
        message,
        pod,
    } = numbers.verdict()
    else {
        return None;
    };
    let previous = observed.status.previous.as_ref();
    let can_serve = |previous: &PreviousRevision| {
        let revision = observed.revision(&previous.revision);
        revision.is_some_and(|revision| revision.ready().count() > 0)
    };
    Some(Evidence {
        reason,
        message,
        trouble: None,
        pod,
        is_shared: previous
            .is_some_and(|previous| !can_serve(previous) || numbers.is_shared(reason)),
    })
}

/// A pod that ended, or one that passed the gates and is not ready now. A pod that was deleted (a drain, a person) speaks
/// for nothing.
fn by_pods(observed: &Observed, now: Timestamp) -> Option<Evidence<'_>> {
    let (candidate, revision) = candidate(observed)?;
    let previous = observed.status.previous.as_ref();
    let evidence = |(reason, message), trouble| Evidence {
        reason,
        message,
        trouble: Some(trouble),
        pod: None,
        is_shared: previous.is_some_and(|previous| !is_better(observed, &previous.revision)),
    };
    if let Some(trouble) = revision.trouble() {
        return Some(evidence(explain(trouble), trouble));
    }
    if let Some(ended) = lost(candidate, revision).find(|pod| pod.last.exit_code.is_some()) {
        return Some(evidence(explain(&ended.last), &ended.last));
    }
    let lost = lost(candidate, revision).find(|pod| {
        pod.since
            .is_none_or(|since| now.duration_since(since) >= SETTLED)
    })?;
    let message = format!("pod {} lost its readiness after the switch", lost.name);
    Some(evidence((Reason::ReadinessLost, message), &lost.last))
}

fn lost<'a>(
    candidate: &CandidateRevision,
    revision: &'a Revision,
) -> impl Iterator<Item = &'a Pod> {
    revision
        .pods
        .iter()
        .filter(|pod| !pod.ready && candidate.passed_pods.contains(&pod.uid))
}

/// Whether the previous revision is well, or at least better off than the active one.
fn is_better(observed: &Observed, previous: &str) -> bool {
    let ready = |revision: &Revision| revision.ready().filter(|pod| pod.trouble.is_none()).count();
    let active = candidate(observed).map_or(0, |(_, revision)| ready(revision));
    observed.revision(previous).is_some_and(|previous| {
        ready(previous) > 0 && (ready(previous) == previous.pods.len() || ready(previous) > active)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::TroubleKind;
    use crate::rollout::tests::fixture::{at, due, in_phase, to, trouble};

    fn baking() -> Observed {
        in_phase(Phase::Baking)
    }

    #[test]
    fn left_when_the_time_is_over_in_health() {
        assert_eq!(due(&baking(), 59), None);
        assert_eq!(due(&baking(), 60), to(Phase::Stable, "Baked"));
        let mut paused = baking();
        paused.settings.paused = true;
        assert_eq!(due(&paused, 9_999), None);
    }

    #[test]
    fn evidence_takes_it_back_unless_the_other_side_is_as_ill() {
        let mut crashed = baking();
        crashed.of("new").pods[0].trouble = Some(trouble(TroubleKind::Crash));
        assert_eq!(due(&crashed, 1), to(Phase::RollingBack, "CrashLoop"));
        for pod in &mut crashed.of("old").pods {
            pod.ready = false;
        }
        assert_eq!(due(&crashed, 90), None, "a shared dependency");
        let mut unready = baking();
        unready.of("new").pods[0].ready = false;
        assert_eq!(due(&unready, 1), None, "slow once");
        assert_eq!(due(&unready, 2), to(Phase::RollingBack, "ReadinessLost"));
    }

    /// In Baking, judged by numbers, at which half of what the new side does fails.
    fn erring() -> Observed {
        baking()
            .judged_by_numbers()
            .with_counts("new-1", 100, 50, 5_000)
    }

    #[test]
    fn numbers_take_it_back_with_their_reason() {
        assert_eq!(due(&erring(), 1), to(Phase::RollingBack, "ErrorRatio"));
        let slow = baking()
            .judged_by_numbers()
            .with_counts("new-2", 100, 0, 9_000_000);
        assert_eq!(due(&slow, 1), to(Phase::RollingBack, "Latency"));
        let status = crate::rollout::phases::due(&slow, at(1)).unwrap();
        let gate = &status.candidate.as_ref().unwrap().gates[0];
        assert_eq!((gate.name.as_str(), gate.attempt), ("bake", 7));
        assert_eq!(
            (gate.result, gate.reason.as_str()),
            (GateOutcome::Failed, "Latency")
        );
        assert_eq!(gate.numbers.unwrap().samples, 100);
        let mut paused = erring();
        paused.settings.paused = true;
        assert_eq!(due(&paused, 1), to(Phase::RollingBack, "ErrorRatio"));
        let mut first = erring();
        first.status.previous = None;
        assert_eq!(
            due(&first, 1),
            to(Phase::Failed, "ErrorRatio"),
            "no way back"
        );
    }

    #[test]
    fn numbers_hold_where_the_other_side_is_as_ill() {
        let both = erring().with_counts("old-1", 40, 20, 5_000);
        assert_eq!(due(&both, 90), None, "both fail");
        assert!(is_shared(&both));
        let few = erring().with_counts("old-1", 10, 5, 5_000);
        assert_eq!(
            due(&few, 1),
            to(Phase::RollingBack, "ErrorRatio"),
            "too few to compare"
        );
        let slow = erring().with_counts("old-1", 40, 0, 9_000_000);
        assert_eq!(
            due(&slow, 1),
            to(Phase::RollingBack, "ErrorRatio"),
            "ill in another way"
        );
        let mut unready = erring();
        for pod in &mut unready.of("old").pods {
            pod.ready = false;
        }
        assert_eq!(due(&unready, 90), None, "nothing to go back to");
    }

    #[test]
    fn database_that_both_sides_lost_spoils_no_judgement() {
        let mut away = erring();
        away.counts_mut("old", 0).database = false;
        assert_eq!(due(&away, 90), None);
        assert!(is_shared(&away));
        let mut back = erring();
        back.counts_mut("old", 0).database_errors = 3;
        let anew = crate::rollout::phases::due(&back, at(1)).unwrap();
        assert_eq!(anew.phase, Phase::Baking);
        back.status = anew;
        assert!(
            !suspects(&back),
            "what came before the recovery counts no more"
        );
        let again = back.with_counts("new-1", 200, 100, 5_000);
        assert_eq!(due(&again, 1), to(Phase::RollingBack, "ErrorRatio"));
        let mut alone = erring();
        alone.counts_mut("new", 0).database_errors = 3;
        assert_eq!(
            due(&alone, 1),
            to(Phase::RollingBack, "ErrorRatio"),
            "its own fault"
        );
    }

    #[test]
    fn quiet_bake_passes_and_says_so() {
        let cases = [(19, "TooFewSamples"), (20, "Baked")];
        for (samples, reason) in cases {
            let observed = baking()
                .judged_by_numbers()
                .with_counts("new-1", samples, 0, 5_000);
            assert_eq!(due(&observed, 60), to(Phase::Stable, reason), "{samples}");
            let status = crate::rollout::phases::due(&observed, at(60)).unwrap();
            let gate = status.history[0].gates.last().unwrap();
            assert_eq!(gate.result, GateOutcome::Passed);
            assert_eq!(gate.numbers.unwrap().samples, samples);
        }
    }

    #[test]
    fn edit_while_it_is_watched() {
        let cases = [
            ("old", to(Phase::RollingBack, "SpecReverted")),
            ("newer", to(Phase::Snapshotting, "RevisionChanged")),
        ];
        for (asked, expected) in cases {
            let observed = baking().asking_for(asked);
            assert_eq!(due(&observed, 1), expected, "{asked}");
            let mut paused = observed;
            paused.settings.paused = true;
            paused.candidate_mut().paused_at =
                Some(paused.status.active.as_ref().unwrap().since.clone());
            let held = expected.filter(|_| asked == "old");
            assert_eq!(
                due(&paused, 1),
                held,
                "{asked}, paused: only the way back goes on"
            );
        }
    }

    #[test]
    fn history_tells_why_and_how_long() {
        let mut observed = baking();
        observed
            .candidate_mut()
            .durations
            .push(ubermench_crds::PhaseDuration {
                phase: Phase::Verifying,
                seconds: 12,
            });
        let status = crate::rollout::phases::due(&observed, at(61)).unwrap();
        let entry = &status.history[0];
        let took: Vec<_> = entry
            .durations
            .iter()
            .map(|each| (each.phase, each.seconds))
            .collect();
        assert_eq!(took, [(Phase::Verifying, 12), (Phase::Baking, 61)]);
        assert_eq!(
            (entry.cause.as_str(), entry.outcome),
            ("RevisionChanged", Outcome::Succeeded)
        );
    }
}
