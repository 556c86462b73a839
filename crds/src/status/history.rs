//! What happened: ended releases, the last failure, the last change of phase.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Color, GateResult, Phase};

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
    /// The attempt; 0 for the way back to a warm revision, which needs none.
    pub attempt: i64,
    /// Why it began, in one word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cause: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in one word, for what did not succeed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What the gates of its last attempt said, the bake among them, with their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateResult>,
    /// How long each phase took, pauses left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations: Vec<PhaseDuration>,
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
    /// A newer edit or a rollback by hand took its place.
    Superseded,
    /// It was aborted by hand before it served.
    Aborted,
    /// It served and was taken back.
    RolledBack,
}

/// How long a phase took.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
pub struct PhaseDuration {
    /// The phase.
    pub phase: Phase,
    /// Seconds, pauses left out; all stays in it together.
    pub seconds: i64,
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
