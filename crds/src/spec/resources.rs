//! CPU and memory of the bot's container.

use std::borrow::Cow;
use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What a container asks for and may use.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// What the scheduler reserves, for example `{cpu: 50m, memory: 64Mi}`.
    #[serde(default, skip_serializing_if = "Quantities::is_empty")]
    pub requests: Quantities,

    /// What may be used at most, for example `{memory: 256Mi}`; not below `requests`.
    #[serde(default, skip_serializing_if = "Quantities::is_empty")]
    pub limits: Quantities,
}

impl Resources {
    /// As it stands in a container.
    pub fn to_requirements(&self) -> ResourceRequirements {
        ResourceRequirements {
            requests: self.requests.to_map(),
            limits: self.limits.to_map(),
            ..ResourceRequirements::default()
        }
    }
}

/// Amounts by resource name.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantities(BTreeMap<String, IntOrString>);

impl Quantities {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn to_map(&self) -> Option<BTreeMap<String, Quantity>> {
        let text = |value: &IntOrString| match value {
            IntOrString::Int(number) => number.to_string(),
            IntOrString::String(text) => text.clone(),
        };
        let map: BTreeMap<_, _> = self
            .0
            .iter()
            .map(|(name, value)| (name.clone(), Quantity(text(value))))
            .collect();
        (!map.is_empty()).then_some(map)
    }
}

// Kubernetes takes `cpu: 1` and `cpu: "1"` alike, which takes a schema of its own kind.
impl JsonSchema for Quantities {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantities".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "maxProperties": 8,
            "additionalProperties": {
                "x-kubernetes-int-or-string": true,
                "pattern": r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][-+]?[0-9]+))?$",
            },
        })
    }
}
