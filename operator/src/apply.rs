//! The only writer: carries out one act, conditional on what it was decided on.

mod delete;
mod keepers;
mod snapshot;
mod write;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{Patch, PatchParams};
use kube::core::PartialObjectMeta;
use serde_json::{Value, json};
use ubermench_crds::{Color, UbermenchDeployment, UbermenchDeploymentStatus, WorkOwner};

use crate::context::Context;
use crate::desired;
use crate::error::{During, Error};
use crate::names::{Component, Names, PASSES};
use crate::observe::{World, is_halted};
use crate::rollout::{Act, Reason, Role, Settings};
use crate::validate::Record;
use crate::work::Fence;

pub(crate) use write::{finalizers, post_params};

/// Carries out an act.
pub async fn act(
    ctx: &Context,
    world: &World,
    settings: &Settings,
    act: &Act,
) -> Result<(), Error> {
    match act {
        Act::CreateInternalSecret => snapshot::make_internal(ctx, world).await,
        Act::CreateSnapshot { revision } | Act::RemakeSnapshot { revision } => {
            snapshot::make(ctx, world, revision).await
        }
        Act::CreateRecord { revision } => create_record(ctx, world, revision).await,
        Act::RunMigration { revision, attempt } => {
            run(ctx, world, settings, Component::Migrate, revision, *attempt).await
        }
        Act::RunSmoke { revision, attempt } => {
            run(ctx, world, settings, Component::Smoke, revision, *attempt).await
        }
        Act::RecordPass { revision, attempt } => record_pass(ctx, world, revision, *attempt).await,
        Act::ApplyDeployment {
            revision,
            color,
            replicas,
            paused,
        } => deployment(ctx, world, revision, *color, *replicas, *paused).await,
        Act::DeleteDeployment { revision } => delete::deployment(ctx, world, revision).await,
        Act::PointService { role, revision } => point(ctx, world, *role, revision).await,
        Act::DropPreview => delete::preview(ctx, world).await,
        Act::ApplyBudget { revision } => keepers::budget(ctx, world, revision).await,
        Act::DropBudget => keepers::drop_budget(ctx, world).await,
        Act::ApplyAutoscaler => keepers::autoscaler(ctx, world, settings).await,
        Act::DropAutoscaler => keepers::drop_autoscaler(ctx, world).await,
        Act::MoveWork(owner) => move_work(ctx, world, owner).await,
        Act::ResumeJobs { revision, attempt } => resume(ctx, world, revision, *attempt).await,
        Act::DeleteJobs { revision, attempt } => delete::jobs(ctx, world, revision, *attempt).await,
        Act::Forget { revision } => delete::revision(ctx, world, revision).await,
    }
}

/// Writes the status, if nothing was written since it was read.
pub async fn status(
    ctx: &Context,
    object: &UbermenchDeployment,
    status: UbermenchDeploymentStatus,
) -> Result<UbermenchDeployment, Error> {
    let name = object.metadata.name.clone().unwrap_or_default();
    let namespace = object.metadata.namespace.as_deref().ok_or(Error::Unnamed)?;
    let next = UbermenchDeployment {
        status: Some(status),
        ..object.clone()
    };
    let api = Api::<UbermenchDeployment>::namespaced(ctx.client.clone(), namespace);
    let written = api
        .replace_status(&name, &post_params(), &next)
        .await
        .during("write", "status of", &name)?;
    ctx.metrics.wrote("UbermenchDeployment");
    Ok(written)
}

