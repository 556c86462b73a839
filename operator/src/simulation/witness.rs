//! What really happened, noted beside the operator's own words: against this its writes are judged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use ubermench_crds::Action;

use super::World;
use super::api_server::{SECRETS, SERVICES, uid};
use super::controllers::is_ready;
use super::user::KEPT;
use crate::names::REVISION;

/// A move of the active Service from one revision to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) at: i64,
    /// A switch, which keeps the revision before it warm; no way back.
    pub(super) forward: bool,
}

/// All that is noted of a trace.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a trace"
)]
#[derive(Clone, Debug, Default)]
pub(super) struct Witness {
    /// What could be known when the pass began.
    pub(super) seen: Seen,
    /// Writes of the operator that changed something.
    pub(super) changes: usize,
    /// The pods that were there when a gate passed, by revision and attempt.
    pub(super) passed: BTreeMap<(String, String), BTreeSet<String>>,
    /// Revisions that were ever recorded.
    pub(super) recorded: BTreeSet<String>,
    /// Sequences of transitions.
    pub(super) transitions: BTreeSet<i64>,
    /// Tokens that were acted on.
    pub(super) accepted: BTreeSet<String>,
    /// What the operator last pointed the active Service at.
    pub(super) selected: Option<String>,
    pub(super) moved: Option<Move>,
    pub(super) phase_since: i64,
    paused_since: Option<i64>,
    pub(super) paused_for: i64,
    pub(super) last_token: BTreeMap<Action, String>,
    pub(super) tokens: usize,
    pub(super) status_lost: bool,
    pub(super) jumped: bool,
    pub(super) foreign: bool,
    /// An answer of the API server went wrong.
    pub(super) faulted: bool,
    /// The process in the world is not the first one.
    pub(super) restarted: bool,
}

impl Witness {
    pub(super) fn paused(&mut self, paused: bool, now: i64) {
        match (paused, self.paused_since) {
            (true, None) => self.paused_since = Some(now),
            (false, Some(since)) => {
                self.paused_for += now - since;
                self.paused_since = None;
            }
            _ => {}
        }
    }

    /// A phase begins, and with it its clock.
    pub(super) fn phase_begins(&mut self, now: i64) {
        self.phase_since = now;
        self.paused_for = 0;
        self.paused_since = self.paused_since.map(|_| now);
    }

    /// How long the phase's clock has really run.
    pub(super) fn ran(&self, now: i64) -> i64 {
        let pause = self.paused_since.map_or(0, |since| now - since);
        now - self.phase_since - self.paused_for - pause
    }
}

/// The world as it was when a pass began.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) image: String,
    /// A person is to approve.
    pub(super) manual: bool,
    pub(super) replicas: i64,
    /// What the active Service selects, if its selector is sound.
    pub(super) selected: Option<String>,
    /// The revision whose traffic was confirmed by endpoints.
    pub(super) confirmed: Option<String>,
    /// Ready endpoints of the preview Service, by revision.
    pub(super) previewed: BTreeMap<String, usize>,
    /// Ready pods, by revision.
    pub(super) ready: BTreeMap<String, usize>,
    pub(super) secrets: bool,
    /// Something happened since the pass began.
    pub(super) interfered: bool,
}

impl Seen {
    pub(super) fn of(world: &World) -> Self {
        let resource = world.resource().unwrap_or(&Value::Null);
        let spec = &resource["spec"];
        let selected = selected(world);
        let mut ready = BTreeMap::new();
        let mut previewed = BTreeMap::new();
        let preview = world.endpoints("handy-preview");
        for pod in world.api.values(&super::api_server::PODS) {
            let revision = super::api_server::labels(pod, REVISION).to_owned();
            if preview.contains(&uid(pod)) {
                *previewed.entry(revision.clone()).or_default() += 1;
            }
            if is_ready(pod) && pod["metadata"]["deletionTimestamp"].is_null() {
                *ready.entry(revision).or_default() += 1;
            }
        }
        Self {
            image: spec["image"].as_str().unwrap_or_default().to_owned(),
            manual: spec["rollout"]["approval"] == "Manual",
            replicas: spec["replicas"].as_i64().unwrap_or(1),
            confirmed: selected
                .clone()
                .filter(|revision| confirmed(world, revision)),
            selected,
            previewed,
            ready,
            secrets: KEPT.iter().all(|secret| !is_missing(world, secret)),
            interfered: false,
        }
    }

    pub(super) fn ready(&self, revision: &str) -> usize {
        self.ready.get(revision).copied().unwrap_or_default()
    }
}

/// What the active Service selects, if its selector is exactly one of ours.
pub(super) fn selected(world: &World) -> Option<String> {
    let selector = &world.api.value(&SERVICES, "handy")?["spec"]["selector"];
    let revision = selector[REVISION].as_str()?;
    let sound = selector.as_object().is_some_and(|keys| keys.len() == 3);
    sound.then(|| revision.to_owned())
}

/// Whether all ready endpoints of the active Service, at least one, are pods of a revision.
pub(super) fn confirmed(world: &World, revision: &str) -> bool {
    let ready = world.endpoints("handy");
    !ready.is_empty() && ready.iter().all(|uid| world.is_pod_of(uid, revision))
}

/// A smoke gate passed.
pub(super) fn gate_passed(world: &mut World, revision: &str, attempt: &str) {
    let judged = world.endpoints("handy-preview").into_iter();
    let pods = judged.map(str::to_owned).collect();
    world
        .witness
        .passed
        .insert((revision.to_owned(), attempt.to_owned()), pods);
}

pub(super) fn is_missing(world: &World, secret: &str) -> bool {
    world.api.get(&SECRETS, secret).is_none() || is_emptied(world, secret)
}

pub(super) fn is_emptied(world: &World, secret: &str) -> bool {
    let data = world
        .api
        .value(&SECRETS, secret)
        .and_then(|secret| secret["data"].as_object());
    data.is_some_and(|data| {
        data.values()
            .any(|value| value.as_str().is_none_or(str::is_empty))
    })
}
