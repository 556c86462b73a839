//! A candidate's way up to the switch: Snapshotting, Migrating, Starting, Verifying.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    CandidateRevision, GateOutcome, GateResult, Phase, UbermenchDeploymentStatus, WorkOwner,
};

use super::observed::{JobState, Revision};
use super::transition::{Change, elapsed, explain, failure};
use super::{Observed, Reason, Trouble};

/// Name of the smoke gate.
pub(super) const SMOKE: &str = "smoke";

pub(super) fn snapshotting(
    observed: &Observed,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let (_, revision) = candidate(observed)?;
    let change = Change::new(observed, now);
    (revision.recorded.is_some() && revision.snapshot.is_some()).then(|| {
        if observed.settings.migrations {
            change.to(
                Phase::Migrating,
                Reason::SnapshotTaken,
                "Secrets and ConfigMaps are copied",
            )
        } else {
            change.to(
                Phase::Starting,
                Reason::SnapshotTaken,
                "Secrets and ConfigMaps are copied; migrations are off",
            )
        }
    })
}

pub(super) fn migrating(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let failed = |trouble: &Trouble| {
        let message = format!(
            "the migration Job failed: {}. The active revision is untouched",
            said(trouble)
        );
        let failure = failure(
            candidate,
            Phase::Migrating,
            Reason::MigrationFailed,
            message,
            Some(trouble),
            now,
        );
        Change::new(observed, now).fail(failure, Reason::MigrationFailed)
    };
    match revision.migrations.get(&candidate.attempt) {
        Some(JobState::Succeeded(message)) => Some(Change::new(observed, now).to(
            Phase::Starting,
            Reason::MigrationsApplied,
            &format!("migrations: {message}"),
        )),
        Some(JobState::Failed(trouble)) => Some(failed(trouble)),
        Some(JobState::Running(Some(trouble))) => {
            Some(stopped(observed, candidate, Phase::Migrating, trouble, now))
        }
        Some(JobState::Running(None)) | None => late(
            observed,
            candidate,
            Phase::Migrating,
            observed.settings.migrate_seconds,
            "migrateSeconds",
            now,
        ),
    }
}

pub(super) fn starting(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        return Some(stopped(observed, candidate, Phase::Starting, trouble, now));
    }
    if is_at_size(observed, candidate) {
        let message = "all of the candidate's pods are ready; the gates begin";
        return Some(Change::new(observed, now).to(Phase::Verifying, Reason::PodsReady, message));
    }
    late(
        observed,
        candidate,
        Phase::Starting,
        observed.settings.start_seconds,
        "startSeconds",
        now,
    )
}

pub(super) fn verifying(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        return Some(stopped(observed, candidate, Phase::Verifying, trouble, now));
    }
    if let Some(again) = verify_again(observed, now) {
        return Some(again);
    }
    if revision.passes.contains(&candidate.attempt) && !candidate.passed_pods.is_empty() {
        // Only with room to switch: as many pods ready as serve now.
        return is_at_size(observed, candidate).then(|| switch(observed, candidate, now));
    }
    if !candidate.passed_pods.is_empty() {
        return None; // passed; the record follows
    }
    if !observed.settings.smoke {
        return is_at_size(observed, candidate)
            .then(|| passed(observed, revision, "no gate is required", now));
    }
    let smoke = revision.smokes.get(&candidate.attempt);
    match smoke {
        Some(JobState::Succeeded(message)) if is_at_size(observed, candidate) => {
            Some(passed(observed, revision, message, now))
        }
        Some(JobState::Failed(trouble)) => {
            let message = format!(
                "the smoke gate did not pass: {}. The active revision is untouched",
                said(trouble)
            );
            let failure = failure(
                candidate,
                Phase::Verifying,
                Reason::GateFailed,
                message,
                Some(trouble),
                now,
            );
            Some(Change::new(observed, now).fail(failure, Reason::GateFailed))
        }
        Some(JobState::Running(Some(trouble))) => {
            Some(stopped(observed, candidate, Phase::Verifying, trouble, now))
        }
        Some(JobState::Running(None) | JobState::Succeeded(_)) | None => {
            let limit = observed.settings.smoke_seconds;
            late(
                observed,
                candidate,
                Phase::Verifying,
                limit,
                "gates.smoke.deadlineSeconds",
                now,
            )
        }
    }
}

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

/// The gates passed: their pods are noted, and these pods and no others may serve.
fn passed(
    observed: &Observed,
    revision: &Revision,
    message: &str,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut status = observed.status.clone();
    if let Some(candidate) = status.candidate.as_mut() {
        candidate.passed_pods = revision.ready().map(|pod| pod.uid.clone()).collect();
        let result = |name: &str| GateResult {
            name: name.to_owned(),
            result: GateOutcome::Passed,
            attempt: candidate.attempt,
            message: message.to_owned(),
            time: Time(now),
        };
        candidate.gates = if observed.settings.smoke {
            vec![result(SMOKE)]
        } else {
            Vec::new()
        };
    }
    status
}

/// A pod that passed was replaced: the gates judge again, in a new attempt.
pub(super) fn verify_again(
    observed: &Observed,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let pods = revision.uids();
    if candidate
        .passed_pods
        .iter()
        .all(|uid| pods.contains(uid.as_str()))
    {
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
fn switch(
    observed: &Observed,
    candidate: &CandidateRevision,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let mut change = Change::new(observed, now);
    change.status.work = Some(next_owner(observed, &candidate.revision));
    change.to(
        Phase::Switching,
        Reason::GatesPassed,
        "every gate passed; traffic and work move to the candidate",
    )
}

/// The next epoch: greater than all that were given or seen.
pub(super) fn next_owner(observed: &Observed, revision: &str) -> WorkOwner {
    let given = observed.status.work.as_ref().map_or(0, |work| work.epoch);
    let seen = observed.work.as_ref().map_or(0, |work| work.epoch);
    WorkOwner {
        epoch: given.max(seen) + 1,
        revision: revision.to_owned(),
    }
}

/// A failure by the evidence of a pod.
fn stopped(
    observed: &Observed,
    candidate: &CandidateRevision,
    phase: Phase,
    trouble: &Trouble,
    now: Timestamp,
) -> UbermenchDeploymentStatus {
    let (reason, message) = explain(trouble);
    let failure = failure(candidate, phase, reason, message, Some(trouble), now);
    Change::new(observed, now).fail(failure, reason)
}

/// A failure by the step's deadline, if it has passed.
fn late(
    observed: &Observed,
    candidate: &CandidateRevision,
    phase: Phase,
    limit: i64,
    setting: &str,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    (elapsed(candidate, now) >= limit).then(|| {
        let refused = observed.revision(&candidate.revision).and_then(|revision| revision.deployment.as_ref()?.refused.clone());
        let why = refused.map_or_else(String::new, |refused| format!(" Kubernetes makes no pods: {refused}."));
        let message = format!("{phase:?} took longer than {limit} s ({setting}).{why} The active revision is untouched");
        let failure = failure(candidate, phase, Reason::DeadlineExceeded, message, None, now);
        Change::new(observed, now).fail(failure, Reason::DeadlineExceeded)
    })
}

fn said(trouble: &Trouble) -> &str {
    if trouble.message.is_empty() {
        "it gave no message"
    } else {
        &trouble.message
    }
}
