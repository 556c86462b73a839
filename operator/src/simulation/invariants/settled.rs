//! Where a trace must end once nothing is out of order any more.

use serde_json::Value;

use super::super::World;
use super::super::api_server::{DEPLOYMENTS, EVENTS, RESOURCES, labels};
use super::super::controllers::is_ready;
use super::super::image::{Behaviour, Image};
use super::super::witness;
use super::{Invariant, Verdict, require};
use crate::names::REVISION;

/// Judges the end.
pub(in crate::simulation) fn settled(world: &mut World) {
    if let Err((invariant, detail)) = judge(world) {
        world.violated(invariant, detail);
    }
}

fn judge(world: &World) -> Verdict {
    let Some(resource) = world.resource() else {
        return gone(world);
    };
    require(
        resource["metadata"]["deletionTimestamp"].is_null(),
        Invariant::DeletedGoes,
        || "the resource is held".to_owned(),
    )?;
    if world.witness.foreign {
        return Ok(());
    }
    events(world)?;
    let status = &resource["status"];
    let phase = status["phase"].as_str().unwrap_or_default();
    let paused = resource["spec"]["paused"] == true;
    match phase {
        "Stable" => stable(resource)?,
        "Failed" => require(status["failure"].is_object(), Invariant::Settles, || {
            "it failed without a failure".to_owned()
        })?,
        _ => waits(world, status, paused)?,
    }
    serves(world, status)?;
    left_over(world, status)
}

fn gone(world: &World) -> Verdict {
    let rest = world.api.everything().find(|(kind, value)| {
        kind != &&EVENTS && kind != &&RESOURCES && !value["metadata"]["ownerReferences"].is_null()
    });
    require(rest.is_none(), Invariant::DeletedGoes, || {
        format!(
            "the resource is gone, and left {:?}",
            rest.map(|(kind, value)| (kind.name, super::super::api_server::name(value)))
        )
    })
}

fn events(world: &World) -> Verdict {
    let (told, known) = (
        world.api.all(&EVENTS).count(),
        world.witness.transitions.len(),
    );
    // A status that was lost takes what was not told yet with it.
    let excused = world.witness.faulted || world.witness.jumped || world.witness.status_lost;
    require(told == known || excused, Invariant::OneEventEach, || {
        format!("{told} Events for {known} transitions")
    })
}

fn stable(resource: &Value) -> Verdict {
    let status = &resource["status"];
    let free = status["rollback"].is_null() && resource["spec"]["paused"] != true;
    let (serves, asked) = (&status["active"]["image"], &resource["spec"]["image"]);
    require(!free || serves == asked, Invariant::Settles, || {
        format!("it is stable with {serves}, while {asked} is asked for")
    })
}

/// Any other phase is one in which something is waited for, that does not come by itself.
fn waits(world: &World, status: &Value, paused: bool) -> Verdict {
    let told = status["waitingFor"]
        .as_str()
        .is_some_and(|text| !text.is_empty());
    let bad = |part: &str| {
        let image = status[part]["image"].as_str().unwrap_or_default();
        is_treacherous(image)
    };
    let excused = match status["phase"].as_str().unwrap_or_default() {
        "RollingBack" => bad("previous"),
        // The first install has no way back; and two that are ill have none to go to.
        "Switching" => paused || (status["active"].is_null() && bad("candidate")),
        "Baking" => paused || (bad("candidate") && bad("previous")),
        _ => paused,
    };
    require(told && excused, Invariant::Settles, || {
        format!(
            "it rests in {}, waiting for {}; {} s into it",
            status["phase"],
            status["waitingFor"],
            world.witness.ran(world.now) / 1000
        )
    })
}

fn is_treacherous(image: &str) -> bool {
    let behaviour = Image::of(image).behaviour;
    matches!(behaviour, Behaviour::Treacherous | Behaviour::Fainting)
}

/// What is active has the traffic and the work.
fn serves(world: &World, status: &Value) -> Verdict {
    let Some(active) = status["active"]["revision"].as_str() else {
        return Ok(());
    };
    let moving = matches!(status["phase"].as_str(), Some("Switching" | "RollingBack"));
    let ready = world.pods(active).filter(|pod| is_ready(pod)).count();
    let healthy = !is_treacherous(status["active"]["image"].as_str().unwrap_or_default());
    if moving || (!healthy && ready == 0) {
        return Ok(());
    }
    let replicas = usize::try_from(world.witness.seen.replicas).unwrap();
    require(ready == replicas, Invariant::Settles, || {
        format!("{ready} of {replicas} pods of the active revision are ready")
    })?;
    require(
        witness::confirmed(world, active),
        Invariant::Settles,
        || "the active Service leads elsewhere".to_owned(),
    )?;
    let row = &world.database.row;
    require(
        row.revision == active,
        Invariant::WorkFollowsTraffic,
        || format!("{active} is active, and {row:?} works"),
    )
}

/// Nothing runs that has no part to play.
fn left_over(world: &World, status: &Value) -> Verdict {
    let named = ["active", "previous", "candidate"].map(|part| &status[part]["revision"]);
    let rest = world
        .api
        .values(&DEPLOYMENTS)
        .map(|each| labels(each, REVISION))
        .find(|revision| named.iter().all(|each| **each != **revision));
    require(rest.is_none(), Invariant::Settles, || {
        format!("the Deployment of revision {rest:?} is left over")
    })
}
