//! Sentences for people: what is going on (`status.message`), and what is waited for (`status.waitingFor`).
//!
//! Neither tells a time that passes: an unchanged world leaves them unchanged.

use ubermench_crds::{CandidateRevision, Phase, UbermenchDeploymentStatus};

use super::candidate::{candidate, size};
use super::observed::{Revision, TroubleKind};
use super::{Desired, JobState, Observed, keepers, numbers, phases};

/// What is going on.
pub(super) fn message(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    if let Some(message) = &observed.blocked {
        return message.clone();
    }
    if let Desired::Missing { message } | Desired::Invalid { message } = &observed.desired {
        return format!("{message}; what serves serves on");
    }
    let paused = if observed.is_held() { "paused; " } else { "" };
    let taken = keepers::taken(observed).map_or_else(String::new, |taken| format!("; {taken}"));
    let settles = if status.settling.is_some() {
        "; a change of Secrets or ConfigMaps settles"
    } else {
        ""
    };
    format!("{paused}{}{settles}{taken}", of_phase(observed, status))
}

fn of_phase(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    match status.phase {
        Phase::Stable => stable(status),
        Phase::Snapshotting => "copying Secrets and ConfigMaps".to_owned(),
        Phase::Migrating => "waiting for the migration Job".to_owned(),
        Phase::Starting => format!("waiting for the candidate's pods: {}", ready(observed)),
        Phase::Verifying => "waiting for the gates".to_owned(),
        Phase::AwaitingApproval => "every gate passed; waiting for a person's approval".to_owned(),
        Phase::Switching => "moving traffic and work to the candidate".to_owned(),
        Phase::Baking if phases::is_shared(observed) => {
            "both revisions fail the same way, so a dependency that they share is ill: holding"
                .to_owned()
        }
        Phase::Baking => format!(
            "watching the new revision for {} s",
            observed.settings.bake_seconds
        ),
        Phase::RollingBack => "going back to the previous revision".to_owned(),
        Phase::Failed => status.failure.as_ref().map_or_else(String::new, |failure| {
            format!("{}: {}", failure.reason, failure.message)
        }),
    }
}

fn stable(status: &UbermenchDeploymentStatus) -> String {
    match (&status.active, &status.rollback) {
        (None, _) => "nothing has been released yet".to_owned(),
        (Some(active), Some(rollback)) if rollback.revision == active.revision => format!(
            "revision {} serves by a rollback by hand; the spec asks for {}",
            active.revision,
            if rollback.instead_of.is_empty() {
                "one that can't be read"
            } else {
                &rollback.instead_of
            }
        ),
        (Some(active), _) => format!("revision {} serves", active.revision),
    }
}

/// What the next step waits for; empty where nothing is waited for.
pub(super) fn waiting_for(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    if let Some(message) = &observed.blocked {
        return message.clone();
    }
    let name = &observed.name;
    if observed.is_held() && is_unfinished(observed, status) {
        return format!(
            "the end of the pause: kubectl patch ubd {name} --type merge -p '{{\"spec\":{{\"paused\":false}}}}'"
        );
    }
    match (&observed.desired, status.phase) {
        (Desired::Missing { message }, Phase::Stable | Phase::Failed | Phase::Snapshotting) => {
            return format!("what is missing: {message}");
        }
        (Desired::Invalid { message }, Phase::Stable | Phase::Failed) => {
            return format!("an edit: {message}");
        }
        _ => {}
    }
    if status.settling.is_some() && matches!(status.phase, Phase::Stable | Phase::Failed) {
        return format!(
            "{} s without a further change of Secrets or ConfigMaps (secretRotation.settleSeconds)",
            observed.settings.settle_seconds
        );
    }
    match status.candidate.as_ref() {
        Some(candidate) => of_release(observed, status, candidate),
        None => of_rest(observed, status),
    }
}

/// Whether a pause keeps something from going on.
fn is_unfinished(observed: &Observed, status: &UbermenchDeploymentStatus) -> bool {
    let active = status
        .active
        .as_ref()
        .map(|active| active.revision.as_str());
    match status.phase {
        Phase::RollingBack | Phase::Failed => false,
        Phase::Stable => observed
            .target()
            .is_some_and(|target| active != Some(target.revision)),
        _ => true,
    }
}

