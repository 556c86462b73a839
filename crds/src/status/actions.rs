//! What people asked for by annotation, and what became of it.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a person asks for.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
)]
pub enum Action {
    /// Serve a recorded revision instead of the one that the spec asks for.
    Rollback,
    /// End the release; what served serves on.
    Abort,
    /// Try a failed revision again.
    Retry,
    /// Let the candidate serve that awaits approval.
    Promote,
}

impl Action {
    /// All of them, in the order in which they are answered: first what keeps a revision from serving.
    pub const ALL: [Self; 4] = [Self::Rollback, Self::Abort, Self::Retry, Self::Promote];

    /// The annotation that asks for it; its value is `REVISION/TOKEN`.
    pub const fn annotation(self) -> &'static str {
        match self {
            Self::Rollback => "ubermench.io/rollback",
            Self::Abort => "ubermench.io/abort",
            Self::Retry => "ubermench.io/retry",
            Self::Promote => "ubermench.io/promote",
        }
    }
}

/// What became of an action.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ActionAnswer {
    /// What was asked for.
    pub action: Action,
    /// The annotation's value, as far as 128 characters. It is not acted on again.
    pub token: String,
    /// Whether it is done.
    pub result: ActionResult,
    /// One word for why, for example `Approved`, `Stale`, `Repeated`, `NotAwaited`.
    pub reason: String,
    /// The same in a sentence, with the way out for what was refused.
    pub message: String,
    /// When it was answered.
    pub time: Time,
}

/// Whether an action is done.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionResult {
    /// It is done, or begun.
    Accepted,
    /// Nothing was done.
    Refused,
}

/// An approval.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedBy {
    /// The token that gave it.
    pub token: String,
    /// When.
    pub time: Time,
}

/// A rollback by hand.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ManualRollback {
    /// The revision that is to serve.
    pub revision: String,
    /// The one that the spec asks for. Empty while the spec can't be read, because a Secret is missing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead_of: String,
    /// The token that asked for it.
    pub token: String,
    /// When.
    pub since: Time,
}
