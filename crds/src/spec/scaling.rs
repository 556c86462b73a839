//! How many pods serve, and what keeps them.
#![expect(
    unreachable_pub,
    reason = "KubeSchema repeats the types inside functions, with their visibility"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A `HorizontalPodAutoscaler` that sets `replicas` through the scale subresource.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.maxReplicas >= self.minReplicas")
    .message("maxReplicas must be at least minReplicas")
    .field_path(".maxReplicas"))]
pub struct Autoscaling {
    /// How many pods serve at least. 1 to 100, default 2.
    #[serde(default = "defaults::min_replicas")]
    #[schemars(range(min = 1, max = 100))]
    pub min_replicas: i32,

    /// How many pods serve at most. 1 to 100 and at least `minReplicas`.
    #[schemars(range(min = 1, max = 100))]
    pub max_replicas: i32,

    /// CPU in use that is aimed at, in percent of `resources.requests.cpu` and over all pods that serve. 1 to 1000,
    /// default 70.
    #[serde(
        default = "defaults::target_cpu",
        rename = "targetCPUUtilizationPercentage"
    )]
    #[schemars(range(min = 1, max = 1000))]
    pub target_cpu_utilization_percentage: i32,
}

/// A `PodDisruptionBudget` of the pods that serve.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisruptionBudget {
    /// Whether the operator keeps one: drains then take one serving pod at a time, and never wait for one that is not
    /// ready. Switch it off where one of your own selects these pods, since Kubernetes evicts no pod that two select.
    /// Default `true`.
    #[serde(default = "defaults::enabled")]
    pub enabled: bool,
}

impl Default for DisruptionBudget {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// The defaults, once: serde and the schema take them from here.
mod defaults {
    pub(super) const fn min_replicas() -> i32 {
        2
    }
    pub(super) const fn target_cpu() -> i32 {
        70
    }
    pub(super) const fn enabled() -> bool {
        true
    }
}
