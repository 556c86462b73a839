//! One object, and what the server fills in or keeps as it was.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{DEPLOYMENTS, JOBS, Kind, RESOURCES, SERVICES};

/// An object as it stands, and as it goes over the wire.
#[derive(Debug)]
pub(in crate::simulation) struct Object {
    pub(in crate::simulation) value: Value,
    pub(in crate::simulation) bytes: Vec<u8>,
}

impl Object {
    pub(super) fn new(value: Value) -> Self {
        let bytes = serde_json::to_vec(&value).unwrap();
        Self { value, bytes }
    }
}

pub(in crate::simulation) fn name(value: &Value) -> &str {
    value["metadata"]["name"].as_str().unwrap_or_default()
}

pub(in crate::simulation) fn uid(value: &Value) -> &str {
    value["metadata"]["uid"].as_str().unwrap_or_default()
}

/// The value of a label; empty if there is none.
pub(in crate::simulation) fn labels<'a>(value: &'a Value, label: &str) -> &'a str {
    value["metadata"]["labels"][label]
        .as_str()
        .unwrap_or_default()
}

/// Milliseconds of the world as a time of Kubernetes.
pub(in crate::simulation) fn time(milliseconds: i64) -> Value {
    json!(
        Timestamp::from_second(milliseconds.div_euclid(1000))
            .unwrap()
            .to_string()
    )
}

/// Fills in what a client left out.
pub(super) fn complete(kind: &Kind, value: &mut Value, number: u64) {
    let mut fill = |pointer: &str, field: &str, filled: Value| {
        let Some(Value::Object(part)) = value.pointer_mut(pointer) else {
            return;
        };
        if part.get(field).is_none_or(Value::is_null) {
            part.insert(field.to_owned(), filled);
        }
    };
    if kind == &SERVICES {
        let address = format!("10.0.0.{number}");
        fill("/spec", "clusterIP", json!(address));
        fill("/spec", "clusterIPs", json!([address]));
        fill("/spec", "sessionAffinity", json!("None"));
        fill("/spec", "type", json!("ClusterIP"));
    }
    if kind == &DEPLOYMENTS {
        fill("/spec", "progressDeadlineSeconds", json!(600));
        fill("/spec", "strategy", json!({"type": "RollingUpdate"}));
    }
    if kind == &DEPLOYMENTS || kind == &JOBS {
        fill("/spec/template/spec", "dnsPolicy", json!("ClusterFirst"));
        fill(
            "/spec/template/spec",
            "schedulerName",
            json!("default-scheduler"),
        );
    }
}

/// What no client changes by a replacement; and the generation, which counts changes of what is asked for.
pub(super) fn keep_fixed(kind: &Kind, old: &Value, next: &mut Value) {
    next["apiVersion"] = json!(kind.api_version);
    next["kind"] = json!(kind.name);
    for field in ["uid", "creationTimestamp", "deletionTimestamp", "namespace"] {
        match &old["metadata"][field] {
            Value::Null => {
                if let Some(metadata) = next["metadata"].as_object_mut() {
                    metadata.remove(field);
                }
            }
            kept => next["metadata"][field] = kept.clone(),
        }
    }
    if kind == &SERVICES {
        for field in ["clusterIP", "clusterIPs"] {
            next["spec"][field] = old["spec"][field].clone();
        }
    }
    complete(kind, next, 0);
    let counts = kind == &RESOURCES || kind == &DEPLOYMENTS;
    let changed = counts && old["spec"] != next["spec"];
    let generation = old["metadata"]["generation"].as_i64().unwrap_or(1);
    next["metadata"]["generation"] = json!(generation + i64::from(changed));
}

/// A JSON merge patch.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let fields = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}
