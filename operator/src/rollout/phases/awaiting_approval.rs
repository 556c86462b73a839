//! `AwaitingApproval`: the gates passed, and a person is asked whether the candidate may serve.
//!
//! An approval is of what the revision is, not of its pods: when one of them is replaced, the gates run again, and the
//! approval still holds.

use jiff::Timestamp;
use ubermench_crds::{Approval, UbermenchDeploymentStatus};

use crate::rollout::candidate::{candidate, is_at_size, switch, verify_again};
use crate::rollout::change::{Change, elapsed};
use crate::rollout::evidence::{failure, stopped};
use crate::rollout::{Observed, Reason};

/// Left when it is approved, or needs no approval any more; fails by the evidence of a pod, or when nobody answers.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        return Some(stopped(observed, candidate, trouble, now));
    }
    if let Some(again) = verify_again(observed, now) {
        return Some(again);
    }
    let reason = match (&candidate.approved, observed.settings.approval) {
        (Some(_), _) => Reason::Approved,
        (None, Approval::Automatic) => Reason::GatesPassed,
        (None, Approval::Manual) => return unanswered(observed, now),
    };
    is_at_size(observed, candidate).then(|| switch(observed, candidate, reason, now))
}

fn unanswered(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    let limit = observed.settings.approval_seconds;
    if elapsed(candidate, now) < limit {
        return None;
    }
    let message = format!(
        "nobody approved revision {} within {limit} s (rollout.approvalTimeoutSeconds). The active revision is untouched",
        candidate.revision
    );
    let (phase, reason) = (observed.status.phase, Reason::ApprovalTimedOut);
    let failure = failure(candidate, phase, reason, message, None, now);
    Some(Change::new(observed, now).fail(failure, reason))
}

#[cfg(test)]
mod tests {
    use ubermench_crds::{Approval, Phase};

    use crate::rollout::tests::fixture::{due, in_phase, to, trouble};
    use crate::rollout::{Observed, TroubleKind};

    fn awaiting() -> Observed {
        let mut observed = in_phase(Phase::AwaitingApproval);
        observed.settings.approval = Approval::Manual;
        observed
    }

    #[test]
    fn left_by_approval_or_when_none_is_needed_any_more() {
        let mut automatic = awaiting();
        automatic.settings.approval = Approval::Automatic;
        assert_eq!(due(&awaiting(), 3_599), None);
        assert_eq!(
            due(&awaiting(), 3_600),
            to(Phase::Failed, "ApprovalTimedOut")
        );
        assert_eq!(
            due(&awaiting().approved(), 1),
            to(Phase::Switching, "Approved")
        );
        assert_eq!(due(&automatic, 1), to(Phase::Switching, "GatesPassed"));
    }

    #[test]
    fn approved_candidate_waits_for_room_and_for_the_end_of_a_pause() {
        let mut small = awaiting().approved();
        small.preview_service.as_mut().unwrap().ready.pop_first();
        assert_eq!(due(&small, 1), None);
        let mut paused = awaiting().approved();
        paused.settings.paused = true;
        assert_eq!(due(&paused, 9_999), None);
    }

    #[test]
    fn pod_that_fails_or_is_replaced_is_seen_while_waiting() {
        let (mut ill, mut replaced) = (awaiting(), awaiting().approved());
        ill.of("new").pods[0].trouble = Some(trouble(TroubleKind::Crash));
        replaced.of("new").pods[0].uid = "new-3".to_owned();
        assert_eq!(due(&ill, 1), to(Phase::Failed, "CrashLoop"));
        assert_eq!(due(&replaced, 1), to(Phase::Verifying, "PodReplaced"));
    }

    #[test]
    fn newer_edit_and_revert_take_the_candidate_away() {
        let cases = [
            ("newer", to(Phase::Snapshotting, "RevisionChanged")),
            ("old", to(Phase::Stable, "Reverted")),
        ];
        for (asked, expected) in cases {
            assert_eq!(due(&awaiting().asking_for(asked), 1), expected, "{asked}");
        }
    }
}
