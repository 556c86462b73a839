//! Tells channels of transitions, in tasks of its own: what waits stands in the status, and what became of a try is
//! collected by the next pass. A channel that is slow or broken holds up no pass.

mod body;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client, ResourceExt};
use reqwest::header::HeaderValue;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use ubermench_crds::{Notification, UbermenchDeployment, Undelivered};

use crate::metrics::Metrics;
use crate::rollout::Delivery;

/// How long one try may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Tries at once, over all resources.
const AT_ONCE: usize = 4;

/// A try: UID of the resource, channel, sequence, number of the try.
type Key = (String, String, i64, i32);

/// Delivers, and remembers what became of it until that is written down.
#[derive(Clone)]
pub struct Notifier {
    client: Client,
    http: reqwest::Client,
    metrics: Metrics,
    tasks: TaskTracker,
    permits: Arc<Semaphore>,
    /// Tries of this process; `None` while one is under way.
    tries: Arc<Mutex<HashMap<Key, Option<Delivery>>>>,
}

impl Notifier {
    /// One that has tried nothing yet.
    pub fn new(client: Client, http: reqwest::Client, metrics: Metrics) -> Self {
        Self {
            client,
            http,
            metrics,
            tasks: TaskTracker::new(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            tries: Arc::default(),
        }
    }

    /// A client for it: no redirect is followed, since one could carry what is told elsewhere.
    pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(LIMIT)
            .build()
    }

    /// What became of tries that the status of the resource still shows as waiting. Others are forgotten.
    pub(crate) fn collect(&self, object: &UbermenchDeployment) -> Vec<Delivery> {
        let (uid, waiting) = (object.uid().unwrap_or_default(), waiting(object));
        let mut tries = lock(&self.tries);
        tries.retain(|key, delivery| {
            key.0 != uid
                || delivery.is_none()
                || waiting.iter().any(|entry| key_of(&uid, entry) == *key)
        });
        let of_resource = tries.iter().filter(|(key, _)| key.0 == uid);
        of_resource
            .filter_map(|(_, delivery)| delivery.clone())
            .collect()
    }

    /// Begins what is due, of what stands in the status as it was read: the intent is written before the act.
    pub(crate) fn start(&self, object: &UbermenchDeployment, now: Timestamp) {
        let uid = object.uid().unwrap_or_default();
        for entry in waiting(object) {
            let mut channels = object.spec.notifications.iter();
            let channel = channels.find(|channel| channel.secret_name == entry.secret_name);
            let (Some(channel), true) = (channel, entry.next_attempt.0 <= now) else {
                continue;
            };
            let key = key_of(&uid, entry);
            if lock(&self.tries).contains_key(&key) {
                continue;
            }
            lock(&self.tries).insert(key.clone(), None);
            let (notifier, channel) = (self.clone(), channel.clone());
            let (message, entry) = (Message::of(object, entry), entry.clone());
            self.tasks.spawn(async move {
                let error = notifier.attempt(&channel, &message).await.err();
                let result = if error.is_none() {
                    "delivered"
                } else {
                    "failed"
                };
                notifier.metrics.notified(channel.type_, result);
                if let Some(error) = &error {
                    tracing::warn!(
                        secret = channel.secret_name,
                        error,
                        "a notification could not be delivered"
                    );
                }
                let delivery = Delivery {
                    secret_name: entry.secret_name,
                    sequence: entry.transition.sequence,
                    attempt: entry.attempts,
                    error,
                };
                lock(&notifier.tries).insert(key, Some(delivery));
            });
        }
    }

    /// The resource is gone.
    pub(crate) fn forget(&self, uid: &str) {
        lock(&self.tries).retain(|key, delivery| key.0 != uid || delivery.is_none());
    }

    /// One try within its limits. The error names no address: it is a secret.
    async fn attempt(&self, channel: &Notification, message: &Message) -> Result<(), String> {
        let permit = self.permits.acquire().await;
        let tried = tokio::time::timeout(LIMIT * 2, self.post(channel, message)).await;
        drop(permit);
        tried.unwrap_or_else(|_| Err(format!("no answer within {} s", LIMIT.as_secs())))
    }

    async fn post(&self, channel: &Notification, message: &Message) -> Result<(), String> {
        let url = self.address(message, &channel.secret_name).await?;
        let mut request = self
            .http
            .post(url)
            .timeout(LIMIT)
            .json(&body::of(channel.type_, message));
        if let Ok(id) = HeaderValue::from_str(&message.id) {
            request = request.header("idempotency-key", id);
        }
        let answer = request.send().await.map_err(|error| {
            if error.is_timeout() {
                format!("no answer within {} s", LIMIT.as_secs())
            } else {
                "the server can't be reached".to_owned()
            }
        })?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("the server answered {}", answer.status().as_u16()))
        }
    }

    async fn address(&self, message: &Message, secret: &str) -> Result<reqwest::Url, String> {
        let found = Api::<Secret>::namespaced(self.client.clone(), &message.namespace)
            .get_opt(secret)
            .await
            .map_err(|_| format!("Secret {secret} can't be read"))?
            .ok_or_else(|| format!("Secret {secret} does not exist; it must have the key url"))?;
        let data = found.data.unwrap_or_default();
        let value = data.get("url").filter(|value| !value.0.is_empty());
        let value = value.ok_or_else(|| format!("Secret {secret} has no value for the key url"))?;
        std::str::from_utf8(&value.0)
            .ok()
            .and_then(|text| reqwest::Url::parse(text.trim()).ok())
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| format!("the key url of Secret {secret} is no http or https URL"))
    }
}

/// What is told.
#[derive(Clone, Debug)]
struct Message {
    /// The same in every try and for every channel.
    id: String,
    namespace: String,
    name: String,
    uid: String,
    transition: ubermench_crds::Transition,
}

impl Message {
    fn of(object: &UbermenchDeployment, entry: &Undelivered) -> Self {
        let uid = object.uid().unwrap_or_default();
        Self {
            id: format!("{uid}-{}", entry.transition.sequence),
            namespace: object.namespace().unwrap_or_default(),
            name: object.name_any(),
            uid,
            transition: entry.transition.clone(),
        }
    }
}

fn waiting(object: &UbermenchDeployment) -> &[Undelivered] {
    object
        .status
        .as_ref()
        .map_or(&[], |status| status.undelivered.as_slice())
}

fn key_of(uid: &str, entry: &Undelivered) -> Key {
    (
        uid.to_owned(),
        entry.secret_name.clone(),
        entry.transition.sequence,
        entry.attempts,
    )
}

/// The map is whole after every change, so a panic elsewhere leaves nothing half done in it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