/// Says of a resource that can't be read why not, where people look.
pub async fn stall(ctx: &Context, meta: &ObjectMeta, error: &str) -> Result<(), Error> {
    let name = meta.name.clone().unwrap_or_default();
    let namespace = meta.namespace.as_deref().ok_or(Error::Unnamed)?;
    let condition = json!({
        "type": "Stalled",
        "status": "True",
        "reason": Reason::InvalidSpec.as_str(),
        "message": format!("this operator can't read the resource: {error}"),
        // The same in every pass, so that it is written once.
        "lastTransitionTime": meta.creation_timestamp,
        "observedGeneration": meta.generation,
    });
    let patch = json!({"status": {"conditions": [condition]}});
    let api =
        Api::<PartialObjectMeta<UbermenchDeployment>>::namespaced(ctx.client.clone(), namespace);
    api.patch_status(&name, &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .map(drop)
        .during("write", "status of", &name)
}

/// Patches a resource's own metadata; the patch holds its resourceVersion.
pub async fn metadata(
    ctx: &Context,
    object: &UbermenchDeployment,
    metadata: &Value,
) -> Result<(), Error> {
    let names = Names::of(object).ok_or(Error::Unnamed)?;
    let patch = json!({"metadata": metadata});
    write::merge(ctx, &names, "UbermenchDeployment", object, &patch).await
}

async fn create_record(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let spec = world.desired.as_ref().filter(|spec| spec.name == revision);
    let spec = spec.ok_or_else(|| Error::Record {
        name: world.names.revision(revision),
    })?;
    let number = world
        .records
        .values()
        .map(|record| record.revision)
        .max()
        .unwrap_or_default()
        + 1;
    let mut spec = spec.clone();
    if let Some(live) = world.deployments.get(revision) {
        // A record that was deleted by hand: the Deployment stays as it is.
        spec.record.layout = desired::layout(live);
    }
    let record = desired::controller_revision(&world.names, &spec, number);
    write::create(ctx, &world.names, "ControllerRevision", &record).await
}

async fn run(
    ctx: &Context,
    world: &World,
    settings: &Settings,
    component: Component,
    revision: &str,
    attempt: i64,
) -> Result<(), Error> {
    let record = record(world, revision)?;
    let job = if component == Component::Smoke {
        desired::smoke_job(&world.names, revision, &record, attempt, settings)
    } else {
        desired::migrate_job(
            &world.names,
            revision,
            &record,
            attempt,
            settings.migrate_seconds,
        )
    };
    write::create(ctx, &world.names, "Job", &job).await
}

/// Lets Jobs go on that were suspended by hand.
async fn resume(ctx: &Context, world: &World, revision: &str, attempt: i64) -> Result<(), Error> {
    for job in world
        .jobs_of(revision, attempt)
        .filter(|job| is_halted(job))
    {
        let patch = json!({
            "metadata": {"resourceVersion": job.metadata.resource_version},
            "spec": {"suspend": false, "parallelism": 1},
        });
        write::merge(ctx, &world.names, "Job", job, &patch).await?;
    }
    Ok(())
}

/// Notes a pass on the record, so that it outlives the status.
async fn record_pass(
    ctx: &Context,
    world: &World,
    revision: &str,
    attempt: i64,
) -> Result<(), Error> {
    let name = world.names.revision(revision);
    let record = world
        .records
        .get(revision)
        .ok_or_else(|| Error::Record { name: name.clone() })?;
    let noted = record
        .metadata
        .annotations
        .as_ref()
        .and_then(|notes| notes.get(PASSES))
        .map(String::as_str);
    let passes = noted
        .into_iter()
        .flat_map(|noted| noted.split(','))
        .filter(|each| !each.is_empty())
        .map(str::to_owned);
    let passes: Vec<_> = passes.chain([attempt.to_string()]).collect();
    let patch = json!({"metadata": {
        "resourceVersion": record.metadata.resource_version,
        "annotations": {PASSES: passes.join(",")},
    }});
    write::merge(ctx, &world.names, "ControllerRevision", record, &patch).await
}

async fn deployment(
    ctx: &Context,
    world: &World,
    revision: &str,
    color: Color,
    replicas: i32,
    paused: bool,
) -> Result<(), Error> {
    let record = record(world, revision)?;
    let wanted = desired::deployment(&world.names, revision, &record, color, replicas, paused);
    let Some(live) = world.deployments.get(revision) else {
        return write::create(ctx, &world.names, "Deployment", &wanted).await;
    };
    let mut next = live.clone();
    // The whole spec is ours; what we don't state, the API server fills in as it did before.
    next.spec = wanted.spec;
    write::relabel(&mut next.metadata, wanted.metadata.labels);
    write::replace(ctx, &world.names, "Deployment", &next).await
}

async fn point(ctx: &Context, world: &World, role: Role, revision: &str) -> Result<(), Error> {
    let wanted = desired::service(&world.names, role, revision);
    let Some(live) = world.services.get(&role) else {
        return write::create(ctx, &world.names, "Service", &wanted).await;
    };
    let mut next = live.clone();
    write::relabel(&mut next.metadata, wanted.metadata.labels);
    if let (Some(spec), Some(wanted)) = (next.spec.as_mut(), wanted.spec) {
        // Addresses are the cluster's, all else is ours.
        *spec = k8s_openapi::api::core::v1::ServiceSpec {
            cluster_ip: spec.cluster_ip.take(),
            cluster_ips: spec.cluster_ips.take(),
            ip_families: spec.ip_families.take(),
            ip_family_policy: spec.ip_family_policy.take(),
            ..wanted
        };
    }
    write::replace(ctx, &world.names, "Service", &next).await
}

/// Through a pod of the new owner if it can, else through any that answers.
async fn move_work(ctx: &Context, world: &World, owner: &WorkOwner) -> Result<(), Error> {
    let Some(token) = &world.token else {
        return Err(Error::Gone {
            kind: "Secret",
            name: world.names.internal_secret(),
        });
    };
    let mut ips = world.addresses(&owner.revision);
    for revision in world
        .deployments
        .keys()
        .filter(|revision| **revision != owner.revision)
    {
        ips.extend(world.addresses(revision));
    }
    let moved = Fence {
        pods: ctx.pods(),
        token,
    }
    .move_to(&ips, owner)
    .await;
    moved.map_err(|source| Error::Work {
        revision: owner.revision.clone(),
        source,
    })
}

fn record(world: &World, revision: &str) -> Result<Record, Error> {
    let found = world.records.get(revision).and_then(desired::record);
    found.ok_or_else(|| Error::Record {
        name: world.names.revision(revision),
    })
}

#[cfg(test)]
mod tests;
