//! Changes of Secrets and ConfigMaps settle before they are released, so that several edits make one revision.
//!
//! The window stands in the status, so a restart neither loses nor prolongs it. An edit of the resource opens none, and
//! waits only in one that is open. What goes back to a revision that serves or is warm never waits, nor does the first
//! install, nor a rollback by hand.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{Phase, Settling, UbermenchDeploymentStatus};

use super::{Desired, Observed};

/// A window is at most so many times as long as without further changes.
const MOST: i64 = 6;

/// The status with the window as it should be, if it is not.
pub(super) fn due(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let settling = window(observed, now);
    (settling != observed.status.settling).then(|| UbermenchDeploymentStatus {
        settling,
        ..observed.status.clone()
    })
}

/// Whether what is asked for must wait for its end.
pub(super) fn is_open(observed: &Observed, now: Timestamp) -> bool {
    left(&observed.status, now).is_some()
}

/// How long it is open still.
pub(super) fn left(status: &UbermenchDeploymentStatus, now: Timestamp) -> Option<SignedDuration> {
    let left = status.settling.as_ref()?.until.0.duration_since(now);
    (left > SignedDuration::ZERO).then_some(left)
}

/// One that is over stays until what it asks for has begun.
fn window(observed: &Observed, now: Timestamp) -> Option<Settling> {
    let status = &observed.status;
    let (Desired::Revision { name, .. }, seconds) =
        (&observed.desired, observed.settings.settle_seconds)
    else {
        return None;
    };
    let serving = status.active.as_ref()?;
    let pursued = pursued(observed)?;
    let previous = status.previous.as_ref();
    let returns = pursued == name
        || serving.revision == *name
        || previous.is_some_and(|previous| previous.revision == *name);
    if returns || seconds <= 0 {
        return None;
    }
    let open = status.settling.as_ref();
    if let Some(same) = open.filter(|open| open.revision == *name) {
        return Some(same.clone());
    }
    // An edit of the resource goes with the change that settles, and at once where none does; and what comes when a change
    // is about to be released goes with it too, or edits without an end would never be.
    if !observed.rotated.contains(pursued) || (open.is_some() && !is_open(observed, now)) {
        return open.map(|open| Settling {
            revision: name.clone(),
            ..open.clone()
        });
    }
    let since = open.map_or(now, |open| open.since.0);
    // Stored times have whole seconds, and none may be lost.
    let whole = SignedDuration::from_millis(999);
    let calm = now + SignedDuration::from_secs(seconds) + whole;
    let last = since + SignedDuration::from_secs(seconds * MOST) + whole;
    Some(Settling {
        revision: name.clone(),
        since: Time(since),
        until: Time(calm.min(last)),
    })
}

