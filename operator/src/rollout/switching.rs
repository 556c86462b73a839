//! Traffic and work change sides: Switching and `RollingBack`.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{ActiveRevision, Outcome, Phase, PreviousRevision, UbermenchDeploymentStatus};

use super::release::{candidate, next_owner, verify_again};
use super::transition::{Change, explain, failure};
use super::{Observed, Reason};

/// The candidate serves and owns the work: it is active, and what was active stays warm.
pub(super) fn switched(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    if !observed.serves(observed.active_service.as_ref(), &candidate.revision)
        || !work_moved(observed)
    {
        return None;
    }
    let mut change = Change::new(observed, now);
    let active = ActiveRevision {
        revision: candidate.revision.clone(),
        color: candidate.color,
        image: candidate.image.clone(),
        since: Time(now),
    };
    if let Some(old) = change.status.active.replace(active) {
        change.status.previous = Some(warm(observed, old, now));
    }
    Some(change.to(
        Phase::Baking,
        Reason::Switched,
        "the new revision serves; its health is watched",
    ))
}

/// In Switching and `RollingBack`: the candidate went bad under way, or the way back is complete.
pub(super) fn way_back(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    match observed.status.phase {
        Phase::Switching => gone_bad(observed, now),
        Phase::RollingBack => returned(observed, now),
        _ => None,
    }
}

/// Whether the intended owner has the work.
fn work_moved(observed: &Observed) -> bool {
    observed.work.is_some() && observed.work == observed.status.work
}

/// The candidate failed between the intent and the end of the switch.
fn gone_bad(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let points_here = observed.points_at(&candidate.revision);
    let trouble = revision.trouble();
    let lost = points_here && revision.ready().count() == 0;
    if trouble.is_none() && !lost {
        // Before the Service has moved, pods that passed nothing are judged first.
        return (!points_here)
            .then(|| verify_again(observed, now))
            .flatten();
    }
    let (reason, message) = trouble.map_or_else(
        || {
            (
                Reason::ReadinessLost,
                "all of the candidate's pods lost their readiness during the switch".to_owned(),
            )
        },
        explain,
    );
    let failure = failure(candidate, Phase::Switching, reason, message, trouble, now);
    let mut change = Change::new(observed, now);
    if !points_here {
        return Some(change.fail(failure, reason));
    }
    // The first install has no way back; what is there stays, for a look.
    let active = observed.status.active.clone()?;
    // Traffic has moved, the work may have moved: the way back puts both where they were.
    change.status.previous = Some(warm(observed, active, now));
    change.status.failure = Some(failure);
    Some(return_to_previous(observed, change, reason))
}

/// The way back out of a switch whose traffic has moved, because the spec asks for it.
pub(super) fn turn_back(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let active = observed.status.active.clone()?;
    let mut change = Change::new(observed, now);
    change.end_candidate(Outcome::Superseded, "a newer edit");
    change.status.previous = Some(warm(observed, active, now));
    Some(return_to_previous(observed, change, Reason::SpecReverted))
}

/// Whether a revision can be returned to at once: it is the previous one, warm, with ready pods that passed.
pub(super) fn can_return_to(observed: &Observed, revision: &str) -> bool {
    observed
        .status
        .previous
        .as_ref()
        .is_some_and(|previous| previous.revision == revision)
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
    let target = change
        .status
        .previous
        .as_ref()
        .map(|previous| previous.revision.clone())
        .unwrap_or_default();
    change.status.work = Some(next_owner(observed, &target));
    let message = change.status.failure.as_ref().map_or_else(
        || format!("revision {target} is asked for again and still warm"),
        |failure| format!("back to revision {target}: {}", failure.message),
    );
    change.to(Phase::RollingBack, reason, &message)
}

/// The previous revision serves and works again.
fn returned(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let previous = observed.status.previous.clone()?;
    if !observed.serves(observed.active_service.as_ref(), &previous.revision)
        || !work_moved(observed)
    {
        return None;
    }
    let mut change = Change::new(observed, now);
    let active = ActiveRevision {
        revision: previous.revision.clone(),
        color: previous.color,
        image: previous.image,
        since: Time(now),
    };
    let left = change.status.active.replace(active);
    change.status.previous = None;
    if let Some(failure) = &observed.status.failure {
        change.end_candidate(Outcome::RolledBack, &failure.reason);
        let message = format!("revision {} serves again", previous.revision);
        return Some(change.to(Phase::Failed, Reason::RolledBack, &message));
    }
    change.status.previous = left
        .filter(|left| left.revision != previous.revision)
        .map(|left| warm(observed, left, now));
    Some(change.to(
        Phase::Stable,
        Reason::SpecReverted,
        "the revision that was asked for again serves",
    ))
}

fn warm(observed: &Observed, old: ActiveRevision, now: Timestamp) -> PreviousRevision {
    PreviousRevision {
        revision: old.revision,
        color: old.color,
        image: old.image,
        warm_until: Time(now + SignedDuration::from_secs(observed.settings.warm_seconds)),
    }
}
