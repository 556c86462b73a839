//! The one write that the present status and world call for: repair first, then the step's own work, then tidying.

use std::collections::{BTreeMap, BTreeSet};

use ubermench_crds::{Color, Phase};

use super::candidate::{candidate, is_at_size, size};
use super::observed::{JobState, Revision, Snapshot, Workload};
use super::{Act, Desired, Observed, Role, ServiceView, keepers, numbers};

/// The act that is due now.
pub(super) fn due(observed: &Observed) -> Option<Act> {
    if !observed.internal_secret {
        return Some(Act::CreateInternalSecret);
    }
    services(observed)
        .or_else(|| work(observed))
        .or_else(|| records(observed))
        .or_else(|| deployments(observed))
        .or_else(|| snapshots(observed))
        .or_else(|| jobs(observed))
        .or_else(|| {
            if observed.is_held() {
                None
            } else {
                step(observed)
            }
        })
        .or_else(|| tidy(observed))
        // Last: a cluster that refuses them holds up nothing else.
        .or_else(|| keepers::due(observed))
}

/// Both Services select what they are to select.
fn services(observed: &Observed) -> Option<Act> {
    let active = active_target(observed);
    let preview = preview_target(observed);
    point(Role::Active, observed.active_service.as_ref(), active)
        .or_else(|| point(Role::Preview, observed.preview_service.as_ref(), preview))
}

fn point(role: Role, service: Option<&ServiceView>, target: Option<&str>) -> Option<Act> {
    let target = target?;
    let right = service
        .is_some_and(|service| service.revision.as_deref() == Some(target) && !service.drifted);
    (!right).then(|| Act::PointService {
        role,
        revision: target.to_owned(),
    })
}

/// What the active Service is to select.
fn active_target(observed: &Observed) -> Option<&str> {
    let status = &observed.status;
    let active = status
        .active
        .as_ref()
        .map(|active| active.revision.as_str());
    match status.phase {
        Phase::RollingBack => {
            let previous = status
                .previous
                .as_ref()
                .map(|previous| previous.revision.as_str());
            // Never towards pods that can't answer.
            let ready = previous
                .and_then(|name| observed.revision(name))
                .is_some_and(|revision| revision.ready().count() > 0);
            if ready {
                previous
            } else {
                current(observed).or(active)
            }
        }
        Phase::Switching => {
            let (candidate, _) = candidate(observed)?;
            let begun = observed.points_at(&candidate.revision);
            let may_begin = !observed.is_held() && is_at_size(observed, candidate);
            if begun || may_begin {
                Some(&candidate.revision)
            } else {
                active
            }
        }
        _ => active,
    }
}

/// What the active Service selects now, if that is a recorded revision.
fn current(observed: &Observed) -> Option<&str> {
    let selected = observed.active_service.as_ref()?.revision.as_deref()?;
    observed.revision(selected)?.recorded.map(|_| selected)
}

/// What the preview Service is to select: the candidate once it has pods to come, else the active revision.
fn preview_target(observed: &Observed) -> Option<&str> {
    let status = &observed.status;
    let starting = matches!(
        status.phase,
        Phase::Starting
            | Phase::Verifying
            | Phase::AwaitingApproval
            | Phase::Switching
            | Phase::Baking
    );
    let candidate = status
        .candidate
        .as_ref()
        .filter(|_| starting)
        .map(|candidate| candidate.revision.as_str());
    candidate.or_else(|| {
        status
            .active
            .as_ref()
            .map(|active| active.revision.as_str())
    })
}

/// The work belongs to the revision that the active Service is confirmed to serve.
fn work(observed: &Observed) -> Option<Act> {
    let intended = observed.status.work.as_ref()?;
    let owner = observed.work.as_ref()?;
    let confirmed = observed.serves(observed.active_service.as_ref(), &intended.revision);
    (confirmed && owner != intended).then(|| Act::MoveWork(intended.clone()))
}

