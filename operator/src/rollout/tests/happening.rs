//! What can happen to the simulated world.

use proptest::prelude::*;
use ubermench_crds::{Action, Approval};

use super::world::REVISIONS;

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happening {
    /// The operator takes a pass.
    Pass,
    /// It is killed between its decision and the write.
    KilledPass,
    /// Pods of a revision are made, become ready, or fail.
    PodsMove(usize),
    /// `EndpointSlices` catch up.
    EndpointsFollow,
    /// Jobs end.
    JobsEnd,
    /// Seconds pass.
    TimePasses(i64),
    /// The resource asks for another revision.
    Edit(usize),
    /// The same, by contents of Secrets alone.
    Rotate(usize),
    /// A pod is deleted.
    PodDies(usize),
    /// `kubectl scale`.
    Scale(i32),
    /// `spec.paused`.
    Pause(bool),
    /// Someone edits the active Service's selector.
    SelectorDamaged,
    /// The database is away: the fence can't be read or moved, and every pod notices.
    DatabaseAway(bool),
    /// `spec.rollout.gates.metrics.enabled`.
    Metrics(bool),
    /// A Secret is deleted, or put back.
    SecretMissing(bool),
    /// Someone deletes a Deployment.
    DeploymentDeleted(usize),
    /// Someone deletes all Jobs.
    JobsDeleted,
    /// Someone suspends all Jobs.
    JobsSuspended,
    /// Someone takes the finalizers off the snapshots.
    SnapshotsUnheld,
    /// Someone deletes the disruption budget.
    BudgetDeleted,
    /// An annotation asks for an action on a revision; the last part of its token.
    Ask(Action, usize, u8),
    /// The same, on the revision that it makes sense for, with a word of its own.
    AskWell(Action),
    /// `spec.rollout.approval`.
    Approval(Approval),
    /// The status is gone, as after a restore of the resource.
    StatusLost,
}

/// Anything, with the weight that it has in a long night.
pub(super) fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => Just(Happening::Pass),
        3 => Just(Happening::KilledPass),
        6 => (0..REVISIONS).prop_map(Happening::PodsMove),
        4 => Just(Happening::EndpointsFollow),
        4 => Just(Happening::JobsEnd),
        3 => (1..40_i64).prop_map(Happening::TimePasses),
        2 => (0..REVISIONS).prop_map(Happening::Edit),
        2 => (0..REVISIONS).prop_map(Happening::Rotate),
        1 => (0..REVISIONS).prop_map(Happening::PodDies),
        1 => (1..4_i32).prop_map(Happening::Scale),
        1 => any::<bool>().prop_map(Happening::Pause),
        1 => Just(Happening::SelectorDamaged),
        1 => any::<bool>().prop_map(Happening::DatabaseAway),
        1 => any::<bool>().prop_map(Happening::Metrics),
        1 => any::<bool>().prop_map(Happening::SecretMissing),
        1 => (0..REVISIONS).prop_map(Happening::DeploymentDeleted),
        1 => Just(Happening::JobsDeleted),
        1 => Just(Happening::JobsSuspended),
        1 => Just(Happening::SnapshotsUnheld),
        1 => Just(Happening::BudgetDeleted),
        1 => Just(Happening::StatusLost),
        2 => (prop::sample::select(Action::ALL.to_vec()), 0..REVISIONS, 0..3_u8)
            .prop_map(|(action, number, word)| Happening::Ask(action, number, word)),
        3 => prop::sample::select(Action::ALL.to_vec()).prop_map(Happening::AskWell),
        1 => any::<bool>().prop_map(|manual| Happening::Approval(if manual { Approval::Manual } else { Approval::Automatic })),
    ]
}
