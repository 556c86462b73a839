//! The only reader of the cluster: what one pass sees, live, of a resource and everything that belongs to it.

mod counts;
mod drift;
mod jobs;
mod keepers;
mod logs;
mod pods;
mod read;
mod services;
mod sources;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::core::PartialObjectMeta;
use kube::{Client, ResourceExt};
use secrecy::SecretString;
use ubermench_crds::{Phase, UbermenchDeployment};

use crate::context::Context;
use crate::error::Error;
use crate::names::{ATTEMPT, Names, REVISION};
use crate::rollout::{Observed, Role};
use crate::validate::RevisionSpec;
use crate::work::Fence;

pub(crate) use jobs::is_halted;
pub use sources::OwnSecret;
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
    /// The disruption budget of our name, whoever it belongs to.
    pub budget: Option<PodDisruptionBudget>,
    /// The autoscaler of our name, whoever it belongs to.
    pub autoscaler: Option<HorizontalPodAutoscaler>,
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
    /// The operator's own Secret.
    pub internal: Option<OwnSecret>,
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
    let (world, desired, internal) = Box::pin(read::all(&ctx.client, names, object)).await?;
    let mut observed = view::of(&world, desired, internal);
    fill_logs(&ctx.client, &world, &mut observed).await;
    if let Some(token) = &world.token {
        let fence = Fence {
            pods: ctx.pods(),
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

impl World {
    /// A resource of which nothing exists.
    #[cfg(test)]
    pub(crate) fn bare(object: UbermenchDeployment) -> Option<Self> {
        Some(Self {
            names: Names::of(&object)?,
            object,
            desired: None,
            services: BTreeMap::new(),
            budget: None,
            autoscaler: None,
            deployments: BTreeMap::new(),
            records: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            jobs: Vec::new(),
            pods: Vec::new(),
            internal: None,
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

    /// Jobs of an attempt.
    pub fn jobs_of(&self, revision: &str, attempt: i64) -> impl Iterator<Item = &Job> {
        let attempt = attempt.to_string();
        self.jobs.iter().filter(move |job| {
            let labels = job.labels();
            labels.get(REVISION).is_some_and(|of| of == revision)
                && labels.get(ATTEMPT) == Some(&attempt)
        })
    }

    /// Addresses of a revision's ready pods.
    pub fn addresses(&self, revision: &str) -> Vec<String> {
        let pods = self.pods.iter().filter(|pod| {
            view::is_bot(pod) && pod.labels().get(REVISION).is_some_and(|of| of == revision)
        });
        pods.filter_map(pods::address).collect()
    }
}
