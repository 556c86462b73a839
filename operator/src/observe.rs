//! The only reader of the cluster: what one pass sees, live, of a resource and everything that belongs to it.

mod counts;
mod drift;
mod jobs;
mod logs;
mod pods;
mod services;
mod sources;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::ListParams;
use kube::core::PartialObjectMeta;
use kube::{Api, Client, Resource, ResourceExt};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use ubermench_crds::{Phase, UbermenchDeployment};

use crate::context::Context;
use crate::error::{During, Error};
use crate::names::{Names, REVISION};
use crate::rollout::{Desired, Observed, Role};
use crate::validate::{self, InvalidField, RevisionSpec};
use crate::work::Fence;

pub(crate) use sources::own_secret;

/// The objects themselves, from which acts take names, UIDs and resourceVersions.
pub struct World {
    /// Names of the resource's children.
    pub names: Names,
    /// The resource.
    pub object: UbermenchDeployment,
    /// The revision that the spec asks for.
    pub desired: Option<RevisionSpec>,
    /// Both Services, as far as they exist.
    pub services: BTreeMap<Role, Service>,
    /// Deployments, by revision.
    pub deployments: BTreeMap<String, Deployment>,
    /// Records, by revision.
    pub records: BTreeMap<String, ControllerRevision>,
    /// Snapshot Secrets (metadata only), by revision.
    pub snapshots: BTreeMap<String, PartialObjectMeta<Secret>>,
    /// Jobs of all attempts.
    pub jobs: Vec<Job>,
    /// All pods.
    pub pods: Vec<Pod>,
    /// Bearer token of the internal port.
    pub token: Option<SecretString>,
    slices: Vec<EndpointSlice>,
}

/// Reads everything, and puts it into the terms of decisions.
pub async fn observe(
    ctx: &Context,
    object: UbermenchDeployment,
) -> Result<(World, Observed), Error> {
    let names = Names::of(&object).ok_or(Error::Unnamed)?;
    let (world, desired, internal) = Box::pin(read(&ctx.client, names, object)).await?;
    let mut observed = view::of(&world, desired, internal);
    fill_logs(&ctx.client, &world, &mut observed).await;
    if let Some(token) = &world.token {
        let fence = Fence {
            http: &ctx.http,
            token,
        };
        let answering = world.answering(&observed);
        // A fence that can't be read is not known, which moves nothing.
        let work = fence.read(&answering);
        let (work, ()) = tokio::join!(work, counts::fill(&fence, &world, &mut observed));
        observed.work = work.ok();
    }
    Ok((world, observed))
}

async fn read(
    client: &Client,
    names: Names,
    object: UbermenchDeployment,
) -> Result<(World, Desired, bool), Error> {
    let namespace = names.namespace.clone();
    let (ours, services) = (names.all(), [names.service(), names.preview_service()]);
    let of_services = format!(
        "kubernetes.io/service-name in ({},{})",
        services[0], services[1]
    );
    let internal_name = names.internal_secret();
    let plan = validate::validate(&names.name, &object.spec);
    let contents = async {
        match &plan {
            Ok(plan) => sources::read(client, &namespace, plan).await,
            Err(_) => Ok(BTreeMap::new()),
        }
    };
    let (active, preview, deployments, records, snapshots, jobs, pods, slices, internal, contents) =
        tokio::try_join!(
            find::<Service>(client, &namespace, "Service", &services[0]),
            find::<Service>(client, &namespace, "Service", &services[1]),
            list::<Deployment>(client, &namespace, "Deployments", &ours),
            list::<ControllerRevision>(client, &namespace, "ControllerRevisions", &ours),
            list::<PartialObjectMeta<Secret>>(client, &namespace, "Secrets", &ours),
            list::<Job>(client, &namespace, "Jobs", &ours),
            list::<Pod>(client, &namespace, "Pods", &ours),
            list::<EndpointSlice>(client, &namespace, "EndpointSlices", &of_services),
            own_secret(client, &names, &internal_name),
            contents,
        )?;
    let key = internal
        .as_ref()
        .and_then(|secret| secret.get("digestKey").cloned());
    let token = internal
        .as_ref()
        .and_then(|secret| String::from_utf8(secret.get("token")?.clone()).ok());
    let has_internal = key.is_some() && token.is_some();
    let (desired, revision) = desired(plan, &contents, key.as_deref());
    let mut world = World {
        services: [(Role::Active, active), (Role::Preview, preview)]
            .into_iter()
            .filter_map(|(role, service)| Some((role, service?)))
            .collect(),
        deployments: by_revision(&names, deployments),
        records: by_revision(&names, records),
        snapshots: by_revision(&names, snapshots),
        jobs: jobs
            .into_iter()
            .filter(|job| names.owns(&job.metadata))
            .collect(),
        pods,
        token: token.map(SecretString::from),
        desired: revision,
        slices,
        object,
        names,
    };
    find_unlabelled(client, &mut world).await?;
    Ok((world, desired, has_internal))
}

/// What the spec asks for. Before the digest key exists nothing has a name.
fn desired(
    plan: Result<validate::Plan, Vec<InvalidField>>,
    contents: &validate::Sources,
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

/// Deployments in use whose labels were taken off by hand.
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

/// Log lines are read only where they will be told: of the candidate, and of the active side while it is watched.
async fn fill_logs(client: &Client, world: &World, observed: &mut Observed) {
    let Some(candidate) = observed.status.candidate.clone() else {
        return;
    };
    let Some(revision) = observed.revisions.get_mut(&candidate.revision) else {
        return;
    };
    if let Some(trouble) = revision
        .pods
        .iter_mut()
        .find_map(|pod| pod.trouble.as_mut())
    {
        logs::fill(client, &world.names.namespace, trouble).await;
    } else if observed.status.phase == Phase::Baking
        && let Some(pod) = revision.pods.iter_mut().find(|pod| !pod.ready)
    {
        logs::fill(client, &world.names.namespace, &mut pod.last).await;
    }
    let attempts = [&mut revision.migrations, &mut revision.smokes];
    for trouble in attempts
        .into_iter()
        .filter_map(|jobs| jobs.get_mut(&candidate.attempt)?.trouble_mut())
    {
        logs::fill(client, &world.names.namespace, trouble).await;
    }
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

impl World {
    /// A resource of which nothing exists.
    #[cfg(test)]
    pub(crate) fn bare(object: UbermenchDeployment) -> Option<Self> {
        Some(Self {
            names: Names::of(&object)?,
            object,
            desired: None,
            services: BTreeMap::new(),
            deployments: BTreeMap::new(),
            records: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            jobs: Vec::new(),
            pods: Vec::new(),
            token: None,
            slices: Vec::new(),
        })
    }

    /// Addresses of pods that can be asked who works: two of the active side, one of each other side.
    fn answering(&self, observed: &Observed) -> Vec<String> {
        let status = &observed.status;
        let sides = [
            (status.active.as_ref().map(|each| each.revision.as_str()), 2),
            (
                status.previous.as_ref().map(|each| each.revision.as_str()),
                1,
            ),
            (
                status.candidate.as_ref().map(|each| each.revision.as_str()),
                1,
            ),
        ];
        let asked = sides
            .into_iter()
            .filter_map(|(revision, most)| Some(self.addresses(revision?).into_iter().take(most)));
        asked
            .flatten()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Addresses of a revision's ready pods.
    pub fn addresses(&self, revision: &str) -> Vec<String> {
        let pods = self.pods.iter().filter(|pod| {
            view::is_bot(pod) && pod.labels().get(REVISION).is_some_and(|of| of == revision)
        });
        pods.filter_map(pods::address).collect()
    }
}
