//! What a status says beside its phase: conditions, counts and one sentence for people.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

use super::change::elapsed;
use super::{Desired, Observed, Reason, keepers, notify, phases, settling, waiting};

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
    status.message = waiting::message(observed, &status);
    status.waiting_for = waiting::waiting_for(observed, &status);
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
        Phase::Baking if phases::suspects(observed) => 1,
        Phase::Baking => {
            left(settings.bake_seconds).clamp(1, if settings.metrics.is_some() { 2 } else { 5 })
        }
        Phase::Migrating => left(settings.migrate_seconds).clamp(1, 10),
        Phase::Starting => left(settings.start_seconds).clamp(1, 10),
        Phase::Verifying if settings.metrics.is_some() => 1,
        Phase::Verifying => left(settings.smoke_seconds).clamp(1, 10),
        Phase::AwaitingApproval => left(settings.approval_seconds).clamp(1, 60),
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
    let due = Duration::from_secs(seconds.unsigned_abs());
    let opens = settling::left(status, now).map_or(due, |left| due.min(left.unsigned_abs()));
    // What is under way has its answer soon.
    notify::next(status).map_or(opens, |next| {
        let left = next.duration_since(now).max(SignedDuration::from_secs(1));
        opens.min(left.unsigned_abs())
    })
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
    let active = status
        .active
        .as_ref()
        .map(|active| active.revision.as_str());
    let by_hand = settled && by_hand(status);
    let is_desired = match &observed.desired {
        Desired::Revision { name, .. } => active == Some(name),
        Desired::Missing { .. } | Desired::Invalid { .. } => false,
    };
    let ready = settled && is_desired && complete && held.is_none();
    let why = match held {
        Some(held) => held,
        None if failed => Reason::ReleaseFailed,
        None if settled && is_desired && !(serving && complete) => Reason::NotReady,
        None if settled && is_desired => Reason::UpToDate,
        None if by_hand => Reason::RolledBackByHand,
        None if observed.is_held() => Reason::Paused,
        None if status.phase == Phase::AwaitingApproval => Reason::AwaitingApproval,
        None if settled && status.settling.is_some() => Reason::Settling,
        None => Reason::InProgress,
    };
    let stalled = failed || held.is_some() || by_hand;
    let migrated = status.active.is_some() && !is_unmigrated(status);
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
            migrated,
            if migrated {
                Reason::MigrationsApplied
            } else {
                Reason::Waiting
            },
            String::new(),
        ),
    ]
}

/// Whether the schema may lack what the candidate needs, or what the last one that failed needed.
fn is_unmigrated(status: &UbermenchDeploymentStatus) -> bool {
    let failure = status.failure.as_ref();
    match status.phase {
        Phase::Snapshotting | Phase::Migrating => true,
        Phase::Failed => failure.is_some_and(|failure| failure.phase == Phase::Migrating),
        _ => false,
    }
}

/// Whether the active revision serves against the spec, by a person's word.
fn by_hand(status: &UbermenchDeploymentStatus) -> bool {
    match (&status.rollback, &status.active) {
        (Some(rollback), Some(active)) => rollback.revision == active.revision,
        _ => false,
    }
}

/// Why nothing new can begin, whatever the phase.
fn held(observed: &Observed) -> Option<Reason> {
    match (&observed.blocked, &observed.desired) {
        (Some(_), _) => Some(Reason::NameTaken),
        (None, Desired::Invalid { .. }) => Some(Reason::InvalidSpec),
        (None, Desired::Missing { .. }) => Some(Reason::SecretMissing),
        (None, Desired::Revision { .. }) => keepers::taken(observed).map(|_| Reason::NameTaken),
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
