//! What a status says beside its phase: conditions, counts and one sentence for people.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

use super::release::size;
use super::transition::elapsed;
use super::{Desired, Observed, baking};

/// Reasons of transitions, failures and conditions, as they stand in status, Events and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each is explained by its own name, and for users in docs/operator.md"
)]
pub enum Reason {
    Baked,
    ContainerConfigInvalid,
    CrashLoop,
    DeadlineExceeded,
    GateFailed,
    GatesPassed,
    ImagePullFailed,
    InProgress,
    InvalidSpec,
    MigrationFailed,
    MigrationsApplied,
    NameTaken,
    NotReady,
    PodReplaced,
    PodsReady,
    ReadinessLost,
    ReleaseFailed,
    Reverted,
    RevisionChanged,
    RolledBack,
    SecretMissing,
    SnapshotTaken,
    SpecReverted,
    StatusLost,
    Switched,
    UpToDate,
    Waiting,
}

impl Reason {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baked => "Baked",
            Self::ContainerConfigInvalid => "ContainerConfigInvalid",
            Self::CrashLoop => "CrashLoop",
            Self::DeadlineExceeded => "DeadlineExceeded",
            Self::GateFailed => "GateFailed",
            Self::GatesPassed => "GatesPassed",
            Self::ImagePullFailed => "ImagePullFailed",
            Self::InProgress => "InProgress",
            Self::InvalidSpec => "InvalidSpec",
            Self::MigrationFailed => "MigrationFailed",
            Self::MigrationsApplied => "MigrationsApplied",
            Self::NameTaken => "NameTaken",
            Self::NotReady => "NotReady",
            Self::PodReplaced => "PodReplaced",
            Self::PodsReady => "PodsReady",
            Self::ReadinessLost => "ReadinessLost",
            Self::ReleaseFailed => "ReleaseFailed",
            Self::Reverted => "Reverted",
            Self::RevisionChanged => "RevisionChanged",
            Self::RolledBack => "RolledBack",
            Self::SecretMissing => "SecretMissing",
            Self::SnapshotTaken => "SnapshotTaken",
            Self::SpecReverted => "SpecReverted",
            Self::StatusLost => "StatusLost",
            Self::Switched => "Switched",
            Self::UpToDate => "UpToDate",
            Self::Waiting => "Waiting",
        }
    }
}

/// Completes a status. Says nothing new where nothing is new, so that an unchanged one is not written.
pub(super) fn of(
    observed: &Observed,
    mut status: UbermenchDeploymentStatus,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let active = status
        .active
        .as_ref()
        .and_then(|active| observed.revision(&active.revision));
    status.observed_generation = Some(observed.generation);
    status.replicas = active.map_or(0, |revision| count(revision.pods.len()));
    status.ready_replicas = active.map_or(0, |revision| count(revision.ready().count()));
    status.message = message(observed, &status);
    let conditions = conditions(observed, &status);
    status.conditions = merge(&status.conditions, conditions, observed.generation, now);
    status
}

/// When to look again: at the next deadline, and by and by to compare the world with what it should be.
pub(super) fn requeue(
    observed: &Observed,
    status: &UbermenchDeploymentStatus,
    now: Timestamp,
) -> Duration {
    let settings = &observed.settings;
    let left = |limit: i64| {
        status
            .candidate
            .as_ref()
            .map_or(limit, |candidate| limit - elapsed(candidate, now))
    };
    let seconds = match status.phase {
        Phase::Switching | Phase::RollingBack => 1,
        Phase::Baking if baking::suspects(observed) => 1,
        Phase::Baking => left(settings.bake_seconds).clamp(1, 5),
        Phase::Migrating => left(settings.migrate_seconds).clamp(1, 10),
        Phase::Starting => left(settings.start_seconds).clamp(1, 10),
        Phase::Verifying => left(settings.smoke_seconds).clamp(1, 10),
        Phase::Snapshotting => 10,
        Phase::Stable | Phase::Failed => status.previous.as_ref().map_or(60, |previous| {
            previous
                .warm_until
                .0
                .duration_since(now)
                .as_secs()
                .clamp(1, 60)
        }),
    };
    Duration::from_secs(seconds.unsigned_abs())
}

