//! A scenario's stage: a namespace with everything that a resource needs, and nothing of another scenario.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use futures::FutureExt;
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use ubermench_crds::{Action, ActionAnswer, Phase, UbermenchDeployment, UbermenchDeploymentStatus};

use crate::cluster::Cluster;
use crate::diagnosis;
use crate::graph::{ACCESS_TOKEN, APP_SECRET, Graph, VERIFY_TOKEN};
use crate::handy::{Handy, NAME, PHONE_NUMBER_ID};
use crate::load::Target;
use crate::servers::Servers;
use crate::wait::{Seen, until};

/// How long a release of a healthy bot may take on a small machine.
pub const RELEASE: Duration = Duration::from_mins(2);
/// An action is answered within this.
const ANSWER: Duration = Duration::from_secs(5);
/// A namespace must be gone by then.
const DELETION: Duration = Duration::from_secs(90);

/// Everything a scenario acts with.
pub struct Stage {
    /// The cluster.
    pub cluster: Cluster,
    /// The scenario's namespace.
    pub namespace: String,
    /// `PostgreSQL` and Redis.
    pub servers: Servers,
    /// The Graph API stand-in.
    pub graph: Graph,
}

impl Stage {
    /// Sets a stage, plays a scenario on it, and clears it away. A scenario that fails leaves a diagnosis in the output.
    pub async fn play<F>(name: &str, scenario: F) -> Result<()>
    where
        F: AsyncFnOnce(&Self) -> Result<()>,
    {
        let cluster = Cluster::connect().await?;
        let namespace = format!("e2e-{name}-{:05x}", rand::random::<u32>() & 0xf_ffff);
        let played = AssertUnwindSafe(set_and_play(&cluster, &namespace, scenario))
            .catch_unwind()
            .await;
        let played = played.unwrap_or_else(|_| Err(anyhow!("the scenario panicked")));
        if let Err(error) = &played {
            eprintln!("{name} failed: {error:#}");
            diagnosis::print(&cluster, &namespace).await;
        }
        let cleared = clear(&cluster, &namespace).await;
        played.and(cleared)
    }

    /// The good resource.
    pub fn handy(&self) -> Handy {
        Handy::good(&self.cluster.config.images)
    }

    /// `kubectl apply` of the resource; its new generation.
    pub async fn apply(&self, handy: &Handy) -> Result<i64> {
        let manifest = handy
            .manifest(&self.graph.api_url(&self.cluster))
            .to_string();
        let arguments = ["apply", "--namespace", &self.namespace, "-f", "-"];
        self.cluster
            .kubectl(&arguments, &manifest)
            .await?
            .success()?;
        let resource = self.resources().get(&handy.name).await?;
        resource
            .metadata
            .generation
            .context("resource without a generation")
    }

    /// Applies, and waits until this revision serves and is done baking.
    pub async fn release(&self, handy: &Handy) -> Result<UbermenchDeploymentStatus> {
        let generation = self.apply(handy).await?;
        self.settled(&handy.name, generation, RELEASE).await
    }

    /// Waits until the resource is Stable and Ready at a generation.
    pub async fn settled(
        &self,
        name: &str,
        generation: i64,
        limit: Duration,
    ) -> Result<UbermenchDeploymentStatus> {
        self.until_status(name, "Stable and Ready", limit, |status| {
            let ready = status
                .conditions
                .iter()
                .find(|condition| condition.type_ == "Ready");
            let ready = ready.is_some_and(|ready| {
                ready.status == "True" && ready.observed_generation == Some(generation)
            });
            ready && status.phase == Phase::Stable && status.observed_generation == Some(generation)
        })
        .await
    }

    /// Waits for a phase at a generation.
    pub async fn reaches(
        &self,
        name: &str,
        generation: i64,
        phase: Phase,
        limit: Duration,
    ) -> Result<UbermenchDeploymentStatus> {
        let what = format!("phase {phase:?}");
        self.until_status(name, &what, limit, |status| {
            status.phase == phase && status.observed_generation == Some(generation)
        })
        .await
    }

    /// Waits until the status is as asked.
    pub async fn until_status<F>(
        &self,
        name: &str,
        what: &str,
        limit: Duration,
        holds: F,
    ) -> Result<UbermenchDeploymentStatus>
    where
        F: Fn(&UbermenchDeploymentStatus) -> bool,
    {
        until(&format!("{name}: {what}"), limit, async || {
            let status = self.status(name).await?;
            if holds(&status) {
                return Ok(Seen::Done(status));
            }
            let seen = format!(
                "{:?} at generation {:?}: {}",
                status.phase, status.observed_generation, status.message
            );
            Ok(Seen::Not(format!(
                "{seen}; failure {:?}",
                status.failure.map(|failure| failure.message)
            )))
        })
        .await
    }

    /// The status as it is.
    pub async fn status(&self, name: &str) -> Result<UbermenchDeploymentStatus> {
        Ok(self
            .resources()
            .get_status(name)
            .await?
            .status
            .unwrap_or_default())
    }

