//! Every object as it goes to the API server; a changed snapshot is a change in the cluster of every user.

use std::collections::BTreeMap;

use insta::assert_yaml_snapshot;
use serde_json::{Value, json};
use ubermench_crds::{Autoscaling, Color};

use super::*;
use crate::names::Names;
use crate::rollout::Role;
use crate::validate::{Layout, Record, RevisionSpec};

const REVISION: &str = "0123456789";
const LIMITS: Autoscaling = Autoscaling {
    min_replicas: 2,
    max_replicas: 10,
    target_cpu_utilization_percentage: 70,
};

/// The defaults, as the API server fills them in.
fn settings() -> crate::rollout::Settings {
    let spec = serde_json::from_value(json!({
        "image": "bot:1",
        "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "whatsapp"},
        "database": {"secretName": "database"},
        "redis": {"secretName": "redis"},
    }));
    crate::validate::settings(&spec.unwrap())
}

fn names() -> Names {
    crate::names::tests::names("handy")
}

fn record_of_all() -> Record {
    serde_json::from_value(json!({
        "version": 1,
        "image": "registry.example/ubermench-bot:1.4.0",
        "imagePullPolicy": "IfNotPresent",
        "imagePullSecrets": ["registry"],
        "env": {"BOT_LANGUAGE": "es", "PRICE": "$(DATABASE_URL) $$"},
        "snapshot": {"DATABASE_URL": "d1", "REDIS_URL": "d2"},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "layout": "Zones",
    }))
    .unwrap()
}

fn revision_spec() -> RevisionSpec {
    let snapshot = [("DATABASE_URL", "postgres://…"), ("REDIS_URL", "redis://…")]
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    RevisionSpec {
        name: REVISION.to_owned(),
        record: record_of_all(),
        snapshot: snapshot.into(),
    }
}

fn json<T: serde::Serialize>(object: &T) -> Value {
    serde_json::to_value(object).unwrap()
}

fn all() -> Vec<(&'static str, Value)> {
    let (names, record, spec) = (names(), record_of_all(), revision_spec());
    vec![
        ("service", json(&service(&names, Role::Active, REVISION))),
        (
            "preview_service",
            json(&service(&names, Role::Preview, REVISION)),
        ),
        (
            "deployment",
            json(&deployment(
                &names,
                REVISION,
                &record,
                Color::Green,
                2,
                true,
            )),
        ),
        (
            "migrate_job",
            json(&migrate_job(&names, REVISION, &record, 3, 600)),
        ),
        (
            "smoke_job",
            json(&smoke_job(&names, REVISION, &record, 3, &settings())),
        ),
        (
            "disruption_budget",
            json(&disruption_budget(&names, REVISION)),
        ),
        ("autoscaler", json(&autoscaler(&names, LIMITS))),
        (
            "controller_revision",
            json(&controller_revision(&names, &spec, 7)),
        ),
        (
            "snapshot_secret",
            json(&snapshot_secret(&names, REVISION, &spec.snapshot)),
        ),
        (
            "internal_secret",
            json(&internal_secret(&names, "token", "key")),
        ),
    ]
}

#[test]
fn objects_are_as_reviewed() {
    for (name, object) in all() {
        assert_yaml_snapshot!(name, object);
    }
}

/// With server-side apply a null or an empty value would claim a field that is not ours.
#[test]
fn objects_claim_nothing_that_they_leave_open() {
    fn walk(path: &str, value: &Value) {
        match value {
            Value::Object(fields) => {
                assert!(!fields.is_empty(), "{path} is empty");
                for (name, field) in fields {
                    walk(&format!("{path}.{name}"), field);
                }
            }
            Value::Array(items) => {
                assert!(!items.is_empty(), "{path} is empty");
                for item in items {
                    walk(&format!("{path}[]"), item);
                }
            }
            Value::Null => panic!("{path} is null"),
            _ => {}
        }
    }
    for (name, object) in all() {
        walk(name, &object);
    }
}

