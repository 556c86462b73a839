//! Deletions: of the very object that was read (UID and resourceVersion), never of what a Service selects.

use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Secret, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;
use kube::api::{DeleteParams, ListParams, Preconditions, PropagationPolicy};

use super::snapshot;
use super::write::{self, Child};
use crate::context::Context;
use crate::error::{During, Error};
use crate::names::REVISION;
use crate::observe::World;
use crate::rollout::Role;

/// Deletes a revision's Deployment, after a live look at all Services of the namespace.
pub(super) async fn deployment(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let Some(deployment) = world.deployments.get(revision) else {
        return Ok(());
    };
    let services = write::api::<Service>(&ctx.client, &world.names);
    let services = services.list(&ListParams::default()).await.during(
        "list",
        "Services",
        &world.names.namespace,
    )?;
    let selecting = services.iter().find(|service| {
        let selector = service
            .spec
            .as_ref()
            .and_then(|spec| spec.selector.as_ref());
        selector
            .and_then(|selector| selector.get(REVISION))
            .is_some_and(|selected| selected == revision)
    });
    if let Some(service) = selecting {
        return Err(Error::InUse {
            name: deployment.name_any(),
            service: service.name_any(),
        });
    }
    delete::<Deployment>(ctx, world, "Deployment", &deployment.metadata).await
}

/// Deletes the preview Service.
pub(super) async fn preview(ctx: &Context, world: &World) -> Result<(), Error> {
    match world.services.get(&Role::Preview) {
        Some(service) => delete::<Service>(ctx, world, "Service", &service.metadata).await,
        None => Ok(()),
    }
}

/// Deletes the Jobs of an attempt, with their pods.
pub(super) async fn jobs(
    ctx: &Context,
    world: &World,
    revision: &str,
    attempt: i64,
) -> Result<(), Error> {
    for job in world.jobs_of(revision, attempt) {
        delete::<Job>(ctx, world, "Job", &job.metadata).await?;
    }
    Ok(())
}

/// Deletes what is kept of a revision: the snapshot first, since a record without one is still told as history.
pub(super) async fn revision(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let copy = snapshot::copy_name(&world.names.revision(revision));
    snapshot::drop_copy(ctx, world, &copy).await?;
    if let Some(found) = world.snapshots.get(revision) {
        snapshot::release(ctx, world, &found.metadata).await?;
        let meta = ObjectMeta {
            resource_version: None,
            ..found.metadata.clone()
        };
        delete::<Secret>(ctx, world, "Secret", &meta).await?;
    }
    if let Some(record) = world.records.get(revision) {
        delete::<ControllerRevision>(ctx, world, "ControllerRevision", &record.metadata).await?;
    }
    Ok(())
}

/// Deletes an object as it was read. One that is gone already is as it should be.
pub(super) async fn delete<K: Child>(
    ctx: &Context,
    world: &World,
    kind: &'static str,
    meta: &ObjectMeta,
) -> Result<(), Error> {
    let name = meta.name.clone().unwrap_or_default();
    let params = DeleteParams {
        preconditions: Some(Preconditions {
            uid: meta.uid.clone(),
            resource_version: meta.resource_version.clone(),
        }),
        propagation_policy: Some(PropagationPolicy::Background),
        ..DeleteParams::default()
    };
    match write::api::<K>(&ctx.client, &world.names)
        .delete(&name, &params)
        .await
    {
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
        answer => {
            answer.map(drop).during("delete", kind, &name)?;
            ctx.metrics.wrote(kind);
            Ok(())
        }
    }
}
