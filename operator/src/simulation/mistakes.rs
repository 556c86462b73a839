//! Mistakes that the operator could make: each is put to the unchanged code at the edges of a decision, or on the wire of
//! its requests, and each must be caught.

mod decisions;
mod tests;
mod wire;

use std::cell::Cell;

pub(crate) use decisions::{decide, observe};
pub(super) use wire::{answer, request};

use super::World;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mistake {
    /// Pods are counted where endpoints are asked for.
    CountersForEndpoints,
    /// An endpoint counts, whosever pod it leads to.
    EndpointsWithoutUid,
    /// The gate's answer in an attempt before counts.
    FormerAttemptCounted,
    /// The gate's answer for another revision counts.
    OtherRevisionCounted,
    /// A gate that said nothing has passed.
    UnknownCountedAsPassed,
    /// A pass counts that is on no record.
    PassNotRecorded,
    /// Nobody asks whether the pods that passed are still there.
    ReplacedPodsServe,
    /// Nobody asks the person that is to approve.
    ApprovalSkipped,
    /// The Service moves before the switch is written down.
    IntentNotWritten,
    /// Objects are replaced whatever their version.
    ActWithoutVersion,
    /// What serves is scaled down before the Service has moved.
    ScaledDownFirst,
    /// What serves is deleted.
    DeletedInUse,
    /// The revision before is not kept warm.
    WarmDropped,
    /// Back to a revision without a ready pod.
    RollbackToNothing,
    /// A retry's token acts again.
    RetryHonouredTwice,
    /// A token for another revision approves this one.
    StalePromoteHonoured,
    /// A pause stops the way back.
    PauseStopsRollback,
    /// A pause stops scaling and repair.
    PauseStopsScaling,
    /// A pause does not stop the clock.
    DeadlineRunsWhilePaused,
    /// The resource is taken as it was at first.
    StaleGenerationActedOn,
    /// A newer edit waits for the candidate's end.
    SupersededCandidateKept,
    /// A migration of another revision counts.
    SupersededJobCounted,
    /// The work moves before the Service.
    WorkBeforeService,
    /// A new process does not end the move of the work that the one before began.
    WorkForgottenAtRestart,
    /// An older epoch is asked for.
    EpochBackwards,
    /// Migrations run whatever the ledger says.
    LedgerIgnored,
    /// Kubernetes tries a failed migration again.
    MigrationRetried,
    /// A migration that runs is taken away.
    MigrationCutOff,
    /// The Service is written without a selector.
    EmptySelector,
    /// A selector that somebody turned is taken for a switch.
    DamagedSelectorBelieved,
    /// An Event for each process.
    EventPerProcess,
    /// A status that is never the same.
    StatusOnEveryPass,
    /// The finalizer stays.
    FinalizerForever,
    /// An emptied Secret is rolled out.
    EmptiedSecretRolledOut,
    /// What belongs to somebody else is written.
    ForeignTaken,
}

thread_local! {
    static MADE: Cell<Option<Mistake>> = const { Cell::new(None) };
    static RESTARTED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a mistake is being made in this thread.
pub(super) fn made(mistake: Mistake) -> bool {
    MADE.get() == Some(mistake)
}

/// A process starts.
pub(super) fn started(world: &World) {
    RESTARTED.set(world.witness.restarted);
}
