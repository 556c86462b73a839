//! Where the active Service may point.

use serde_json::Value;

use super::super::World;
use super::super::api_server::{Call, RECORDS, SERVICES};
use super::super::controllers::is_ready;
use super::super::witness::{self, Move};
use super::{Invariant, Verdict, require};
use crate::names::{PASSES, REVISION};

pub(super) fn judge(world: &World, call: &Call) -> Verdict {
    let selector = &call.body["spec"]["selector"];
    let keys = selector.as_object().map_or(0, serde_json::Map::len);
    let Some(revision) = selector[REVISION].as_str().filter(|_| keys == 3) else {
        return Err((
            Invariant::SelectorIsRecorded,
            format!("it selects {selector}"),
        ));
    };
    require(
        world.witness.recorded.contains(revision),
        Invariant::SelectorIsRecorded,
        || format!("revision {revision} was never recorded"),
    )?;
    if call.name == "handy" && !world.witness.seen.interfered {
        points(world, revision)?;
    }
    Ok(())
}

fn points(world: &World, revision: &str) -> Verdict {
    let status = world.status();
    let phase = status["phase"].as_str().unwrap_or_default();
    let named = |part: &str| status[part]["revision"] == *revision;
    let selected = world.witness.selected.as_deref();
    let intended = match phase {
        "Switching" => named("candidate") || named("active"),
        "RollingBack" => named("previous") || named("active") || selected == Some(revision),
        _ => named("active"),
    };
    require(intended, Invariant::IntentFirst, || {
        format!("it points at {revision} in {phase}, where nothing says so")
    })?;
    if selected == Some(revision) || world.witness.status_lost && phase != "Switching" {
        return Ok(());
    }
    let pods: Vec<&Value> = world.pods(revision).collect();
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let seen = &world.witness.seen;
    require(
        ready.max(seen.ready(revision)) > 0,
        Invariant::PointedAtReadyPods,
        || format!("revision {revision} has no ready pod"),
    )?;
    let noted = passes(world, revision);
    require(!noted.is_empty(), Invariant::GatesPassed, || {
        format!("revision {revision} has no recorded pass")
    })?;
    if phase == "Switching" && named("candidate") {
        switch(world, revision, &noted)?;
    }
    Ok(())
}

fn switch(world: &World, revision: &str, noted: &[String]) -> Verdict {
    let status = world.status();
    let candidate = &status["candidate"];
    let attempt = candidate["attempt"].to_string();
    let truly = (revision.to_owned(), attempt.clone());
    let smoke = world.setting.smoke;
    require(
        noted.contains(&attempt) && (!smoke || world.witness.passed.contains_key(&truly)),
        Invariant::GatesPassed,
        || format!("attempt {attempt} of revision {revision} passed no gate (noted: {noted:?})"),
    )?;
    let judged = world.witness.passed.get(&truly).into_iter().flatten();
    let mut gone = judged.filter(|uid| !world.is_pod_of(uid, revision));
    let gone = gone.next();
    require(gone.is_none(), Invariant::JudgedPodsServe, || {
        format!("pod {gone:?} passed, and is gone")
    })?;
    let approved = candidate["approved"].is_object() || !world.witness.seen.manual;
    require(approved, Invariant::ApprovalGiven, || {
        format!("nobody approved revision {revision}")
    })?;
    let seen = &world.witness.seen;
    let active = status["active"]["revision"].as_str().unwrap_or_default();
    let size = usize::try_from(seen.replicas)
        .unwrap()
        .max(seen.ready(active));
    let endpoints = seen.previewed.get(revision).copied().unwrap_or_default();
    require(endpoints >= size, Invariant::EnoughEndpoints, || {
        format!("{endpoints} endpoints where {size} are needed")
    })?;
    let by_hand = status["rollback"]["revision"] == *revision;
    let asked = candidate["image"] == *seen.image || by_hand;
    require(asked, Invariant::NewestEditServes, || {
        format!(
            "{} comes to serve while {} is asked for",
            candidate["image"], seen.image
        )
    })
}

/// Attempts that are noted on a record as passed.
fn passes(world: &World, revision: &str) -> Vec<String> {
    let record = world.api.value(&RECORDS, &format!("handy-{revision}"));
    let noted = record.and_then(|record| record["metadata"]["annotations"][PASSES].as_str());
    noted
        .into_iter()
        .flat_map(|noted| noted.split(','))
        .filter(|each| !each.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Notes where the operator pointed the active Service.
pub(super) fn moved(world: &mut World) {
    let selected = witness::selected(world);
    if selected.is_none() || selected == world.witness.selected {
        return;
    }
    let forward = world.status()["phase"] == "Switching";
    let before = std::mem::replace(&mut world.witness.selected, selected.clone());
    world.witness.moved = before.zip(selected).map(|(from, to)| Move {
        from,
        to,
        at: world.now,
        forward,
    });
}

/// At rest the active Service selects what is active, whatever somebody did to it.
pub(super) fn put_back(world: &World) -> Verdict {
    let status = world.status();
    let phase = status["phase"].as_str().unwrap_or_default();
    let seen = &world.witness.seen;
    let known = status["active"]["revision"].as_str();
    let moving = matches!(phase, "Switching" | "RollingBack");
    let Some(active) = known.filter(|_| !moving && !seen.interfered && !world.witness.foreign)
    else {
        return Ok(());
    };
    require(
        seen.selected.as_deref() == Some(active),
        Invariant::DriftPutBack,
        || {
            format!(
                "the Service selects {:?}, not {active}, which is active",
                seen.selected
            )
        },
    )?;
    let chosen = world.witness.selected.as_deref();
    require(
        chosen == Some(active) || world.witness.status_lost,
        Invariant::DriftPutBack,
        || format!("{active} is active, and the operator never pointed there: {chosen:?}"),
    )?;
    let service = world.api.value(&SERVICES, "handy").unwrap_or(&Value::Null);
    require(
        service["spec"]["externalIPs"].is_null(),
        Invariant::DriftPutBack,
        || "the Service keeps a stranger's address".to_owned(),
    )
}
