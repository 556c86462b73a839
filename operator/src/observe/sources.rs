//! The contents of Secrets and ConfigMaps, always read live and never kept.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Api, Client};

use crate::error::{During, Error};
use crate::names::{Names, SNAPSHOT_FINALIZER};
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
async fn secret(client: &Client, namespace: &str, name: &str) -> Result<Option<Contents>, Error> {
    let found = Api::<Secret>::namespaced(client.clone(), namespace)
        .get_opt(name)
        .await
        .during("read", "Secret", name)?;
    Ok(found.map(contents))
}

/// A Secret of the resource's own.
pub struct OwnSecret {
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// What is in it, by key.
    pub contents: BTreeMap<String, Vec<u8>>,
}

impl OwnSecret {
    /// Whether nobody deleted it, and nobody took off what would keep it readable then.
    pub(super) fn is_kept(&self) -> bool {
        let mut held = self.metadata.finalizers.iter().flatten();
        self.metadata.deletion_timestamp.is_none() && held.any(|each| each == SNAPSHOT_FINALIZER)
    }
}

/// Contents of a Secret of the resource's own.
pub(crate) async fn own_secret(
    client: &Client,
    names: &Names,
    name: &str,
) -> Result<Option<Contents>, Error> {
    Ok(own(client, names, name).await?.map(|own| own.contents))
}

/// A Secret of the resource's own. One of that name that belongs to someone else counts as absent: its contents are never
/// taken over, and making ours then says that the name is taken.
pub(super) async fn own(
    client: &Client,
    names: &Names,
    name: &str,
) -> Result<Option<OwnSecret>, Error> {
    let found = Api::<Secret>::namespaced(client.clone(), &names.namespace)
        .get_opt(name)
        .await
        .during("read", "Secret", name)?;
    Ok(owned(names, found))
}

fn owned(names: &Names, found: Option<Secret>) -> Option<OwnSecret> {
    found
        .filter(|secret| names.owns(&secret.metadata))
        .map(|secret| OwnSecret {
            metadata: secret.metadata.clone(),
            contents: contents(secret),
        })
}

fn contents(secret: Secret) -> Contents {
    secret
        .data
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key, value.0))
        .collect()
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

#[cfg(test)]
mod tests {
    use k8s_openapi::ByteString;

    use super::*;
    use crate::names::tests::names;

    #[test]
    fn secret_of_someone_else_is_not_taken_over() {
        let names = names("handy");
        let data = BTreeMap::from([("token".to_owned(), ByteString(b"theirs".to_vec()))]);
        let ours = Secret {
            metadata: names.meta(names.internal_secret()),
            data: Some(data),
            ..Secret::default()
        };
        let mut theirs = ours.clone();
        theirs.metadata.owner_references = None;
        assert!(owned(&names, Some(ours)).is_some());
        assert!(owned(&names, Some(theirs)).is_none());
    }
}
