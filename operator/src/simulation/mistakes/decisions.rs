//! Mistakes of seeing and deciding.

use std::borrow::Cow;

use jiff::Timestamp;
use ubermench_crds::{Action, ActionResult, Approval, ApprovedBy, Phase};

use super::{MADE, Mistake, RESTARTED};
use crate::rollout::{Act, Decision, Desired, JobState, Observed, Role, ServiceView};

/// Makes a token unknown.
const UNKNOWN: &str = "-again";

/// What a mistaken operator sees.
pub(crate) fn observe(observed: &Observed) -> Cow<'_, Observed> {
    let Some(mistake) = MADE.get() else {
        return Cow::Borrowed(observed);
    };
    let mut seen = observed.clone();
    match mistake {
        Mistake::CountersForEndpoints | Mistake::EndpointsWithoutUid => {
            endpoints(&mut seen, mistake);
        }
        Mistake::FormerAttemptCounted
        | Mistake::OtherRevisionCounted
        | Mistake::UnknownCountedAsPassed
        | Mistake::SupersededJobCounted
        | Mistake::MigrationCutOff => jobs(&mut seen, mistake),
        Mistake::PassNotRecorded => of_candidate(&mut seen, |attempt, revision| {
            revision.passes.insert(attempt);
        }),
        Mistake::ReplacedPodsServe => believe_pods(&mut seen),
        Mistake::ApprovalSkipped => seen.settings.approval = Approval::Automatic,
        Mistake::RollbackToNothing => {
            let previous = seen.status.previous.clone();
            let previous = previous.and_then(|previous| seen.revisions.get_mut(&previous.revision));
            for pod in previous.into_iter().flat_map(|previous| &mut previous.pods) {
                pod.ready = true;
                pod.trouble = None;
            }
        }
        Mistake::RetryHonouredTwice if seen.status.phase == Phase::Failed => {
            let retries = seen
                .requests
                .iter_mut()
                .filter(|(of, _)| *of == Action::Retry);
            retries.for_each(|(_, token)| token.push_str(UNKNOWN));
        }
        Mistake::DeadlineRunsWhilePaused => {
            if let Some(candidate) = seen
                .status
                .candidate
                .as_mut()
                .filter(|_| !seen.settings.paused)
            {
                candidate.paused_at = None;
            }
        }
        Mistake::SupersededCandidateKept => keep_candidate(&mut seen),
        Mistake::DamagedSelectorBelieved => believe_selector(&mut seen),
        _ => {}
    }
    Cow::Owned(seen)
}

fn endpoints(seen: &mut Observed, mistake: Mistake) {
    let revisions = &seen.revisions;
    let count = |service: &mut ServiceView| {
        let selected = service
            .revision
            .as_ref()
            .and_then(|name| revisions.get(name));
        let Some(selected) = selected else { return };
        if mistake == Mistake::CountersForEndpoints {
            service.ready = selected.ready().map(|pod| pod.uid.clone()).collect();
        } else if !service.ready.is_empty() {
            service.ready = selected.pods.iter().map(|pod| pod.uid.clone()).collect();
        }
    };
    seen.active_service.as_mut().map(count);
    seen.preview_service.as_mut().map(count);
}

fn jobs(seen: &mut Observed, mistake: Mistake) {
    let Some(candidate) = seen.status.candidate.clone() else {
        return;
    };
    let others_passed = seen
        .revisions
        .iter()
        .any(|(name, revision)| *name != candidate.revision && !revision.passes.is_empty());
    let done = || JobState::Succeeded("1 checks passed".to_owned());
    if mistake == Mistake::MigrationCutOff {
        let running = seen
            .revisions
            .values_mut()
            .flat_map(|revision| &mut revision.migrations);
        for (_, job) in running.filter(|(attempt, job)| {
            **attempt != candidate.attempt && **job == JobState::Running(None)
        }) {
            *job = done();
        }
        return;
    }
    of_candidate(seen, |attempt, revision| match mistake {
        Mistake::FormerAttemptCounted => {
            let former = revision.passes.iter().any(|each| *each < attempt)
                || revision
                    .smokes
                    .iter()
                    .any(|(each, job)| *each < attempt && matches!(job, JobState::Succeeded(_)));
            if former {
                revision.smokes.insert(attempt, done());
            }
        }
        Mistake::OtherRevisionCounted if others_passed => {
            revision.smokes.insert(attempt, done());
        }
        Mistake::SupersededJobCounted if others_passed => {
            revision.migrations.insert(attempt, done());
        }
        Mistake::UnknownCountedAsPassed => {
            let silent = |job: &&mut JobState| matches!(job, JobState::Failed(trouble) if trouble.exit_code == Some(0));
            if let Some(job) = revision.smokes.get_mut(&attempt).filter(silent) {
                *job = done();
            }
        }
        _ => {}
    });
}

