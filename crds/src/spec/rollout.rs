//! How a new revision is started, judged and switched to.
#![expect(
    unreachable_pub,
    reason = "KubeSchema repeats the types inside functions, with their visibility"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a new revision is started, judged and switched to. A change here is not a new revision.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.warmSeconds >= self.bakeSeconds")
    .message("warmSeconds must be at least bakeSeconds, or a bad revision could not be rolled back")
    .field_path(".warmSeconds"))]
pub struct Rollout {
    /// Who lets a revision serve once its gates have passed: `Automatic` (default) asks nobody; with `Manual` the release
    /// stops in the phase `AwaitingApproval` until someone promotes it:
    /// `kubectl ubermench promote handy`, or `kubectl annotate ubd handy ubermench.io/promote=REVISION/TOKEN`, where
    /// `TOKEN` is a word that was not used before. A rollback by hand needs no approval beside itself.
    #[serde(default)]
    pub approval: Approval,

    /// Seconds that a release waits for its approval; after them it has failed, and what serves serves on. A pause stops
    /// the clock. 10 to 2592000, default 86400 (a day).
    #[serde(default = "defaults::approval_timeout_seconds")]
    #[schemars(range(min = 10, max = 2_592_000))]
    pub approval_timeout_seconds: i64,

    /// What a revision must pass before it serves.
    #[serde(default)]
    pub gates: Gates,

    /// Seconds after the switch in which health is judged; a revision that turns bad in them is rolled back. 0 to 86400,
    /// default 60.
    #[serde(default = "defaults::bake_seconds")]
    #[schemars(range(min = 0, max = 86_400))]
    pub bake_seconds: i64,

    /// Seconds after the switch in which the previous revision stays at full size, so that the way back is instant. 30
    /// to 604800 and at least `bakeSeconds`, default 900.
    #[serde(default = "defaults::warm_seconds")]
    #[schemars(range(min = 30, max = 604_800))]
    pub warm_seconds: i64,

    /// How long a step may take. Failures are seen by their evidence, long before.
    #[serde(default)]
    pub deadlines: Deadlines,

    /// How many ended revisions are kept with their snapshots. 1 to 50, default 5.
    #[serde(default = "defaults::history_limit")]
    #[schemars(range(min = 1, max = 50))]
    pub history_limit: i32,
}

/// Who lets a revision serve.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[schemars(inline)]
pub enum Approval {
    /// Its gates alone.
    #[default]
    Automatic,
    /// A person, after its gates.
    Manual,
}

/// What a revision must pass before it serves.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Gates {
    /// A Job that talks to the new pods as Meta and a customer would: health, webhook verification, a signed message and
    /// its reply, database, Redis and the Graph API token.
    #[serde(default)]
    pub smoke: SmokeGate,
}

/// The smoke gate.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SmokeGate {
    /// Whether the gate is required. Default `true`.
    #[serde(default = "defaults::enabled")]
    pub enabled: bool,

    /// Seconds until a gate without an answer counts as not passed. 10 to 3600, default 120.
    #[serde(default = "defaults::smoke_deadline_seconds")]
    #[schemars(range(min = 10, max = 3600))]
    pub deadline_seconds: i64,
}

/// How long a step may take, in seconds. A pause stops the clock.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Deadlines {
    /// Seconds from the first pod's creation until all of a candidate's pods are ready. 10 to 86400, default 300.
    #[serde(default = "defaults::start_seconds")]
    #[schemars(range(min = 10, max = 86_400))]
    pub start_seconds: i64,

    /// Seconds for the migration Job. 10 to 86400, default 600.
    #[serde(default = "defaults::migrate_seconds")]
    #[schemars(range(min = 10, max = 86_400))]
    pub migrate_seconds: i64,
}

/// How the database schema is brought up to a revision.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Migrations {
    /// Whether the operator runs a revision's `expand` migrations before it starts. If not, someone else must: pods
    /// stay unready until their schema is there. Default `true`.
    #[serde(default = "defaults::enabled")]
    pub enabled: bool,
}

impl Default for Rollout {
    fn default() -> Self {
        Self {
            approval: Approval::default(),
            approval_timeout_seconds: defaults::approval_timeout_seconds(),
            gates: Gates::default(),
            bake_seconds: defaults::bake_seconds(),
            warm_seconds: defaults::warm_seconds(),
            deadlines: Deadlines::default(),
            history_limit: defaults::history_limit(),
        }
    }
}

impl Default for SmokeGate {
    fn default() -> Self {
        Self {
            enabled: true,
            deadline_seconds: defaults::smoke_deadline_seconds(),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            start_seconds: defaults::start_seconds(),
            migrate_seconds: defaults::migrate_seconds(),
        }
    }
}

impl Default for Migrations {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// The defaults, once: serde and the schema take them from here.
mod defaults {
    pub(super) const fn enabled() -> bool {
        true
    }
    pub(super) const fn approval_timeout_seconds() -> i64 {
        86_400
    }
    pub(super) const fn bake_seconds() -> i64 {
        60
    }
    pub(super) const fn warm_seconds() -> i64 {
        900
    }
    pub(super) const fn history_limit() -> i32 {
        5
    }
    pub(super) const fn smoke_deadline_seconds() -> i64 {
        120
    }
    pub(super) const fn start_seconds() -> i64 {
        300
    }
    pub(super) const fn migrate_seconds() -> i64 {
        600
    }
}