fn of_release(
    observed: &Observed,
    status: &UbermenchDeploymentStatus,
    candidate: &CandidateRevision,
) -> String {
    let (name, revision, attempt) = (&observed.name, &candidate.revision, candidate.attempt);
    match status.phase {
        Phase::Snapshotting => format!("record and snapshot of revision {revision}"),
        Phase::Migrating => format!(
            "the migration Job of attempt {attempt} to succeed, {} s at most",
            observed.settings.migrate_seconds
        ),
        Phase::Starting => format!(
            "pods of the candidate: {}, {} s at most{}",
            ready(observed),
            observed.settings.start_seconds,
            first_unready(observed)
        ),
        Phase::Verifying if candidate.passed_pods.is_empty() => gates(observed, candidate),
        Phase::AwaitingApproval if candidate.approved.is_none() => format!(
            "approval of revision {revision}: kubectl ubermench promote {name}, or abort {name}; {} s at most",
            observed.settings.approval_seconds
        ),
        Phase::Verifying | Phase::AwaitingApproval => {
            format!("room to switch: {}{}", ready(observed), first_unready(observed))
        }
        Phase::Switching => format!(
            "endpoints of the Service {name} to be pods of revision {revision} only, and the work to move to it"
        ),
        Phase::Baking if phases::is_shared(observed) => {
            "a dependency that both revisions share to be well again: look at database, Redis and the Graph API".to_owned()
        }
        Phase::Baking => format!(
            "{} s in health after the switch",
            observed.settings.bake_seconds
        ),
        Phase::RollingBack => way_back(observed, status),
        Phase::Stable | Phase::Failed => String::new(),
    }
}

/// The smoke gate, then the metrics gate. Counts would change with every look, so they stand in the result only.
fn gates(observed: &Observed, candidate: &CandidateRevision) -> String {
    let (attempt, limit) = (candidate.attempt, observed.settings.smoke_seconds);
    let revision = observed.revision(&candidate.revision);
    let smoke = revision.and_then(|revision| revision.smokes.get(&attempt));
    match (smoke, observed.settings.metrics) {
        (Some(JobState::Succeeded(_)), Some(thresholds)) => format!(
            "the metrics gate of attempt {attempt} to pass by at least {} samples, {limit} s at most",
            thresholds.min_samples
        ),
        (None, Some(_)) if !numbers::covers(observed) => format!(
            "the candidate's pods to tell what they count, before the smoke gate of attempt {attempt} begins, {limit} s at most"
        ),
        _ => format!("the smoke gate of attempt {attempt} to pass, {limit} s at most"),
    }
}

fn of_rest(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    let name = &observed.name;
    match status.phase {
        Phase::RollingBack => way_back(observed, status),
        Phase::Failed => match &status.failure {
            Some(failure) => format!(
                "an edit, or a retry of revision {}: kubectl ubermench retry {name}",
                failure.revision
            ),
            None => "an edit".to_owned(),
        },
        Phase::Stable if status.ready_replicas < observed.settings.replicas => {
            let active = status.active.as_ref();
            let active = active.and_then(|active| observed.revision(&active.revision));
            format!(
                "pods of the active revision: {} of {} ready{}",
                status.ready_replicas,
                observed.settings.replicas,
                active.map(unready).unwrap_or_default()
            )
        }
        Phase::Stable if status.rollback.is_some() => {
            format!(
                "an edit of what runs, or kubectl ubermench retry {name}, to end the rollback by hand"
            )
        }
        _ => String::new(),
    }
}

fn way_back(observed: &Observed, status: &UbermenchDeploymentStatus) -> String {
    let previous = status
        .previous
        .as_ref()
        .map_or("", |previous| &previous.revision);
    let ready = observed
        .revision(previous)
        .is_some_and(|revision| revision.ready().count() > 0);
    if ready {
        format!(
            "endpoints of the Service {} to be pods of revision {previous} only, and the work to move to it",
            observed.name
        )
    } else {
        format!("a ready pod of revision {previous}")
    }
}

