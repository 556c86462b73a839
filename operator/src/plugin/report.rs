//! `report`: what support needs, made only of fields that are known to be harmless, their texts scrubbed.

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{ControllerRevision, Deployment};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::events::v1::Event;
use kube::ResourceExt;
use serde_json::{Value, json};
use ubermench_crds::{Action, UbermenchDeployment};

use super::cluster::{Evidence, selected};
use super::scrub::scrub;
use crate::names::{PASSES, REVISION};

/// The bundle as JSON.
pub(super) fn bundle(
    object: &UbermenchDeployment,
    evidence: &Evidence,
    with_log: bool,
    now: Timestamp,
) -> serde_json::Result<String> {
    let status = status(object, with_log)?;
    let mut bundle = json!({
        "writtenBy": format!("kubectl-ubermench {}", env!("CARGO_PKG_VERSION")),
        "time": now.to_string(),
        "resource": {
            "name": object.name_any(),
            "namespace": object.namespace(),
            "generation": object.metadata.generation,
            "asked": Action::ALL.map(|action| object.annotations().get(action.annotation())),
            "spec": spec(object),
            "status": status,
        },
        "pods": evidence.pods,
        "deployments": evidence.deployments.iter().map(deployment).collect::<Vec<_>>(),
        "services": evidence.services.iter().map(|service| json!({
            "name": service.name_any(),
            "revision": selected(service),
        })).collect::<Vec<_>>(),
        "jobs": evidence.jobs.iter().map(job).collect::<Vec<_>>(),
        "revisions": evidence.records.iter().map(record).collect::<Vec<_>>(),
        "events": evidence.events.iter().map(event).collect::<Vec<_>>(),
    });
    let names: Vec<_> = evidence
        .records
        .iter()
        .filter_map(|record| record.labels().get(REVISION).map(String::as_str))
        .collect();
    clean(&mut bundle, &names);
    serde_json::to_string_pretty(&bundle).map(|text| text + "\n")
}

/// Settings that say nothing about who writes to whom: no number, no address, no values of variables, no contact.
fn spec(object: &UbermenchDeployment) -> Value {
    let spec = &object.spec;
    json!({
        "image": spec.image,
        "imagePullPolicy": spec.image_pull_policy,
        "replicas": spec.replicas,
        "paused": spec.paused,
        "rollout": spec.rollout,
        "migrations": spec.migrations,
        "resources": spec.resources,
        "language": spec.config.language,
        "logLevel": spec.config.log_level,
        "variables": spec.env.iter().map(|variable| &variable.name).collect::<Vec<_>>(),
        "apiVersion": spec.whatsapp.api_version,
    })
}

fn status(object: &UbermenchDeployment, with_log: bool) -> serde_json::Result<Value> {
    let mut status = object.status.clone().unwrap_or_default();
    if !with_log && let Some(failure) = status.failure.as_mut() {
        let lines = failure.log.len();
        failure.log = vec![format!("{lines} lines left out; --with-log adds them")];
    }
    serde_json::to_value(status)
}

fn deployment(deployment: &Deployment) -> Value {
    let spec = deployment.spec.as_ref();
    let status = deployment.status.as_ref();
    let conditions = status
        .into_iter()
        .flat_map(|status| status.conditions.iter().flatten());
    json!({
        "name": deployment.name_any(),
        "replicas": spec.and_then(|spec| spec.replicas),
        "paused": spec.and_then(|spec| spec.paused),
        "ready": status.and_then(|status| status.ready_replicas),
        "conditions": conditions.map(|condition| json!({
            "type": condition.type_,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
        })).collect::<Vec<_>>(),
    })
}

fn job(job: &Job) -> Value {
    let status = job.status.as_ref();
    let conditions = status
        .into_iter()
        .flat_map(|status| status.conditions.iter().flatten());
    json!({
        "name": job.name_any(),
        "conditions": conditions.map(|condition| json!({
            "type": condition.type_,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
        })).collect::<Vec<_>>(),
    })
}

fn record(record: &ControllerRevision) -> Value {
    json!({
        "revision": record.labels().get(REVISION),
        "number": record.revision,
        "passedAttempts": record.annotations().get(PASSES),
        "image": record.data.as_ref().and_then(|data| data.0.get("image")),
    })
}

fn event(event: &Event) -> Value {
    json!({
        "time": event.event_time.as_ref().map(|time| time.0.to_string()),
        "type": event.type_,
        "reason": event.reason,
        "note": event.note,
    })
}

/// Scrubs every text in a value.
fn clean(value: &mut Value, names: &[&str]) {
    match value {
        Value::String(text) => *text = scrub(text, names),
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, names)),
        Value::Object(fields) => fields.values_mut().for_each(|field| clean(field, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
