//! From what pods and clocks show to a failure that says what to do.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{CandidateRevision, Failure, Phase, UbermenchDeploymentStatus};

use super::change::{Change, elapsed};
use super::{Observed, Reason, Trouble, TroubleKind};

/// Seconds by which the clocks of this process and of the Job controller may differ.
const SKEW: i64 = 5;

/// A failure of the candidate, by evidence.
pub(super) fn failure(
    candidate: &CandidateRevision,
    phase: Phase,
    reason: Reason,
    message: String,
    evidence: Option<&Trouble>,
    now: Timestamp,
) -> Failure {
    Failure {
        reason: reason.as_str().to_owned(),
        phase,
        revision: candidate.revision.clone(),
        image: candidate.image.clone(),
        attempt: candidate.attempt,
        pod: evidence.map(|trouble| trouble.pod.clone()),
        container: evidence.and_then(|trouble| trouble.container.clone()),
        exit_code: evidence.and_then(|trouble| trouble.exit_code),
        log: evidence
            .map(|trouble| trouble.log.clone())
            .unwrap_or_default(),
        message,
        time: Time(now),
    }
}

/// The release ends by the evidence of a pod.
pub(super) fn stopped(
    observed: &Observed,
    candidate: &CandidateRevision,
    trouble: &Trouble,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let (reason, message) = explain(trouble);
    let phase = observed.status.phase;
    let failure = failure(candidate, phase, reason, message, Some(trouble), now);
    Change::new(observed, now).fail(failure, reason)
}

/// The release ends by the evidence of a Job whose program said why.
pub(super) fn refused(
    observed: &Observed,
    candidate: &CandidateRevision,
    reason: Reason,
    what: &str,
    trouble: &Trouble,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let message = format!(
        "{what}: {}. The active revision is untouched",
        said(trouble)
    );
    let phase = observed.status.phase;
    let failure = failure(candidate, phase, reason, message, Some(trouble), now);
    Change::new(observed, now).fail(failure, reason)
}

/// What a Job's program said before it ended.
pub(super) fn said(trouble: &Trouble) -> &str {
    if trouble.message.is_empty() {
        "it gave no message"
    } else {
        &trouble.message
    }
}

/// The release ends by the step's deadline, if it has passed.
pub(super) fn late(
    observed: &Observed,
    candidate: &CandidateRevision,
    limit: i64,
    setting: &str,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    if elapsed(candidate, now) < limit {
        return None;
    }
    let phase = observed.status.phase;
    let deployment = observed
        .revision(&candidate.revision)
        .and_then(|revision| revision.deployment.as_ref());
    let why = deployment
        .and_then(|deployment| deployment.refused.as_ref())
        .map_or_else(String::new, |refused| {
            format!(" Kubernetes makes no pods: {refused}.")
        });
    let message = format!(
        "{phase:?} took longer than {limit} s ({setting}).{why} The active revision is untouched"
    );
    let reason = Reason::DeadlineExceeded;
    let failure = failure(candidate, phase, reason, message, None, now);
    Some(Change::new(observed, now).fail(failure, reason))
}

/// A Job that Kubernetes ended by its own clock, which a pause does not stop, while ours has time left: it is run again.
pub(super) fn out_of_time(
    observed: &Observed,
    candidate: &CandidateRevision,
    trouble: &Trouble,
    limit: i64,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    if trouble.kind != TroubleKind::Deadline || elapsed(candidate, now) + SKEW >= limit {
        return None;
    }
    Some(attempt_again(observed))
}

/// The step goes on in a new attempt, for which no Job of another one counts.
pub(super) fn attempt_again(observed: &Observed) -> UbermenchDeploymentStatus {
    let mut status = observed.status.clone();
    status.last_attempt = observed.next_attempt();
    if let Some(candidate) = status.candidate.as_mut() {
        candidate.attempt = status.last_attempt;
    }
    status
}

/// The reason and the sentence for a pod's trouble.
pub(super) fn explain(trouble: &Trouble) -> (Reason, String) {
    let Trouble {
        kind,
        pod,
        exit_code,
        message,
        ..
    } = trouble;
    match kind {
        TroubleKind::ImagePull => (
            Reason::ImagePullFailed,
            format!(
                "pod {pod} can't pull its image: {message}. Check spec.image and spec.imagePullSecrets"
            ),
        ),
        TroubleKind::ContainerConfig => (
            Reason::ContainerConfigInvalid,
            format!("pod {pod} can't make its container: {message}"),
        ),
        TroubleKind::Crash | TroubleKind::Deadline | TroubleKind::SchemaTooNew => {
            let code = exit_code.map_or_else(
                || "an unknown code".to_owned(),
                |code| format!("code {code}"),
            );
            (
                Reason::CrashLoop,
                format!(
                    "pod {pod} ended with {code}: {message}. Its last lines are in status.failure.log"
                ),
            )
        }
    }
}
