//! What gates said, and the numbers that they judged by.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Phase;

/// What a gate said.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct GateResult {
    /// Name of the gate: `smoke`, `metrics` (before the switch) or `bake` (after it).
    pub name: String,
    /// Its answer. All but `Passed` keep a revision from serving.
    pub result: GateOutcome,
    /// The attempt that it judged.
    pub attempt: i64,
    /// One word for why, where the answer needs one: `ErrorRatio`, `Latency`, `TooFewSamples`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What it found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What it judged by, all pods together, where it judges by numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<GateNumbers>,
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

/// What a gate judged by.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct GateNumbers {
    /// Webhooks answered and turns of conversations made.
    pub samples: i64,
    /// Those that failed.
    pub errors: i64,
    /// Milliseconds within which 95 of 100 were done. Absent where none were, and where it is more than can be measured
    /// (10 s).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_milliseconds: Option<i64>,
}

/// What pods had counted when their judgement began: only what came after it is judged.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// The attempt that is judged.
    pub attempt: i64,
    /// The phase in which it is judged.
    pub phase: Phase,
    /// Each pod at its first answer in it, of both revisions.
    pub pods: Vec<PodCount>,
}

/// What a pod has counted since its start.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct PodCount {
    /// The pod's UID.
    pub pod: String,
    /// How often its container had started anew: each time it counts from zero.
    pub restarts: i32,
    /// Webhooks answered and turns of conversations made.
    pub samples: i64,
    /// Those that failed.
    pub errors: i64,
    /// How often it looked at the database in vain.
    pub database_errors: i64,
    /// How many took how long; those that took longer than the last are in none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<LatencyCount>,
}

/// How many took no longer than that, and longer than the one before.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct LatencyCount {
    /// Microseconds.
    pub up_to_microseconds: i64,
    /// How many.
    pub samples: i64,
}
