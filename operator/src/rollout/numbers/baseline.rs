//! The baseline: what pods had counted when the judgement of an attempt began in a phase.

use ubermench_crds::{Baseline, Phase, PodCount, UbermenchDeploymentStatus};

use super::{Numbers, is_judged, other};
use crate::rollout::candidate::candidate;
use crate::rollout::observed::Revision;
use crate::rollout::{Observed, Pod};

/// The baseline of this attempt and phase.
pub(super) fn in_force(observed: &Observed) -> Option<&Baseline> {
    let candidate = observed.status.candidate.as_ref()?;
    candidate.baseline.as_ref().filter(|baseline| {
        baseline.attempt == candidate.attempt && baseline.phase == observed.status.phase
    })
}

/// Whether every ready pod of the candidate has its baseline, or needs none: only then may samples be made.
pub(in crate::rollout) fn covers(observed: &Observed) -> bool {
    if !is_judged(observed) {
        return true;
    }
    let Some((_, revision)) = candidate(observed) else {
        return false;
    };
    let noted = |pod: &Pod| {
        let mut pods = in_force(observed)
            .into_iter()
            .flat_map(|baseline| &baseline.pods);
        pods.any(|base| base.pod == pod.uid)
    };
    revision.ready().count() > 0 && revision.ready().all(noted)
}

/// The status with the pods in it that answered for the first time in this judgement; or all anew in the bake, when a
/// database that both sides had lost is there again.
pub(in crate::rollout) fn begin(observed: &Observed) -> Option<UbermenchDeploymentStatus> {
    if !is_judged(observed) {
        return None;
    }
    let (candidate, own) = candidate(observed)?;
    // Before the switch the samples are made again as well, in a new attempt.
    let anew = observed.status.phase == Phase::Baking
        && Numbers::of(observed).is_some_and(|numbers| numbers.has_recovered());
    let known = in_force(observed).filter(|_| !anew);
    let other = other(observed).and_then(|name| observed.revision(name));
    let first: Vec<_> = [Some(own), other]
        .into_iter()
        .flatten()
        .flat_map(Revision::ready)
        .filter_map(count)
        .filter(|count| !known.is_some_and(|known| has(known, &count.pod)))
        .collect();
    if first.is_empty() {
        return None;
    }
    let mut baseline = known.cloned().unwrap_or_else(|| Baseline {
        attempt: candidate.attempt,
        phase: observed.status.phase,
        pods: Vec::new(),
    });
    baseline.pods.extend(first);
    let mut status = observed.status.clone();
    status.candidate.as_mut()?.baseline = Some(baseline);
    Some(status)
}

fn has(baseline: &Baseline, pod: &str) -> bool {
    baseline.pods.iter().any(|base| base.pod == pod)
}

/// Nothing begins in the middle of an outage: what it spoils could not be told from the rest afterwards.
fn count(pod: &Pod) -> Option<PodCount> {
    let counts = pod.counts.as_ref().filter(|counts| counts.database)?;
    Some(PodCount {
        pod: pod.uid.clone(),
        restarts: pod.restarts,
        samples: counts.samples,
        errors: counts.errors,
        database_errors: counts.database_errors,
        latency: counts.latency.clone(),
    })
}
