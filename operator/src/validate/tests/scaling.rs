//! What is no part of a revision: size and its limits, the time in which changes settle, channels.

use serde_json::json;

use super::{Source, assert_named, revision, settings, sources, spec};

#[test]
fn unsound_limits_are_named() {
    assert_named(&[
        (
            json!({"autoscaling": {"minReplicas": 4, "maxReplicas": 3}, "resources": {"limits": {"cpu": 1}}}),
            "autoscaling.maxReplicas",
        ),
        (
            json!({"autoscaling": {"minReplicas": 0, "maxReplicas": 3}, "resources": {"limits": {"cpu": 1}}}),
            "autoscaling.minReplicas",
        ),
        (
            json!({"autoscaling": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 0}, "resources": {"limits": {"cpu": 1}}}),
            "autoscaling.targetCPUUtilizationPercentage",
        ),
        (
            json!({"autoscaling": {"maxReplicas": 3}, "resources": {"requests": {"memory": "64Mi"}}}),
            "autoscaling",
        ),
        (json!({"autoscaling": {"maxReplicas": 3}}), "autoscaling"),
        (
            json!({"notifications": [{"type": "Slack", "secretName": ""}]}),
            "notifications.secretName",
        ),
        (
            json!({"notifications": [{"type": "Slack", "secretName": "a"}, {"type": "Discord", "secretName": "a"}]}),
            "notifications.secretName",
        ),
        (
            json!({"secretRotation": {"settleSeconds": 301}}),
            "secretRotation.settleSeconds",
        ),
        (
            json!({"secretRotation": {"settleSeconds": -1}}),
            "secretRotation.settleSeconds",
        ),
    ]);
}

#[test]
fn size_stays_within_the_limits_of_autoscaling() {
    let size = |replicas: i32, autoscaling: serde_json::Value| {
        settings(&spec(
            &json!({"replicas": replicas, "autoscaling": autoscaling}),
        ))
        .replicas
    };
    let limits = json!({"minReplicas": 3, "maxReplicas": 5});
    for (asked, expected) in [(1, 3), (4, 4), (50, 5)] {
        assert_eq!(size(asked, limits.clone()), expected, "{asked}");
    }
    assert_eq!(size(50, serde_json::Value::Null), 50);
    // The API server refuses this; the operator that meets it all the same must not fall over it.
    assert_eq!(size(4, json!({"minReplicas": 9, "maxReplicas": 5})), 9);
}

#[test]
fn rotation_is_a_change_of_contents_alone() {
    let before = revision(&json!({}), &sources()).unwrap().record;
    let mut changed = sources();
    let whatsapp = changed
        .get_mut(&Source::Secret("handy-whatsapp".to_owned()))
        .unwrap();
    whatsapp.insert("previousAppSecret".to_owned(), b"old".to_vec());
    whatsapp.insert("appSecret".to_owned(), b"new".to_vec());
    let rotated = |changes: &serde_json::Value| {
        let after = revision(changes, &changed).unwrap().record;
        before.is_rotated_to(&after)
    };
    assert!(rotated(&json!({})));
    assert!(!before.is_rotated_to(&before), "nothing changed");
    let image = json!({"image": "registry.example/ubermench-bot:1.4.1"});
    assert!(!rotated(&image), "the resource was edited as well");
    let key = json!({"secretKeyRef": {"name": "handy-redis", "key": "url"}});
    let variable = json!({"env": [{"name": "A", "valueFrom": key}]});
    assert!(!rotated(&variable), "the resource names another key");
    let older = crate::validate::Record {
        layout: crate::validate::Layout::Nodes,
        ..before.clone()
    };
    let after = revision(&json!({}), &changed).unwrap().record;
    assert!(older.is_rotated_to(&after), "recorded by an older operator");
}
