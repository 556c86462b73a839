//! What may be done to Deployments and Jobs.

use serde_json::Value;

use super::super::World;
use super::super::api_server::{
    Call, DEPLOYMENTS, JOBS, PODS, RECORDS, SERVICES, Verb, labels, uid,
};
use super::super::history::WARM;
use super::super::image::Image;
use super::{Invariant, Verdict, require};
use crate::names::{COMPONENT, REVISION};

pub(super) fn deployment(world: &World, call: &Call, verb: Verb) -> Verdict {
    if verb == Verb::Create {
        return starts(world, call);
    }
    let Some(found) = world.api.value(&DEPLOYMENTS, &call.name) else {
        return Ok(());
    };
    let revision = labels(found, REVISION);
    let old = found["spec"]["replicas"].as_i64().unwrap_or_default();
    let next = match verb {
        Verb::Delete => 0,
        _ => call.body["spec"]["replicas"].as_i64().unwrap_or_default(),
    };
    let shrinks = verb == Verb::Delete || next < old;
    if !shrinks || world.witness.seen.interfered {
        return Ok(());
    }
    let active = world.status()["active"]["revision"] == *revision;
    let asked = verb != Verb::Delete && active && next == world.witness.seen.replicas;
    let candidate = world.status()["candidate"]["revision"] == *revision;
    let asked = asked || (verb != Verb::Delete && candidate && next == world.witness.seen.replicas);
    let mut services = world.api.values(&SERVICES);
    let selecting = services.find(|service| service["spec"]["selector"][REVISION] == *revision);
    require(asked || selecting.is_none(), Invariant::InUseStays, || {
        format!("from {old} to {next}, while a Service selects it")
    })?;
    warm(world, revision, verb == Verb::Delete)
}

/// The revision before a switch stays until its time is up, or the next switch.
fn warm(world: &World, revision: &str, deleted: bool) -> Verdict {
    let witness = &world.witness;
    let Some(last) = witness.moved.as_ref().filter(|last| last.forward) else {
        return Ok(());
    };
    let status = world.status();
    let tried_again =
        status["candidate"]["revision"] == *revision || status["failure"]["revision"] == *revision;
    let due = world.now >= last.at + (WARM - 1) * 1000;
    let excused = due || tried_again || witness.jumped || witness.status_lost;
    let is_warm =
        last.from == revision && witness.selected.as_deref() == Some(&last.to) && !excused;
    require(!is_warm, Invariant::WarmStays, || {
        let done = if deleted { "deleted" } else { "scaled down" };
        format!("it is {done} {} ms after the switch", world.now - last.at)
    })
}

/// Pods begin only on the schema that they need, and with all Secrets.
fn starts(world: &World, call: &Call) -> Verdict {
    let image = call.body["spec"]["template"]["spec"]["containers"][0]["image"].as_str();
    let image = Image::of(image.unwrap_or_default());
    let lacking = (1..=image.schema).find(|each| !world.database.ledger.contains(each));
    require(lacking.is_none(), Invariant::MigratedFirst, || {
        format!("migration {lacking:?} is not applied")
    })
}

pub(super) fn job(world: &World, call: &Call, verb: Verb) -> Verdict {
    match verb {
        Verb::Create => {
            let spec = &call.body["spec"];
            let once = spec["backoffLimit"] == 0
                && spec["podReplacementPolicy"] == "Failed"
                && spec["activeDeadlineSeconds"].is_i64()
                && spec["template"]["spec"]["restartPolicy"] == "Never";
            require(once, Invariant::MigrationJobIsTransport, || {
                "Kubernetes may try it again".to_owned()
            })
        }
        Verb::Delete => {
            let job = world.api.value(&JOBS, &call.name).unwrap_or(&Value::Null);
            let runs = job["status"]["conditions"].is_null() && labels(job, COMPONENT) == "migrate";
            let holds = runs && holds_lock(world, job);
            require(
                !holds || world.witness.seen.interfered,
                Invariant::MigrationJobIsTransport,
                || "it is taken away while it runs".to_owned(),
            )
        }
        _ => Ok(()),
    }
}

/// Whether a Job's pod is at work in the database.
fn holds_lock(world: &World, job: &Value) -> bool {
    let lock = world.database.lock.as_deref();
    let owned = |pod: &&Value| pod["metadata"]["ownerReferences"][0]["uid"] == *uid(job);
    let mut pods = world.api.values(&PODS).filter(owned);
    pods.any(|pod| Some(uid(pod)) == lock)
}

/// At rest the active Deployment is as it was made.
pub(super) fn put_back(world: &World) -> Verdict {
    let status = world.status();
    let witness = &world.witness;
    let active = status["active"]["revision"].as_str().unwrap_or_default();
    let record = world.api.value(&RECORDS, &format!("handy-{active}"));
    let Some(record) = record.filter(|_| !witness.seen.interfered && !witness.foreign) else {
        return Ok(());
    };
    let found = world
        .api
        .values(&DEPLOYMENTS)
        .find(|each| labels(each, REVISION) == active)
        .unwrap_or(&Value::Null);
    let spec = &found["spec"];
    let right = spec["replicas"] == witness.seen.replicas
        && spec["template"]["spec"]["containers"][0]["image"] == record["data"]["image"]
        && spec["template"]["spec"]["hostNetwork"].is_null();
    require(right, Invariant::DriftPutBack, || {
        format!(
            "the active Deployment has {} of {} replicas, or another template",
            spec["replicas"], witness.seen.replicas
        )
    })
}
