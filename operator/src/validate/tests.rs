use proptest::prelude::*;
use serde_json::json;
use ubermench_crds::is_reserved_env;

use super::*;

mod scaling;

const KEY: &[u8] = b"digest key";

fn spec(changes: &serde_json::Value) -> UbermenchDeploymentSpec {
    let mut value = json!({
        "image": "registry.example/ubermench-bot:1.4.0",
        "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp"},
        "database": {"secretName": "handy-database"},
        "redis": {"secretName": "handy-redis"},
    });
    merge(&mut value, changes);
    serde_json::from_value(value).unwrap()
}

fn merge(into: &mut serde_json::Value, changes: &serde_json::Value) {
    match (into.as_object_mut(), changes.as_object()) {
        (Some(fields), Some(changes)) => {
            for (name, change) in changes {
                merge(fields.entry(name.clone()).or_insert(json!({})), change);
            }
        }
        _ => *into = changes.clone(),
    }
}

fn sources() -> Sources {
    let contents = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect::<BTreeMap<_, _>>()
    };
    let whatsapp = contents(&[
        ("accessToken", "token"),
        ("verifyToken", "verify"),
        ("appSecret", "secret"),
    ]);
    let database = contents(&[("url", "postgres://handy@postgres/handy")]);
    let redis = contents(&[("url", "redis://redis")]);
    let proxy = contents(&[("url", "http://proxy:3128"), ("empty", "")]);
    [
        (Source::Secret("handy-whatsapp".to_owned()), whatsapp),
        (Source::Secret("handy-database".to_owned()), database),
        (Source::Secret("handy-redis".to_owned()), redis),
        (Source::ConfigMap("proxy".to_owned()), proxy),
    ]
    .into()
}

fn revision(changes: &serde_json::Value, sources: &Sources) -> Result<RevisionSpec, Missing> {
    validate("handy", &spec(changes))
        .unwrap()
        .revision(sources, KEY)
}

fn name(changes: &serde_json::Value) -> String {
    revision(changes, &sources()).unwrap().name
}

#[test]
fn sound_specs_pass() {
    for changes in [
        json!({}),
        json!({"replicas": 100, "paused": true}),
        json!({"env": [{"name": "A", "value": ""}, {"name": "_B1", "valueFrom": {"configMapKeyRef": {"name": "proxy", "key": "url"}}}]}),
        json!({"config": {"timezone": "America/Argentina/Buenos_Aires"}}),
        json!({"autoscaling": {"maxReplicas": 10}, "resources": {"requests": {"cpu": "50m"}}}),
        json!({"config": {"timezone": "UTC"}}),
        json!({"env": [{"name": "TIMEZONE", "value": "Europe/Madrid"}]}),
        json!({"rollout": {"warmSeconds": 30, "bakeSeconds": 30}}),
        json!({"resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": 1, "memory": "64Mi"}}}),
    ] {
        assert!(validate("handy", &spec(&changes)).is_ok(), "{changes}");
    }
}

/// Each change is one mistake, told once.
fn assert_named(cases: &[(serde_json::Value, &str)]) {
    for (changes, field) in cases {
        let invalid = validate("handy", &spec(changes)).unwrap_err();
        let fields: Vec<_> = invalid.iter().map(|each| each.field.as_str()).collect();
        assert_eq!(fields, [*field], "{changes}: {invalid:?}");
    }
}

#[test]
fn unsound_fields_are_named() {
    assert_named(&[
        (json!({"image": ""}), "image"),
        (json!({"image": "bot: 1"}), "image"),
        (json!({"replicas": 0}), "replicas"),
        (json!({"replicas": 101}), "replicas"),
        (
            json!({"whatsapp": {"phoneNumberId": "+5255"}}),
            "whatsapp.phoneNumberId",
        ),
        (
            json!({"whatsapp": {"phoneNumberId": ""}}),
            "whatsapp.phoneNumberId",
        ),
        (
            json!({"whatsapp": {"apiUrl": "graph.facebook.com"}}),
            "whatsapp.apiUrl",
        ),
        (json!({"config": {"timezone": ""}}), "config.timezone"),
        (json!({"config": {"timezone": "Local"}}), "config.timezone"),
        (
            json!({"config": {"timezone": "America/Mexico"}}),
            "config.timezone",
        ),
        (
            json!({"whatsapp": {"secretName": ""}}),
            "whatsapp.secretName",
        ),
        (
            json!({"database": {"secretName": ""}}),
            "database.secretName",
        ),
        (json!({"redis": {"secretName": ""}}), "redis.secretName"),
    ]);
}

