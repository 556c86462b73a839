//! What is to be told, and what became of it.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Transition;

/// A transition that a channel has not been told of yet.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Undelivered {
    /// The channel, by its Secret.
    pub secret_name: String,
    /// What it is to be told.
    pub transition: Transition,
    /// How often that failed.
    #[serde(default)]
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt: Time,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
}

/// What became of the last notification of a channel that ended.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Notified {
    /// The channel, by its Secret.
    pub secret_name: String,
    /// Sequence of the transition.
    pub sequence: i64,
    /// Whether it was delivered.
    pub result: NotifiedResult,
    /// Why not, if it was not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// When.
    pub time: Time,
}

/// How a notification ended.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifiedResult {
    /// The other end took it.
    Delivered,
    /// It failed for a day, or too many others waited.
    GivenUp,
}
