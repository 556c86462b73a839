//! The API server, as far as the operator can tell the difference: names, versions, conflicts, generations, owners,
//! finalizers, immutable Secrets, selectors. Objects are JSON, as on the wire.

mod object;
mod ownership;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

pub(super) use object::{Object, labels, name, time, uid};
pub(super) use request::{Call, Verb};

/// A kind of object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) plural: &'static str,
    pub(super) api_version: &'static str,
    pub(super) name: &'static str,
}

macro_rules! kinds {
    ($($constant:ident: $plural:literal $api_version:literal $kind:literal),* $(,)?) => {
        $(pub(super) static $constant: Kind = Kind { plural: $plural, api_version: $api_version, name: $kind };)*
        /// All that the server knows.
        pub(super) static KINDS: &[&Kind] = &[$(&$constant),*];
    };
}

kinds! {
    SECRETS: "secrets" "v1" "Secret",
    CONFIG_MAPS: "configmaps" "v1" "ConfigMap",
    SERVICES: "services" "v1" "Service",
    PODS: "pods" "v1" "Pod",
    DEPLOYMENTS: "deployments" "apps/v1" "Deployment",
    RECORDS: "controllerrevisions" "apps/v1" "ControllerRevision",
    JOBS: "jobs" "batch/v1" "Job",
    SLICES: "endpointslices" "discovery.k8s.io/v1" "EndpointSlice",
    EVENTS: "events" "events.k8s.io/v1" "Event",
    BUDGETS: "poddisruptionbudgets" "policy/v1" "PodDisruptionBudget",
    AUTOSCALERS: "horizontalpodautoscalers" "autoscaling/v2" "HorizontalPodAutoscaler",
    RESOURCES: "ubermenchdeployments" "ubermench.io/v1alpha1" "UbermenchDeployment",
}

/// Why a request was not done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

/// What a request came to.
pub(super) type Answer = Result<Arc<Object>, Refusal>;

fn refuse<T>(code: u16, reason: &'static str, message: &str) -> Result<T, Refusal> {
    let message = message.to_owned();
    Err(Refusal {
        code,
        reason,
        message,
    })
}

/// All objects of one namespace. A copy shares what has not changed.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiServer {
    objects: BTreeMap<(&'static str, String), Arc<Object>>,
    /// Counts all changes: the newest resourceVersion.
    pub(super) version: u64,
    made: u64,
}

impl ApiServer {
    pub(super) fn get(&self, kind: &Kind, name: &str) -> Option<&Arc<Object>> {
        self.objects.get(&(kind.plural, name.to_owned()))
    }

    pub(super) fn value(&self, kind: &Kind, name: &str) -> Option<&Value> {
        self.get(kind, name).map(|object| &object.value)
    }

    pub(super) fn all(&self, kind: &Kind) -> impl Iterator<Item = &Arc<Object>> {
        let plural = kind.plural;
        self.objects
            .range((plural, String::new())..)
            .take_while(move |((of, _), _)| *of == plural)
            .map(|(_, object)| object)
    }

    pub(super) fn values(&self, kind: &Kind) -> impl Iterator<Item = &Value> {
        self.all(kind).map(|object| &object.value)
    }

    /// Everything, with its kind.
    pub(super) fn everything(&self) -> impl Iterator<Item = (&'static Kind, &Value)> {
        self.objects.iter().map(|((plural, _), object)| {
            let kind = KINDS.iter().find(|kind| kind.plural == *plural).unwrap();
            (*kind, &object.value)
        })
    }

