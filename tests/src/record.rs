//! Recorders: every change of a kind of object in a namespace, with its time, from the moment the recorder stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::StreamExt;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio_util::task::AbortOnDropHandle;

use crate::wait::{Seen, until};

/// One change of one object.
#[derive(Clone, Debug)]
pub struct Change<K> {
    /// When it was seen.
    pub at: Instant,
    /// The object after it.
    pub object: K,
    /// Whether it was deleted.
    pub gone: bool,
}

/// Records until it is dropped.
pub struct Recorder<K> {
    changes: Arc<Mutex<Vec<Change<K>>>>,
    _task: AbortOnDropHandle<()>,
}

impl<K> Recorder<K>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>
        + Clone
        + DeserializeOwned
        + Debug
        + Send
        + Sync
        + 'static,
{
    /// Starts, and returns once everything that is there has been recorded. Labels as `kubectl -l` takes them.
    pub async fn start(client: Client, namespace: &str, labels: &str) -> Result<Self> {
        let changes = Arc::new(Mutex::new(Vec::new()));
        let (stands, standing) = tokio::sync::watch::channel(false);
        let api = Api::<K>::namespaced(client, namespace);
        let config = watcher::Config::default().labels(labels);
        let sink = changes.clone();
        let task = tokio::spawn(async move {
            let mut events = watcher(api, config).default_backoff().boxed();
            while let Some(event) = events.next().await {
                let (object, gone) = match event {
                    Ok(Event::Apply(object) | Event::InitApply(object)) => (object, false),
                    Ok(Event::Delete(object)) => (object, true),
                    Ok(Event::InitDone) => {
                        stands.send_replace(true);
                        continue;
                    }
                    // The watch is opened again, with backoff.
                    Ok(Event::Init) | Err(_) => continue,
                };
                if let Ok(mut changes) = sink.lock() {
                    changes.push(Change {
                        at: Instant::now(),
                        object,
                        gone,
                    });
                }
            }
        });
        let recorder = Self {
            changes,
            _task: AbortOnDropHandle::new(task),
        };
        until("recorder stands", Duration::from_secs(10), async || {
            Ok(if *standing.borrow() {
                Seen::Done(())
            } else {
                Seen::not("no first list yet")
            })
        })
        .await?;
        Ok(recorder)
    }

    /// All changes so far.
    pub fn changes(&self) -> Vec<Change<K>> {
        self.changes
            .lock()
            .map(|changes| changes.clone())
            .unwrap_or_default()
    }

    /// UIDs ever seen, with the objects' names.
    pub fn ever_seen(&self) -> BTreeMap<String, String> {
        let changes = self.changes();
        changes
            .iter()
            .filter_map(|change| Some((change.object.uid()?, change.object.name_any())))
            .collect()
    }
}

/// Ready endpoints of a Service over time, by pod UID.
pub struct Endpoints {
    recorder: Recorder<EndpointSlice>,
}

/// UIDs of the pods that were ready endpoints from this moment on.
pub type Ready = (Instant, BTreeSet<String>);

impl Endpoints {
    /// Starts to record the endpoints of a Service.
    pub async fn record(client: Client, namespace: &str, service: &str) -> Result<Self> {
        let labels = format!("kubernetes.io/service-name={service}");
        Ok(Self {
            recorder: Recorder::start(client, namespace, &labels).await?,
        })
    }

    /// The set of ready pods after each change.
    pub fn timeline(&self) -> Vec<Ready> {
        let mut slices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut timeline = Vec::new();
        for change in self.recorder.changes() {
            let ready = if change.gone {
                BTreeSet::new()
            } else {
                ready_pods(&change.object)
            };
            slices.insert(change.object.name_any(), ready);
            timeline.push((change.at, slices.values().flatten().cloned().collect()));
        }
        timeline
    }

    /// The pods that are ready endpoints now.
    pub fn now(&self) -> BTreeSet<String> {
        self.timeline()
            .pop()
            .map(|(_, ready)| ready)
            .unwrap_or_default()
    }

    /// Fails if the Service, once it had a ready endpoint, ever had none.
    pub fn never_empty(&self) -> Result<()> {
        let timeline = self.timeline();
        let served = timeline.iter().skip_while(|(_, ready)| ready.is_empty());
        let empty = served.filter(|(_, ready)| ready.is_empty()).count();
        ensure!(
            empty == 0,
            "the Service had no ready endpoint {empty} times: {timeline:?}"
        );
        Ok(())
    }

    /// When the endpoints became these pods for the last time.
    pub fn since(&self, pods: &BTreeSet<String>) -> Option<Instant> {
        self.timeline()
            .into_iter()
            .rev()
            .take_while(|(_, ready)| ready == pods)
            .last()
            .map(|(at, _)| at)
    }
}

fn ready_pods(slice: &EndpointSlice) -> BTreeSet<String> {
    let ready = slice.endpoints.iter().filter(|endpoint| {
        let conditions = endpoint.conditions.as_ref();
        conditions.is_none_or(|conditions| conditions.ready.unwrap_or(true))
    });
    ready
        .filter_map(|endpoint| endpoint.target_ref.as_ref()?.uid.clone())
        .collect()
}
