//! What keeps the pods that serve: disruption budget and autoscaler.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec,
    MetricTarget, ResourceMetricSource,
};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::Resource;
use ubermench_crds::{Autoscaling, UbermenchDeployment};

use crate::names::Names;

/// One pod of the revision may be away by a drain. That holds for a single pod too, or its node could never be drained;
/// and a pod that is not ready is never in a drain's way.
pub fn disruption_budget(names: &Names, revision: &str) -> PodDisruptionBudget {
    PodDisruptionBudget {
        metadata: names.meta(names.disruption_budget()),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            selector: Some(LabelSelector {
                match_labels: Some(names.pod_selector(revision)),
                ..LabelSelector::default()
            }),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    }
}

/// It sets the size of the resource, never of a Deployment: which of them gets it is the operator's to say.
pub fn autoscaler(names: &Names, limits: Autoscaling) -> HorizontalPodAutoscaler {
    HorizontalPodAutoscaler {
        metadata: names.meta(names.autoscaler()),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some(UbermenchDeployment::api_version(&()).into_owned()),
                kind: UbermenchDeployment::kind(&()).into_owned(),
                name: names.name.clone(),
            },
            min_replicas: Some(limits.min_replicas),
            max_replicas: limits.max_replicas,
            metrics: Some(vec![MetricSpec {
                type_: "Resource".to_owned(),
                resource: Some(ResourceMetricSource {
                    name: "cpu".to_owned(),
                    target: MetricTarget {
                        type_: "Utilization".to_owned(),
                        average_utilization: Some(limits.target_cpu_utilization_percentage),
                        ..MetricTarget::default()
                    },
                }),
                ..MetricSpec::default()
            }]),
            ..HorizontalPodAutoscalerSpec::default()
        }),
        ..HorizontalPodAutoscaler::default()
    }
}
