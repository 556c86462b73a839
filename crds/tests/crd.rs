//! The generated files are what the types say, and the types say what a user needs.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::path::Path;

use serde_json::Value;

fn schema() -> Value {
    let crd: Value = serde_yaml_ng::from_str(&ubermench_crds::crd_yaml().unwrap()).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

#[test]
fn generated_files_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let expected = ubermench_crds::crd_yaml().unwrap();
    for path in [
        "crds/ubermenchdeployments.yaml",
        "charts/ubermench/files/crd.yaml",
    ] {
        let found = std::fs::read_to_string(root.join(path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(
            found == expected,
            "{path} differs from the types: run `make generate`"
        );
    }
}

/// Walks all properties; `check` gets the dotted path and the schema of each.
fn walk(path: &str, schema: &Value, check: &mut impl FnMut(&str, &Value)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        check(&path, property);
        walk(&path, property, check);
    }
    if schema["items"].is_object() {
        walk(&format!("{path}[]"), &schema["items"], check);
    }
}

#[test]
fn every_field_is_documented() {
    let mut silent = Vec::new();
    let schema = schema();
    for part in ["spec", "status"] {
        walk(part, &schema["properties"][part], &mut |path, property| {
            if property["description"]
                .as_str()
                .is_none_or(|text| text.len() < 4)
            {
                silent.push(path.to_owned());
            }
        });
    }
    assert!(silent.is_empty(), "no description: {silent:?}");
}

#[test]
fn strings_and_lists_of_the_spec_are_bounded() {
    let mut unbounded = Vec::new();
    walk(
        "spec",
        &schema()["properties"]["spec"],
        &mut |path, property| {
            let bounded = match property["type"].as_str() {
                Some("string") => ["maxLength", "enum", "pattern"]
                    .iter()
                    .any(|key| !property[key].is_null()),
                Some("array") => !property["maxItems"].is_null(),
                Some("integer") => !property["minimum"].is_null() && !property["maximum"].is_null(),
                _ => true,
            };
            if !bounded {
                unbounded.push(path.to_owned());
            }
        },
    );
    assert!(unbounded.is_empty(), "no bound: {unbounded:?}");
}

#[test]
fn mandatory_are_only_what_has_no_sensible_default() {
    let schema = schema();
    assert_eq!(
        schema["properties"]["spec"]["required"],
        serde_json::json!(["database", "image", "redis", "whatsapp"])
    );
}

#[test]
fn defaults_of_the_schema_are_those_of_the_types() {
    let spec = serde_json::json!({
        "image": "bot:1",
        "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "whatsapp"},
        "database": {"secretName": "database"},
        "redis": {"secretName": "redis"},
    });
    let typed: ubermench_crds::UbermenchDeploymentSpec =
        serde_json::from_value(spec.clone()).unwrap();
    let mut defaulted = spec;
    fill(&mut defaulted, &schema()["properties"]["spec"]);
    assert_eq!(serde_json::to_value(typed).unwrap(), defaulted);
}

/// What the API server does with defaults.
fn fill(value: &mut Value, schema: &Value) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let Some(object) = value.as_object_mut() else {
        return;
    };
    for (name, property) in properties {
        if !object.contains_key(name) && !property["default"].is_null() {
            object.insert(name.clone(), property["default"].clone());
        }
        if let Some(child) = object.get_mut(name) {
            fill(child, property);
        }
    }
}