    /// Asks for an action as a person does by hand, and waits for the answer.
    pub async fn ask(&self, action: Action, revision: &str, token: &str) -> Result<ActionAnswer> {
        let token = format!("{revision}/{token}");
        let annotation = format!("{}={token}", action.annotation());
        let arguments = [
            "annotate",
            "ubd",
            NAME,
            "--overwrite",
            "--namespace",
            &self.namespace,
            &annotation,
        ];
        self.cluster.kubectl(&arguments, "").await?.success()?;
        let what = format!("{action:?} {token} is answered");
        until(&what, ANSWER, async || {
            let answers = self.status(NAME).await?.actions;
            let own = |answer: &&ActionAnswer| answer.action == action && answer.token == token;
            Ok(match answers.iter().find(own) {
                Some(answer) => Seen::Done(answer.clone()),
                None => Seen::not(format!("{answers:?}")),
            })
        })
        .await
    }

    /// The namespace's resources.
    pub fn resources(&self) -> Api<UbermenchDeployment> {
        self.api()
    }

    /// The namespace's objects of a kind.
    pub fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.cluster.client.clone(), &self.namespace)
    }

    /// UIDs of the bot's pods of a revision that are not on their way out.
    pub async fn pods(&self, revision: &str) -> Result<BTreeSet<String>> {
        let labels = format!("app.kubernetes.io/component=bot,ubermench.io/revision={revision}");
        let pods = self
            .api::<Pod>()
            .list(&ListParams::default().labels(&labels))
            .await?;
        let alive = pods
            .items
            .into_iter()
            .filter(|pod| pod.metadata.deletion_timestamp.is_none());
        Ok(alive.filter_map(|pod| pod.uid()).collect())
    }

    /// Where load goes: the active Service. `people` keeps several loads of one scenario apart.
    pub async fn target(&self, people: u8) -> Result<Target> {
        let ip = self.cluster.service_ip(&self.namespace, NAME).await?;
        Ok(Target {
            address: SocketAddr::new(ip, 80),
            phone_number_id: PHONE_NUMBER_ID.to_owned(),
            app_secret: APP_SECRET.to_owned(),
            people: format!("4915{people:03}"),
        })
    }
}

async fn set_and_play<F>(cluster: &Cluster, namespace: &str, scenario: F) -> Result<()>
where
    F: AsyncFnOnce(&Stage) -> Result<()>,
{
    let object: Namespace = serde_json::from_value(json!({ "metadata": { "name": namespace } }))?;
    Api::<Namespace>::all(cluster.client.clone())
        .create(&PostParams::default(), &object)
        .await?;
    let (servers, graph) = tokio::try_join!(Servers::start(cluster, namespace), Graph::start())?;
    let stage = Stage {
        cluster: cluster.clone(),
        namespace: namespace.to_owned(),
        servers,
        graph,
    };
    secret(
        &stage,
        "handy-whatsapp",
        &[
            ("accessToken", ACCESS_TOKEN),
            ("verifyToken", VERIFY_TOKEN),
            ("appSecret", APP_SECRET),
        ],
    )
    .await?;
    secret(
        &stage,
        "handy-database",
        &[("url", &stage.servers.database_url)],
    )
    .await?;
    secret(&stage, "handy-redis", &[("url", &stage.servers.redis_url)]).await?;
    scenario(&stage).await
}

async fn secret(stage: &Stage, name: &str, data: &[(&str, &str)]) -> Result<()> {
    let data: serde_json::Map<_, _> = data
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    let secret: Secret =
        serde_json::from_value(json!({ "metadata": { "name": name }, "stringData": data }))?;
    stage
        .api::<Secret>()
        .create(&PostParams::default(), &secret)
        .await?;
    Ok(())
}

/// Deletes the namespace. That it goes is part of every scenario: a finalizer must never hold it.
async fn clear(cluster: &Cluster, namespace: &str) -> Result<()> {
    let namespaces = Api::<Namespace>::all(cluster.client.clone());
    if namespaces.get_opt(namespace).await?.is_none() {
        return Ok(());
    }
    namespaces
        .delete(namespace, &DeleteParams::default())
        .await?;
    // Nobody needs their orderly end, and Kubernetes looks again only after the longest of their grace periods.
    let pods = Api::<Pod>::namespaced(cluster.client.clone(), namespace);
    let at_once = DeleteParams::default().grace_period(1);
    pods.delete_collection(&at_once, &ListParams::default())
        .await?;
    let gone = until("namespace deleted", DELETION, async || {
        Ok(match namespaces.get_opt(namespace).await? {
            None => Seen::Done(()),
            Some(left) => Seen::not(format!(
                "{:?}",
                left.status.and_then(|status| status.conditions)
            )),
        })
    })
    .await;
    ensure!(gone.is_ok(), "{namespace} can't be deleted: {gone:?}");
    Ok(())
}
