//! Reads everything that belongs to a resource, at once.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::api::ListParams;
use kube::core::PartialObjectMeta;
use kube::{Api, Client, Resource, ResourceExt};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use ubermench_crds::UbermenchDeployment;

use super::{OwnSecret, World, sources};
use crate::error::{During, Error};
use crate::names::{Names, REVISION};
use crate::rollout::{Desired, Role};
use crate::validate::{self, InvalidField, Plan, RevisionSpec, Sources};

type Keepers = (Option<PodDisruptionBudget>, Option<HorizontalPodAutoscaler>);

/// The world, what the spec asks for, and whether the operator's own Secret is there.
pub(super) async fn all(
    client: &Client,
    names: Names,
    object: UbermenchDeployment,
) -> Result<(World, Desired, bool), Error> {
    let namespace = names.namespace.clone();
    let (ours, internal_name) = (names.all(), names.internal_secret());
    let of_services = format!(
        "kubernetes.io/service-name in ({},{})",
        names.service(),
        names.preview_service()
    );
    let plan = validate::validate(&names.name, &object.spec);
    let (
        keepers,
        services,
        deployments,
        records,
        snapshots,
        jobs,
        pods,
        slices,
        internal,
        contents,
    ) = tokio::try_join!(
        keepers(client, &names),
        services(client, &names),
        list::<Deployment>(client, &namespace, "Deployments", &ours),
        list::<ControllerRevision>(client, &namespace, "ControllerRevisions", &ours),
        list::<PartialObjectMeta<Secret>>(client, &namespace, "Secrets", &ours),
        list::<Job>(client, &namespace, "Jobs", &ours),
        list::<Pod>(client, &namespace, "Pods", &ours),
        list::<EndpointSlice>(client, &namespace, "EndpointSlices", &of_services),
        sources::own(client, &names, &internal_name),
        contents(client, &namespace, plan.as_ref().ok()),
    )?;
    let own = |key: &str| internal.as_ref()?.contents.get(key).cloned();
    let key = own("digestKey");
    let token = own("token").and_then(|token| String::from_utf8(token).ok());
    let is_kept = internal.as_ref().is_some_and(OwnSecret::is_kept);
    let has_internal = key.is_some() && token.is_some() && is_kept;
    let (desired, revision) = desired(plan, &contents, key.as_deref());
    let mut world = World {
        services,
        budget: keepers.0,
        autoscaler: keepers.1,
        deployments: by_revision(&names, deployments),
        records: by_revision(&names, records),
        snapshots: by_revision(&names, snapshots),
        jobs: jobs
            .into_iter()
            .filter(|job| names.owns(&job.metadata))
            .collect(),
        pods,
        internal,
        token: token.map(SecretString::from),
        desired: revision,
        slices,
        object,
        names,
    };
    find_unlabelled(client, &mut world).await?;
    Ok((world, desired, has_internal))
}

/// What a sound spec refers to.
async fn contents(client: &Client, namespace: &str, plan: Option<&Plan>) -> Result<Sources, Error> {
    match plan {
        Some(plan) => sources::read(client, namespace, plan).await,
        None => Ok(Sources::new()),
    }
}

/// Both Services, as far as they exist.
async fn services(client: &Client, names: &Names) -> Result<BTreeMap<Role, Service>, Error> {
    let (active, preview) = (names.service(), names.preview_service());
    let (active, preview) = tokio::try_join!(
        find(client, &names.namespace, "Service", &active),
        find(client, &names.namespace, "Service", &preview),
    )?;
    let found = [(Role::Active, active), (Role::Preview, preview)];
    Ok(found
        .into_iter()
        .filter_map(|(role, service)| Some((role, service?)))
        .collect())
}

/// Disruption budget and autoscaler.
async fn keepers(client: &Client, names: &Names) -> Result<Keepers, Error> {
    let (budget, autoscaler) = (names.disruption_budget(), names.autoscaler());
    tokio::try_join!(
        find(client, &names.namespace, "PodDisruptionBudget", &budget),
        find(
            client,
            &names.namespace,
            "HorizontalPodAutoscaler",
            &autoscaler
        ),
    )
}

/// What the spec asks for. Before the digest key exists nothing has a name.
fn desired(
    plan: Result<Plan, Vec<InvalidField>>,
    contents: &Sources,
    key: Option<&[u8]>,
) -> (Desired, Option<RevisionSpec>) {
    let plan = match plan {
        Ok(plan) => plan,
        Err(invalid) => {
            let fields: Vec<_> = invalid.iter().map(ToString::to_string).collect();
            return (
                Desired::Invalid {
                    message: format!("spec is invalid: {}", fields.join("; ")),
                },
                None,
            );
        }
    };
    let Some(key) = key else {
        return (
            Desired::Missing {
                message: "the operator's own Secret is being made".to_owned(),
            },
            None,
        );
    };
    match plan.revision(contents, key) {
        Ok(revision) => {
            let desired = Desired::Revision {
                name: revision.name.clone(),
                image: revision.record.image.clone(),
            };
            (desired, Some(revision))
        }
        Err(missing) => (
            Desired::Missing {
                message: missing.to_string(),
            },
            None,
        ),
    }
}

/// Deployments and records in use whose labels were taken off by hand.
async fn find_unlabelled(client: &Client, world: &mut World) -> Result<(), Error> {
    let Some(status) = &world.object.status else {
        return Ok(());
    };
    let used = [
        status
            .active
            .as_ref()
            .map(|each| (each.revision.clone(), each.color)),
        status
            .previous
            .as_ref()
            .map(|each| (each.revision.clone(), each.color)),
        status
            .candidate
            .as_ref()
            .map(|each| (each.revision.clone(), each.color)),
    ];
    for (revision, color) in used.into_iter().flatten() {
        if !world.records.contains_key(&revision) {
            let name = world.names.revision(&revision);
            let found = find::<ControllerRevision>(
                client,
                &world.names.namespace,
                "ControllerRevision",
                &name,
            )
            .await?;
            if let Some(record) = found.filter(|found| world.names.owns(&found.metadata)) {
                world.records.insert(revision.clone(), record);
            }
        }
        if world.deployments.contains_key(&revision) {
            continue;
        }
        let name = world.names.deployment(color, &revision);
        let found = find::<Deployment>(client, &world.names.namespace, "Deployment", &name).await?;
        if let Some(deployment) = found.filter(|found| world.names.owns(&found.metadata)) {
            world.deployments.insert(revision, deployment);
        }
    }
    Ok(())
}

async fn find<K>(
    client: &Client,
    namespace: &str,
    kind: &'static str,
    name: &str,
) -> Result<Option<K>, Error>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + DeserializeOwned
        + Debug,
{
    Api::<K>::namespaced(client.clone(), namespace)
        .get_opt(name)
        .await
        .during("read", kind, name)
}

async fn list<K>(
    client: &Client,
    namespace: &str,
    kind: &'static str,
    labels: &str,
) -> Result<Vec<K>, Error>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + DeserializeOwned
        + Debug,
{
    let wanted = ListParams::default().labels(labels);
    let found = Api::<K>::namespaced(client.clone(), namespace)
        .list(&wanted)
        .await
        .during("list", kind, labels)?;
    Ok(found.items)
}

/// Our own objects, by the revision in their label.
fn by_revision<K: ResourceExt>(names: &Names, objects: Vec<K>) -> BTreeMap<String, K> {
    let ours = objects
        .into_iter()
        .filter(|object| names.owns(object.meta()));
    ours.filter_map(|object| Some((object.labels().get(REVISION)?.clone(), object)))
        .collect()
}
