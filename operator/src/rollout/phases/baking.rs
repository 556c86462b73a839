//! Baking: the new active revision is watched, and left in time if it turns bad.

use jiff::{SignedDuration, Timestamp};
use ubermench_crds::{CandidateRevision, Outcome, Phase, UbermenchDeploymentStatus};

use crate::rollout::asked::{go, is_active, return_to_previous};
use crate::rollout::candidate::candidate;
use crate::rollout::change::{Change, elapsed};
use crate::rollout::evidence::{explain, failure};
use crate::rollout::observed::{Revision, Target};
use crate::rollout::{Observed, Pod, Reason, Trouble};

/// A pod that is unready for that long is not just slow once; and a dependency that both sides share has shown on both.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

/// Evidence that the revision is bad: back, unless the other side fails the same way.
pub(super) fn gone_bad(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    let (reason, message, trouble) = evidence(observed, now)?;
    let failure = failure(candidate, Phase::Baking, reason, message, trouble, now);
    let mut change = Change::new(observed, now);
    let Some(previous) = &observed.status.previous else {
        // The first install: nothing to go back to, so it serves as well as it can.
        return Some(change.fail(failure, reason));
    };
    if !is_better(observed, &previous.revision) {
        return None;
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
    change.end_candidate(Outcome::Succeeded, "", "");
    Some(change.to(Phase::Stable, Reason::Baked, "the release is complete"))
}

/// Whether both sides are ill: a shared dependency, so that going back would not help.
pub(in crate::rollout) fn is_shared(observed: &Observed) -> bool {
    observed.status.phase == Phase::Baking
        && suspects(observed)
        && observed
            .status
            .previous
            .as_ref()
            .is_some_and(|previous| !is_better(observed, &previous.revision))
}

/// Whether anything speaks against the new active revision, be it for a moment.
pub(in crate::rollout) fn suspects(observed: &Observed) -> bool {
    candidate(observed).is_some_and(|(candidate, revision)| {
        revision.trouble().is_some() || lost(candidate, revision).next().is_some()
    })
}

/// What speaks against the new active revision: a pod that ended, or one that passed the gates and is not ready now.
/// A pod that was deleted (a drain, a person) speaks for nothing.
fn evidence(observed: &Observed, now: Timestamp) -> Option<(Reason, String, Option<&Trouble>)> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        let (reason, message) = explain(trouble);
        return Some((reason, message, Some(trouble)));
    }
    if let Some(ended) = lost(candidate, revision).find(|pod| pod.last.exit_code.is_some()) {
        let (reason, message) = explain(&ended.last);
        return Some((reason, message, Some(&ended.last)));
    }
    let lost = lost(candidate, revision).find(|pod| {
        pod.since
            .is_none_or(|since| now.duration_since(since) >= SETTLED)
    })?;
    let message = format!("pod {} lost its readiness after the switch", lost.name);
    Some((Reason::ReadinessLost, message, Some(&lost.last)))
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
