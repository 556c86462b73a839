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
    /// A Job that talks to the new pods as Meta, a customer and a provider would: health, webhook verification, a whole
    /// booking from the first word to both ratings, database, Redis and the Graph API token. Its two people exist for the
    /// time of the Job, no phone hears of them, and nobody else can book or be booked by them.
    #[serde(default)]
    pub smoke: SmokeGate,

    /// What the bot's pods count of themselves, judged against thresholds: of the new pods before they serve, and of those
    /// that serve until `bakeSeconds` are over.
    #[serde(default)]
    pub metrics: MetricsGate,
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

/// The metrics gate. It judges webhooks and turns of conversations, each pod by itself and all of a revision together;
/// what strangers can cause (wrong signatures, senders who send too much) counts nowhere.
///
/// Before the switch the smoke gate supplies the samples, so without that gate only the bake is judged. A threshold
/// that is broken before the switch ends the release, one that is broken in the bake takes it back (`ErrorRatio`,
/// `Latency`), unless the other revision fails in the same way.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct MetricsGate {
    /// Whether pods are judged by what they count. Default `true`.
    #[serde(default = "defaults::enabled")]
    pub enabled: bool,

    /// The share of failures that is still accepted, a decimal number from `"0"` to `"1"` with at most four places, in
    /// quotes. Default `"0.05"`, one of twenty.
    #[serde(default = "defaults::max_error_ratio")]
    #[schemars(length(max = 6), regex(pattern = r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$"))]
    pub max_error_ratio: String,

    /// Milliseconds within which 95 of 100 must be done, the time of Meta's servers left out. 1 to 10000, default 2000.
    #[serde(default = "defaults::max_p95_milliseconds")]
    #[schemars(range(min = 1, max = 10_000))]
    pub max_p95_milliseconds: i64,

    /// How many it takes to judge. Fewer are no pass before the switch; in a quiet bake they are enough, and the release
    /// says so (`TooFewSamples`). 1 to 500, default 20.
    #[serde(default = "defaults::min_samples")]
    #[schemars(range(min = 1, max = 500))]
    pub min_samples: i64,
}

impl MetricsGate {
    /// `maxErrorRatio` in ten-thousandths; `None` for what is no ratio.
    pub fn max_errors_of_ten_thousand(&self) -> Option<i64> {
        let (whole, places) = self
            .max_error_ratio
            .split_once('.')
            .unwrap_or((&self.max_error_ratio, "0"));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|each| each.is_ascii_digit());
        if whole.len() > 1 || places.len() > 4 || !is_number(whole) || !is_number(places) {
            return None;
        }
        let ratio = format!("{whole}{places:0<4}").parse().ok()?;
        (ratio <= 10_000).then_some(ratio)
    }
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

impl Default for MetricsGate {
    fn default() -> Self {
        Self {
            enabled: true,
            max_error_ratio: defaults::max_error_ratio(),
            max_p95_milliseconds: defaults::max_p95_milliseconds(),
            min_samples: defaults::min_samples(),
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
    pub(super) fn max_error_ratio() -> String {
        "0.05".to_owned()
    }
    pub(super) const fn max_p95_milliseconds() -> i64 {
        2_000
    }
    pub(super) const fn min_samples() -> i64 {
        20
    }
    pub(super) const fn start_seconds() -> i64 {
        300
    }
    pub(super) const fn migrate_seconds() -> i64 {
        600
    }
}

#[cfg(test)]
mod tests {
    use super::MetricsGate;

    #[test]
    fn ratios_are_read_exactly() {
        let cases = [
            ("0", Some(0)),
            ("0.05", Some(500)),
            ("0.0001", Some(1)),
            ("1", Some(10_000)),
            ("1.0000", Some(10_000)),
            ("1.1", None),
            ("2", None),
            ("0.00001", None),
            ("0.", None),
            (".5", None),
            ("5%", None),
            ("-0.1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let gate = MetricsGate {
                max_error_ratio: text.to_owned(),
                ..MetricsGate::default()
            };
            assert_eq!(gate.max_errors_of_ten_thousand(), expected, "{text}");
        }
    }
}
