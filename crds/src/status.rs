//! What the operator writes: `status`. Progress lives here and in the children, never in the operator's memory.

mod actions;
mod gates;
mod history;
mod notifications;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use actions::{Action, ActionAnswer, ActionResult, ApprovedBy, ManualRollback};
pub use gates::{Baseline, GateNumbers, GateOutcome, GateResult, LatencyCount, PodCount};
pub use history::{Failure, HistoryEntry, Outcome, PhaseDuration, Transition};
pub use notifications::{Notified, NotifiedResult, Undelivered};

/// Where a resource stands: the revision that serves, the one on its way, and what went wrong.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct UbermenchDeploymentStatus {
    /// The generation of the resource that this status speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,

    /// The step of the release.
    pub phase: Phase,

    /// One sentence: what is going on, or what is waited for.
    pub message: String,

    /// What the next step waits for, in one sentence, with the way out where a person is needed. Absent when nothing is
    /// waited for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub waiting_for: String,

    /// The revision that serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<ActiveRevision>,

    /// The revision that is on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CandidateRevision>,

    /// The revision before the active one, while it stays warm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<PreviousRevision>,

    /// Which revision is to own the work (inbox, outbox and timers).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<WorkOwner>,

    /// The last attempt's number, counted over the life of the resource.
    pub last_attempt: i64,

    /// Why the last release failed; gone when the next one begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,

    /// A change of Secrets or ConfigMaps that is not released yet, since more may follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settling: Option<Settling>,

    /// What became of the actions that were asked for by annotation, newest first; the last three of each kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionAnswer>,

    /// A rollback by hand that is in force: this revision is to serve instead of the one that the spec asks for. Ends
    /// with the next edit of what runs, and with a retry of what the spec asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<ManualRollback>,

    /// Ended releases, newest first, at most `rollout.historyLimit`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryEntry>,

    /// The last change of phase; its Event carries the same sequence number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,

    /// Notifications that are not delivered yet; at most forty, the oldest gives way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undelivered: Vec<Undelivered>,

    /// What became of the last notification of each channel that ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notified: Vec<Notified>,

    /// Pods of the active revision.
    pub replicas: i32,

    /// Ready pods of the active revision.
    pub ready_replicas: i32,

    /// Label selector of the active revision's pods, for autoscalers.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub selector: String,

    /// `Ready`, `Reconciling`, `Stalled` (as kstatus has them) and `MigrationsApplied`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
}

/// A step of a release.
#[derive(
    Serialize,
    Deserialize,
    JsonSchema,
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
)]
pub enum Phase {
    /// The active revision is what the resource asks for, or nothing has begun.
    #[default]
    Stable,
    /// Secrets and ConfigMaps are copied.
    Snapshotting,
    /// The candidate's `expand` migrations run.
    Migrating,
    /// The candidate's pods start.
    Starting,
    /// The gates judge the candidate.
    Verifying,
    /// The gates passed; a person is asked whether the candidate may serve (`rollout.approval: Manual`).
    AwaitingApproval,
    /// Traffic and work move to the candidate.
    Switching,
    /// The new active revision is watched.
    Baking,
    /// Traffic and work move back to the previous revision.
    RollingBack,
    /// The release failed; `failure` says why. The active revision serves on.
    Failed,
}

/// Colours alternate from one active revision to the next.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// Blue.
    Blue,
    /// Green.
    Green,
}

impl Color {
    /// As it stands in names and labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }

    /// The colour of the next revision.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }
}

/// The revision that serves.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ActiveRevision {
    /// Its name.
    pub revision: String,
    /// Its colour.
    pub color: Color,
    /// Its image.
    pub image: String,
    /// When it became active.
    pub since: Time,
}

/// The revision that is on its way.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct CandidateRevision {
    /// Its name.
    pub revision: String,
    /// Its colour.
    pub color: Color,
    /// Its image.
    pub image: String,
    /// Number of this attempt; Jobs and gate results belong to one attempt.
    pub attempt: i64,
    /// Why the release began, in one word: `RevisionChanged`, `Retried`, or `ColdRollback` for a revision that served
    /// before and is no longer warm.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cause: String,
    /// When the release began.
    pub started_at: Time,
    /// When the present phase began. A pause moves it on by its own length.
    pub phase_started_at: Time,
    /// While paused: since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Time>,
    /// Results of the gates, of this attempt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateResult>,
    /// What the pods had counted when the present judgement by numbers began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// UIDs of the pods that passed the gates: these and no others may serve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_pods: Vec<String>,
    /// Who let it serve, where `rollout.approval` is `Manual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<ApprovedBy>,
    /// How long each phase took that it has left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations: Vec<PhaseDuration>,
}

/// The revision before the active one.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PreviousRevision {
    /// Its name.
    pub revision: String,
    /// Its colour.
    pub color: Color,
    /// Its image.
    pub image: String,
    /// Until when its pods are kept.
    pub warm_until: Time,
}

/// A change that settles.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Settling {
    /// The revision that it asks for so far.
    pub revision: String,
    /// When its first part was seen.
    pub since: Time,
    /// When it is released, unless more follows.
    pub until: Time,
}

/// Who works the live inbox, outbox and timers.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct WorkOwner {
    /// Grows with every move.
    pub epoch: i64,
    /// The revision that owns it.
    pub revision: String,
}