/// How many of the candidate's pods stand behind the preview Service.
fn ready(observed: &Observed) -> String {
    let ready = observed.status.candidate.as_ref().map_or(0, |candidate| {
        observed.endpoints(observed.preview_service.as_ref(), &candidate.revision)
    });
    format!("{ready} of {} ready", size(observed))
}

fn first_unready(observed: &Observed) -> String {
    candidate(observed)
        .map(|(_, revision)| unready(revision))
        .unwrap_or_default()
}

/// The first pod that is not ready, with what is known of it.
fn unready(revision: &Revision) -> String {
    let refused = revision
        .deployment
        .as_ref()
        .and_then(|deployment| deployment.refused.as_ref());
    if let Some(refused) = refused {
        return format!("; Kubernetes makes no pods: {refused}");
    }
    let Some(pod) = revision.pods.iter().find(|pod| !pod.ready) else {
        return String::new();
    };
    // Kubernetes' own words count up while they wait, so only the kind is told.
    let why = match pod.trouble.as_ref().map(|trouble| trouble.kind) {
        Some(TroubleKind::ImagePull) => "can't pull its image",
        Some(TroubleKind::ContainerConfig) => "can't make its container",
        Some(TroubleKind::Crash | TroubleKind::Deadline | TroubleKind::SchemaTooNew) => "ended",
        None => "is not ready",
    };
    format!("; pod {} {why}", pod.name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::rollout::decide;
    use crate::rollout::tests::fixture::{at, in_phase};

    const PHASES: [Phase; 10] = [
        Phase::Stable,
        Phase::Snapshotting,
        Phase::Migrating,
        Phase::Starting,
        Phase::Verifying,
        Phase::AwaitingApproval,
        Phase::Switching,
        Phase::Baking,
        Phase::RollingBack,
        Phase::Failed,
    ];

    fn tell(text: &mut String, title: &str, observed: &Observed) {
        let status = crate::rollout::summary::of(observed, observed.status.clone(), at(1));
        writeln!(
            text,
            "{title}\n  going on: {}\n  waits for: {}",
            status.message, status.waiting_for
        )
        .unwrap();
        for condition in &status.conditions {
            let (type_, holds, reason) = (&condition.type_, &condition.status, &condition.reason);
            writeln!(text, "  {type_}={holds} {reason}").unwrap();
        }
    }

    #[test]
    fn sentences_of_every_phase() {
        let mut text = String::new();
        for phase in PHASES {
            let mut observed = in_phase(phase);
            observed.settings.approval = ubermench_crds::Approval::Manual;
            if phase == Phase::Stable {
                observed = observed.asking_for("old");
            }
            tell(&mut text, &format!("{phase:?}"), &observed);
        }
        let mut paused = in_phase(Phase::Starting);
        paused.settings.paused = true;
        tell(&mut text, "Starting, paused", &paused);
        let mut missing = in_phase(Phase::Stable);
        missing.desired = Desired::Missing {
            message: "Secret handy-database has no value for the key url".to_owned(),
        };
        tell(&mut text, "Stable, with a Secret emptied", &missing);
        let mut short = in_phase(Phase::Stable).asking_for("old");
        short.of("old").pods[1].ready = false;
        tell(&mut text, "Stable, with a pod unready", &short);
        let mut back = in_phase(Phase::Stable);
        back.status.rollback = Some(ubermench_crds::ManualRollback {
            revision: "old".to_owned(),
            instead_of: "new".to_owned(),
            token: "old/1".to_owned(),
            since: k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(at(0)),
        });
        tell(&mut text, "Stable, by a rollback by hand", &back);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn sentences_stay_as_they_are_while_time_passes() {
        for phase in PHASES {
            let mut observed = in_phase(phase);
            observed.status = decide(&observed, at(1)).status;
            let again = decide(&observed, at(2)).status;
            if again.phase == observed.status.phase
                && again.transition == observed.status.transition
            {
                assert_eq!(again.waiting_for, observed.status.waiting_for);
                assert_eq!(again.message, observed.status.message);
            }
        }
    }
}