/// The revision that was asked for so far.
fn pursued(observed: &Observed) -> Option<&str> {
    let status = &observed.status;
    if let Some(rollback) = &status.rollback {
        return Some(&rollback.instead_of);
    }
    if let Some(candidate) = &status.candidate {
        return Some(&candidate.revision);
    }
    let of = match status.phase {
        Phase::Failed => status.failure.as_ref().map(|failure| &failure.revision),
        Phase::RollingBack => status.previous.as_ref().map(|previous| &previous.revision),
        _ => None,
    };
    let active = status.active.as_ref();
    of.or_else(|| active.map(|active| &active.revision))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::tests::fixture::{at, due as phase_due, in_phase, to};
    use crate::rollout::{decide, phases};

    /// Revision `old` serves; contents of its Secrets have changed to those of `name`.
    fn rotated(name: &str) -> Observed {
        let mut observed = in_phase(Phase::Stable).asking_for(name);
        observed.rotated = ["old".to_owned()].into();
        observed
    }

    /// Takes passes at a time, until nothing is written; the revision that begins, if one does.
    fn pass(observed: &mut Observed, seconds: i64) -> Option<String> {
        while let Some(status) = phases::due(observed, at(seconds)) {
            observed.status = status;
            if let Some(candidate) = &observed.status.candidate {
                return Some(candidate.revision.clone());
            }
        }
        None
    }

    #[test]
    fn three_edits_in_a_second_make_one_revision() {
        let mut observed = rotated("first");
        assert_eq!(pass(&mut observed, 0), None);
        for (name, seconds) in [("second", 0), ("third", 1)] {
            observed = observed.asking_for(name);
            assert_eq!(pass(&mut observed, seconds), None, "{name}");
        }
        assert_eq!(pass(&mut observed, 6), None, "not settled");
        assert_eq!(pass(&mut observed, 7).as_deref(), Some("third"));
        assert_eq!(observed.status.settling, None, "in the same write");
    }

    #[test]
    fn edit_of_the_resource_is_at_once_unless_a_change_settles() {
        let begins = to(Phase::Snapshotting, "RevisionChanged");
        assert_eq!(phase_due(&in_phase(Phase::Stable), 0), begins);
        let mut both = rotated("first");
        pass(&mut both, 0);
        both = both.asking_for("edited");
        both.rotated.clear();
        assert_eq!(pass(&mut both, 3), None, "it goes with the change");
        assert_eq!(pass(&mut both, 6).as_deref(), Some("edited"));
    }

    #[test]
    fn way_back_and_first_install_do_not_wait() {
        let mut failed = in_phase(Phase::Failed).asking_for("old");
        failed.rotated = ["new".to_owned()].into();
        assert_eq!(phase_due(&failed, 0), to(Phase::Stable, "Reverted"));
        let mut first = in_phase(Phase::Starting).asking_for("newer");
        (first.status.active, first.rotated) = (None, ["new".to_owned()].into());
        assert_eq!(pass(&mut first, 0).as_deref(), Some("newer"));
        let mut baking = in_phase(Phase::Baking).asking_for("old");
        baking.rotated = ["new".to_owned()].into();
        assert_eq!(
            phase_due(&baking, 0),
            to(Phase::RollingBack, "SpecReverted")
        );
        let mut undone = rotated("first");
        pass(&mut undone, 0);
        undone = undone.asking_for("old");
        assert_eq!(pass(&mut undone, 1), None);
        assert_eq!(undone.status.settling, None);
    }

    #[test]
    fn edits_without_an_end_are_released_all_the_same() {
        let mut observed = rotated("edit-0");
        let mut began = None;
        for seconds in 0..60 {
            observed = observed.asking_for(&format!("edit-{seconds}"));
            began = pass(&mut observed, seconds).map(|_| seconds);
            if began.is_some() {
                break;
            }
        }
        assert_eq!(began, Some(31));
    }

    #[test]
    fn window_is_waited_for_and_told() {
        let mut observed = rotated("first");
        observed.status = decide(&observed, at(0)).status;
        let decision = decide(&observed, at(1));
        assert!(decision.requeue <= std::time::Duration::from_secs(5));
        let status = decision.status;
        assert!(
            status.waiting_for.contains("settleSeconds"),
            "{}",
            status.waiting_for
        );
        let ready = &status.conditions[0];
        assert_eq!(
            (ready.status.as_str(), ready.reason.as_str()),
            ("False", "Settling")
        );
        observed.settings.settle_seconds = 0;
        observed.status.settling = None;
        assert_eq!(pass(&mut observed, 0).as_deref(), Some("first"));
    }

    #[test]
    fn rollback_by_hand_is_ended_by_a_settled_change_only() {
        let mut observed = in_phase(Phase::Stable).asking_for("newer");
        observed.status.rollback = Some(ubermench_crds::ManualRollback {
            revision: "old".to_owned(),
            instead_of: "new".to_owned(),
            token: "old/1".to_owned(),
            since: Time(at(0)),
        });
        observed.rotated = ["new".to_owned()].into();
        assert_eq!(pass(&mut observed, 0), None);
        assert!(observed.status.rollback.is_some());
        assert_eq!(pass(&mut observed, 6).as_deref(), Some("newer"));
        assert_eq!(observed.status.rollback, None);
    }
}
