//! What happens in a trace: settings of the resource, and steps made of people, faults and time.

use serde_json::{Value, json};
use ubermench_crds::Action;

use super::controllers::Controller;
use super::image::IMAGES;
use super::random::Random;
use super::world::ApiFault;

/// What a trace's resource is like at first.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) image: usize,
    pub(super) replicas: i64,
    pub(super) manual: bool,
    pub(super) bake: i64,
    pub(super) smoke: bool,
    /// The metrics gate; it needs the samples that the smoke gate makes.
    pub(super) metrics: bool,
    pub(super) migrations: bool,
    pub(super) history_limit: i64,
}

/// Seconds that the previous revision stays warm in every trace.
pub(super) const WARM: i64 = 30;
/// Seconds of every deadline.
pub(super) const DEADLINE: i64 = 20;

impl Setting {
    pub(super) fn resource(&self) -> Value {
        json!({
            "apiVersion": "ubermench.io/v1alpha1",
            "kind": "UbermenchDeployment",
            "metadata": {"name": "handy", "namespace": "prod"},
            "spec": {
                "image": IMAGES[self.image],
                "replicas": self.replicas,
                "paused": false,
                "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp"},
                "database": {"secretName": "handy-database"},
                "redis": {"secretName": "handy-redis"},
                "migrations": {"enabled": self.migrations},
                "rollout": {
                    "approval": if self.manual { "Manual" } else { "Automatic" },
                    "approvalTimeoutSeconds": DEADLINE,
                    "gates": {
                        "smoke": {"enabled": self.smoke, "deadlineSeconds": DEADLINE},
                        "metrics": {"enabled": self.smoke && self.metrics},
                    },
                    "bakeSeconds": self.bake,
                    "warmSeconds": WARM,
                    "deadlines": {"startSeconds": DEADLINE, "migrateSeconds": DEADLINE},
                    "historyLimit": self.history_limit,
                },
            },
        })
    }
}

/// One of the two Services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Active,
    Preview,
}

impl Side {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "handy",
            Self::Preview => "handy-preview",
        }
    }
}

/// Whose revision a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The candidate, or what failed.
    Right,
    /// One that serves, is warm or is recorded.
    Other,
    /// The token that was given last, again.
    Repeated,
}

/// Something that happens beside the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Edit(usize),
    Revert,
    Scale(i64),
    Pause(bool),
    Approval(bool),
    Ask(Action, Aim),
    SecretChanged(usize),
    SecretEmptied(usize),
    SecretDeleted(usize),
    SecretRestored(usize),
    SelectorEmptied(Side),
    SelectorTurned(Side),
    SelectorWidened(Side),
    ServiceDeleted(Side),
    ServiceEdited(Side),
    DeploymentScaled(usize, i64),
    DeploymentEdited(usize),
    DeploymentDeleted(usize),
    JobsDeleted,
    SnapshotDeleted(usize),
    InternalSecretDeleted,
    StatusDeleted,
    Labelled,
    ResourceDeleted,
    ForeignObject(usize),
    PodDeleted(usize),
    PodFaints(usize, i64),
    PodCrashes(usize),
    DatabaseAway(i64),
    PodsCutOff(i64),
    Api(ApiFault, usize),
    ClockJumps(i64),
    Frozen(Controller, i64),
}

/// One step of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The operator works for so many milliseconds, woken by every change.
    Work(i64),
    /// The same, but no watch reaches it: only its own requeues wake it.
    Deaf(i64),
    /// So many single passes, each a moment after the other.
    Passes(usize),
    /// The operator is away for so many milliseconds.
    Away(i64),
    /// The operator's process is replaced.
    Restart,
    /// Something happens between passes.
    Happens(Event),
    /// Something happens within the next pass, before its call of that number.
    Meanwhile(usize, Event),
}

/// A trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    pub(super) seed: u64,
    pub(super) setting: Setting,
    /// The first step that the operator is killed in.
    pub(super) killed_from: usize,
    pub(super) steps: Vec<Step>,
}

