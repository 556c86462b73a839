//! Whether a live object still is what the operator wrote, so that an object that is right is not written again.
//!
//! What the API server fills in by itself is no drift. What a person added is: the object says who manages which field.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Map, Value};

use crate::names::MANAGER;

/// A part of an object, by its JSON pointer.
pub(super) fn part<'a>(object: &'a Value, pointer: &str) -> &'a Value {
    object.pointer(pointer).unwrap_or(&Value::Null)
}

/// Whether `live` differs from `desired` in anything that `desired` states. Lists must be alike in length and order.
pub(super) fn differs(desired: &Value, live: &Value) -> bool {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => {
            desired.iter().any(|(key, value)| match live.get(key) {
                Some(live) => differs(value, live),
                None => !is_empty(value),
            })
        }
        (Value::Array(desired), Value::Array(live)) => {
            desired.len() != live.len()
                || desired
                    .iter()
                    .zip(live)
                    .any(|(desired, live)| differs(desired, live))
        }
        (Value::String(desired), Value::String(live)) => {
            desired != live && !is_same_quantity(desired, live)
        }
        (desired, live) => desired != live,
    }
}

/// Whether `live` has keys that `desired` has not, in a map that is ours alone (selectors, labels of a template).
pub(super) fn has_more_keys(desired: &Value, live: &Value) -> bool {
    match (desired.as_object(), live.as_object()) {
        (Some(desired), Some(live)) => live.keys().any(|key| !desired.contains_key(key)),
        (None, Some(live)) => !live.is_empty(),
        (_, None) => false,
    }
}

/// Whether someone else set a field of the spec that `desired` does not state, to anything but what the API server fills
/// in by itself. A manager that restored a whole object owns such fields, and writing them away would change nothing.
pub(super) fn has_foreign_fields(
    desired: &Value,
    live: &Value,
    managed: Option<&Vec<ManagedFieldsEntry>>,
) -> bool {
    managed.into_iter().flatten().any(|entry| {
        let is_foreign = entry.manager.as_deref() != Some(MANAGER)
            && entry.subresource.as_deref().unwrap_or_default().is_empty();
        let fields = entry
            .fields_v1
            .as_ref()
            .and_then(|fields| fields.0.get("f:spec"));
        is_foreign
            && fields
                .and_then(Value::as_object)
                .is_some_and(|fields| states_more(desired.get("spec"), live.get("spec"), fields))
    })
}

/// Whether a set of managed fields reaches beyond what is desired. Items of lists are compared by [`differs`].
fn states_more(desired: Option<&Value>, live: Option<&Value>, fields: &Map<String, Value>) -> bool {
    fields.iter().any(|(key, below)| {
        let Some(name) = key.strip_prefix("f:") else {
            let of = |list: Option<&'_ Value>| {
                key.strip_prefix("k:")
                    .and_then(|key| item(list?, key).cloned())
            };
            let (desired, live) = (of(desired), of(live));
            return below.as_object().is_some_and(|below| {
                desired.is_some() && states_more(desired.as_ref(), live.as_ref(), below)
            });
        };
        let live = live.and_then(|live| live.get(name));
        match desired.and_then(|desired| desired.get(name)) {
            None => live.is_some_and(|live| !is_default(name, live)),
            Some(value) => below
                .as_object()
                .is_some_and(|below| states_more(Some(value), live, below)),
        }
    })
}

/// Fields that the cluster gives out, whatever is in them.
const GIVEN: [&str; 4] = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

/// What the API server fills in where a field is left open, in the kinds that we write.
const DEFAULTS: [(&str, &str); 19] = [
    ("type", "\"ClusterIP\""),
    ("type", "\"RollingUpdate\""),
    ("sessionAffinity", "\"None\""),
    ("internalTrafficPolicy", "\"Cluster\""),
    ("protocol", "\"TCP\""),
    ("maxSurge", "\"25%\""),
    ("maxUnavailable", "\"25%\""),
    ("progressDeadlineSeconds", "600"),
    ("restartPolicy", "\"Always\""),
    ("dnsPolicy", "\"ClusterFirst\""),
    ("schedulerName", "\"default-scheduler\""),
    ("terminationMessagePath", "\"/dev/termination-log\""),
    ("scheme", "\"HTTP\""),
    ("successThreshold", "1"),
    ("failureThreshold", "3"),
    ("periodSeconds", "10"),
    ("timeoutSeconds", "1"),
    ("initialDelaySeconds", "0"),
    ("minReadySeconds", "0"),
];

