//! Further environment variables, and which names are not for users.
#![expect(
    unreachable_pub,
    reason = "KubeSchema repeats the types inside functions, with their visibility"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DNS_NAME;

/// Environment variables that the operator sets, or on whose defaults Services and probes rely.
const RESERVED: [&str; 14] = [
    "DATABASE_URL",
    "REDIS_URL",
    "INTERNAL_TOKEN",
    "BOT_LANGUAGE",
    "TIMEZONE",
    "LOG_LEVEL",
    "SUPPORT_CONTACT",
    "BIND_ADDRESS",
    "HTTP_PORT",
    "METRICS_PORT",
    "INTERNAL_PORT",
    "PREVIEW_URL",
    "SMOKE_ATTEMPT",
    "SMOKE_SAMPLES",
];
const RESERVED_PREFIXES: [&str; 2] = ["WHATSAPP_", "UBERMENCH_"];

/// Whether the operator sets a variable of this name itself.
pub fn is_reserved_env(name: &str) -> bool {
    RESERVED.contains(&name)
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// [`is_reserved_env`] in CEL, negated.
fn not_reserved() -> String {
    let names: Vec<_> = RESERVED.iter().map(|name| format!("'{name}'")).collect();
    let prefixes: Vec<_> = RESERVED_PREFIXES
        .iter()
        .map(|prefix| format!("!self.startsWith('{prefix}')"))
        .collect();
    format!(
        "!(self in [{}]) && {}",
        names.join(", "),
        prefixes.join(" && ")
    )
}

/// One environment variable: a value, or a key of a Secret or ConfigMap that is copied into the revision.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.value) != has(self.valueFrom)")
    .message("exactly one of value and valueFrom must be given"))]
pub struct EnvVar {
    /// Name of the variable, for example `HTTPS_PROXY`. Names that the operator sets itself are refused.
    #[schemars(length(max = 128), regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
    #[x_kube(validation = Rule::new(not_reserved()).message("name is set by the operator and can't be set in env"))]
    pub name: String,

    /// The value itself, taken as it is: `$(OTHER)` is not expanded. Not for secrets, since it can be read in the
    /// resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub value: Option<String>,

    /// Where the value is copied from, for example `{secretKeyRef: {name: proxy, key: url}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_from: Option<EnvVarSource>,
}

/// Where a value is copied from. A change there is a new revision.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("has(self.secretKeyRef) != has(self.configMapKeyRef)")
    .message("exactly one of secretKeyRef and configMapKeyRef must be given"))]
pub struct EnvVarSource {
    /// A key of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<KeyReference>,

    /// A key of a ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<KeyReference>,
}

/// One key of a Secret or ConfigMap of this namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct KeyReference {
    /// Name of the Secret or ConfigMap, for example `proxy`.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub name: String,

    /// The key in it, for example `url`. The revision waits until it is there and not empty.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"^[-._a-zA-Z0-9]+$"))]
    pub key: String,
}
