//! Size and its limits.

use serde_json::json;

use super::{assert_named, settings, spec};

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
