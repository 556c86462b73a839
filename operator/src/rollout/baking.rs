//! After the switch: the new active revision is watched, and left in time if it turns bad.

use jiff::Timestamp;
use ubermench_crds::{Outcome, Phase, UbermenchDeploymentStatus};

use super::observed::Revision;
use super::release::candidate;
use super::switching::return_to_previous;
use super::transition::{Change, elapsed, explain, failure};
use super::{Observed, Reason, Trouble};

/// Evidence in Baking that the revision is bad: back, unless the other side fails the same way.
pub(super) fn way_back(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    if observed.status.phase != Phase::Baking {
        return None;
    }
    let (candidate, _) = candidate(observed)?;
    let (reason, message, trouble) = evidence(observed)?;
    let failure = failure(candidate, Phase::Baking, reason, message, trouble, now);
    let mut change = Change::new(observed, now);
    let Some(previous) = &observed.status.previous else {
        // The first install: nothing to go back to, so it serves as well as it can.
        return Some(change.fail(failure, reason));
    };
    if !observed.revision(&previous.revision).is_some_and(is_well) {
        return None;
    }
    change.status.failure = Some(failure);
    Some(return_to_previous(observed, change, reason))
}

/// The bake is over.
pub(super) fn baked(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    if elapsed(candidate, now) < observed.settings.bake_seconds || evidence(observed).is_some() {
        return None;
    }
    let mut change = Change::new(observed, now);
    change.end_candidate(Outcome::Succeeded, "");
    Some(change.to(Phase::Stable, Reason::Baked, "the release is complete"))
}

/// Whether both sides are ill: a shared dependency, so that going back would not help.
pub(super) fn is_shared(observed: &Observed) -> bool {
    observed.status.phase == Phase::Baking
        && evidence(observed).is_some()
        && observed.status.previous.as_ref().is_some_and(|previous| !observed.revision(&previous.revision).is_some_and(is_well))
}

/// What speaks against the new active revision: a pod that ended, or one that passed the gates and is not ready now.
/// A pod that was deleted (a drain, a person) speaks for nothing.
fn evidence(observed: &Observed) -> Option<(Reason, String, Option<&Trouble>)> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        let (reason, message) = explain(trouble);
        return Some((reason, message, Some(trouble)));
    }
    let lost = revision.pods.iter().find(|pod| !pod.ready && candidate.passed_pods.contains(&pod.uid))?;
    Some((Reason::ReadinessLost, format!("pod {} lost its readiness after the switch", lost.name), None))
}

/// Ready pods, and none that is not.
fn is_well(revision: &Revision) -> bool {
    revision.ready().count() > 0 && revision.pods.iter().all(|pod| pod.ready && pod.trouble.is_none())
}