    fn put(&mut self, kind: &'static Kind, mut value: Value) -> Arc<Object> {
        self.version += 1;
        value["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let key = (kind.plural, name(&value).to_owned());
        let object = Arc::new(Object::new(value));
        self.objects.insert(key, object.clone());
        object
    }

    pub(super) fn create(&mut self, kind: &'static Kind, mut body: Value, now: i64) -> Answer {
        if self.get(kind, name(&body)).is_some() {
            return refuse(409, "AlreadyExists", "it exists");
        }
        self.made += 1;
        body["apiVersion"] = json!(kind.api_version);
        body["kind"] = json!(kind.name);
        let metadata = &mut body["metadata"];
        metadata["uid"] = json!(format!("00000000-0000-4000-8000-{:012x}", self.made));
        metadata["creationTimestamp"] = time(now);
        metadata["generation"] = json!(1);
        metadata["namespace"] = json!("prod");
        object::complete(kind, &mut body, self.made);
        Ok(self.put(kind, body))
    }

    /// Replaces an object, or with `status` only its status.
    pub(super) fn replace(
        &mut self,
        kind: &'static Kind,
        named: &str,
        body: Value,
        status: bool,
        manager: &str,
    ) -> Answer {
        let Some(old) = self.get(kind, named).cloned() else {
            return refuse(404, "NotFound", named);
        };
        let meta = &body["metadata"];
        let outdated = |field: &str| {
            meta[field]
                .as_str()
                .is_some_and(|given| old.value["metadata"][field] != given)
        };
        if outdated("resourceVersion") || outdated("uid") {
            return refuse(409, "Conflict", "the object has been modified");
        }
        let mut next = if status {
            let mut next = old.value.clone();
            next["status"] = body["status"].clone();
            next
        } else {
            body
        };
        if !status {
            if let Some(status) = old.value.get("status") {
                next["status"] = status.clone();
            }
            object::keep_fixed(kind, &old.value, &mut next);
            if kind == &SECRETS
                && old.value["immutable"] == true
                && old.value["data"] != next["data"]
            {
                return refuse(422, "Invalid", "the Secret is immutable");
            }
            ownership::note(&old.value, &mut next, manager);
        }
        Ok(self.store(kind, &old, next))
    }

    pub(super) fn merge(
        &mut self,
        kind: &'static Kind,
        named: &str,
        patch: &Value,
        manager: &str,
    ) -> Answer {
        let Some(old) = self.get(kind, named) else {
            return refuse(404, "NotFound", named);
        };
        let mut next = old.value.clone();
        object::merge(&mut next, patch);
        self.replace(kind, named, next, false, manager)
    }

    /// What is as it was keeps its version; what has lost its last finalizer goes, if it is being deleted.
    fn store(&mut self, kind: &'static Kind, old: &Arc<Object>, next: Value) -> Arc<Object> {
        let unchanged = {
            let mut same = next.clone();
            same["metadata"]["resourceVersion"] = old.value["metadata"]["resourceVersion"].clone();
            same == old.value
        };
        if unchanged {
            return old.clone();
        }
        let free = next["metadata"]["finalizers"]
            .as_array()
            .is_none_or(Vec::is_empty);
        if free && !next["metadata"]["deletionTimestamp"].is_null() {
            self.remove(kind, name(&next));
            return Arc::new(Object::new(next));
        }
        self.put(kind, next)
    }

    /// Controllers and the kubelet write what they like, with the same effects.
    pub(super) fn edit(
        &mut self,
        kind: &'static Kind,
        named: &str,
        change: impl FnOnce(&mut Value),
    ) {
        if let Some(old) = self.get(kind, named).cloned() {
            let mut next = old.value.clone();
            change(&mut next);
            self.store(kind, &old, next);
        }
    }

    pub(super) fn delete(
        &mut self,
        kind: &'static Kind,
        named: &str,
        preconditions: &Value,
        now: i64,
    ) -> Answer {
        let Some(old) = self.get(kind, named).cloned() else {
            return refuse(404, "NotFound", named);
        };
        for field in ["uid", "resourceVersion"] {
            if preconditions[field]
                .as_str()
                .is_some_and(|given| old.value["metadata"][field] != given)
            {
                return refuse(409, "Conflict", "the precondition does not hold");
            }
        }
        let held = old.value["metadata"]["finalizers"]
            .as_array()
            .is_some_and(|held| !held.is_empty());
        // The kubelet takes a pod away once its containers have ended.
        if held || kind == &PODS {
            self.edit(kind, named, |value| {
                let metadata = &mut value["metadata"];
                if metadata["deletionTimestamp"].is_null() {
                    metadata["deletionTimestamp"] = time(now);
                }
            });
        } else {
            self.remove(kind, named);
        }
        Ok(old)
    }

    /// Takes an object away at once.
    pub(super) fn remove(&mut self, kind: &Kind, named: &str) {
        if self
            .objects
            .remove(&(kind.plural, named.to_owned()))
            .is_some()
        {
            self.version += 1;
        }
    }

    /// The garbage collector: what has owners, and none that exists, is deleted.
    pub(super) fn collect(&mut self, now: i64) {
        let mut alive: Vec<_> = self
            .objects
            .values()
            .map(|object| uid(&object.value))
            .collect();
        alive.sort_unstable();
        let orphans: Vec<_> = self
            .everything()
            .filter(|(_, value)| value["metadata"]["deletionTimestamp"].is_null())
            .filter(|(_, value)| {
                value["metadata"]["ownerReferences"]
                    .as_array()
                    .is_some_and(|owners| {
                        !owners.is_empty()
                            && owners.iter().all(|owner| {
                                let owner = owner["uid"].as_str().unwrap_or_default();
                                alive.binary_search(&owner).is_err()
                            })
                    })
            })
            .map(|(kind, value)| (kind, name(value).to_owned()))
            .collect();
        for (kind, named) in orphans {
            let _ = self.delete(kind, &named, &Value::Null, now);
        }
    }
}
