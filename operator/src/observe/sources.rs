//! The contents of Secrets and ConfigMaps, always read live and never kept.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{Api, Client};

use crate::error::{During, Error};
use crate::validate::{Plan, Source, Sources};

/// Contents of a Secret or ConfigMap by key.
pub(crate) type Contents = BTreeMap<String, Vec<u8>>;

/// Everything that a plan refers to; absent objects are left out.
pub(super) async fn read(client: &Client, namespace: &str, plan: &Plan) -> Result<Sources, Error> {
    let read = try_join_all(plan.sources().into_iter().map(async |source| {
        let contents = match source {
            Source::Secret(name) => secret(client, namespace, name).await?,
            Source::ConfigMap(name) => config_map(client, namespace, name).await?,
        };
        Ok::<_, Error>(contents.map(|contents| (source.clone(), contents)))
    }));
    Ok(read.await?.into_iter().flatten().collect())
}

/// A Secret's contents.
pub(crate) async fn secret(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<Option<Contents>, Error> {
    let found = Api::<Secret>::namespaced(client.clone(), namespace)
        .get_opt(name)
        .await
        .during("read", "Secret", name)?;
    Ok(found.map(|secret| {
        secret
            .data
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key, value.0))
            .collect()
    }))
}

async fn config_map(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<Option<Contents>, Error> {
    let found = Api::<ConfigMap>::namespaced(client.clone(), namespace)
        .get_opt(name)
        .await
        .during("read", "ConfigMap", name)?;
    Ok(found.map(|map| {
        let text = map
            .data
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key, value.into_bytes()));
        let bytes = map
            .binary_data
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key, value.0));
        text.chain(bytes).collect()
    }))
}
