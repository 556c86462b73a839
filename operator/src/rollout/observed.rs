//! What one pass saw, in the terms that decisions need.

mod pod;

use std::collections::{BTreeMap, BTreeSet};

use ubermench_crds::{
    Action, Approval, Autoscaling, Color, Notification, UbermenchDeploymentStatus, WorkOwner,
};

pub use pod::{Counts, Pod, Trouble, TroubleKind};

use super::Delivery;

/// The world of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Name of the resource, for sentences that say what to type.
    pub name: String,
    /// Generation of the resource.
    pub generation: i64,
    /// Its status as it was read.
    pub status: UbermenchDeploymentStatus,
    /// Its settings.
    pub settings: Settings,
    /// Whether the operator's own Secret is there.
    pub internal_secret: bool,
    /// What the spec asks for.
    pub desired: Desired,
    /// Recorded revisions that differ from the one that the spec asks for by contents of Secrets and ConfigMaps alone.
    pub rotated: BTreeSet<String>,
    /// What became of tries to deliver what the status shows as undelivered.
    pub deliveries: Vec<Delivery>,
    /// The annotations that ask for an action, as they stand: action and value.
    pub requests: Vec<(Action, String)>,
    /// Everything that exists, by revision.
    pub revisions: BTreeMap<String, Revision>,
    /// The active Service, if it exists.
    pub active_service: Option<ServiceView>,
    /// The preview Service, if it exists.
    pub preview_service: Option<ServiceView>,
    /// The `PodDisruptionBudget` of our name, if it exists.
    pub budget: Option<BudgetView>,
    /// The `HorizontalPodAutoscaler` of our name, if it exists.
    pub autoscaler: Option<AutoscalerView>,
    /// Why nothing can be written, if so: a name that we need belongs to someone else.
    pub blocked: Option<String>,
    /// Who owns the work, as a pod of the active side told; `None` when none could be asked.
    pub work: Option<WorkOwner>,
}

/// What of the spec is no part of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of a spec"
)]
pub struct Settings {
    /// `spec.paused`.
    pub paused: bool,
    /// `spec.replicas`, within the limits of `spec.autoscaling`.
    pub replicas: i32,
    /// `spec.autoscaling`.
    pub autoscaling: Option<Autoscaling>,
    /// `spec.disruptionBudget.enabled`.
    pub disruption_budget: bool,
    /// `spec.migrations.enabled`.
    pub migrations: bool,
    /// `spec.rollout.approval`.
    pub approval: Approval,
    /// `spec.rollout.approvalTimeoutSeconds`.
    pub approval_seconds: i64,
    /// `spec.rollout.gates.smoke.enabled`.
    pub smoke: bool,
    /// `spec.rollout.gates.smoke.deadlineSeconds`.
    pub smoke_seconds: i64,
    /// `spec.rollout.gates.metrics`, if it is enabled.
    pub metrics: Option<Thresholds>,
    /// `spec.rollout.bakeSeconds`.
    pub bake_seconds: i64,
    /// `spec.rollout.warmSeconds`.
    pub warm_seconds: i64,
    /// `spec.rollout.deadlines.startSeconds`.
    pub start_seconds: i64,
    /// `spec.rollout.deadlines.migrateSeconds`.
    pub migrate_seconds: i64,
    /// `spec.secretRotation.settleSeconds`.
    pub settle_seconds: i64,
    /// `spec.notifications`.
    pub notifications: Vec<Notification>,
    /// `spec.rollout.historyLimit`.
    pub history_limit: usize,
}

/// What the metrics gate asks of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// `maxErrorRatio`, in ten-thousandths.
    pub max_errors: i64,
    /// `maxP95Milliseconds`.
    pub max_p95_milliseconds: i64,
    /// `minSamples`.
    pub min_samples: i64,
}

/// The revision that is to serve in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its name.
    pub revision: &'a str,
    /// Its image.
    pub image: &'a str,
    /// Whether a person chose it instead of what the spec asks for.
    pub by_hand: bool,
}

/// What the spec asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired {
    /// A revision.
    Revision {
        /// Its name.
        name: String,
        /// Its image.
        image: String,
    },
    /// A Secret or ConfigMap, or a key in one, is missing or empty: nothing can be built, what serves serves on.
    Missing {
        /// Which, in a sentence.
        message: String,
    },
    /// The spec makes no sense: nothing new begins, what serves serves on.
    Invalid {
        /// Which fields and why, in a sentence.
        message: String,
    },
}

/// All that exists of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// Its image, from its record.
    pub image: String,
    /// Its `ControllerRevision`'s number, if it is recorded.
    pub recorded: Option<i64>,
    /// Attempts in which it passed its gates, from its record.
    pub passes: BTreeSet<i64>,
    /// Its snapshot Secret.
    pub snapshot: Option<Snapshot>,
    /// Its Deployment.
    pub deployment: Option<Workload>,
    /// Its pods, those that are being deleted left out.
    pub pods: Vec<Pod>,
    /// Its migration Jobs, by attempt.
    pub migrations: BTreeMap<i64, JobState>,
    /// Its smoke Jobs, by attempt.
    pub smokes: BTreeMap<i64, JobState>,
    /// Attempts with a Job that somebody stopped.
    pub halted: BTreeSet<i64>,
}

/// A snapshot Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// There.
    Kept,
    /// Deleted by hand, still readable through its finalizer.
    Deleted,
    /// There, but the finalizer that would keep it readable was taken off.
    Unheld,
}

