//! What the operator writes: `status`. Progress lives here and in the children, never in the operator's memory.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

    /// Ended releases, newest first, at most `rollout.historyLimit`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryEntry>,

    /// The last change of phase; its Event carries the same sequence number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition: Option<Transition>,

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
    /// When the attempt began.
    pub started_at: Time,
    /// When the present phase began. A pause moves it on by its own length.
    pub phase_started_at: Time,
    /// While paused: since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Time>,
    /// Results of the gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateResult>,
    /// UIDs of the pods that passed the gates: these and no others may serve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_pods: Vec<String>,
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

/// Who works the live inbox, outbox and timers.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct WorkOwner {
    /// Grows with every move.
    pub epoch: i64,
    /// The revision that owns it.
    pub revision: String,
}

/// What a gate said.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct GateResult {
    /// Name of the gate, for example `smoke`.
    pub name: String,
    /// Its answer. All but `Passed` keep a revision from serving.
    pub result: GateOutcome,
    /// The attempt that it judged.
    pub attempt: i64,
    /// What it found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// When.
    pub time: Time,
}

/// A gate's answer.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateOutcome {
    /// Everything it asks held.
    Passed,
    /// Something it asks did not hold.
    Failed,
    /// It gave no answer.
    Unknown,
}

/// Why a release failed, and what to look at.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// One word, for example `ImagePullFailed`, `CrashLoop`, `MigrationFailed`, `GateFailed`, `DeadlineExceeded`.
    pub reason: String,
    /// The phase that it happened in.
    pub phase: Phase,
    /// The revision that failed.
    pub revision: String,
    /// Its image.
    pub image: String,
    /// The attempt that failed.
    pub attempt: i64,
    /// The pod that showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The container in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The container's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The last lines that it logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// What happened and what to do, in a sentence or two.
    pub message: String,
    /// When it was seen.
    pub time: Time,
}

/// An ended release.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The revision.
    pub revision: String,
    /// Its image.
    pub image: String,
    /// Its colour.
    pub color: Color,
    /// The attempt.
    pub attempt: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, for what did not succeed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Time,
}

/// How a release ended.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It serves, or served until the next one.
    Succeeded,
    /// It never served.
    Failed,
    /// A newer edit took its place.
    Superseded,
    /// It served and was taken back.
    RolledBack,
}

/// A change of phase.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// Counts the resource's transitions; stable id of this one.
    pub sequence: i64,
    /// The phase before.
    pub from: Phase,
    /// The phase after.
    pub to: Phase,
    /// One word for why.
    pub reason: String,
    /// The same in a sentence.
    pub message: String,
    /// The revision that it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub revision: String,
    /// When.
    pub time: Time,
}