fn is_default(name: &str, value: &Value) -> bool {
    if is_empty(value) || GIVEN.contains(&name) {
        return true;
    }
    match value {
        Value::Object(fields) => fields.iter().all(|(name, value)| is_default(name, value)),
        value => DEFAULTS.contains(&(name, value.to_string().as_str())),
    }
}

/// The item of a list that a key such as `{"name":"bot"}` means.
fn item<'a>(list: &'a Value, key: &str) -> Option<&'a Value> {
    let key: Value = serde_json::from_str(key).ok()?;
    list.as_array()?.iter().find(|item| !differs(&key, item))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Number(_) | Value::String(_) => false,
    }
}

/// `1000m` is `1`, `1Gi` is `1024Mi`: the API server writes quantities in its own form.
fn is_same_quantity(one: &str, other: &str) -> bool {
    matches!((quantity(one), quantity(other)), (Some(one), Some(other)) if (one - other).abs() <= one.abs() * 1e-12)
}

fn quantity(text: &str) -> Option<f64> {
    let end = text
        .find(|digit: char| !digit.is_ascii_digit() && digit != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "m" => 1e-3,
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::FieldsV1;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_fills_in_is_no_drift() {
        let cases = [
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!({"a": 1}), json!({"a": 2}), true),
            (json!({"a": []}), json!({}), false),
            (json!({"paused": false}), json!({}), false),
            (json!({"paused": true}), json!({}), true),
            (
                json!({"a": [{"n": "x"}]}),
                json!({"a": [{"n": "x", "d": 1}]}),
                false,
            ),
            (
                json!({"a": [{"n": "x"}]}),
                json!({"a": [{"n": "x"}, {"n": "y"}]}),
                true,
            ),
            (
                json!({"cpu": "1000m", "memory": "1024Mi"}),
                json!({"cpu": "1", "memory": "1Gi"}),
                false,
            ),
            (json!({"cpu": "1000m"}), json!({"cpu": "2"}), true),
            (json!({"n": "a"}), json!({"n": "b"}), true),
        ];
        for (desired, live, expected) in cases {
            assert_eq!(
                differs(&desired, &live),
                expected,
                "{desired} against {live}"
            );
        }
    }

    fn managed(manager: &str, subresource: Option<&str>, fields: Value) -> Vec<ManagedFieldsEntry> {
        vec![ManagedFieldsEntry {
            manager: Some(manager.to_owned()),
            subresource: subresource.map(str::to_owned),
            fields_v1: Some(FieldsV1(fields)),
            ..ManagedFieldsEntry::default()
        }]
    }

    #[test]
    fn fields_that_someone_else_added_are_drift() {
        let desired =
            json!({"spec": {"replicas": 2, "containers": [{"name": "bot", "image": "i"}]}});
        let image =
            json!({"f:spec": {"f:containers": {"k:{\"name\":\"bot\"}": {".": {}, "f:image": {}}}}});
        let command =
            json!({"f:spec": {"f:containers": {"k:{\"name\":\"bot\"}": {"f:command": {}}}}});
        let live = json!({"spec": {
            "type": "ClusterIP", "clusterIP": "10.0.0.9", "sessionAffinity": "ClientIP",
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}},
            "containers": [{"name": "bot", "image": "i", "command": ["sh"], "terminationMessagePath": "/dev/termination-log"}],
        }});
        let defaults = json!({"f:spec": {
            "f:type": {}, "f:clusterIP": {}, "f:gone": {}, "f:strategy": {"f:type": {}, "f:rollingUpdate": {"f:maxSurge": {}}},
            "f:containers": {"k:{\"name\":\"bot\"}": {"f:terminationMessagePath": {}}},
        }});
        let cases = [
            (managed("velero", None, defaults), false),
            (
                managed("velero", None, json!({"f:spec": {"f:sessionAffinity": {}}})),
                true,
            ),
            (managed("kubectl-edit", None, image.clone()), false),
            (managed("kubectl-edit", None, command.clone()), true),
            (managed(MANAGER, None, command.clone()), false),
            (
                managed("kube-controller-manager", Some("status"), command),
                false,
            ),
            (
                managed(
                    "kubectl-edit",
                    None,
                    json!({"f:metadata": {"f:annotations": {"f:note": {}}}}),
                ),
                false,
            ),
        ];
        for (entries, expected) in cases {
            assert_eq!(
                has_foreign_fields(&desired, &live, Some(&entries)),
                expected,
                "{entries:?}"
            );
        }
    }
}
