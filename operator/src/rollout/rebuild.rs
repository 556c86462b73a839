//! A status that was lost, or that comes from another time: what the cluster and the database say is taken, and nothing
//! is guessed.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{ActiveRevision, Color, Phase, PreviousRevision, UbermenchDeploymentStatus};

use super::change::{Change, next_owner};
use super::observed::Revision;
use super::{Observed, Reason, actions};

/// A status without an active revision, while a revision that passed its gates serves.
pub(super) fn lost(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let status = &observed.status;
    if status.active.is_some() || status.candidate.is_some() || status.transition.is_some() {
        return None;
    }
    let (name, revision) = serving(observed)?;
    let mut change = Change::new(observed, now);
    change.status.active = Some(ActiveRevision {
        revision: name.to_owned(),
        // A Deployment that was deleted as well is made anew, so any colour will do.
        color: revision
            .deployment
            .as_ref()
            .map_or(Color::Blue, |deployment| deployment.color),
        image: revision.image.clone(),
        since: Time(now),
    });
    change.status.previous = warm(observed, name, now);
    change.status.last_attempt = observed.next_attempt() - 1;
    change.status.work = Some(next_owner(observed, name));
    actions::forget(observed, &mut change.status, now);
    Some(change.to(
        Phase::Stable,
        Reason::StatusLost,
        "the status was lost and is rebuilt from the cluster",
    ))
}

/// What the active Service selects; without a sound Service, the newest revision that passed, one with ready pods first.
/// Where there is no Service at all, nothing has served, so a revision without ready pods is no answer.
fn serving(observed: &Observed) -> Option<(&str, &Revision)> {
    let selected = observed
        .active_service
        .as_ref()
        .and_then(|service| service.revision.as_deref());
    let selected = selected
        .and_then(|name| Some((name, observed.revision(name).filter(|each| passed(each))?)));
    selected.or_else(|| {
        let exists = observed.active_service.is_some();
        passed_ones(observed)
            .filter(|(_, revision)| exists || revision.ready().count() > 0)
            .max_by_key(|(_, revision)| {
                let ready = revision.ready().count() > 0;
                (ready, revision.deployment.is_some(), revision.recorded)
            })
    })
}

/// The other revision that could serve, if there is one.
fn warm(observed: &Observed, active: &str, now: Timestamp) -> Option<PreviousRevision> {
    let others = passed_ones(observed)
        .filter(|(name, revision)| *name != active && revision.ready().count() > 0);
    let (name, revision) = others.max_by_key(|(_, revision)| revision.recorded)?;
    Some(PreviousRevision {
        revision: name.to_owned(),
        color: revision.deployment.as_ref()?.color,
        image: revision.image.clone(),
        warm_until: Time(now + SignedDuration::from_secs(observed.settings.warm_seconds)),
    })
}

fn passed_ones(observed: &Observed) -> impl Iterator<Item = (&str, &Revision)> {
    observed
        .revisions
        .iter()
        .filter(|(_, revision)| passed(revision))
        .map(|(name, revision)| (name.as_str(), revision))
}

fn passed(revision: &Revision) -> bool {
    revision.recorded.is_some() && !revision.passes.is_empty()
}

/// The database knows an epoch that is not ours and not below ours, so ours would never be taken: a greater one is
/// given out. Happens with a database that served before, or was restored.
pub(super) fn fence(observed: &Observed) -> Option<UbermenchDeploymentStatus> {
    let row = observed.work.as_ref()?;
    let intended = match (&observed.status.work, &observed.status.active) {
        (Some(intended), _) if row == intended || row.epoch < intended.epoch => return None,
        (Some(intended), _) => &intended.revision,
        (None, Some(active)) => &active.revision,
        (None, None) => return None,
    };
    let work = Some(next_owner(observed, intended));
    Some(UbermenchDeploymentStatus {
        work,
        ..observed.status.clone()
    })
}
