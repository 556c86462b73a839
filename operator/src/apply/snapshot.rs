//! Snapshot Secrets and the operator's own: made once, immutable, and made anew when someone deletes them.
//!
//! A deleted one is held by its finalizer, so it can still be read. Its contents are copied before it is let go, so that
//! a kill at any point leaves one of the two.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;

use super::{delete, write};
use crate::context::Context;
use crate::desired;
use crate::error::{During, Error};
use crate::names::SNAPSHOT_FINALIZER;
use crate::observe::{World, own_secret};

/// Makes a revision's snapshot, from the first of these: the deleted one, its copy, what the spec refers to.
pub(super) async fn make(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let contents = contents(ctx, world, revision).await?;
    let secret = desired::snapshot_secret(&world.names, revision, &contents);
    let found = world.snapshots.get(revision);
    put_back(ctx, world, secret, found.map(|found| &found.metadata)).await
}

/// Makes the operator's own Secret: with what the deleted one holds, or its copy, else with new keys. New keys give every
/// revision a new name, and pods that run an old token.
pub(super) async fn make_internal(ctx: &Context, world: &World) -> Result<(), Error> {
    let names = &world.names;
    let copy = copy_name(&names.internal_secret());
    let copied = own_secret(&ctx.client, names, &copy).await?;
    let kept = world.internal.as_ref();
    let of = |key: &str| {
        let contents = kept
            .map(|kept| &kept.contents)
            .filter(|of| of.contains_key(key));
        let value = contents.or(copied.as_ref())?.get(key)?;
        String::from_utf8(value.clone()).ok()
    };
    let (token, digest_key) = (ctx.secret(), ctx.secret());
    let token = of("token").unwrap_or_else(|| hex::encode(token));
    let digest_key = of("digestKey").unwrap_or_else(|| hex::encode(digest_key));
    let secret = desired::internal_secret(names, &token, &digest_key);
    put_back(ctx, world, secret, kept.map(|kept| &kept.metadata)).await
}

/// Creates a Secret, or gives one that is there back what finds and holds it. One that is being deleted is copied before it
/// is let go.
async fn put_back(
    ctx: &Context,
    world: &World,
    secret: Secret,
    found: Option<&ObjectMeta>,
) -> Result<(), Error> {
    let copy_name = copy_name(&secret.name_any());
    if let Some(deleted) = found.filter(|found| found.deletion_timestamp.is_some()) {
        let copy = Secret {
            // Without the labels by which the Secret is found, so that it is never taken for it, and without the finalizer.
            metadata: world.names.meta(copy_name.clone()),
            ..secret.clone()
        };
        write::create(ctx, &world.names, "Secret", &copy).await?;
        release(ctx, world, deleted).await?;
    }
    write::create(ctx, &world.names, "Secret", &secret).await?;
    drop_copy(ctx, world, &copy_name).await
}

async fn contents(
    ctx: &Context,
    world: &World,
    revision: &str,
) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let name = world.names.revision(revision);
    for name in [&name, &copy_name(&name)] {
        if let Some(contents) = own_secret(&ctx.client, &world.names, name).await? {
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

/// Deletes a copy, if there is one.
pub(super) async fn drop_copy(ctx: &Context, world: &World, name: &str) -> Result<(), Error> {
    let found = write::api::<Secret>(&ctx.client, &world.names)
        .get_metadata_opt(name)
        .await;
    match found.during("read", "Secret", name)? {
        Some(copy) if world.names.owns(&copy.metadata) => {
            delete::delete::<Secret>(ctx, world, "Secret", &copy.metadata).await
        }
        Some(_) | None => Ok(()),
    }
}

/// Name of the copy of a Secret.
pub(super) fn copy_name(name: &str) -> String {
    format!("{name}-copy")
}
