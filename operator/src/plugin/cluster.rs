//! What the plugin reads, with the rights of who calls it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use anyhow::{Context, bail};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::events::v1::Event;
use kube::api::ListParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ubermench_crds::UbermenchDeployment;

use super::cli::Cli;
use crate::names::{COMPONENT, INSTANCE, MANAGER, REVISION};

/// One namespace of a cluster.
pub(super) struct Cluster {
    pub(super) client: Client,
    namespace: String,
}

/// A resource with what hangs on it, for the tree.
#[derive(Clone, Debug, Serialize)]
pub(super) struct View {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) status: ubermench_crds::UbermenchDeploymentStatus,
    /// Revision that each Service selects.
    pub(super) services: BTreeMap<String, Option<String>>,
    pub(super) pods: Vec<PodLine>,
}

/// A pod in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PodLine {
    pub(super) name: String,
    pub(super) revision: String,
    /// `bot`, `migrate` or `smoke`.
    pub(super) component: String,
    pub(super) ready: bool,
    /// Kubernetes' word for it: its phase, or why its container waits or ended.
    pub(super) state: String,
    pub(super) restarts: i32,
}

/// All that a report draws on.
#[derive(Default)]
pub(super) struct Evidence {
    pub(super) pods: Vec<PodLine>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) services: Vec<Service>,
    pub(super) jobs: Vec<Job>,
    pub(super) records: Vec<ControllerRevision>,
    pub(super) events: Vec<Event>,
}

impl Cluster {
    pub(super) async fn connect(cli: &Cli) -> anyhow::Result<Self> {
        let options = KubeConfigOptions {
            context: cli.context.clone(),
            ..KubeConfigOptions::default()
        };
        let config = match &cli.kubeconfig {
            Some(path) => {
                let file = Kubeconfig::read_from(path)
                    .with_context(|| format!("{} can't be read", path.display()))?;
                Config::from_custom_kubeconfig(file, &options).await
            }
            None => Config::from_kubeconfig(&options).await,
        };
        let config = config.context("the kubeconfig can't be used")?;
        let namespace = cli
            .namespace
            .clone()
            .unwrap_or_else(|| config.default_namespace.clone());
        let client = Client::try_from(config).context("the Kubernetes client can't be made")?;
        Ok(Self { client, namespace })
    }

    pub(super) fn resources(&self) -> Api<UbermenchDeployment> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Names of all resources in the namespace.
    pub(super) async fn names(&self) -> anyhow::Result<Vec<String>> {
        let found = self.resources().list_metadata(&ListParams::default()).await;
        let found = found.context("UbermenchDeployments can't be listed")?;
        Ok(found.iter().map(ResourceExt::name_any).collect())
    }

    /// The resource of that name; without a name, the only one.
    pub(super) async fn find(&self, name: Option<&str>) -> anyhow::Result<UbermenchDeployment> {
        let namespace = &self.namespace;
        if let Some(name) = name {
            let found = self.resources().get_opt(name).await;
            return found
                .with_context(|| format!("UbermenchDeployment {name} can't be read"))?
                .with_context(|| {
                    format!("there is no UbermenchDeployment {name} in namespace {namespace}")
                });
        }
        let found = self.resources().list(&ListParams::default()).await;
        let mut found = found.context("UbermenchDeployments can't be listed")?.items;
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => bail!("there is no UbermenchDeployment in namespace {namespace}"),
            (Some(last), false) => {
                let names: Vec<_> = found
                    .iter()
                    .chain([&last])
                    .map(ResourceExt::name_any)
                    .collect();
                bail!("name one of: {}", names.join(", "))
            }
        }
    }

    /// The resource with its pods and Services.
    pub(super) async fn view(&self, object: UbermenchDeployment) -> anyhow::Result<View> {
        let name = object.name_any();
        let (pods, services) = tokio::try_join!(
            self.list::<Pod>("pods", &name),
            self.list::<Service>("Services", &name)
        )?;
        Ok(View {
            namespace: self.namespace.clone(),
            status: object.status.unwrap_or_default(),
            services: services
                .iter()
                .map(|each| (each.name_any(), selected(each)))
                .collect(),
            pods: pods.iter().map(line).collect(),
            name,
        })
    }

    /// All that a report draws on. No Secret and no log is read.
    pub(super) async fn evidence(&self, object: &UbermenchDeployment) -> anyhow::Result<Evidence> {
        let name = object.name_any();
        let (pods, deployments, services, jobs, records, events) = tokio::try_join!(
            self.list::<Pod>("pods", &name),
            self.list::<Deployment>("Deployments", &name),
            self.list::<Service>("Services", &name),
            self.list::<Job>("Jobs", &name),
            self.list::<ControllerRevision>("ControllerRevisions", &name),
            self.events(object),
        )?;
        Ok(Evidence {
            pods: pods.iter().map(line).collect(),
            deployments,
            services,
            jobs,
            records,
            events,
        })
    }

    async fn events(&self, object: &UbermenchDeployment) -> anyhow::Result<Vec<Event>> {
        let uid = object.uid();
        let events = Api::<Event>::namespaced(self.client.clone(), &self.namespace);
        let found = events.list(&ListParams::default()).await;
        let found = found.context("Events can't be listed")?;
        let about = |event: &Event| event.regarding.as_ref().and_then(|of| of.uid.clone()) == uid;
        Ok(found.items.into_iter().filter(about).collect())
    }

    async fn list<K>(&self, kind: &str, name: &str) -> anyhow::Result<Vec<K>>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + DeserializeOwned
            + Debug,
    {
        let ours = format!("{INSTANCE}={name},app.kubernetes.io/managed-by={MANAGER}");
        let api = Api::<K>::namespaced(self.client.clone(), &self.namespace);
        let found = api.list(&ListParams::default().labels(&ours)).await;
        let mut found = found
            .with_context(|| format!("{kind} can't be listed"))?
            .items;
        found.sort_by_key(ResourceExt::name_any);
        Ok(found)
    }
}

/// The revision that a Service selects.
pub(super) fn selected(service: &Service) -> Option<String> {
    let selector = service.spec.as_ref()?.selector.as_ref()?;
    selector.get(REVISION).cloned()
}

/// A pod in a line.
pub(super) fn line(pod: &Pod) -> PodLine {
    let status = pod.status.as_ref();
    let containers = || {
        status
            .into_iter()
            .flat_map(|status| status.container_statuses.iter().flatten())
    };
    let ready = status
        .into_iter()
        .flat_map(|status| status.conditions.iter().flatten())
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let word = containers().find_map(|container| {
        let state = container.state.as_ref()?;
        let waiting = state
            .waiting
            .as_ref()
            .and_then(|waiting| waiting.reason.clone());
        waiting.or_else(|| state.terminated.as_ref()?.reason.clone())
    });
    let phase = status
        .and_then(|status| status.phase.clone())
        .unwrap_or_default();
    let label = |name: &str| pod.labels().get(name).cloned().unwrap_or_default();
    PodLine {
        name: pod.name_any(),
        revision: label(REVISION),
        component: label(COMPONENT),
        ready,
        state: if pod.metadata.deletion_timestamp.is_some() {
            "Terminating".to_owned()
        } else {
            word.unwrap_or(phase)
        },
        restarts: containers().map(|container| container.restart_count).sum(),
    }
}
