//! The promises of the operator, judged at every write, after every pass, and at the end of a trace.

mod services;
mod settled;
mod status;
mod workloads;

use ubermench_crds::WorkOwner;

use super::World;
use super::api_server::{
    Call, DEPLOYMENTS, EVENTS, JOBS, RECORDS, RESOURCES, SERVICES, Verb, labels,
};
use super::operator::Came;
use super::witness;
use crate::names::REVISION;

pub(super) use settled::settled;

/// What must hold. The number is that of the design's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Invariant {
    /// 1: the active Service selects a recorded revision, and is never emptied.
    SelectorIsRecorded,
    /// 1: traffic moves only to a revision that can answer.
    PointedAtReadyPods,
    /// 1: and to as many pods as served before, behind endpoints.
    EnoughEndpoints,
    /// 2: what becomes active has passed every gate in this attempt.
    GatesPassed,
    /// 2: with the pods that passed.
    JudgedPodsServe,
    /// 3: an act follows its intent.
    IntentFirst,
    /// 3: and is conditional on what it was decided on.
    ConditionalWrites,
    /// 3: a trace comes to its end.
    Settles,
    /// 4: a migration executes once.
    MigrationOnce,
    /// 4: its Job is never tried again by Kubernetes, nor taken away while it runs.
    MigrationJobIsTransport,
    /// 4: nothing starts before its schema is there.
    MigratedFirst,
    /// 5: what a Service selects is not scaled down or deleted.
    InUseStays,
    /// 5: nor is the revision before it, while it is warm.
    WarmStays,
    /// 6: the work follows the traffic.
    WorkFollowsTraffic,
    /// 6: its epoch only grows.
    EpochOnlyGrows,
    /// 7: where nothing happens nothing is written.
    NoWriteAtRest,
    /// 8: what was edited by hand is put back.
    DriftPutBack,
    /// 9: one Event for each transition.
    OneEventEach,
    /// 10: `Ready` speaks of the newest generation, and is true.
    ReadyIsTrue,
    /// 12: a deleted resource goes.
    DeletedGoes,
    /// Tokens: each acts once, on the revision that it names.
    TokensActOnce,
    /// A pause stops the step's clock.
    PauseStopsClocks,
    /// Where a person is to approve, one has.
    ApprovalGiven,
    /// A newer edit is what comes to serve.
    NewestEditServes,
    /// What belongs to somebody else is left alone.
    ForeignUntouched,
    /// A missing Secret holds the release.
    SecretsComplete,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) invariant: Invariant,
    pub(super) detail: String,
}

/// Judges a write of the operator, before it is done.
pub(super) fn before_write(world: &mut World, call: &Call) {
    let found = judge(world, call);
    if let Err((invariant, detail)) = found {
        world.violated(invariant, format!("{} ({detail})", call.story()));
    }
}

/// A broken promise, with what was wrong.
type Verdict = Result<(), (Invariant, String)>;

/// `Ok` where something holds.
fn require(holds: bool, invariant: Invariant, detail: impl FnOnce() -> String) -> Verdict {
    if holds {
        Ok(())
    } else {
        Err((invariant, detail()))
    }
}

fn judge(world: &World, call: &Call) -> Verdict {
    if call.kind != &EVENTS {
        conditional(call)?;
        owned(world, call)?;
    }
    match (call.kind, call.verb) {
        (kind, Verb::Create | Verb::Replace) if kind == &SERVICES => services::judge(world, call),
        (kind, verb) if kind == &DEPLOYMENTS => workloads::deployment(world, call, verb),
        (kind, verb) if kind == &JOBS => workloads::job(world, call, verb),
        _ => Ok(()),
    }
}

fn conditional(call: &Call) -> Verdict {
    let conditional = match call.verb {
        Verb::Replace | Verb::Patch => call.body["metadata"]["resourceVersion"].is_string(),
        Verb::Delete => call.body["preconditions"]["uid"].is_string(),
        Verb::Create | Verb::Get | Verb::List => true,
    };
    require(conditional, Invariant::ConditionalWrites, || {
        "without what it was decided on".to_owned()
    })
}

fn owned(world: &World, call: &Call) -> Verdict {
    let Some(found) = world.api.value(call.kind, &call.name) else {
        return Ok(());
    };
    let ours = call.verb == Verb::Create
        || call.kind == &RESOURCES
        || !found["metadata"]["ownerReferences"].is_null();
    require(ours, Invariant::ForeignUntouched, || {
        "it is not ours".to_owned()
    })
}

/// Judges what a write did.
pub(super) fn after_write(world: &mut World, call: &Call, old: &serde_json::Value) {
    if call.kind == &RECORDS && call.verb == Verb::Create {
        let revision = labels(&call.body, REVISION).to_owned();
        world.witness.recorded.insert(revision);
    }
    if call.kind == &SERVICES && call.name == "handy" {
        services::moved(world);
    }
    if call.kind == &EVENTS {
        let (told, known) = (
            world.api.all(&EVENTS).count(),
            world.witness.transitions.len(),
        );
        if told > known {
            world.violated(
                Invariant::OneEventEach,
                format!("{told} Events for {known} transitions"),
            );
        }
    }
    if call.kind == &RESOURCES
        && call.part == "status"
        && let Err((invariant, detail)) = status::judge(world, old)
    {
        world.violated(invariant, detail);
    }
}

/// Judges a move of the work, before it is done.
pub(super) fn work_moves(world: &mut World, wanted: &WorkOwner) {
    if let Err((invariant, detail)) = work(world, wanted) {
        world.violated(invariant, detail);
    }
}

fn work(world: &World, wanted: &WorkOwner) -> Verdict {
    let seen = &world.witness.seen;
    let row = &world.database.row;
    let revision = Some(&wanted.revision);
    let intended = &world.status()["work"];
    let is_intended = intended["epoch"] == wanted.epoch && intended["revision"] == *wanted.revision;
    require(
        wanted.epoch > row.epoch || wanted == row,
        Invariant::EpochOnlyGrows,
        || format!("from {row:?} to {wanted:?}"),
    )?;
    require(
        is_intended || seen.interfered,
        Invariant::IntentFirst,
        || format!("work moves to {wanted:?}, while {intended} is written down"),
    )?;
    let confirmed = seen.confirmed.as_ref() == revision
        || seen.interfered
        || (witness::selected(world).as_ref() == revision
            && witness::confirmed(world, &wanted.revision));
    require(confirmed, Invariant::WorkFollowsTraffic, || {
        format!(
            "work moves to {}, whose traffic is not confirmed",
            wanted.revision
        )
    })
}

/// Judges the world when a pass has ended.
pub(super) fn after_pass(world: &mut World, came: Came) {
    if let Came::Wait(_) = came
        && let Err((invariant, detail)) =
            services::put_back(world).and_then(|()| workloads::put_back(world))
    {
        world.violated(invariant, detail);
    }
}

/// Judges what holds at any time.
pub(super) fn at_any_time(world: &mut World) {
    let twice = world
        .database
        .executions
        .iter()
        .find(|(_, times)| **times > 1);
    if let Some((migration, times)) = twice {
        let detail = format!("migration {migration} was executed {times} times");
        world.violated(Invariant::MigrationOnce, detail);
    }
}
