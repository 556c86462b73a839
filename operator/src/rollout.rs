//! Decides what a pass does: pure, from what was observed and the time.
//!
//! A pass either writes down an intent (a change of phase, in status) or carries out one act; the intent comes first.
//! All progress is in [`Observed`], so a pass that was killed anywhere is simply taken again.
//!
//! | phase | leaves for | when |
//! | --- | --- | --- |
//! | Stable, Failed | Snapshotting | the resource asks for a revision that is neither active nor the one that failed |
//! | Stable, Failed, Baking | `RollingBack` | it asks for the previous revision, which is still warm |
//! | Failed | Stable | it asks for the active revision again |
//! | Snapshotting | Migrating | record and snapshot are there |
//! | Migrating | Starting | the ledger holds the candidate's migrations |
//! | Starting | Verifying | enough ready endpoints of the candidate |
//! | Verifying | Switching | every gate's pass is recorded |
//! | Switching | Baking | endpoints are confirmed and the work has moved |
//! | Baking | Stable | `bakeSeconds` passed in health |
//! | Baking, Switching | `RollingBack` | evidence that the revision is bad, and the previous one is well |
//! | `RollingBack` | Failed, Stable | the previous revision serves and works again |
//! | any before Switching | Failed | evidence, or the phase's deadline |
//! | any before the traffic moves | Snapshotting, Stable | a newer edit |
//! | Switching | Verifying | a pod that passed the gates was replaced before the traffic moved |

mod acts;
mod baking;
mod observed;
mod rebuild;
mod release;
mod summary;
mod switching;
mod transition;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use ubermench_crds::{Color, UbermenchDeploymentStatus, WorkOwner};

pub use observed::{
    Desired, JobState, Observed, Pod, Revision, ServiceView, Settings, Snapshot, Trouble,
    TroubleKind, Workload,
};
pub use summary::Reason;

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
    /// Make the Secret with the internal port's token and the digest key.
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
    /// Move the work (inbox, outbox, timers) to a revision.
    MoveWork(WorkOwner),
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
    let (status, act) = match transition::due(observed, now) {
        // Among objects of someone else nothing is done but to say so.
        _ if observed.blocked.is_some() => (observed.status.clone(), None),
        Some(status) => (status, None),
        None => (observed.status.clone(), acts::due(observed)),
    };
    let status = summary::of(observed, status, now);
    Decision {
        requeue: summary::requeue(observed, &status, now),
        status,
        act,
    }
}
