//! `RollingBack`: traffic and work move back to the previous revision.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{ActiveRevision, Outcome, Phase, UbermenchDeploymentStatus};

use crate::rollout::asked::instead_of_candidate;
use crate::rollout::change::{Change, warm};
use crate::rollout::observed::Target;
use crate::rollout::{Observed, Reason};

/// Left when the previous revision serves and works again.
pub(super) fn returned(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let previous = observed.status.previous.clone()?;
    if !observed.serves(observed.active_service.as_ref(), &previous.revision)
        || !observed.has_work_moved()
    {
        return None;
    }
    let mut change = Change::new(observed, now);
    let active = ActiveRevision {
        revision: previous.revision.clone(),
        color: previous.color,
        image: previous.image.clone(),
        since: Time(now),
    };
    let left = change.status.active.replace(active);
    change.status.previous = None;
    if let Some(failure) = &observed.status.failure {
        change.end_candidate(Outcome::RolledBack, &failure.reason, &failure.message);
        let message = format!("revision {} serves again", previous.revision);
        return Some(change.to(Phase::Failed, Reason::RolledBack, &message));
    }
    let by_hand = observed.status.rollback.as_ref();
    let reason = if by_hand.is_some_and(|rollback| rollback.revision == previous.revision) {
        Reason::RollbackRequested
    } else {
        Reason::SpecReverted
    };
    // Out of a switch that was turned back, the same revision is active as before: nothing was returned to.
    if let Some(left) = left.filter(|left| left.revision != previous.revision) {
        change.status.previous = Some(warm(observed, left, now));
        change.enter_return(&previous, reason);
    }
    let message = "the revision that was asked for again serves";
    Some(change.to(Phase::Stable, reason, message))
}

/// A way back that a failure asks for, or whose traffic has moved, is ended first.
pub(super) fn asked(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let previous = observed.status.previous.as_ref();
    let goal = previous.map_or("", |previous| &previous.revision);
    let begun = observed.status.failure.is_some() || observed.points_at(goal);
    if begun || goal == target.revision {
        None
    } else {
        instead_of_candidate(observed, target, now)
    }
}

#[cfg(test)]
mod tests {
    use ubermench_crds::{Outcome, Phase, WorkOwner};

    use crate::rollout::tests::fixture::{at, due, in_phase, to};
    use crate::rollout::{Observed, phases};

    /// From Baking back to `old`, for a failure or for an edit.
    fn back(failed: bool) -> Observed {
        let mut observed = in_phase(Phase::Baking);
        observed.status.phase = Phase::RollingBack;
        if failed {
            observed.status.failure = in_phase(Phase::Failed).status.failure;
        } else {
            observed.status.candidate = None;
            observed = observed.asking_for("old");
        }
        let owner = WorkOwner {
            epoch: 6,
            revision: "old".to_owned(),
        };
        observed.status.work = Some(owner.clone());
        observed.work = Some(owner);
        observed
    }

    #[test]
    fn left_when_the_previous_revision_serves_and_works() {
        let cases = [
            (true, to(Phase::Failed, "RolledBack"), Outcome::RolledBack),
            (false, to(Phase::Stable, "SpecReverted"), Outcome::Succeeded),
        ];
        for (failed, expected, outcome) in cases {
            assert_eq!(due(&back(failed), 1), None, "traffic has not moved");
            let mut undone = back(failed).pointing_at("old");
            undone.work = None;
            assert_eq!(due(&undone, 1), None, "the work is not known to have moved");
            let done = back(failed).pointing_at("old");
            assert_eq!(due(&done, 1), expected);
            let status = phases::due(&done, at(1)).unwrap();
            assert_eq!(status.active.unwrap().revision, "old");
            assert_eq!(status.history[0].outcome, outcome);
        }
    }

    #[test]
    fn edit_waits_for_the_end_of_a_way_back_from_a_failure() {
        assert_eq!(due(&back(true).asking_for("newer"), 1), None);
        let begins = to(Phase::Snapshotting, "RevisionChanged");
        assert_eq!(due(&back(false).asking_for("newer"), 1), begins);
    }
}
