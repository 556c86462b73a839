//! What a user writes: `spec`.
#![expect(
    unreachable_pub,
    reason = "KubeSchema repeats the types inside functions, with their visibility"
)]

mod config;
mod env;
mod notifications;
mod resources;
mod rollout;
mod rotation;
mod scaling;

pub use config::{BotConfig, Language, LogLevel};
pub use env::{EnvVar, EnvVarSource, KeyReference, is_reserved_env};
use kube::{CustomResource, KubeSchema};
pub use notifications::{Notification, NotificationType, NotifiedTransitions};
pub use resources::{Quantities, Resources};
pub use rollout::{Approval, Deadlines, Gates, MetricsGate, Migrations, Rollout, SmokeGate};
pub use rotation::SecretRotation;
pub use scaling::{Autoscaling, DisruptionBudget};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::UbermenchDeploymentStatus;

/// One WhatsApp booking bot with its Services, migrations and releases.
///
/// Every change of what runs (image, settings, Secrets) becomes a revision, which is started beside the
/// one that serves, judged by its gates, and only then takes over. `image`, `whatsapp`, `database` and `redis` must
/// be given; all else has a default.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "ubermench.io",
    version = "v1alpha1",
    kind = "UbermenchDeployment",
    plural = "ubermenchdeployments",
    singular = "ubermenchdeployment",
    shortname = "ubd",
    category = "all",
    namespaced,
    status = "UbermenchDeploymentStatus",
    derive = "PartialEq",
    doc = "One WhatsApp booking bot with its Services, migrations and releases.\n\nA release under way is acted on by annotations, each `ubermench.io/ACTION=REVISION/TOKEN`: `promote` (let the candidate serve that awaits approval), `abort` (end the release; what served serves on), `retry` (try the failed revision again), `rollback` (serve that recorded revision instead of the one that the spec asks for, until the next edit). TOKEN is a word of your choice that was not used before; the same one acts once. `status.actions` says what became of each. `kubectl ubermench promote|abort|retry|rollback` writes them.",
    scale(
        spec_replicas_path = ".spec.replicas",
        status_replicas_path = ".status.replicas",
        label_selector_path = ".status.selector"
    ),
    validation = Rule::new("self.metadata.name.size() <= 40")
        .message("metadata.name must have at most 40 characters, so that the names of its Deployments and Jobs fit"),
    validation = Rule::new("self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')").message(
        "metadata.name must start with a letter and have only a-z, 0-9 and -, since a Service has the same name"
    ),
    validation = Rule::new(
        "!has(self.spec.autoscaling) || (has(self.spec.resources) && ((has(self.spec.resources.requests) && 'cpu' in self.spec.resources.requests) || (has(self.spec.resources.limits) && 'cpu' in self.spec.resources.limits)))"
    ).message("spec.autoscaling needs spec.resources.requests.cpu, which the use of CPU is measured against"),
    printcolumn(name = "Image", type_ = "string", json_path = ".status.active.image"),
    printcolumn(name = "Revision", type_ = "string", json_path = ".status.active.revision"),
    printcolumn(name = "Color", type_ = "string", json_path = ".status.active.color"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type=='Ready')].status"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Candidate", type_ = "string", json_path = ".status.candidate.revision", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.message", priority = 1)
)]
#[serde(rename_all = "camelCase")]
pub struct UbermenchDeploymentSpec {
    /// Image of the bot with its tag or digest, for example `registry.example/ubermench-bot:1.4.0`. A changed image is a
    /// new revision.
    #[schemars(length(min = 1, max = 512), regex(pattern = r"^\S+$"))]
    pub image: String,

    /// When the image is pulled: `Always` asks the registry at every start, `IfNotPresent` (default) pulls what the node
    /// lacks, `Never` takes only what the node already has.
    #[serde(default)]
    pub image_pull_policy: ImagePullPolicy,

    /// Secrets of this namespace with the registry's credentials, for example `[{name: registry}]`. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 16),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub image_pull_secrets: Vec<LocalReference>,

    /// How many pods serve, 1 to 100, default 2. Also set by `kubectl scale` or an autoscaler. A changed count is not a
    /// new revision.
    #[serde(default = "defaults::replicas")]
    #[schemars(range(min = 1, max = 100))]
    pub replicas: i32,

    /// Lets a `HorizontalPodAutoscaler` set `replicas` by the CPU that the serving pods use, for example
    /// `{minReplicas: 2, maxReplicas: 10}`. Leave `replicas` out of what you apply then, or every apply sets it back.
    /// Needs `resources.requests.cpu` or `resources.limits.cpu`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,