/// A Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its colour.
    pub color: Color,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.paused`.
    pub paused: bool,
    /// Whether its `ReplicaSet` exists.
    pub has_replica_set: bool,
    /// Whether anything else that we own was edited.
    pub drifted: bool,
    /// Why no pods can be made (quota, admission), if so.
    pub refused: Option<String>,
}

/// A Job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Not ended; with evidence that it can't begin, if there is any.
    Running(Option<Trouble>),
    /// Its program ended with 0; with its termination message.
    Succeeded(String),
    /// It failed; with its last pod's evidence.
    Failed(Trouble),
}

impl JobState {
    /// Its evidence of a failure, to be completed.
    pub fn trouble_mut(&mut self) -> Option<&mut Trouble> {
        match self {
            Self::Running(trouble) => trouble.as_mut(),
            Self::Failed(trouble) => Some(trouble),
            Self::Succeeded(_) => None,
        }
    }
}

/// A Service and its endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceView {
    /// The revision that it selects; `None` when the selector was damaged.
    pub revision: Option<String>,
    /// Whether anything else that we own was edited.
    pub drifted: bool,
    /// UIDs of the pods behind its ready endpoints, from `EndpointSlices`.
    pub ready: BTreeSet<String>,
}

/// A `PodDisruptionBudget`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetView {
    /// Whether it is ours; one that is not is left alone.
    pub owned: bool,
    /// The revision whose pods it keeps; `None` when its selector was damaged.
    pub revision: Option<String>,
    /// Whether anything else that we own was edited.
    pub drifted: bool,
}

/// A `HorizontalPodAutoscaler`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoscalerView {
    /// Whether it is ours; one that is not is left alone.
    pub owned: bool,
    /// Whether it differs from what `spec.autoscaling` asks for.
    pub drifted: bool,
}

impl Observed {
    /// What is to serve in the end: what the spec asks for, unless a rollback by hand is in force. `None` while the spec
    /// can't be read.
    pub fn target(&self) -> Option<Target<'_>> {
        if let Some(rollback) = &self.status.rollback {
            return Some(Target {
                revision: &rollback.revision,
                image: self
                    .revision(&rollback.revision)
                    .map_or("", |revision| &revision.image),
                by_hand: true,
            });
        }
        match &self.desired {
            Desired::Revision { name, image } => Some(Target {
                revision: name,
                image,
                by_hand: false,
            }),
            Desired::Missing { .. } | Desired::Invalid { .. } => None,
        }
    }

    /// Whether a pause holds the step. A rollback by hand goes on: a pause never stops the way back.
    pub fn is_held(&self) -> bool {
        self.settings.paused && !self.rolls_back_by_hand()
    }

    fn rolls_back_by_hand(&self) -> bool {
        match (&self.status.rollback, &self.status.candidate) {
            (Some(rollback), Some(candidate)) => rollback.revision == candidate.revision,
            _ => false,
        }
    }

    /// The number of the next attempt: greater than all that were given, also by a status that was lost.
    pub fn next_attempt(&self) -> i64 {
        let traces = self.revisions.values().map(Revision::last_attempt);
        traces
            .chain([self.status.last_attempt])
            .max()
            .unwrap_or_default()
            + 1
    }

    /// Whether the active Service selects a revision. The first switch makes the Service, so one whose selector was
    /// damaged before any revision was active can only have been made for the candidate.
    pub fn points_at(&self, revision: &str) -> bool {
        let Some(service) = &self.active_service else {
            return false;
        };
        match (&service.revision, &self.status.active) {
            (Some(selected), _) => selected == revision,
            (None, Some(_)) => false,
            (None, None) => self
                .status
                .candidate
                .as_ref()
                .is_some_and(|candidate| candidate.revision == revision),
        }
    }

    /// Whether the intended owner has the work.
    pub fn has_work_moved(&self) -> bool {
        self.work.is_some() && self.work == self.status.work
    }

    /// What exists of a revision.
    pub fn revision(&self, name: &str) -> Option<&Revision> {
        self.revisions.get(name)
    }

    /// Whether traffic for a revision is confirmed: the Service selects it, and every ready endpoint, at least one, is a
    /// pod of it. `EndpointSlices` lag behind selectors, so the pods' UIDs are compared.
    pub fn serves(&self, service: Option<&ServiceView>, revision: &str) -> bool {
        let Some(service) = service else { return false };
        let pods = self
            .revision(revision)
            .map(Revision::uids)
            .unwrap_or_default();
        service.revision.as_deref() == Some(revision)
            && !service.ready.is_empty()
            && service.ready.iter().all(|uid| pods.contains(uid.as_str()))
    }

    /// How many ready endpoints of a Service are pods of a revision that are ready themselves: an endpoint may lag behind
    /// a pod that has just lost its readiness.
    pub fn endpoints(&self, service: Option<&ServiceView>, revision: &str) -> usize {
        let Some((service, revision)) = service.zip(self.revision(revision)) else {
            return 0;
        };
        let ready = revision.ready();
        ready.filter(|pod| service.ready.contains(&pod.uid)).count()
    }
}

impl Revision {
    /// UIDs of its pods.
    pub fn uids(&self) -> BTreeSet<&str> {
        self.pods.iter().map(|pod| pod.uid.as_str()).collect()
    }

    /// Its ready pods.
    pub fn ready(&self) -> impl Iterator<Item = &Pod> {
        self.pods.iter().filter(|pod| pod.ready)
    }

    /// The greatest attempt that left a trace.
    pub fn last_attempt(&self) -> i64 {
        let traces = self
            .passes
            .iter()
            .chain(self.migrations.keys())
            .chain(self.smokes.keys());
        traces.copied().max().unwrap_or_default()
    }

    /// The first evidence of a failure among its pods.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.pods.iter().find_map(|pod| pod.trouble.as_ref())
    }
}
