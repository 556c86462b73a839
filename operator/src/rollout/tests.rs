//! Decisions on a simulated world: whatever happens, and wherever the operator is killed, the invariants hold and the
//! end is the same.

mod acts;
pub(crate) mod counts;
pub(crate) mod fixture;
mod happening;
mod people;
mod tables;
mod world;

use proptest::prelude::*;
use ubermench_crds::Phase;

use happening::happening;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Revisions 0 and 1 are good; 2 crashes at the start, 3 loses its readiness once it is active, 4 fails at its work then.
    #[test]
    fn invariants_hold_and_the_end_is_what_was_asked_for(happenings in prop::collection::vec(happening(), 0..220)) {
        let mut world = World::new();
        for each in happenings {
            world.happen(each);
        }
        world.calm();
        world.settle();
        let status = &world.status;
        let target = status.rollback.as_ref().map_or_else(|| world.desired_name(), |rollback| rollback.revision.clone());
        let active = status.active.as_ref().map(|active| active.revision.clone());
        let failed = status.failure.as_ref().filter(|failure| failure.revision == target);
        // Time may have passed for so long that a good revision missed a deadline, or somebody ended it.
        let ended = failed.is_some_and(|failure| {
            ["DeadlineExceeded", "ApprovalTimedOut", "Aborted"].contains(&failure.reason.as_str())
        });
        if World::is_good(&target) && !ended {
            prop_assert_eq!(status.phase, Phase::Stable, "{}", status.message);
            prop_assert_eq!(active.as_deref(), Some(target.as_str()));
        } else {
            // One that went bad as the very first revision has nothing to be taken back to.
            let kept_bad = status.phase == Phase::Failed || active.as_deref() == Some(target.as_str());
            prop_assert!(kept_bad, "{:?} {}", status.phase, status.message);
            if status.phase == Phase::Failed {
                prop_assert!(failed.is_some(), "{:?}", status.failure);
            }
        }
        if let Some(active) = active {
            prop_assert_eq!(world.budget.as_deref(), Some(active.as_str()), "drains are kept from what serves");
            prop_assert_eq!(world.active.as_deref(), Some(active.as_str()), "the Service selects the active revision");
            prop_assert_eq!(&world.row.revision, &active, "the work is where the traffic is");
        }
    }
}