/// Records that were deleted by hand, as far as the spec still says what was in them.
fn records(observed: &Observed) -> Option<Act> {
    let Desired::Revision { name, .. } = &observed.desired else {
        return None;
    };
    let lost = kept(observed).contains(name.as_str())
        && observed.status.phase != Phase::Snapshotting
        && observed
            .revision(name)
            .is_none_or(|revision| revision.recorded.is_none());
    lost.then(|| Act::CreateRecord {
        revision: name.clone(),
    })
}

/// Jobs of the present attempt that somebody stopped.
fn jobs(observed: &Observed) -> Option<Act> {
    let (candidate, revision) = candidate(observed)?;
    revision
        .halted
        .contains(&candidate.attempt)
        .then(|| Act::ResumeJobs {
            revision: candidate.revision.clone(),
            attempt: candidate.attempt,
        })
}

/// Snapshots that were deleted by hand, or lost what holds them; without its finalizer one may be gone already.
fn snapshots(observed: &Observed) -> Option<Act> {
    kept(observed).into_iter().find_map(|name| {
        let revision = observed.revision(name)?;
        let lost = revision.snapshot != Some(Snapshot::Kept) && revision.recorded.is_some();
        lost.then(|| Act::RemakeSnapshot {
            revision: name.to_owned(),
        })
    })
}

/// The Deployments of all revisions that are to run, each at its size.
fn deployments(observed: &Observed) -> Option<Act> {
    let status = &observed.status;
    let asked = observed.settings.replicas;
    let active = status
        .active
        .as_ref()
        .map(|active| (active.revision.as_str(), active.color, asked));
    let previous = status.previous.as_ref().map(|previous| {
        // At the size it had, or what is asked for by now: the way back must bear the load, and is never made smaller.
        let size = workload(observed, &previous.revision)
            .map_or(asked, |workload| workload.replicas.max(asked));
        (previous.revision.as_str(), previous.color, size)
    });
    let candidate = status
        .candidate
        .as_ref()
        .filter(|_| runs_candidate(observed))
        .map(|candidate| {
            let size = workload(observed, &candidate.revision)
                .map_or(0, |workload| workload.replicas)
                .max(size(observed));
            (
                candidate.revision.as_str(),
                candidate.color,
                if status.phase == Phase::Baking {
                    asked
                } else {
                    size
                },
            )
        });
    [active, previous, candidate]
        .into_iter()
        .flatten()
        .find_map(|(name, color, replicas)| apply(observed, name, color, replicas))
}

fn apply(observed: &Observed, revision: &str, color: Color, replicas: i32) -> Option<Act> {
    let paused = workload(observed, revision).is_some_and(|workload| workload.has_replica_set);
    let right = workload(observed, revision).is_some_and(|workload| {
        workload.replicas == replicas && workload.paused == paused && !workload.drifted
    });
    (!right).then(|| Act::ApplyDeployment {
        revision: revision.to_owned(),
        color,
        replicas,
        paused,
    })
}

fn workload<'a>(observed: &'a Observed, revision: &str) -> Option<&'a Workload> {
    observed.revision(revision)?.deployment.as_ref()
}

/// Whether the candidate has begun to run; a pause keeps what runs and starts nothing.
fn runs_candidate(observed: &Observed) -> bool {
    let begun = observed
        .status
        .candidate
        .as_ref()
        .is_some_and(|candidate| workload(observed, &candidate.revision).is_some());
    match observed.status.phase {
        Phase::Starting => begun || !observed.is_held(),
        Phase::Verifying | Phase::AwaitingApproval | Phase::Switching | Phase::Baking => true,
        _ => false,
    }
}

