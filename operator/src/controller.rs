//! Watches, and which resource each event belongs to. Events only say that something changed: a pass reads everything.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::{self, watcher};
use kube::runtime::{Controller, WatchStreamExt, controller};
use kube::{Api, Client, Resource, ResourceExt};
use tokio_util::sync::CancellationToken;
use ubermench_crds::{UbermenchDeployment, UbermenchDeploymentSpec};

use crate::app::now;
use crate::cleanup;
use crate::context::{Adapters, Context};
use crate::error::Category;
use crate::metrics::Metrics;
use crate::names::{INSTANCE, MANAGER};
use crate::notify::Notifier;
use crate::queue::Queue;
use crate::reconcile::{Guarded, error_policy, reconcile};

/// Resources that are reconciled at once.
const CONCURRENCY: u16 = 16;

/// The controller could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client can't be made")]
pub struct SetUp(#[source] reqwest::Error);

/// Reconciles until it is stopped; passes under way are ended.
pub async fn run(
    client: Client,
    namespace: Option<String>,
    identity: String,
    claim: String,
    metrics: Metrics,
    stop: CancellationToken,
) -> Result<(), SetUp> {
    let http = reqwest::Client::builder()
        // Pods are asked directly, whatever proxy the environment names.
        .no_proxy()
        .connect_timeout(Duration::from_secs(1))
        .pool_idle_timeout(Duration::from_secs(20))
        .build()
        .map_err(SetUp)?;
    let adapters = Adapters {
        pods: Arc::new(http),
        channels: Notifier::http_client().map_err(SetUp)?,
        clock: Arc::new(now),
        secret: Arc::new(rand::random),
    };
    let mut ctx = Context::new(client.clone(), adapters, metrics, identity);
    ctx.claim = Some(claim);
    let ctx = Arc::new(ctx);
    let watched = namespace.clone();
    let scope = Scope { client, namespace };
    let resources = Controller::new(scope.api::<Guarded>(), watcher::Config::default())
        .with_config(controller::Config::default().concurrency(CONCURRENCY));
    let store = resources.store();
    let by_name = |store: Store<Guarded>| move |object| referring(&store, &object);
    let config_maps = store.clone();
    resources
        .watches_stream(scope.children::<Deployment>(), noted(&ctx.queue))
        .watches_stream(scope.children::<Service>(), noted(&ctx.queue))
        .watches_stream(scope.children::<ControllerRevision>(), noted(&ctx.queue))
        .watches_stream(scope.children::<Job>(), noted(&ctx.queue))
        .watches_stream(scope.children::<PodDisruptionBudget>(), noted(&ctx.queue))
        .watches_stream(
            scope.children::<HorizontalPodAutoscaler>(),
            noted(&ctx.queue),
        )
        .watches_stream(scope.children::<Pod>(), noted(&ctx.queue))
        .watches_stream(scope.children::<EndpointSlice>(), noted(&ctx.queue))
        .watches_stream(scope.all::<Secret>(), by_name(store))
        .watches_stream(scope.all::<ConfigMap>(), move |object| {
            referring(&config_maps, &object)
        })
        .graceful_shutdown_on(stop.cancelled_owned())
        .run(reconcile, error_policy, ctx.clone())
        .for_each(async |result| report(result))
        .await;
    cleanup::leave(&ctx, watched.as_deref()).await;
    Ok(())
}

/// Where objects are watched: everywhere, or in one namespace.
struct Scope {
    client: Client,
    namespace: Option<String>,
}

/// Metadata of one object.
type Meta<K> = PartialObjectMeta<K>;

impl Scope {
    fn api<K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>>(&self) -> Api<K> {
        match &self.namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        }
    }

    /// Metadata of what carries our label.
    fn children<K>(&self) -> impl Stream<Item = Result<Meta<K>, watcher::Error>> + Send + use<K>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + Debug
            + Send
            + Sync
            + 'static,
    {
        let ours =
            watcher::Config::default().labels(&format!("app.kubernetes.io/managed-by={MANAGER}"));
        watcher(self.api::<Meta<K>>(), ours)
            .default_backoff()
            .touched_objects()
    }

    /// Metadata of all objects of a kind.
    fn all<K>(&self) -> impl Stream<Item = Result<Meta<K>, watcher::Error>> + Send + use<K>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
            + Clone
            + Debug
            + Send
            + Sync
            + 'static,
    {
        watcher(self.api::<Meta<K>>(), watcher::Config::default())
            .default_backoff()
            .touched_objects()
    }
}

