//! Snapshotting: Secrets and ConfigMaps are copied, the revision is recorded.

use jiff::Timestamp;
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

use crate::rollout::candidate::candidate;
use crate::rollout::change::Change;
use crate::rollout::evidence::failure;
use crate::rollout::{Observed, Reason};

/// Left when record and snapshot are there; those of a rollback by hand can't be made anew.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let candidate_status = observed.status.candidate.as_ref()?;
    let complete = candidate(observed)
        .is_some_and(|(_, revision)| revision.recorded.is_some() && revision.snapshot.is_some());
    let change = Change::new(observed, now);
    if !complete {
        let by_hand = observed.target().is_some_and(|target| target.by_hand);
        return by_hand.then(|| {
            let message = format!(
                "record or snapshot of revision {} was deleted, so it can't be started any more",
                candidate_status.revision
            );
            let reason = Reason::UnknownRevision;
            let phase = observed.status.phase;
            change.fail(
                failure(candidate_status, phase, reason, message, None, now),
                reason,
            )
        });
    }
    Some(if observed.settings.migrations {
        change.to(
            Phase::Migrating,
            Reason::SnapshotTaken,
            "Secrets and ConfigMaps are copied",
        )
    } else {
        change.to(
            Phase::Starting,
            Reason::SnapshotTaken,
            "Secrets and ConfigMaps are copied; migrations are off",
        )
    })
}

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{due, in_phase, to};

    #[test]
    fn left_when_record_and_snapshot_are_there() {
        let whole = in_phase(Phase::Snapshotting);
        assert_eq!(due(&whole, 0), to(Phase::Migrating, "SnapshotTaken"));
        let mut without_migrations = whole.clone();
        without_migrations.settings.migrations = false;
        assert_eq!(
            due(&without_migrations, 0),
            to(Phase::Starting, "SnapshotTaken")
        );
        let (mut no_record, mut no_snapshot) = (whole.clone(), whole);
        no_record.of("new").recorded = None;
        no_snapshot.of("new").snapshot = None;
        assert_eq!(
            (due(&no_record, 9_999), due(&no_snapshot, 9_999)),
            (None, None)
        );
    }
}
