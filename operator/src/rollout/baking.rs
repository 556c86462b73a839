//! After the switch: the new active revision is watched, and left in time if it turns bad.

use jiff::{SignedDuration, Timestamp};
use ubermench_crds::{CandidateRevision, Outcome, Phase, UbermenchDeploymentStatus};

use super::observed::Revision;
use super::release::candidate;
use super::switching::return_to_previous;
use super::transition::{Change, elapsed, explain, failure};
use super::{Observed, Pod, Reason, Trouble};

/// A pod that is unready for that long is not just slow once; and a dependency that both sides share has shown on both.
const SETTLED: SignedDuration = SignedDuration::from_secs(2);

/// Evidence in Baking that the revision is bad: back, unless the other side fails the same way.
pub(super) fn way_back(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    if observed.status.phase != Phase::Baking {
        return None;
    }
    let (candidate, _) = candidate(observed)?;
    let (reason, message, trouble) = evidence(observed, now)?;
    let failure = failure(candidate, Phase::Baking, reason, message, trouble, now);
    let mut change = Change::new(observed, now);
    let Some(previous) = &observed.status.previous else {
        // The first install: nothing to go back to, so it serves as well as it can.
        return Some(change.fail(failure, reason));
    };
    if !is_better(observed, &previous.revision) {
        return None;
    }
    change.status.failure = Some(failure);
    Some(return_to_previous(observed, change, reason))
}

/// The bake is over.
pub(super) fn baked(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    if elapsed(candidate, now) < observed.settings.bake_seconds || suspects(observed) {
        return None;
    }
    let mut change = Change::new(observed, now);
    change.end_candidate(Outcome::Succeeded, "");
    Some(change.to(Phase::Stable, Reason::Baked, "the release is complete"))
}

/// Whether both sides are ill: a shared dependency, so that going back would not help.
pub(super) fn is_shared(observed: &Observed) -> bool {
    observed.status.phase == Phase::Baking
        && suspects(observed)
        && observed
            .status
            .previous
            .as_ref()
            .is_some_and(|previous| !is_better(observed, &previous.revision))
}

/// Whether anything speaks against the new active revision, be it for a moment.
pub(super) fn suspects(observed: &Observed) -> bool {
    candidate(observed).is_some_and(|(candidate, revision)| {
        revision.trouble().is_some() || lost(candidate, revision).next().is_some()
    })
}

/// What speaks against the new active revision: a pod that ended, or one that passed the gates and is not ready now.
/// A pod that was deleted (a drain, a person) speaks for nothing.
fn evidence(observed: &Observed, now: Timestamp) -> Option<(Reason, String, Option<&Trouble>)> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        let (reason, message) = explain(trouble);
        return Some((reason, message, Some(trouble)));
    }
    if let Some(ended) = lost(candidate, revision).find(|pod| pod.last.exit_code.is_some()) {
        let (reason, message) = explain(&ended.last);
        return Some((reason, message, Some(&ended.last)));
    }
    let lost = lost(candidate, revision).find(|pod| {
        pod.since
            .is_none_or(|since| now.duration_since(since) >= SETTLED)
    })?;
    let message = format!("pod {} lost its readiness after the switch", lost.name);
    Some((Reason::ReadinessLost, message, Some(&lost.last)))
}

fn lost<'a>(
    candidate: &CandidateRevision,
    revision: &'a Revision,
) -> impl Iterator<Item = &'a Pod> {
    revision
        .pods
        .iter()
        .filter(|pod| !pod.ready && candidate.passed_pods.contains(&pod.uid))
}

/// Whether the previous revision is well, or at least better off than the active one.
fn is_better(observed: &Observed, previous: &str) -> bool {
    let ready = |revision: &Revision| revision.ready().filter(|pod| pod.trouble.is_none()).count();
    let active = candidate(observed).map_or(0, |(_, revision)| ready(revision));
    observed.revision(previous).is_some_and(|previous| {
        ready(previous) > 0 && (ready(previous) == previous.pods.len() || ready(previous) > active)
    })
}
