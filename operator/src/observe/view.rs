//! From objects to what decisions see: pure.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;
use serde_json::Value;
use ubermench_crds::{Action, Color, UbermenchDeployment};

use super::{World, drift, jobs, keepers, pods, services};
use crate::desired;
use crate::names::{
    ATTEMPT, COLOR, COMPONENT, Component, Names, PASSES, REVISION, SNAPSHOT_FINALIZER,
};
use crate::rollout::{Desired, Observed, Revision, Role, Settings, Snapshot, Workload};
use crate::validate;

/// Annotation that the deployment controller sets once the `ReplicaSet` exists.
const HAS_REPLICA_SET: &str = "deployment.kubernetes.io/revision";

/// What the world is, for decisions. Logs and the work are read apart.
pub(super) fn of(world: &World, desired: Desired, internal_secret: bool) -> Observed {
    let service = |role| {
        world
            .services
            .get(&role)
            .map(|found| services::view(&world.names, role, found, &world.slices))
    };
    let settings = validate::settings(&world.object.spec);
    Observed {
        name: world.names.name.clone(),
        generation: world.object.metadata.generation.unwrap_or_default(),
        status: world.object.status.clone().unwrap_or_default(),
        settings: Settings {
            replicas: settings.replicas.max(1),
            ..settings
        },
        internal_secret,
        desired,
        rotated: rotated(world),
        deliveries: Vec::new(),
        requests: requests(&world.object),
        revisions: revisions(world),
        active_service: service(Role::Active),
        preview_service: service(Role::Preview),
        budget: world
            .budget
            .as_ref()
            .map(|found| keepers::budget(&world.names, found)),
        autoscaler: world
            .autoscaler
            .as_ref()
            .map(|found| keepers::autoscaler(&world.names, world.object.spec.autoscaling, found)),
        blocked: foreign_service(world),
        work: None,
    }
}

/// The annotations that ask for an action.
fn requests(object: &UbermenchDeployment) -> Vec<(Action, String)> {
    let asked = Action::ALL.into_iter().filter_map(|action| {
        let value = object.annotations().get(action.annotation())?;
        Some((action, value.clone()))
    });
    asked.collect()
}

fn rotated(world: &World) -> BTreeSet<String> {
    let Some(asked) = &world.desired else {
        return BTreeSet::new();
    };
    let records = world.records.iter().filter(|(_, record)| {
        desired::record(record).is_some_and(|record| record.is_rotated_to(&asked.record))
    });
    records.map(|(name, _)| name.clone()).collect()
}

/// A Service of our name that is not ours is left alone.
fn foreign_service(world: &World) -> Option<String> {
    let foreign = world
        .services
        .values()
        .find(|service| !world.names.owns(&service.metadata))?;
    Some(format!(
        "Service {} exists and belongs to {}: rename or delete it",
        foreign.name_any(),
        holder(&foreign.metadata)
    ))
}

/// Whose an object is, for a sentence.
fn holder(meta: &ObjectMeta) -> String {
    let mut owners = meta.owner_references.iter().flatten();
    owners
        .find(|owner| owner.controller == Some(true))
        .map_or_else(
            || "someone else".to_owned(),
            |owner| format!("{} {}", owner.kind, owner.name),
        )
}