    /// How drains of nodes treat the pods that serve.
    #[serde(default)]
    pub disruption_budget: DisruptionBudget,

    /// The WhatsApp number that the bot answers for.
    pub whatsapp: WhatsApp,

    /// The PostgreSQL database (version 15 or newer) that holds all that may not be lost.
    pub database: Database,

    /// The Redis server, for wake-ups. Nothing is lost with it, and without it the bot goes on.
    pub redis: Redis,

    /// Settings of the bot. A changed one is a new revision.
    #[serde(default)]
    pub config: BotConfig,

    /// Further environment variables of the bot's container, for example `[{name: SEND_RATE_PER_SECOND, value: "20"}]`.
    /// Names that the operator sets are refused. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub env: Vec<EnvVar>,

    /// CPU and memory of the bot's container, as in a pod, for example
    /// `{requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 256Mi}}`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,

    /// How a new revision is started, judged and switched to.
    #[serde(default)]
    pub rollout: Rollout,

    /// `true` stops the progress of a release and the clock of its step; never repair, scaling or rollback. Default
    /// `false`.
    #[serde(default)]
    pub paused: bool,

    /// How the database schema is brought up to a revision.
    #[serde(default)]
    pub migrations: Migrations,

    /// How changes of Secrets and ConfigMaps become revisions.
    #[serde(default)]
    pub secret_rotation: SecretRotation,

    /// Channels that are told of a release's steps, for example `[{type: Slack, secretName: handy-slack}]`. A change here
    /// is not a new revision. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 8),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["secretName"])
    )]
    pub notifications: Vec<Notification>,
}

/// When an image is pulled, as in a pod.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[schemars(inline)]
pub enum ImagePullPolicy {
    /// Ask the registry at every start.
    Always,
    /// Pull what the node lacks.
    #[default]
    IfNotPresent,
    /// Only what the node already has.
    Never,
}

impl ImagePullPolicy {
    /// The word that Kubernetes uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

/// An object of the same namespace.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
pub struct LocalReference {
    /// Name of the object, for example `registry`.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub name: String,
}

/// The WhatsApp number that the bot answers for.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct WhatsApp {
    /// Meta's id of the business number, 5 to 32 decimal digits, in quotes: for example `"106540352242922"`. Webhooks of
    /// other numbers are ignored.
    #[schemars(regex(pattern = r"^[0-9]{5,32}$"))]
    pub phone_number_id: String,

    /// Base address of the Graph API, without the version, `http` or `https`. Default `https://graph.facebook.com`.
    #[serde(default = "defaults::api_url")]
    #[schemars(length(max = 256))]
    #[x_kube(validation = Rule::new("self.matches('^https?://[^/?#@ ]+(/[^?# ]*)?$') && isURL(self)")
        .message("apiUrl must be an http or https URL without user or query, such as https://graph.facebook.com"))]
    pub api_url: String,

    /// Version of the Graph API, `v` and two numbers. Default `v24.0`.
    #[serde(default = "defaults::api_version")]
    #[schemars(regex(pattern = r"^v[0-9]{1,3}\.[0-9]{1,2}$"))]
    pub api_version: String,

    /// Secret with the keys `accessToken`, `verifyToken` and `appSecret`, for example `handy-whatsapp`; optional
    /// `previousVerifyToken` and `previousAppSecret` are accepted beside them while a rotation is under way. Changed
    /// contents are a new revision.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub secret_name: String,
}

/// The PostgreSQL database.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// Secret with the key `url`, which holds for example `postgres://handy:…@postgres:5432/handy`. Migrations need a
    /// direct connection or a pooler in session mode; the bot also works through `PgBouncer` in transaction mode.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub secret_name: String,
}

/// The Redis server.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Redis {
    /// Secret with the key `url`, which holds for example `redis://:…@redis:6379/0`.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub secret_name: String,
}

/// Names of Secrets and ConfigMaps (RFC 1123 subdomain).
pub(crate) const DNS_NAME: &str =
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// The defaults, once: serde and the schema take them from here.
mod defaults {
    pub(super) const fn replicas() -> i32 {
        2
    }
    pub(super) fn api_url() -> String {
        "https://graph.facebook.com".to_owned()
    }
    pub(super) fn api_version() -> String {
        "v24.0".to_owned()
    }
}
