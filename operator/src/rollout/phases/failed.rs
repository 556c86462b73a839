//! Failed: the last release did not come to serve, or was taken back. What serves serves on.

use jiff::Timestamp;
use ubermench_crds::UbermenchDeploymentStatus;

use crate::rollout::Observed;
use crate::rollout::asked::{go, is_active, revert};
use crate::rollout::observed::Target;

/// Left when another revision is asked for than the one that failed; that one is not tried again by itself.
pub(super) fn asked(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let failure = observed.status.failure.as_ref();
    if failure.is_some_and(|failure| failure.revision == target.revision) {
        None
    } else if is_active(observed, target) {
        Some(revert(observed, target, now))
    } else {
        go(observed, target, now)
    }
}

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{due, in_phase, to};

    #[test]
    fn what_failed_is_not_tried_again_by_itself() {
        let failed = || in_phase(Phase::Failed);
        let cases = [
            ("new", None),
            ("old", to(Phase::Stable, "Reverted")),
            ("newer", to(Phase::Snapshotting, "RevisionChanged")),
        ];
        for (asked, expected) in cases {
            assert_eq!(due(&failed().asking_for(asked), 0), expected, "{asked}");
        }
    }
}
