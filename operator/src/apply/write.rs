//! The ways of writing: create what is not there, replace or patch what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::{During, Error};
use crate::names::{MANAGER, Names};

/// What can be written: a namespaced kind that is known at compile time.
pub(crate) trait Child:
    Resource<Scope = NamespaceResourceScope, DynamicType = ()>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
{
}

impl<K> Child for K where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + Debug
        + Serialize
        + DeserializeOwned
{
}

/// Under our name.
pub(crate) fn post_params() -> PostParams {
    PostParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PostParams::default()
    }
}

/// Creates an object. One of the name that is there already is left as it is: if it is ours it gets back the labels by
/// which it is found and the finalizers that hold it, and if not, the name is taken.
pub(super) async fn create<K: Child>(
    ctx: &Context,
    names: &Names,
    kind: &'static str,
    object: &K,
) -> Result<(), Error> {
    let api = api::<K>(&ctx.client, names);
    let name = object.name_any();
    match api.create(&post_params(), object).await {
        Err(kube::Error::Api(status)) if status.is_already_exists() => {}
        answer => {
            answer.during("create", kind, &name)?;
            ctx.metrics.wrote(kind);
            return Ok(());
        }
    }
    let Some(found) = api
        .get_metadata_opt(&name)
        .await
        .during("read", kind, &name)?
    else {
        return Err(Error::Gone { kind, name });
    };
    if !names.owns(&found.metadata) {
        return Err(Error::NameTaken { kind, name });
    }
    if found.metadata.deletion_timestamp.is_some() {
        return Err(Error::Gone { kind, name });
    }
    let held: BTreeSet<_> = found
        .finalizers()
        .iter()
        .chain(object.finalizers())
        .collect();
    let patch = json!({"metadata": {
        "resourceVersion": found.metadata.resource_version,
        "labels": object.labels(),
        "finalizers": held,
    }});
    patch_metadata(&api, kind, &name, &patch).await?;
    ctx.metrics.wrote(kind);
    Ok(())
}

/// Replaces an object that was read, if nothing was written since.
pub(super) async fn replace<K: Child>(
    ctx: &Context,
    names: &Names,
    kind: &'static str,
    object: &K,
) -> Result<(), Error> {
    let name = object.name_any();
    if !names.owns(object.meta()) {
        return Err(Error::NameTaken { kind, name });
    }
    api::<K>(&ctx.client, names)
        .replace(&name, &post_params(), object)
        .await
        .during("replace", kind, &name)?;
    ctx.metrics.wrote(kind);
    Ok(())
}

/// Patches an object that was read; the patch holds its resourceVersion.
pub(super) async fn merge<K: Child>(
    ctx: &Context,
    names: &Names,
    kind: &'static str,
    object: &K,
    patch: &Value,
) -> Result<(), Error> {
    patch_metadata(
        &api::<K>(&ctx.client, names),
        kind,
        &object.name_any(),
        patch,
    )
    .await?;
    ctx.metrics.wrote(kind);
    Ok(())
}

/// Sets the finalizers of an object that was read.
pub(crate) async fn finalizers<K: Child>(
    client: &Client,
    namespace: &str,
    kind: &'static str,
    meta: &ObjectMeta,
    finalizers: &[String],
) -> Result<(), Error> {
    let name = meta.name.clone().unwrap_or_default();
    let patch =
        json!({"metadata": {"resourceVersion": meta.resource_version, "finalizers": finalizers}});
    let api = Api::<K>::namespaced(client.clone(), namespace);
    api.patch_metadata(&name, &patch_params(), &Patch::Merge(&patch))
        .await
        .map(drop)
        .during("patch", kind, &name)
}

/// Puts our labels back, and leaves those of others.
pub(super) fn relabel(meta: &mut ObjectMeta, wanted: Option<BTreeMap<String, String>>) {
    meta.labels
        .get_or_insert_default()
        .extend(wanted.unwrap_or_default());
}

pub(super) fn api<K: Child>(client: &Client, names: &Names) -> Api<K> {
    Api::namespaced(client.clone(), &names.namespace)
}

async fn patch_metadata<K: Child>(
    api: &Api<K>,
    kind: &'static str,
    name: &str,
    patch: &Value,
) -> Result<(), Error> {
    api.patch_metadata(name, &patch_params(), &Patch::Merge(patch))
        .await
        .map(drop)
        .during("patch", kind, name)
}

fn patch_params() -> PatchParams {
    PatchParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PatchParams::default()
    }
}