/// The resource that a child belongs to, noted as one that waits from now on.
fn noted<K: ResourceExt>(
    queue: &Queue,
) -> impl Fn(K) -> Option<ObjectRef<Guarded>> + Send + use<K> {
    let queue = queue.clone();
    move |object: K| {
        let found = owner(&object)?;
        queue.note(found.namespace.as_deref().unwrap_or_default(), &found.name);
        Some(found)
    }
}

/// The resource that a child belongs to: by its owner reference, which stays when its labels are edited by hand, else by
/// its label. Pods and endpoints have the labels of their Deployment, Job or Service.
fn owner<K: ResourceExt>(object: &K) -> Option<ObjectRef<Guarded>> {
    let kind = UbermenchDeployment::kind(&());
    let mut owners = object.owner_references().iter();
    let name = owners
        .find(|owner| owner.kind == kind)
        .map(|owner| &owner.name)
        .or_else(|| object.labels().get(INSTANCE))?;
    Some(ObjectRef::new(name).within(&object.namespace()?))
}

/// The resources that refer to a Secret or ConfigMap by its name, and the one that it belongs to.
fn referring<K: ResourceExt>(store: &Store<Guarded>, object: &K) -> Vec<ObjectRef<Guarded>> {
    let (name, namespace) = (object.name_any(), object.namespace());
    let resources = store
        .state()
        .into_iter()
        .filter(|resource| resource.namespace() == namespace);
    let mut found: Vec<_> = resources
        .filter(|resource| {
            let spec = resource.0.as_ref().map(|resource| &resource.spec);
            spec.is_ok_and(|spec| references(spec).contains(name.as_str()))
        })
        .map(|resource| ObjectRef::from_obj(&*resource))
        .collect();
    let is_ours = object
        .labels()
        .get("app.kubernetes.io/managed-by")
        .is_some_and(|manager| manager == MANAGER);
    found.extend(owner(object).filter(|_| is_ours));
    found
}

/// Names of Secrets and ConfigMaps in a spec. One kind may be taken for the other: a pass too many does no harm.
fn references(spec: &UbermenchDeploymentSpec) -> BTreeSet<&str> {
    let own = [
        &spec.whatsapp.secret_name,
        &spec.database.secret_name,
        &spec.redis.secret_name,
    ];
    let sources = spec
        .env
        .iter()
        .filter_map(|variable| variable.value_from.as_ref());
    let keys = sources
        .flat_map(|source| [&source.secret_key_ref, &source.config_map_key_ref])
        .flatten();
    own.into_iter()
        .chain(keys.map(|key| &key.name))
        .map(String::as_str)
        .collect()
}

type Outcome = Result<
    (ObjectRef<Guarded>, controller::Action),
    controller::Error<crate::error::Error, watcher::Error>,
>;

fn report(outcome: Outcome) {
    match outcome {
        Ok((object, action)) => tracing::debug!(%object, ?action, "reconciled"),
        // It was deleted while its last event waited.
        Err(controller::Error::ObjectNotFound(object)) => tracing::debug!(%object, "is gone"),
        Err(controller::Error::ReconcilerFailed(error, object))
            if error.category() == Category::Conflict =>
        {
            tracing::debug!(%object, error = error.chain(), "someone else wrote first");
        }
        Err(controller::Error::ReconcilerFailed(error, object)) => {
            tracing::warn!(%object, category = error.category().as_str(), error = error.chain(), "a pass failed");
        }
        Err(error) => tracing::warn!(%error, "a watch failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::tests::names;

    #[test]
    fn child_is_found_whatever_was_done_to_its_labels() {
        let names = names("handy");
        let handy = Some(ObjectRef::new("handy").within("prod"));
        let mut service = Service {
            metadata: names.meta(names.service()),
            ..Service::default()
        };
        service
            .labels_mut()
            .insert(INSTANCE.to_owned(), "other".to_owned());
        assert_eq!(owner(&service), handy, "it was edited");
        service.labels_mut().clear();
        assert_eq!(owner(&service), handy, "they were taken off");
        let mut pod = Pod {
            metadata: names.meta("handy-blue-abc-1".to_owned()),
            ..Pod::default()
        };
        pod.owner_references_mut()[0].kind = "ReplicaSet".to_owned();
        assert_eq!(owner(&pod), handy, "by its label");
        pod.labels_mut().clear();
        assert_eq!(owner(&pod), None);
    }
}