impl History {
    /// The history of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        let setting = Setting {
            image: if random.percent(80) {
                random.below(4)
            } else {
                random.below(IMAGES.len())
            },
            replicas: random.between(1, 3),
            manual: random.percent(20),
            bake: *random.of(&[0, 2, 4]),
            smoke: random.percent(92),
            metrics: random.percent(15),
            migrations: random.percent(92),
            history_limit: random.between(1, 3),
        };
        let mut steps = Vec::new();
        if random.percent(5) {
            steps.push(Step::Happens(Event::ForeignObject(random.below(4))));
        }
        if random.percent(75) {
            steps.push(Step::Work(12_000));
        }
        // The first release is the same in most, so it is not always killed at each of its writes.
        let killed_from = if random.percent(80) { steps.len() } else { 0 };
        let length = random.between(2, 7);
        for _ in 0..length {
            let event = event(&mut random);
            if random.percent(25) {
                steps.push(Step::Meanwhile(1 + random.below(16), event));
            } else {
                steps.push(Step::Happens(event));
            }
            steps.push(movement(&mut random));
            if random.percent(30) {
                steps.push(movement(&mut random));
            }
        }
        Self {
            seed,
            setting,
            killed_from,
            steps,
        }
    }
}

fn movement(random: &mut Random) -> Step {
    match random.below(20) {
        0..10 => Step::Work(random.between(200, 4_000)),
        10..13 => Step::Work(random.between(4_000, 12_000)),
        13..15 => Step::Passes(1 + random.below(4)),
        15..17 => Step::Deaf(random.between(1_000, 6_000)),
        17..19 => Step::Away(random.between(200, 8_000)),
        _ => Step::Restart,
    }
}

fn event(random: &mut Random) -> Event {
    let index = random.below(8);
    let side = *random.of(&[Side::Active, Side::Preview]);
    let longest = random.between(300, 5_000);
    match random.below(76) {
        0..16 => Event::Edit(random.below(IMAGES.len())),
        16..19 => Event::Revert,
        19..22 => Event::Scale(random.between(1, 4)),
        22..25 => Event::Pause(true),
        25..27 => Event::Pause(false),
        27 => Event::Approval(random.percent(50)),
        28..36 => Event::Ask(
            *random.of(&Action::ALL),
            *random.of(&[Aim::Right, Aim::Right, Aim::Other, Aim::Repeated]),
        ),
        36 => Event::SecretChanged(index),
        37 => Event::SecretEmptied(index),
        38 => Event::SecretDeleted(index),
        39 => Event::SecretRestored(index),
        40..42 => Event::SelectorEmptied(side),
        42..44 => Event::SelectorTurned(side),
        44 => Event::SelectorWidened(side),
        45 => Event::ServiceDeleted(side),
        46 => Event::ServiceEdited(side),
        47..49 => Event::DeploymentScaled(index, random.between(0, 4)),
        49 => Event::DeploymentEdited(index),
        50 => Event::DeploymentDeleted(index),
        51 => Event::JobsDeleted,
        52 => Event::SnapshotDeleted(index),
        53 => Event::InternalSecretDeleted,
        54 => Event::StatusDeleted,
        55 => Event::Labelled,
        56 => Event::ResourceDeleted,
        57..60 => Event::PodDeleted(index),
        60..62 => Event::PodFaints(index, longest),
        62 => Event::PodCrashes(index),
        63 => Event::DatabaseAway(longest),
        64 => Event::PodsCutOff(longest),
        65..71 => Event::Api(
            *random.of(&[
                ApiFault::LostRequest,
                ApiFault::LostAnswer,
                ApiFault::LostAnswer,
                ApiFault::Conflict,
                ApiFault::Internal,
            ]),
            1 + random.below(3),
        ),
        71..73 => Event::ClockJumps(random.between(-40_000, 40_000)),
        _ => Event::Frozen(
            *random.of(&[
                Controller::Deployments,
                Controller::Endpoints,
                Controller::Jobs,
            ]),
            longest,
        ),
    }
}
