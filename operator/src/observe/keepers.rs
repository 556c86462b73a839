//! Disruption budget and autoscaler as decisions see them.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;
use ubermench_crds::Autoscaling;

use super::drift;
use crate::desired;
use crate::names::{Names, REVISION};
use crate::rollout::{AutoscalerView, BudgetView};

pub(super) fn budget(names: &Names, live: &PodDisruptionBudget) -> BudgetView {
    let selector = live.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let labels = selector.and_then(|selector| selector.match_labels.as_ref());
    // As with Services, only a selector that is exactly ours counts.
    let revision = labels
        .and_then(|labels| labels.get(REVISION))
        .filter(|revision| labels == Some(&names.pod_selector(revision)))
        .cloned();
    let drifted = revision.as_ref().is_none_or(|revision| {
        let wanted = desired::disruption_budget(names, revision);
        is_drifted(&wanted, live, &live.metadata)
    });
    BudgetView {
        owned: names.owns(&live.metadata),
        revision,
        drifted,
    }
}

/// Without limits in the spec there is nothing to compare with: it is to go.
pub(super) fn autoscaler(
    names: &Names,
    limits: Option<Autoscaling>,
    live: &HorizontalPodAutoscaler,
) -> AutoscalerView {
    AutoscalerView {
        owned: names.owns(&live.metadata),
        drifted: limits.is_some_and(|limits| {
            is_drifted(&desired::autoscaler(names, limits), live, &live.metadata)
        }),
    }
}

fn is_drifted<K: Serialize>(wanted: &K, live: &K, meta: &ObjectMeta) -> bool {
    let wanted = serde_json::to_value(wanted).unwrap_or(Value::Null);
    let live = serde_json::to_value(live).unwrap_or(Value::Null);
    let differs = |at: &str| drift::differs(drift::part(&wanted, at), drift::part(&live, at));
    differs("/spec")
        || differs("/metadata/labels")
        || drift::has_foreign_fields(&wanted, &live, meta.managed_fields.as_ref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::names::tests::names;

    const LIMITS: Autoscaling = Autoscaling {
        min_replicas: 2,
        max_replicas: 9,
        target_cpu_utilization_percentage: 70,
    };

    fn edited<K: Serialize + serde::de::DeserializeOwned>(object: &K, at: &str, value: Value) -> K {
        let mut object = serde_json::to_value(object).unwrap();
        let (parent, field) = at.rsplit_once('/').unwrap();
        object.pointer_mut(parent).unwrap()[field] = value;
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn budget_that_was_edited_is_seen() {
        let names = names("handy");
        let ours = desired::disruption_budget(&names, "abc");
        let view = |at: &str, value| budget(&names, &edited(&ours, at, value));
        let right = budget(&names, &ours);
        assert_eq!(
            (right.owned, right.revision.as_deref(), right.drifted),
            (true, Some("abc"), false)
        );
        assert!(view("/spec/maxUnavailable", json!(0)).drifted);
        assert!(view("/metadata/labels", json!({})).drifted);
        let noted = view("/metadata/annotations", json!({"note": "theirs"}));
        assert_eq!(noted, right, "an annotation is no drift");
        let moved = view("/spec/selector", json!({"matchLabels": {"app": "x"}}));
        assert_eq!((moved.revision, moved.drifted), (None, true));
        assert!(!view("/metadata/ownerReferences", json!([])).owned);
    }

    #[test]
    fn autoscaler_is_compared_with_the_spec() {
        let names = names("handy");
        let ours = desired::autoscaler(&names, LIMITS);
        let drifted =
            |limits, live: &HorizontalPodAutoscaler| autoscaler(&names, limits, live).drifted;
        assert!(!drifted(Some(LIMITS), &ours));
        let wider = Autoscaling {
            max_replicas: 10,
            ..LIMITS
        };
        assert!(drifted(Some(wider), &ours));
        let stolen = edited(&ours, "/spec/scaleTargetRef/name", json!("other"));
        assert!(drifted(Some(LIMITS), &stolen));
        assert!(!drifted(None, &stolen), "it goes, whatever it says");
    }
}
