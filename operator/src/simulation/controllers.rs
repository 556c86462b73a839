//! Kubernetes' own controllers, each as slow as it likes: Deployments, `EndpointSlices`, Jobs.

use serde_json::{Value, json};

use super::World;
use super::api_server::{
    DEPLOYMENTS, JOBS, Object, PODS, SERVICES, SLICES, labels, name, time, uid,
};
use crate::names::COMPONENT;

/// A controller that has its own pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Controller {
    Deployments,
    Endpoints,
    Jobs,
    Garbage,
}

impl World {
    /// Those controllers work whose time it is.
    pub(super) fn controllers(&mut self) {
        for controller in [
            Controller::Deployments,
            Controller::Endpoints,
            Controller::Jobs,
            Controller::Garbage,
        ] {
            if self.now < self.paces.get(&controller).copied().unwrap_or_default() {
                continue;
            }
            let before = self.api.version;
            // But for Jobs, which have deadlines, nothing is to be done where nothing changed.
            if controller != Controller::Jobs && self.looked.get(&controller) == Some(&before) {
                continue;
            }
            match controller {
                Controller::Deployments => self.deployments(),
                Controller::Endpoints => self.slices(),
                Controller::Jobs => self.jobs(),
                Controller::Garbage => self.api.collect(self.now),
            }
            self.looked.insert(controller, before);
            if self.api.version != before {
                let lag = self.random.between(50, self.slowness);
                self.paces.insert(controller, self.now + lag);
            }
        }
    }

    fn deployments(&mut self) {
        let all: Vec<_> = self.api.all(&DEPLOYMENTS).cloned().collect();
        for deployment in &all {
            self.deployment(&deployment.value);
        }
        let api = &self.api;
        self.templates
            .retain(|of, _| api.values(&DEPLOYMENTS).any(|each| uid(each) == of));
    }

    fn deployment(&mut self, deployment: &Value) {
        let owner = uid(deployment).to_owned();
        let (spec, template) = (&deployment["spec"], &deployment["spec"]["template"]);
        let paused = spec["paused"] == true;
        if paused && !self.templates.contains_key(&owner) {
            return;
        }
        if !paused && self.templates.get(&owner) != Some(template) {
            // A rollout: pods of the template before go, those of the new one come.
            for pod in self.pods_of(&owner) {
                let _ = self.api.delete(&PODS, &pod, &Value::Null, self.now);
            }
            self.templates.insert(owner.clone(), template.clone());
        }
        let annotation = "deployment.kubernetes.io/revision";
        if deployment["metadata"]["annotations"][annotation].is_null() {
            self.api.edit(&DEPLOYMENTS, name(deployment), |value| {
                value["metadata"]["annotations"][annotation] = json!("1");
            });
        }
        let wanted = usize::try_from(spec["replicas"].as_i64().unwrap_or(1)).unwrap_or(0);
        let pods = self.pods_of(&owner);
        for _ in pods.len()..wanted {
            let template = self.templates[&owner].clone();
            self.start_pod(&template, name(deployment), "ReplicaSet", &owner);
        }
        // The unready go first.
        let mut surplus: Vec<_> = pods
            .iter()
            .map(|pod| (is_ready(self.api.value(&PODS, pod).unwrap()), pod))
            .collect();
        surplus.sort();
        for (_, pod) in surplus.into_iter().take(pods.len().saturating_sub(wanted)) {
            let _ = self.api.delete(&PODS, pod, &Value::Null, self.now);
        }
    }

