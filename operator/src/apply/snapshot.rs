//! Snapshot Secrets: made once, immutable, and made anew when someone deletes them.
//!
//! A deleted one is held by its finalizer, so it can still be read. Its contents are copied before it is let go, so that
//! a kill at any point leaves one of the two.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{delete, write};
use crate::context::Context;
use crate::desired;
use crate::error::{During, Error};
use crate::names::SNAPSHOT_FINALIZER;
use crate::observe::{World, own_secret};

/// Makes a revision's snapshot, from the first of these: the deleted one, its copy, what the spec refers to.
pub(super) async fn make(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let contents = contents(ctx, world, revision).await?;
    if let Some(deleted) = world
        .snapshots
        .get(revision)
        .filter(|found| found.metadata.deletion_timestamp.is_some())
    {
        let mut copy = desired::snapshot_secret(&world.names, revision, &contents);
        // Without the revision's label, so that it is never taken for the snapshot, and without the finalizer.
        copy.metadata = world.names.meta(copy_name(world, revision));
        write::create(ctx, &world.names, "Secret", &copy).await?;
        release(ctx, world, &deleted.metadata).await?;
    }
    write::create(
        ctx,
        &world.names,
        "Secret",
        &desired::snapshot_secret(&world.names, revision, &contents),
    )
    .await?;
    drop_copy(ctx, world, revision).await
}

async fn contents(
    ctx: &Context,
    world: &World,
    revision: &str,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    for name in [world.names.revision(revision), copy_name(world, revision)] {
        if let Some(contents) = own_secret(&ctx.client, &world.names, &name).await? {
            return Ok(contents);
        }
    }
    let spec = world.desired.as_ref().filter(|spec| spec.name == revision);
    spec.map(|spec| spec.snapshot.clone())
        .ok_or_else(|| Error::SnapshotLost {
            name: world.names.revision(revision),
        })
}

/// Takes the finalizer off.
pub(super) async fn release(ctx: &Context, world: &World, meta: &ObjectMeta) -> Result<(), Error> {
    let held = meta.finalizers.as_deref().unwrap_or_default();
    if !held.iter().any(|each| each == SNAPSHOT_FINALIZER) {
        return Ok(());
    }
    let left: Vec<_> = held
        .iter()
        .filter(|each| *each != SNAPSHOT_FINALIZER)
        .cloned()
        .collect();
    write::finalizers::<Secret>(&ctx.client, &world.names.namespace, "Secret", meta, &left).await?;
    ctx.metrics.wrote("Secret");
    Ok(())
}

/// Deletes the copy, if there is one.
pub(super) async fn drop_copy(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let name = copy_name(world, revision);
    let found = write::api::<Secret>(&ctx.client, &world.names)
        .get_metadata_opt(&name)
        .await;
    match found.during("read", "Secret", &name)? {
        Some(copy) if world.names.owns(&copy.metadata) => {
            delete::delete::<Secret>(ctx, world, "Secret", &copy.metadata).await
        }
        Some(_) | None => Ok(()),
    }
}

fn copy_name(world: &World, revision: &str) -> String {
    format!("{}-copy", world.names.revision(revision))
}