#[test]
fn everything_is_owned_and_labelled() {
    for (name, object) in all() {
        let meta = &object["metadata"];
        assert_eq!(meta["namespace"], "prod", "{name}");
        assert_eq!(
            meta["ownerReferences"][0]["uid"], "5b2a1c8e-9d4f-4e0a-8b7c-6d5e4f3a2b1c",
            "{name}"
        );
        assert_eq!(meta["ownerReferences"][0]["controller"], true, "{name}");
        for (label, value) in names().labels() {
            assert_eq!(meta["labels"][&label], value, "{name} {label}");
        }
    }
}

#[test]
fn services_select_the_pods_of_the_revision_and_no_job() {
    let (names, record) = (names(), record_of_all());
    let selector = service(&names, Role::Active, REVISION)
        .spec
        .unwrap()
        .selector
        .unwrap();
    let selects = |labels: Option<BTreeMap<String, String>>| {
        let labels = labels.unwrap();
        selector
            .iter()
            .all(|(label, value)| labels.get(label) == Some(value))
    };
    let of = |revision: &str| {
        deployment(&names, revision, &record, Color::Blue, 1, false)
            .spec
            .unwrap()
    };
    assert!(selects(of(REVISION).template.metadata.unwrap().labels));
    assert_eq!(of(REVISION).selector.match_labels.unwrap(), selector);
    assert!(!selects(of("9876543210").template.metadata.unwrap().labels));
    for job in [
        migrate_job(&names, REVISION, &record, 1, 60),
        smoke_job(&names, REVISION, &record, 1, &settings()),
    ] {
        assert!(!selects(
            job.spec.unwrap().template.metadata.unwrap().labels
        ));
    }
}

#[test]
fn what_builders_add_to_the_environment_is_reserved() {
    let (names, record) = (names(), record_of_all());
    let pod = smoke_job(&names, REVISION, &record, 1, &settings())
        .spec
        .unwrap()
        .template
        .spec
        .unwrap();
    let added: Vec<_> = pod.containers[0]
        .env
        .iter()
        .flatten()
        .map(|each| each.name.as_str())
        .collect();
    assert!(
        added.ends_with(&[
            "UBERMENCH_REVISION",
            "INTERNAL_TOKEN",
            "PREVIEW_URL",
            "SMOKE_ATTEMPT",
            "SMOKE_SAMPLES"
        ]),
        "{added:?}"
    );
    for name in added.iter().filter(|name| !record.env.contains_key(**name)) {
        assert!(ubermench_crds::is_reserved_env(name), "{name}");
    }
}

#[test]
fn size_and_pause_touch_no_template() {
    let (names, record) = (names(), record_of_all());
    let template = |replicas, paused| {
        deployment(&names, REVISION, &record, Color::Blue, replicas, paused)
            .spec
            .unwrap()
            .template
    };
    assert_eq!(template(1, false), template(9, true));
}

#[test]
fn record_is_read_back() {
    let object = controller_revision(&names(), &revision_spec(), 7);
    assert_eq!(record(&object), Some(record_of_all()));
    let foreign = k8s_openapi::api::apps::v1::ControllerRevision {
        data: None,
        ..object
    };
    assert_eq!(record(&foreign), None);
}

#[test]
fn deployment_of_an_older_record_stays_as_it_was_made() {
    let mut older = serde_json::to_value(record_of_all()).unwrap();
    older.as_object_mut().unwrap().remove("layout");
    let older: Record = serde_json::from_value(older).unwrap();
    let newer = record_of_all();
    let made = |record| deployment(&names(), REVISION, record, Color::Blue, 2, true);
    assert_eq!(layout(&made(&older)), Layout::Nodes);
    assert_eq!(layout(&made(&newer)), Layout::Zones);
    assert_eq!(older.name(), newer.name());
    let keys: Vec<_> = json(&made(&older))["spec"]["template"]["spec"]["topologySpreadConstraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["topologyKey"].clone())
        .collect();
    assert_eq!(keys, ["kubernetes.io/hostname"]);
}
