//! The candidate on its way: its size, its pods, its judgement.

use jiff::Timestamp;
use ubermench_crds::{CandidateRevision, Phase, UbermenchDeploymentStatus};

use super::change::Change;
use super::observed::Revision;
use super::{Observed, Reason};

/// The candidate and what exists of it.
pub(super) fn candidate(observed: &Observed) -> Option<(&CandidateRevision, &Revision)> {
    let candidate = observed.status.candidate.as_ref()?;
    Some((candidate, observed.revision(&candidate.revision)?))
}

/// How many pods a candidate needs: what is asked for, and no fewer than serve now.
pub(super) fn size(observed: &Observed) -> i32 {
    let active = observed
        .status
        .active
        .as_ref()
        .and_then(|active| observed.revision(&active.revision));
    let serving = active.map_or(0, |revision| revision.ready().count());
    observed
        .settings
        .replicas
        .max(i32::try_from(serving).unwrap_or(i32::MAX))
}

/// Whether enough of its pods stand behind ready endpoints of the preview Service.
pub(super) fn is_at_size(observed: &Observed, candidate: &CandidateRevision) -> bool {
    let ready = observed.endpoints(observed.preview_service.as_ref(), &candidate.revision);
    i32::try_from(ready).unwrap_or(i32::MAX) >= size(observed)
}

/// A pod that passed was replaced: the gates judge again, in a new attempt.
pub(super) fn verify_again(
    observed: &Observed,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let pods = revision.uids();
    let mut passed = candidate.passed_pods.iter();
    if passed.all(|uid| pods.contains(uid.as_str())) {
        return None;
    }
    let mut change = Change::new(observed, now);
    change.status.last_attempt = observed.next_attempt();
    if observed.status.phase == Phase::Switching {
        change.keep_work(observed);
    }
    if let Some(candidate) = change.status.candidate.as_mut() {
        candidate.attempt = change.status.last_attempt;
        candidate.passed_pods.clear();
        candidate.gates.clear();
    }
    Some(change.to(
        Phase::Verifying,
        Reason::PodReplaced,
        "a pod that passed the gates was replaced; they run again",
    ))
}

/// The intent to switch, with the epoch under which the candidate will work.
pub(super) fn switch(
    observed: &Observed,
    candidate: &CandidateRevision,
    reason: Reason,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut change = Change::new(observed, now);
    change.status.work = Some(super::change::next_owner(observed, &candidate.revision));
    let message = if reason == Reason::Approved {
        "approved by hand; traffic and work move to the candidate"
    } else {
        "every gate passed; traffic and work move to the candidate"
    };
    change.to(Phase::Switching, reason, message)
}
