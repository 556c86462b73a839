//! Stable: the active revision serves, and nothing is on its way.

use jiff::Timestamp;
use ubermench_crds::UbermenchDeploymentStatus;

use crate::rollout::Observed;
use crate::rollout::asked::{go, is_active};
use crate::rollout::observed::Target;

/// Left when another revision is asked for.
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

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{at, due, in_phase, to};

    #[test]
    fn stable_is_left_for_another_revision_only() {
        let stable = || in_phase(Phase::Stable);
        let mut paused = stable();
        paused.settings.paused = true;
        let begins = to(Phase::Snapshotting, "RevisionChanged");
        assert_eq!(due(&stable(), 0), begins);
        assert_eq!(due(&stable().asking_for("old"), 0), None);
        assert_eq!(due(&paused, 0), None);
    }

    #[test]
    fn revision_that_served_and_is_cold_is_judged_anew_and_says_so() {
        let observed = in_phase(Phase::Stable)
            .with_cold("older")
            .asking_for("older");
        assert_eq!(due(&observed, 0), to(Phase::Snapshotting, "ColdRollback"));
        let status = crate::rollout::phases::due(&observed, at(0)).unwrap();
        let candidate = status.candidate.unwrap();
        assert_eq!(
            (candidate.cause.as_str(), candidate.attempt),
            ("ColdRollback", 8)
        );
        let message = status.transition.unwrap().message;
        assert!(message.contains("no longer warm"), "{message}");
    }
}