/// What the present step itself has to do.
fn step(observed: &Observed) -> Option<Act> {
    let candidate = observed.status.candidate.as_ref()?;
    let none = Revision::default();
    let revision = observed.revision(&candidate.revision).unwrap_or(&none);
    let (name, attempt) = (candidate.revision.clone(), candidate.attempt);
    match observed.status.phase {
        Phase::Snapshotting if revision.snapshot.is_none() => {
            Some(Act::CreateSnapshot { revision: name })
        }
        Phase::Snapshotting if revision.recorded.is_none() => {
            Some(Act::CreateRecord { revision: name })
        }
        Phase::Migrating if !revision.migrations.contains_key(&attempt) => {
            Some(Act::RunMigration {
                revision: name,
                attempt,
            })
        }
        Phase::Verifying
            if !candidate.passed_pods.is_empty() && !revision.passes.contains(&attempt) =>
        {
            Some(Act::RecordPass {
                revision: name,
                attempt,
            })
        }
        Phase::Verifying
            if candidate.passed_pods.is_empty()
                && observed.settings.smoke
                && !revision.smokes.contains_key(&attempt)
                && numbers::covers(observed) =>
        {
            Some(Act::RunSmoke {
                revision: name,
                attempt,
            })
        }
        _ => None,
    }
}

/// What is no longer needed, the least useful first.
fn tidy(observed: &Observed) -> Option<Act> {
    if observed.preview_service.is_some() && preview_target(observed).is_none() {
        return Some(Act::DropPreview);
    }
    let kept = kept(observed);
    let mut surplus: Vec<_> = observed
        .revisions
        .iter()
        .filter(|(name, _)| !kept.contains(name.as_str()))
        .collect();
    if let Some((name, _)) = surplus
        .iter()
        .find(|(_, revision)| revision.deployment.is_some())
    {
        return Some(Act::DeleteDeployment {
            revision: (*name).clone(),
        });
    }
    let attempt = observed
        .status
        .candidate
        .as_ref()
        .map(|candidate| candidate.attempt);
    let failed = observed
        .status
        .failure
        .as_ref()
        .map(|failure| failure.attempt);
    // The Jobs of a failure stay, for their logs, until the next release. A migration under way is left to its end: the
    // next one waits for its lock.
    let is_over = |attempts: &BTreeMap<i64, JobState>, migrates: bool| {
        let over = |each: i64| Some(each) != attempt && Some(each) != failed;
        attempts
            .iter()
            .find(|(each, job)| over(**each) && !(migrates && **job == JobState::Running(None)))
            .map(|(each, _)| *each)
    };
    let over = observed.revisions.iter().find_map(|(name, revision)| {
        let attempt =
            is_over(&revision.migrations, true).or_else(|| is_over(&revision.smokes, false))?;
        Some(Act::DeleteJobs {
            revision: name.clone(),
            attempt,
        })
    });
    if over.is_some() {
        return over;
    }
    surplus.retain(|(_, revision)| revision.recorded.is_some() || revision.snapshot.is_some());
    surplus.sort_by_key(|(_, revision)| revision.recorded);
    let room = observed.settings.history_limit;
    (surplus.len() > room).then(|| Act::Forget {
        revision: surplus
            .first()
            .map(|(name, _)| (*name).clone())
            .unwrap_or_default(),
    })
}

/// Revisions that are in use.
fn kept(observed: &Observed) -> BTreeSet<&str> {
    let status = &observed.status;
    let named = [
        status
            .active
            .as_ref()
            .map(|active| active.revision.as_str()),
        status
            .previous
            .as_ref()
            .map(|previous| previous.revision.as_str()),
        status
            .candidate
            .as_ref()
            .map(|candidate| candidate.revision.as_str()),
        status
            .rollback
            .as_ref()
            .map(|rollback| rollback.revision.as_str()),
        // What a Service selects is in use, whatever the status says.
        observed
            .active_service
            .as_ref()
            .and_then(|service| service.revision.as_deref()),
        observed
            .preview_service
            .as_ref()
            .and_then(|service| service.revision.as_deref()),
    ];
    named.into_iter().flatten().collect()
}