    fn start_pod(&mut self, template: &Value, prefix: &str, kind: &str, owner: &str) {
        self.begun += 1;
        let mut metadata = template["metadata"].clone();
        metadata["name"] = json!(format!("{prefix}-{:04}", self.begun));
        metadata["ownerReferences"] =
            json!([{"apiVersion": "v1", "kind": kind, "name": prefix, "uid": owner}]);
        let pod =
            json!({"metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"}});
        let _ = self.api.create(&PODS, pod, self.now);
    }

    /// Names of an owner's pods that are not on their way out.
    fn pods_of(&self, owner: &str) -> Vec<String> {
        self.api
            .values(&PODS)
            .filter(|pod| pod["metadata"]["ownerReferences"][0]["uid"] == owner)
            .filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
            .map(|pod| name(pod).to_owned())
            .collect()
    }

    fn slices(&mut self) {
        let services: Vec<_> = self.api.all(&SERVICES).cloned().collect();
        for service in &services {
            let endpoints = self.behind(&service.value);
            let service = &service.value;
            let slice = format!("{}-slice", name(service));
            match self.api.value(&SLICES, &slice) {
                Some(found) if found["endpoints"] == endpoints => {}
                Some(_) => self
                    .api
                    .edit(&SLICES, &slice, |value| value["endpoints"] = endpoints),
                None => {
                    let slice = json!({
                        "metadata": {
                            "name": slice,
                            "labels": {"kubernetes.io/service-name": name(service)},
                            "ownerReferences": [
                                {"apiVersion": "v1", "kind": "Service", "name": name(service), "uid": uid(service)},
                            ],
                        },
                        "addressType": "IPv4",
                        "endpoints": endpoints,
                    });
                    let _ = self.api.create(&SLICES, slice, self.now);
                }
            }
        }
    }

    /// The endpoints that a Service's selector means now. One without a selector has none.
    fn behind(&self, service: &Value) -> Value {
        let Some(selector) = service["spec"]["selector"].as_object() else {
            return json!([]);
        };
        let selects = |pod: &&Value| {
            let labels = &pod["metadata"]["labels"];
            !selector.is_empty() && selector.iter().all(|(key, value)| labels[key] == *value)
        };
        let addressed = self
            .api
            .values(&PODS)
            .filter(selects)
            .filter(|pod| pod["status"]["podIP"].is_string());
        addressed
            .map(|pod| {
                let ready = is_ready(pod) && pod["metadata"]["deletionTimestamp"].is_null();
                json!({
                    "addresses": [pod["status"]["podIP"]],
                    "conditions": {"ready": ready},
                    "targetRef": {"kind": "Pod", "name": name(pod), "uid": uid(pod)},
                })
            })
            .collect()
    }

    /// UIDs behind the ready endpoints of a Service, as the slices say.
    pub(super) fn endpoints(&self, service: &str) -> Vec<&str> {
        let slice = self.api.value(&SLICES, &format!("{service}-slice"));
        let all = slice.and_then(|slice| slice["endpoints"].as_array());
        all.into_iter()
            .flatten()
            .filter(|endpoint| endpoint["conditions"]["ready"] == true)
            .filter_map(|endpoint| endpoint["targetRef"]["uid"].as_str())
            .collect()
    }

    fn jobs(&mut self) {
        let all: Vec<std::sync::Arc<Object>> = self.api.all(&JOBS).cloned().collect();
        for job in &all {
            if job.value["status"]["conditions"].is_null() {
                self.job(&job.value);
            }
        }
    }

    fn job(&mut self, job: &Value) {
        let owner = uid(job).to_owned();
        let pods: Vec<&Value> = self
            .api
            .values(&PODS)
            .filter(|pod| pod["metadata"]["ownerReferences"][0]["uid"] == owner)
            .collect();
        let ended = |phase: &str| {
            pods.iter()
                .filter(|pod| pod["status"]["phase"] == phase)
                .count()
        };
        let runs = pods
            .iter()
            .any(|pod| matches!(pod["status"]["phase"].as_str(), Some("Pending" | "Running")));
        let limit = job["spec"]["activeDeadlineSeconds"].as_i64();
        let since = self.born.get(&owner).copied().unwrap_or(self.now);
        let retries =
            usize::try_from(job["spec"]["backoffLimit"].as_i64().unwrap_or(6)).unwrap_or(0);
        let (type_, reason) = if ended("Succeeded") > 0 {
            ("Complete", "CompletionsReached")
        } else if ended("Failed") > retries {
            ("Failed", "BackoffLimitExceeded")
        } else if limit.is_some_and(|limit| self.now - since >= limit * 1000) {
            ("Failed", "DeadlineExceeded")
        } else {
            self.born.entry(owner.clone()).or_insert(self.now);
            if !runs {
                let template = job["spec"]["template"].clone();
                let mut template = template;
                for label in ["batch.kubernetes.io/job-name", crate::names::ATTEMPT] {
                    let value = match label {
                        crate::names::ATTEMPT => json!(labels(job, label)),
                        _ => json!(name(job)),
                    };
                    template["metadata"]["labels"][label] = value;
                }
                debug_assert!(!template["metadata"]["labels"][COMPONENT].is_null());
                self.start_pod(&template, name(job), "Job", &owner);
            }
            return;
        };
        if reason == "DeadlineExceeded" {
            for pod in self.pods_of(&owner) {
                let _ = self.api.delete(&PODS, &pod, &Value::Null, self.now);
            }
        }
        let at = time(self.now);
        self.api.edit(&JOBS, name(job), |job| {
            job["status"]["conditions"] = json!([
                {"type": type_, "status": "True", "reason": reason, "lastTransitionTime": at},
            ]);
        });
    }

    /// Whether a UID is that of a pod of a revision that serves, or is to serve.
    pub(super) fn is_pod_of(&self, pod: &str, revision: &str) -> bool {
        self.pods(revision).any(|each| uid(each) == pod)
    }

    /// A revision's pods that serve, or are to serve; those on their way out left out.
    pub(super) fn pods<'a>(&'a self, revision: &'a str) -> impl Iterator<Item = &'a Value> {
        self.api.values(&PODS).filter(move |pod| {
            labels(pod, crate::names::REVISION) == revision
                && labels(pod, COMPONENT) == "bot"
                && pod["metadata"]["deletionTimestamp"].is_null()
        })
    }
}

/// Whether a pod is ready.
pub(super) fn is_ready(pod: &Value) -> bool {
    pod["status"]["conditions"][0]["status"] == "True"
}
