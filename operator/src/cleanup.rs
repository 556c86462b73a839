//! The end of a resource: what would hold its children is taken off, and the rest goes by owner reference.
//!
//! Bounded: after a while the resource is let go whatever failed, so that a namespace can always be deleted.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::ListParams;
use kube::core::PartialObjectMeta;
use kube::{Api, ResourceExt};
use ubermench_crds::UbermenchDeployment;

use crate::context::Context;
use crate::error::{During, Error};
use crate::names::{FINALIZER, Names, SNAPSHOT_FINALIZER};
use crate::{apply, claim};

/// How long the children may hold the resource.
const LIMIT: SignedDuration = SignedDuration::from_secs(10);

/// How long a stopping operator cares for namespaces that are being deleted.
const LEAVE_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Whether our finalizer is on.
pub fn is_held(object: &UbermenchDeployment) -> bool {
    object.finalizers().iter().any(|each| each == FINALIZER)
}

/// Lets the snapshot Secrets go, then the resource.
pub async fn release(
    ctx: &Context,
    object: &UbermenchDeployment,
    now: Timestamp,
) -> Result<(), Error> {
    let names = Names::of(object).ok_or(Error::Unnamed)?;
    if let Err(error) = release_snapshots(ctx, &names).await {
        let since = object
            .metadata
            .deletion_timestamp
            .as_ref()
            .map_or(now, |at| at.0);
        if now.duration_since(since) < LIMIT {
            return Err(error);
        }
        tracing::warn!(
            error = error.chain(),
            "the resource goes although its snapshots could not be let go"
        );
    }
    let left: Vec<_> = object
        .finalizers()
        .iter()
        .filter(|each| *each != FINALIZER)
        .cloned()
        .collect();
    match set(ctx, &names, object, &left).await {
        Err(Error::Api {
            source: kube::Error::Api(status),
            ..
        }) if status.is_not_found() => Ok(()),
        answer => answer,
    }
}

/// Called when the operator stops: in a namespace that is being deleted, the operator's own pod may be among the first to
/// go, and nobody would be left to take the finalizers off.
pub async fn leave(ctx: &Context, namespace: Option<&str>) {
    if tokio::time::timeout(LEAVE_LIMIT, release_terminating(ctx, namespace))
        .await
        .is_err()
    {
        tracing::warn!("not everything in namespaces that are being deleted could be let go");
    }
}

async fn release_terminating(ctx: &Context, namespace: Option<&str>) {
    let api = namespace.map_or_else(
        || Api::<UbermenchDeployment>::all(ctx.client.clone()),
        |namespace| Api::namespaced(ctx.client.clone(), namespace),
    );
    let namespaces = Api::<PartialObjectMeta<Namespace>>::all(ctx.client.clone());
    for object in api.list(&ListParams::default()).await.into_iter().flatten() {
        let name = object.namespace().unwrap_or_default();
        let is_going = matches!(
            namespaces.get_opt(&name).await,
            Ok(Some(found)) if found.metadata.deletion_timestamp.is_some()
        );
        if is_going
            && claim::is_ours(ctx, &object)
            && let Err(error) = release(ctx, &object, ctx.now()).await
        {
            tracing::warn!(error = error.chain(), "a resource could not be let go");
        }
    }
}

async fn release_snapshots(ctx: &Context, names: &Names) -> Result<(), Error> {
    let api = Api::<PartialObjectMeta<Secret>>::namespaced(ctx.client.clone(), &names.namespace);
    let found = api
        .list(&ListParams::default().labels(&names.all()))
        .await
        .during("list", "Secrets", &names.name)?;
    for secret in found {
        let held = secret.finalizers();
        if !names.owns(&secret.metadata) || !held.iter().any(|each| each == SNAPSHOT_FINALIZER) {
            continue;
        }
        let left: Vec<_> = held
            .iter()
            .filter(|each| *each != SNAPSHOT_FINALIZER)
            .cloned()
            .collect();
        apply::finalizers::<Secret>(
            &ctx.client,
            &names.namespace,
            "Secret",
            &secret.metadata,
            &left,
        )
        .await?;
        ctx.metrics.wrote("Secret");
    }
    Ok(())
}

async fn set(
    ctx: &Context,
    names: &Names,
    object: &UbermenchDeployment,
    finalizers: &[String],
) -> Result<(), Error> {
    let kind = "UbermenchDeployment";
    apply::finalizers::<UbermenchDeployment>(
        &ctx.client,
        &names.namespace,
        kind,
        &object.metadata,
        finalizers,
    )
    .await?;
    ctx.metrics.wrote(kind);
    Ok(())
}