#[test]
fn unsound_rollouts_are_named() {
    let rollout = |changes: serde_json::Value| json!({ "rollout": changes });
    assert_named(&[
        (rollout(json!({"bakeSeconds": -1})), "rollout.bakeSeconds"),
        (
            rollout(json!({"warmSeconds": 29, "bakeSeconds": 0})),
            "rollout.warmSeconds",
        ),
        (
            rollout(json!({"warmSeconds": 60, "bakeSeconds": 61})),
            "rollout.warmSeconds",
        ),
        (rollout(json!({"historyLimit": 0})), "rollout.historyLimit"),
        (
            rollout(json!({"gates": {"smoke": {"deadlineSeconds": 9}}})),
            "rollout.gates.smoke.deadlineSeconds",
        ),
        (
            rollout(json!({"gates": {"metrics": {"maxErrorRatio": "5%"}}})),
            "rollout.gates.metrics.maxErrorRatio",
        ),
        (
            rollout(json!({"gates": {"metrics": {"maxP95Milliseconds": 0}}})),
            "rollout.gates.metrics.maxP95Milliseconds",
        ),
        (
            rollout(json!({"gates": {"metrics": {"minSamples": 501}}})),
            "rollout.gates.metrics.minSamples",
        ),
        (
            rollout(json!({"deadlines": {"startSeconds": 0}})),
            "rollout.deadlines.startSeconds",
        ),
        (
            rollout(json!({"deadlines": {"migrateSeconds": 0}})),
            "rollout.deadlines.migrateSeconds",
        ),
    ]);
}

#[test]
fn unsound_variables_are_named() {
    let env = |variables: serde_json::Value| json!({ "env": variables });
    let secret = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    assert_named(&[
        (
            env(json!([{"name": "DATABASE_URL", "value": "x"}])),
            "env[DATABASE_URL]",
        ),
        (
            json!({"config": {"timezone": "UTC"}, "env": [{"name": "TIMEZONE", "value": "UTC"}]}),
            "env[TIMEZONE]",
        ),
        (
            env(json!([{"name": "WHATSAPP_API_URL", "value": "x"}])),
            "env[WHATSAPP_API_URL]",
        ),
        (
            env(json!([{"name": "UBERMENCH_REVISION", "value": "x"}])),
            "env[UBERMENCH_REVISION]",
        ),
        (env(json!([{"name": "1A", "value": "x"}])), "env[1A]"),
        (env(json!([{"name": "", "value": "x"}])), "env[]"),
        (
            env(json!([{"name": "A", "value": "x"}, {"name": "A", "value": "y"}])),
            "env[A]",
        ),
        (env(json!([{"name": "A"}])), "env[A]"),
        (
            env(json!([{"name": "A", "value": "x", "valueFrom": secret}])),
            "env[A]",
        ),
        (env(json!([{"name": "A", "valueFrom": {}}])), "env[A]"),
    ]);
}

#[test]
fn unsound_resources_are_named() {
    let resources = |changes: serde_json::Value| json!({ "resources": changes });
    assert_named(&[
        (
            resources(json!({"limits": {"cpu": "lots"}})),
            "resources.limits.cpu",
        ),
        (
            resources(json!({"requests": {"cpu": -1}})),
            "resources.requests.cpu",
        ),
        (
            resources(json!({"requests": {"cpu": 2}, "limits": {"cpu": "1"}})),
            "resources.requests.cpu",
        ),
    ]);
}

#[test]
fn unsound_names_are_refused() {
    for bad in ["", "Handy", "1handy", "handy.es", "handy-", &"h".repeat(41)] {
        let invalid = validate(bad, &spec(&json!({}))).unwrap_err();
        assert!(
            invalid.iter().all(|each| each.field == "metadata.name"),
            "{bad}: {invalid:?}"
        );
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let invalid = validate("Handy", &spec(&json!({"image": "", "replicas": 0}))).unwrap_err();
    assert_eq!(invalid.len(), 3, "{invalid:?}");
}

/// A changed name here would release every installed resource once, on the operator's upgrade.
#[test]
fn names_of_revisions_stay_what_they_are() {
    assert_eq!(name(&json!({})), "ba2d70df42");
    let full = json!({
        "imagePullPolicy": "Always",
        "imagePullSecrets": [{"name": "registry"}],
        "config": {"language": "es", "logLevel": "debug", "supportContact": "+52 55 5000 0000"},
        "env": [
            {"name": "SEND_RATE_PER_SECOND", "value": "20"},
            {"name": "HTTPS_PROXY", "valueFrom": {"configMapKeyRef": {"name": "proxy", "key": "url"}}},
        ],
        "resources": {"requests": {"cpu": "50m"}, "limits": {"cpu": 1, "memory": "256Mi"}},
    });
    assert_eq!(name(&full), "6b3c41d166");
}

#[test]
fn what_does_not_run_makes_no_revision() {
    let first = json!({"imagePullSecrets": [{"name": "a"}, {"name": "b"}], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]});
    let again = json!({
        "imagePullSecrets": [{"name": "b"}, {"name": "a"}],
        "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
        "replicas": 7,
        "disruptionBudget": {"enabled": false},
        "paused": true,
        "rollout": {"bakeSeconds": 1, "warmSeconds": 31, "historyLimit": 9, "gates": {"smoke": {"enabled": false}}},
        "migrations": {"enabled": false},
        "secretRotation": {"settleSeconds": 0},
        "notifications": [{"type": "Slack", "secretName": "slack"}],
        "resources": {},
    });
    assert_eq!(name(&first), name(&again));
    let mut more = sources();
    more.get_mut(&Source::Secret("handy-redis".to_owned()))
        .unwrap()
        .insert("unused".to_owned(), b"x".to_vec());
    more.insert(Source::Secret("other".to_owned()), BTreeMap::new());
    assert_eq!(revision(&json!({}), &more).unwrap().name, name(&json!({})));
}

