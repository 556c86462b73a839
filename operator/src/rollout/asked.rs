//! What is asked for is not what serves or is on its way: a newer edit, a revert, a rollback by hand.
//!
//! Which of these holds in which phase stands in the phase's own file; here is how each is done.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    ApprovedBy, CandidateRevision, Color, Outcome, Phase, UbermenchDeploymentStatus,
};

use super::change::{Change, next_owner};
use super::observed::Target;
use super::{Observed, Reason};

/// Before the traffic moves, a candidate that is not asked for any more gives way at once.
pub(super) fn instead_of_candidate(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let candidate = observed.status.candidate.as_ref();
    if candidate.is_some_and(|candidate| candidate.revision == target.revision) {
        None
    } else if is_active(observed, target) {
        Some(revert(observed, target, now))
    } else {
        go(observed, target, now)
    }
}

/// Back to what serves: nothing moves.
pub(super) fn revert(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut change = superseded(observed, target, now);
    change.status.failure = None;
    change.to(
        Phase::Stable,
        Reason::Reverted,
        "the active revision is asked for again",
    )
}

/// To a revision that is not active: without gates where it is still warm, else as a release.
pub(super) fn go(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    if can_return_to(observed, target.revision) {
        let mut change = superseded(observed, target, now);
        change.status.failure = None;
        return Some(return_to_previous(observed, change, way(target)));
    }
    // While paused nothing new begins, but a candidate gives way. A rollback by hand is no progress.
    let idle = matches!(
        observed.status.phase,
        Phase::Stable | Phase::Failed | Phase::Baking
    );
    if observed.settings.paused && idle && !target.by_hand {
        return None;
    }
    Some(begin(observed, target, cause(observed, target), now))
}

/// Begins a release.
pub(super) fn begin(
    observed: &Observed,
    target: Target<'_>,
    cause: Reason,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut change = superseded(observed, target, now);
    let Target {
        revision, image, ..
    } = target;
    let existing = observed
        .revision(revision)
        .and_then(|revision| Some(revision.deployment.as_ref()?.color));
    let status = &mut change.status;
    let is_previous = |previous: &ubermench_crds::PreviousRevision| previous.revision == revision;
    if status.previous.as_ref().is_some_and(is_previous) {
        status.previous = None;
    }
    status.last_attempt = observed.next_attempt();
    status.failure = None;
    let held = observed.settings.paused && !target.by_hand;
    status.candidate = Some(CandidateRevision {
        revision: revision.to_owned(),
        // Two Deployments of one revision would be selected as one.
        color: existing
            .or_else(|| status.active.as_ref().map(|active| active.color.other()))
            .unwrap_or(Color::Blue),
        image: image.to_owned(),
        attempt: status.last_attempt,
        cause: cause.as_str().to_owned(),
        started_at: Time(now),
        phase_started_at: Time(now),
        paused_at: held.then_some(Time(now)),
        gates: Vec::new(),
        baseline: None,
        passed_pods: Vec::new(),
        approved: by_rollback(observed, target),
        durations: Vec::new(),
    });
    let message = match cause {
        Reason::ColdRollback => format!(
            "revision {revision} served before and is no longer warm: it is started and judged like a new one: {image}"
        ),
        Reason::Retried => format!("revision {revision} is tried again: {image}"),
        _ => format!("revision {revision} begins: {image}"),
    };
    change.to(Phase::Snapshotting, cause, &message)
}

/// A person who asks for a rollback has approved it.
fn by_rollback(observed: &Observed, target: Target<'_>) -> Option<ApprovedBy> {
    let rollback = observed.status.rollback.as_ref()?;
    (rollback.revision == target.revision).then(|| ApprovedBy {
        token: rollback.token.clone(),
        time: rollback.since.clone(),
    })
}

/// Whether a revision serves, by the status.
pub(super) fn is_active(observed: &Observed, target: Target<'_>) -> bool {
    let active = observed.status.active.as_ref();
    active.is_some_and(|active| active.revision == target.revision)
}

/// Whether a revision can be returned to at once: it is the previous one, warm, with ready pods that passed.
pub(super) fn can_return_to(observed: &Observed, revision: &str) -> bool {
    let previous = observed.status.previous.as_ref();
    let is_previous = previous.is_some_and(|previous| previous.revision == revision);
    is_previous
        && observed.revision(revision).is_some_and(|revision| {
            !revision.passes.is_empty()
                && revision.ready().count() > 0
                && revision.deployment.is_some()
        })
}

/// The intent to go back to the previous revision.
pub(super) fn return_to_previous(
    observed: &Observed,
    mut change: Change,
    reason: Reason,
) -> UbermenchDeploymentStatus {
    let previous = change.status.previous.as_ref();
    let target = previous.map_or_else(String::new, |previous| previous.revision.clone());
    change.status.work = Some(next_owner(observed, &target));
    let message = change.status.failure.as_ref().map_or_else(
        || format!("revision {target} is asked for again and still warm"),
        |failure| format!("back to revision {target}: {}", failure.message),
    );
    change.to(Phase::RollingBack, reason, &message)
}

/// Why a way back is taken that no failure asks for.
pub(super) const fn way(target: Target<'_>) -> Reason {
    if target.by_hand {
        Reason::RollbackRequested
    } else {
        Reason::SpecReverted
    }
}

/// Why a release begins: one that passed its gates once is come back to.
fn cause(observed: &Observed, target: Target<'_>) -> Reason {
    let served = observed
        .revision(target.revision)
        .is_some_and(|revision| !revision.passes.is_empty() && revision.recorded.is_some());
    if served && observed.status.active.is_some() {
        Reason::ColdRollback
    } else {
        Reason::RevisionChanged
    }
}

/// The candidate gives way. One that already serves (in Baking) is entered as what it became.
pub(super) fn superseded(observed: &Observed, target: Target<'_>, now: Timestamp) -> Change {
    let outcome = if observed.status.phase == Phase::Baking {
        Outcome::Succeeded
    } else {
        Outcome::Superseded
    };
    let what = if target.by_hand {
        "a rollback by hand"
    } else {
        "a newer edit"
    };
    let message = format!("{what} asks for revision {}", target.revision);
    let mut change = Change::new(observed, now);
    change.status.settling = None;
    change.end_candidate(outcome, Reason::Superseded.as_str(), &message);
    if matches!(observed.status.phase, Phase::Switching | Phase::RollingBack) {
        change.keep_work(observed);
    }
    change
}