fn message(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    if let Some(message) = &observed.blocked {
        return message.clone();
    }
    if let Desired::Missing { message } | Desired::Invalid { message } = &observed.desired {
        return format!("{message}; what serves serves on");
    }
    let paused = if observed.settings.paused {
        "paused; "
    } else {
        ""
    };
    let text = match status.phase {
        Phase::Stable => status.active.as_ref().map_or_else(
            || "nothing has been released yet".to_owned(),
            |active| format!("revision {} serves", active.revision),
        ),
        Phase::Snapshotting => "copying Secrets and ConfigMaps".to_owned(),
        Phase::Migrating => "waiting for the migration Job".to_owned(),
        Phase::Starting => starting(observed),
        Phase::Verifying => "waiting for the gates".to_owned(),
        Phase::Switching => "moving traffic and work to the candidate".to_owned(),
        Phase::Baking if baking::is_shared(observed) => {
            "both revisions fail the same way, so a dependency that they share is ill: holding"
                .to_owned()
        }
        Phase::Baking => format!(
            "watching the new revision for {} s",
            observed.settings.bake_seconds
        ),
        Phase::RollingBack => "going back to the previous revision".to_owned(),
        Phase::Failed => status.failure.as_ref().map_or_else(String::new, |failure| {
            format!("{}: {}", failure.reason, failure.message)
        }),
    };
    format!("{paused}{text}")
}

fn starting(observed: &Observed) -> String {
    let ready = observed.status.candidate.as_ref().map_or(0, |candidate| {
        observed.endpoints(observed.preview_service.as_ref(), &candidate.revision)
    });
    format!(
        "waiting for the candidate's pods: {ready} of {} ready",
        size(observed)
    )
}

/// `(type, status, reason, message)` of each condition.
fn conditions(
    observed: &Observed,
    status: &UbermenchDeploymentStatus,
) -> Vec<(&'static str, bool, Reason, String)> {
    let serving =
        status.ready_replicas >= observed.settings.replicas.min(1) && status.active.is_some();
    let complete = status.ready_replicas >= observed.settings.replicas;
    let held = held(observed);
    let settled = matches!(status.phase, Phase::Stable);
    let failed = status.phase == Phase::Failed;
    let is_desired = matches!((&observed.desired, &status.active), (Desired::Revision { name, .. }, Some(active)) if *name == active.revision);
    let ready = settled && is_desired && complete && held.is_none();
    let why = match (held, failed, settled && is_desired) {
        (Some(held), _, _) => held,
        (_, true, _) => Reason::ReleaseFailed,
        (_, _, true) if !serving || !complete => Reason::NotReady,
        (_, _, true) => Reason::UpToDate,
        _ => Reason::InProgress,
    };
    let stalled = failed || held.is_some();
    let before = matches!(status.phase, Phase::Snapshotting | Phase::Migrating);
    let in_migrating = status
        .failure
        .as_ref()
        .is_some_and(|failure| failure.phase == Phase::Migrating);
    let unmigrated = before || (failed && in_migrating);
    let migrated = !unmigrated;
    vec![
        ("Ready", ready, why, status.message.clone()),
        (
            "Reconciling",
            !stalled && !ready,
            why,
            status.message.clone(),
        ),
        (
            "Stalled",
            stalled,
            if stalled { why } else { Reason::UpToDate },
            if stalled {
                status.message.clone()
            } else {
                String::new()
            },
        ),
        (
            "MigrationsApplied",
            migrated && status.active.is_some(),
            if migrated {
                Reason::MigrationsApplied
            } else {
                Reason::Waiting
            },
            String::new(),
        ),
    ]
}

/// Why nothing new can begin, whatever the phase.
fn held(observed: &Observed) -> Option<Reason> {
    match (&observed.blocked, &observed.desired) {
        (Some(_), _) => Some(Reason::NameTaken),
        (None, Desired::Invalid { .. }) => Some(Reason::InvalidSpec),
        (None, Desired::Missing { .. }) => Some(Reason::SecretMissing),
        (None, Desired::Revision { .. }) => None,
    }
}

/// A condition's time moves only when its status does.
fn merge(
    old: &[Condition],
    new: Vec<(&'static str, bool, Reason, String)>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    new.into_iter()
        .map(|(type_, holds, reason, message)| {
            let status = if holds { "True" } else { "False" };
            let last = old.iter().find(|condition| condition.type_ == type_);
            let since = last
                .filter(|last| last.status == status)
                .map_or(Time(now), |last| last.last_transition_time.clone());
            Condition {
                type_: type_.to_owned(),
                status: status.to_owned(),
                reason: reason.as_str().to_owned(),
                message,
                observed_generation: Some(generation),
                last_transition_time: since,
            }
        })
        .collect()
}

fn count(pods: usize) -> i32 {
    i32::try_from(pods).unwrap_or(i32::MAX)
}
