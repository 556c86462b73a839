//! Verifying: the gates judge the candidate.

mod gates;

use jiff::Timestamp;
use ubermench_crds::{Approval, CandidateRevision, Phase, UbermenchDeploymentStatus};

use crate::rollout::candidate::{candidate, is_at_size, switch, verify_again};
use crate::rollout::change::Change;
use crate::rollout::evidence::stopped;
use crate::rollout::{Observed, Reason};

/// Left when every gate is recorded as passed for this attempt; all else than a pass is none.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        return Some(stopped(observed, candidate, trouble, now));
    }
    if let Some(again) = verify_again(observed, now) {
        return Some(again);
    }
    if candidate.passed_pods.is_empty() {
        return gates::judged(observed, candidate, revision, now);
    }
    // Only with room to switch: as many pods ready as serve now; and only once the record says so too.
    let recorded = revision.passes.contains(&candidate.attempt);
    (recorded && is_at_size(observed, candidate)).then(|| onwards(observed, candidate, now))
}

/// To a person's approval where one is asked for and not given yet, else to the switch.
fn onwards(
    observed: &Observed,
    candidate: &CandidateRevision,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    match (observed.settings.approval, &candidate.approved) {
        (Approval::Manual, None) => Change::new(observed, now).to(
            Phase::AwaitingApproval,
            Reason::AwaitingApproval,
            "every gate passed; a person is asked whether the candidate may serve",
        ),
        (Approval::Manual | Approval::Automatic, _) => {
            switch(observed, candidate, Reason::GatesPassed, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use ubermench_crds::GateOutcome;

    use super::*;
    use crate::rollout::phases;
    use crate::rollout::tests::fixture::{at, due, in_phase, to, trouble};
    use crate::rollout::{JobState, TroubleKind};

    fn with(job: Option<JobState>) -> Observed {
        let mut observed = in_phase(Phase::Verifying);
        observed.of("new").smokes = job.into_iter().map(|job| (7, job)).collect();
        observed
    }

    /// A pass that is noted on the record as well.
    fn recorded() -> Observed {
        let mut observed = with(None);
        observed.candidate_mut().passed_pods = vec!["new-1".to_owned(), "new-2".to_owned()];
        observed.of("new").passes.insert(7);
        observed
    }

    #[test]
    fn all_else_than_a_pass_is_none() {
        let failed = JobState::Failed(trouble(TroubleKind::Crash));
        let cases = [
            (None, 119, None),
            (None, 120, to(Phase::Failed, "DeadlineExceeded")),
            (
                Some(JobState::Running(None)),
                120,
                to(Phase::Failed, "DeadlineExceeded"),
            ),
            (Some(failed), 1, to(Phase::Failed, "GateFailed")),
        ];
        for (job, seconds, expected) in cases {
            assert_eq!(
                due(&with(job.clone()), seconds),
                expected,
                "{job:?} after {seconds} s"
            );
        }
    }

    #[test]
    fn pass_is_noted_with_its_pods_before_anything_moves() {
        let passed = with(Some(JobState::Succeeded("6 checks passed".to_owned())));
        let status = phases::due(&passed, at(1)).unwrap();
        let candidate = status.candidate.unwrap();
        assert_eq!(status.phase, Phase::Verifying);
        assert_eq!(candidate.passed_pods, ["new-1", "new-2"]);
        assert_eq!(candidate.gates[0].result, GateOutcome::Passed);
        let mut unrecorded = recorded();
        unrecorded.of("new").passes.clear();
        assert_eq!(due(&unrecorded, 1), None);
        unrecorded.of("new").passes.insert(6);
        assert_eq!(due(&unrecorded, 1), None, "a pass of another attempt");
    }

    #[test]
    fn approval_is_asked_for_where_it_is_wanted_and_not_given() {
        let mut manual = recorded();
        manual.settings.approval = Approval::Manual;
        assert_eq!(due(&recorded(), 1), to(Phase::Switching, "GatesPassed"));
        assert_eq!(
            due(&manual, 1),
            to(Phase::AwaitingApproval, "AwaitingApproval")
        );
        assert_eq!(
            due(&manual.approved(), 1),
            to(Phase::Switching, "GatesPassed")
        );
    }

    #[test]
    fn replaced_pod_is_judged_again() {
        let mut observed = recorded();
        observed.of("new").pods[0].uid = "new-3".to_owned();
        assert_eq!(due(&observed, 1), to(Phase::Verifying, "PodReplaced"));
    }
}