fn of_candidate(seen: &mut Observed, change: impl FnOnce(i64, &mut crate::rollout::Revision)) {
    let candidate = seen.status.candidate.as_ref();
    if let Some(candidate) = candidate
        && let Some(revision) = seen.revisions.get_mut(&candidate.revision)
    {
        change(candidate.attempt, revision);
    }
}

fn believe_pods(seen: &mut Observed) {
    let revisions = &seen.revisions;
    if let Some(candidate) = seen.status.candidate.as_mut()
        && !candidate.passed_pods.is_empty()
        && let Some(revision) = revisions.get(&candidate.revision)
    {
        candidate.passed_pods = revision.pods.iter().map(|pod| pod.uid.clone()).collect();
    }
}

fn keep_candidate(seen: &mut Observed) {
    let before = matches!(
        seen.status.phase,
        Phase::Snapshotting
            | Phase::Migrating
            | Phase::Starting
            | Phase::Verifying
            | Phase::AwaitingApproval
            | Phase::Switching
    );
    if let Some(candidate) = seen.status.candidate.as_ref().filter(|_| before) {
        seen.desired = Desired::Revision {
            name: candidate.revision.clone(),
            image: candidate.image.clone(),
        };
    }
}

fn believe_selector(seen: &mut Observed) {
    let selected = seen
        .active_service
        .as_ref()
        .and_then(|service| service.revision.clone());
    let known = selected.filter(|name| {
        let revision = seen.revisions.get(name);
        revision.is_some_and(|revision| revision.deployment.is_some())
    });
    if let (Some(selected), Some(active), Phase::Stable) =
        (known, seen.status.active.as_mut(), seen.status.phase)
    {
        active.revision = selected;
    }
}

/// What a mistaken operator does.
#[expect(clippy::too_many_lines, reason = "one arm for each mistake")]
pub(crate) fn decide(observed: &Observed, decision: &mut Decision, now: Timestamp) {
    let Some(mistake) = MADE.get() else { return };
    let (before, after) = (observed.status.phase, decision.status.phase);
    let active = observed.status.active.as_ref();
    let candidate = observed.status.candidate.as_ref();
    match mistake {
        Mistake::IntentNotWritten if before != after && after == Phase::Switching => {
            decision.act = candidate.map(|candidate| Act::PointService {
                role: Role::Active,
                revision: candidate.revision.clone(),
            });
        }
        Mistake::ScaledDownFirst if active.is_some() && moves_service(decision) => {
            decision.act = active.map(|active| Act::ApplyDeployment {
                revision: active.revision.clone(),
                color: active.color,
                replicas: 0,
                paused: true,
            });
        }
        Mistake::DeletedInUse if before == Phase::Baking => {
            decision.act = active.map(|active| Act::DeleteDeployment {
                revision: active.revision.clone(),
            });
        }
        Mistake::WarmDropped if before == Phase::Switching && after == Phase::Baking => {
            decision.status.previous = None;
        }
        Mistake::PauseStopsRollback if observed.settings.paused && before == Phase::RollingBack => {
            decision.act = None;
            decision.status = observed.status.clone();
        }
        Mistake::PauseStopsScaling if observed.settings.paused => {
            decision.act = decision
                .act
                .take()
                .filter(|act| !matches!(act, Act::ApplyDeployment { .. }));
        }
        Mistake::WorkBeforeService if before == Phase::Switching && moves_service(decision) => {
            let intended = observed.status.work.clone();
            decision.act = intended.map(Act::MoveWork).or(decision.act.take());
        }
        Mistake::WorkForgottenAtRestart if RESTARTED.get() => {
            decision.act = decision
                .act
                .take()
                .filter(|act| !matches!(act, Act::MoveWork(_)));
        }
        Mistake::EpochBackwards => {
            if let Some(Act::MoveWork(owner)) = &mut decision.act {
                owner.epoch -= 2;
            }
        }
        Mistake::StalePromoteHonoured => honour(observed, decision),
        Mistake::RetryHonouredTwice => {
            for answer in &mut decision.status.actions {
                answer.token = answer.token.replace(UNKNOWN, "");
            }
        }
        Mistake::StatusOnEveryPass => decision.status.message = now.to_string(),
        _ => {}
    }
}

fn moves_service(decision: &Decision) -> bool {
    matches!(
        decision.act,
        Some(Act::PointService {
            role: Role::Active,
            ..
        })
    )
}

/// Any token approves.
fn honour(observed: &Observed, decision: &mut Decision) {
    let answers = decision.status.actions.iter_mut();
    let mut new = answers.filter(|each| !observed.status.actions.contains(each));
    let refused = new.find(|each| {
        each.action == Action::Promote
            && each.result == ActionResult::Refused
            && each.reason == "Stale"
    });
    if let (Some(answer), Some(candidate)) = (refused, decision.status.candidate.as_mut()) {
        answer.result = ActionResult::Accepted;
        candidate.approved = Some(ApprovedBy {
            token: answer.token.clone(),
            time: answer.time.clone(),
        });
    }
}
