//! Who manages which field of a spec: kept for all but the operator, which asks for nothing but strangers' fields.

use serde_json::{Map, Value, json};

use crate::names::MANAGER;

/// Notes what a manager changed, and what strangers no longer have because it was changed.
pub(super) fn note(old: &Value, next: &mut Value, manager: &str) {
    let entries = old["metadata"]["managedFields"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if entries.is_empty() && manager == MANAGER {
        return;
    }
    let mut kept: Vec<Value> = entries
        .into_iter()
        .filter_map(|mut entry| {
            let fields = entry["fieldsV1"]["f:spec"].as_object()?.clone();
            let left = unchanged(&fields, &old["spec"], &next["spec"]);
            entry["fieldsV1"]["f:spec"] = Value::Object(left.clone());
            (!left.is_empty()).then_some(entry)
        })
        .collect();
    let changed = changed(&old["spec"], &next["spec"]);
    if manager != MANAGER && !changed.is_empty() {
        kept.push(json!({
            "manager": manager, "operation": "Update", "apiVersion": next["apiVersion"], "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": changed},
        }));
    }
    if kept.is_empty() {
        if let Some(metadata) = next["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
    } else {
        next["metadata"]["managedFields"] = json!(kept);
    }
}

/// Fields that differ; lists are taken as a whole.
fn changed(old: &Value, next: &Value) -> Map<String, Value> {
    let Some(fields) = next.as_object() else {
        return Map::new();
    };
    let differing = fields
        .iter()
        .filter(|(key, value)| old[key.as_str()] != **value);
    differing
        .map(|(key, value)| {
            let below = changed(&old[key.as_str()], value);
            (format!("f:{key}"), Value::Object(below))
        })
        .collect()
}

fn unchanged(fields: &Map<String, Value>, old: &Value, next: &Value) -> Map<String, Value> {
    let kept = fields.iter().filter_map(|(key, below)| {
        let field = key.strip_prefix("f:")?;
        let (old, next) = (old.get(field)?, next.get(field)?);
        let below = below.as_object()?;
        if below.is_empty() {
            return (old == next).then(|| (key.clone(), json!({})));
        }
        let left = unchanged(below, old, next);
        (!left.is_empty()).then(|| (key.clone(), Value::Object(left)))
    });
    kept.collect()
}
