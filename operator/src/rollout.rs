//! Decides what a pass does: pure, from what was observed and the time.
//!
//! A pass either writes down an intent (a change of phase, in status) or carries out one act; the intent comes first.
//! All progress is in [`Observed`], so a pass that was killed anywhere is simply taken again.
//!
//! | phase | leaves for | when |
//! | --- | --- | --- |
//! | Stable, Failed | Snapshotting | a revision is asked for that is neither active nor the one that failed |
//! | Stable, Failed, Baking | `RollingBack` | the previous revision is asked for, which is still warm |
//! | Failed | Stable | the active revision is asked for again |
//! | Failed | Snapshotting | a retry of the revision that failed |
//! | Snapshotting | Migrating | record and snapshot are there |
//! | Migrating | Starting | the ledger holds the candidate's migrations |
//! | Starting | Verifying | enough ready endpoints of the candidate |
//! | Verifying | Switching, `AwaitingApproval` | every gate's pass is recorded |
//! | `AwaitingApproval` | Switching | it is approved |
//! | Verifying, `AwaitingApproval`, Switching | Verifying | a pod that passed was replaced before the traffic moved |
//! | Switching | Baking | endpoints are confirmed and the work has moved |
//! | Baking | Stable | `bakeSeconds` passed in health |
//! | Baking, Switching | `RollingBack` | evidence that the revision is bad, and the previous one is well; an abort |
//! | `RollingBack` | Failed, Stable | the previous revision serves and works again |
//! | any before the traffic moves | Failed | evidence, the phase's deadline, an abort |
//! | any before the traffic moves | Snapshotting, `RollingBack`, Stable | a newer edit, a revert, a rollback by hand |
//!
//! What is asked for is what the spec says, or a rollback by hand that is in force ([`Observed::target`]). A pause is no
//! phase: it holds the step and its clock, and nothing else.

mod actions;
mod acts;
mod asked;
mod candidate;
mod change;
mod evidence;
mod keepers;
mod notify;
mod numbers;
mod observed;
mod phases;
mod reason;
mod rebuild;
mod settling;
mod summary;
mod waiting;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use ubermench_crds::{Color, UbermenchDeploymentStatus, WorkOwner};

pub use notify::Delivery;
pub use numbers::judged_by_numbers;
pub use observed::{
    AutoscalerView, BudgetView, Counts, Desired, JobState, Observed, Pod, Revision, ServiceView,
    Settings, Snapshot, Target, Thresholds, Trouble, TroubleKind, Workload,
};
pub use reason::Reason;

/// What a pass is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The status as it should be after this pass. Written only if it differs.
    pub status: UbermenchDeploymentStatus,
    /// The one thing to do, in a pass that writes no intent.
    pub act: Option<Act>,
    /// When to look again even if nothing is reported.
    pub requeue: Duration,
}

/// A write to the world. Each is idempotent, and conditional on what it was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Make the Secret with the internal port's token and the digest key, or put back one that was deleted or let go.
    CreateInternalSecret,
    /// Copy Secrets and ConfigMaps into the revision's immutable Secret.
    CreateSnapshot {
        /// Revision.
        revision: String,
    },
    /// Make the snapshot anew: it was deleted by hand and is held only by its finalizer, or a copy of it.
    RemakeSnapshot {
        /// Revision.
        revision: String,
    },
    /// Record the revision.
    CreateRecord {
        /// Revision.
        revision: String,
    },
    /// Start the migration Job.
    RunMigration {
        /// Revision.
        revision: String,
        /// Attempt.
        attempt: i64,
    },
    /// Start the smoke Job.
    RunSmoke {
        /// Revision.
        revision: String,
        /// Attempt.
        attempt: i64,
    },
    /// Note on the record that the revision passed its gates.
    RecordPass {
        /// Revision.
        revision: String,
        /// Attempt.
        attempt: i64,
    },
    /// Create, scale, pause or repair a revision's Deployment.
    ApplyDeployment {
        /// Revision.
        revision: String,
        /// Colour.
        color: Color,
        /// Size.
        replicas: i32,
        /// Set once its `ReplicaSet` exists: a template edited by hand starts no pod that passed no gate.
        paused: bool,
    },
    /// Delete a Deployment that no Service selects.
    DeleteDeployment {
        /// Revision.
        revision: String,
    },
    /// Create, point or repair a Service.
    PointService {
        /// Which.
        role: Role,
        /// What it selects.
        revision: String,
    },
    /// Delete the preview Service: there is nothing that it could select.
    DropPreview,
    /// Create, point or repair the `PodDisruptionBudget`.
    ApplyBudget {
        /// The revision whose pods it keeps.
        revision: String,
    },
    /// Delete the `PodDisruptionBudget`.
    DropBudget,
    /// Create, change or repair the `HorizontalPodAutoscaler`.
    ApplyAutoscaler,
    /// Delete the `HorizontalPodAutoscaler`.
    DropAutoscaler,
    /// Move the work (inbox, outbox, timers) to a revision.
    MoveWork(WorkOwner),
    /// Let the Jobs of an attempt go on that somebody stopped.
    ResumeJobs {
        /// Revision.
        revision: String,
        /// Attempt.
        attempt: i64,
    },
    /// Delete the Jobs of an ended attempt.
    DeleteJobs {
        /// Revision.
        revision: String,
        /// Attempt.
        attempt: i64,
    },
    /// Delete record and snapshot of a revision beyond the history limit.
    Forget {
        /// Revision.
        revision: String,
    },
}

/// The two Services of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// What Meta's webhooks reach.
    Active,
    /// What the gates reach.
    Preview,
}

/// Decides the pass.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Decision {
    let (status, act) = match phases::due(observed, now) {
        // Among objects of someone else nothing is done but to say so.
        _ if observed.blocked.is_some() => (observed.status.clone(), None),
        Some(status) => (status, None),
        None => (observed.status.clone(), acts::due(observed)),
    };
    let mut status = summary::of(observed, status, now);
    notify::enter(observed, &mut status, now);
    Decision {
        requeue: summary::requeue(observed, &status, now),
        status,
        act,
    }
}