#[test]
fn zone_of_an_older_resource_moves_into_its_field_without_a_revision() {
    let older = json!({"env": [{"name": "TIMEZONE", "value": "Europe/Madrid"}]});
    let newer = json!({"config": {"timezone": "Europe/Madrid"}});
    assert_eq!(name(&older), name(&newer));
}

#[test]
fn what_runs_makes_a_revision_each() {
    let changes = [
        json!({}),
        json!({"image": "registry.example/ubermench-bot:1.4.1"}),
        json!({"imagePullPolicy": "Never"}),
        json!({"imagePullSecrets": [{"name": "registry"}]}),
        json!({"whatsapp": {"phoneNumberId": "106540352242923"}}),
        json!({"whatsapp": {"apiUrl": "http://simulator:8090"}}),
        json!({"whatsapp": {"apiVersion": "v25.0"}}),
        json!({"config": {"language": "es"}}),
        json!({"config": {"timezone": "America/Mexico_City"}}),
        json!({"config": {"timezone": "Europe/Madrid"}}),
        json!({"config": {"logLevel": "warn"}}),
        json!({"config": {"supportContact": "+52"}}),
        json!({"env": [{"name": "A", "value": "1"}]}),
        json!({"env": [{"name": "A", "value": "2"}]}),
        json!({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "proxy", "key": "url"}}}]}),
        json!({"resources": {"limits": {"cpu": "1"}}}),
        json!({"resources": {"requests": {"cpu": "1"}}}),
    ];
    let names: BTreeSet<_> = changes.iter().map(name).collect();
    assert_eq!(names.len(), changes.len(), "{names:?}");
    let mut rotated = sources();
    rotated
        .get_mut(&Source::Secret("handy-redis".to_owned()))
        .unwrap()
        .insert("url".to_owned(), b"redis://new".to_vec());
    assert!(!names.contains(&revision(&json!({}), &rotated).unwrap().name));
    let mut overlapping = sources();
    let whatsapp = overlapping
        .get_mut(&Source::Secret("handy-whatsapp".to_owned()))
        .unwrap();
    whatsapp.insert("previousAppSecret".to_owned(), b"old".to_vec());
    let overlapping = revision(&json!({}), &overlapping).unwrap();
    assert!(
        overlapping
            .snapshot
            .contains_key("WHATSAPP_PREVIOUS_APP_SECRET")
            && !names.contains(&overlapping.name)
    );
}

#[test]
fn what_is_missing_or_empty_is_named() {
    let from = |key: &str| json!({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "proxy", "key": key}}}]});
    for key in ["empty", "absent"] {
        let missing = revision(&from(key), &sources()).unwrap_err();
        assert_eq!(
            missing.to_string(),
            format!("ConfigMap proxy has no value for the key {key}")
        );
    }
    let mut without = sources();
    without.remove(&Source::Secret("handy-database".to_owned()));
    let missing = revision(&json!({}), &without).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "Secret handy-database does not exist; it must have the key url"
    );
}

#[test]
fn what_the_operator_sets_is_reserved() {
    let Record { env, snapshot, .. } = revision(
        &json!({"config": {"supportContact": "+52", "timezone": "UTC"}}),
        &sources(),
    )
    .unwrap()
    .record;
    for name in env.keys().chain(snapshot.keys()) {
        assert!(is_reserved_env(name), "{name}");
    }
}

#[test]
fn records_and_logs_hold_no_secret() {
    let revision = revision(&json!({}), &sources()).unwrap();
    let record = serde_json::to_string(&revision.record).unwrap();
    for text in [record, format!("{revision:?}")] {
        assert!(
            !text.contains("postgres://") && !text.contains("redis://"),
            "{text}"
        );
    }
    let other_key = validate("handy", &spec(&json!({})))
        .unwrap()
        .revision(&sources(), b"another")
        .unwrap();
    assert_ne!(other_key.record.snapshot, revision.record.snapshot);
}

proptest! {
    #[test]
    fn records_survive_json(image in "[a-z]{1,9}:[0-9.]{1,5}", value in ".{0,40}", replicas in 1..100_i32) {
        let changes = json!({"image": image, "replicas": replicas, "env": [{"name": "A", "value": value}]});
        let revision = revision(&changes, &sources()).unwrap();
        let text = serde_json::to_string(&revision.record).unwrap();
        let record: Record = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&record, &revision.record);
        prop_assert_eq!(record.name(), revision.name.as_str());
        prop_assert!(revision.name.len() == 10 && revision.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }
}