fn revisions(world: &World) -> BTreeMap<String, Revision> {
    let mut revisions: BTreeMap<String, Revision> = BTreeMap::new();
    for (name, record) in &world.records {
        let revision = revisions.entry(name.clone()).or_default();
        revision.recorded = Some(record.revision);
        revision.passes = passes(record);
        revision.image = desired::record(record)
            .map(|record| record.image)
            .unwrap_or_default();
    }
    for (name, snapshot) in &world.snapshots {
        let is_deleted = snapshot.metadata.deletion_timestamp.is_some();
        let is_held = snapshot
            .finalizers()
            .iter()
            .any(|each| each == SNAPSHOT_FINALIZER);
        revisions.entry(name.clone()).or_default().snapshot = Some(match (is_deleted, is_held) {
            (true, _) => Snapshot::Deleted,
            (false, true) => Snapshot::Kept,
            (false, false) => Snapshot::Unheld,
        });
    }
    for (name, deployment) in &world.deployments {
        let record = world.records.get(name);
        revisions.entry(name.clone()).or_default().deployment =
            Some(workload(&world.names, name, record, deployment));
    }
    for pod in world.pods.iter().filter(|pod| is_bot(pod)) {
        if let (Some(name), Some(pod)) = (pod.labels().get(REVISION), pods::serving(pod)) {
            revisions.entry(name.clone()).or_default().pods.push(pod);
        }
    }
    for job in &world.jobs {
        let labels = job.labels();
        let attempt = labels
            .get(ATTEMPT)
            .and_then(|attempt| attempt.parse::<i64>().ok());
        let (Some(name), Some(attempt)) = (labels.get(REVISION), attempt) else {
            continue;
        };
        let revision = revisions.entry(name.clone()).or_default();
        if jobs::is_halted(job) {
            revision.halted.insert(attempt);
        }
        if labels
            .get(COMPONENT)
            .is_some_and(|of| of == Component::Smoke.as_str())
        {
            revision
                .smokes
                .insert(attempt, jobs::state(job, Component::Smoke, &world.pods));
        } else {
            revision
                .migrations
                .insert(attempt, jobs::state(job, Component::Migrate, &world.pods));
        }
    }
    revisions
}

/// Whether a pod serves or is to serve.
pub(super) fn is_bot(pod: &Pod) -> bool {
    pod.labels()
        .get(COMPONENT)
        .is_some_and(|of| of == Component::Bot.as_str())
}

/// Attempts that are noted on a record as passed.
fn passes(record: &ControllerRevision) -> BTreeSet<i64> {
    let noted = record
        .annotations()
        .get(PASSES)
        .map(String::as_str)
        .unwrap_or_default();
    noted
        .split(',')
        .filter_map(|attempt| attempt.parse().ok())
        .collect()
}

fn workload(
    names: &Names,
    revision: &str,
    record: Option<&ControllerRevision>,
    live: &Deployment,
) -> Workload {
    let spec = live.spec.as_ref();
    let replicas = spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let paused = spec.and_then(|spec| spec.paused).unwrap_or(false);
    let color = color(live);
    let refused = live
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    Workload {
        color,
        replicas,
        paused,
        has_replica_set: live.annotations().contains_key(HAS_REPLICA_SET),
        // Without its record nothing can be said, and nothing could be put back.
        drifted: record.and_then(desired::record).is_some_and(|record| {
            is_drifted(
                &desired::deployment(names, revision, &record, color, replicas, paused),
                live,
            )
        }),
        refused: refused
            .filter(|condition| condition.type_ == "ReplicaFailure" && condition.status == "True")
            .find_map(|condition| condition.message.clone()),
    }
}

fn color(live: &Deployment) -> Color {
    // The name holds it too, and can't be edited.
    let green = live.labels().get(COLOR).map_or_else(
        || live.name_any().contains("-green-"),
        |color| color == "green",
    );
    if green { Color::Green } else { Color::Blue }
}

fn is_drifted(wanted: &Deployment, live: &Deployment) -> bool {
    let managed = live.metadata.managed_fields.as_ref();
    let wanted = serde_json::to_value(wanted).unwrap_or(Value::Null);
    let live = serde_json::to_value(live).unwrap_or(Value::Null);
    let differs = |at: &str| drift::differs(drift::part(&wanted, at), drift::part(&live, at));
    let grew = |at: &str| drift::has_more_keys(drift::part(&wanted, at), drift::part(&live, at));
    differs("/spec")
        || differs("/metadata/labels")
        || grew("/spec/template/metadata/labels")
        || grew("/spec/template/metadata/annotations")
        || drift::has_foreign_fields(&wanted, &live, managed)
}
