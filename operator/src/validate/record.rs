//! What runs as one revision, and its name.
//!
//! The name is a hash over our own canonical, versioned fields, where contents of Secrets enter as keyed digests: an
//! upgrade of the operator, a re-ordered map or a changed replica count never makes a new revision.

use std::collections::BTreeMap;
use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use k8s_openapi::api::core::v1::ResourceRequirements;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use ubermench_crds::{Resources, UbermenchDeploymentSpec};

/// Version of the canonical fields. A new field is added with a default that is left out, so old hashes stay as they
/// are; only a change of meaning counts up, and makes every resource release once.
const VERSION: u32 = 1;

/// Variables of a snapshot that may be missing.
pub(super) const OPTIONAL: [&str; 2] = [
    "WHATSAPP_PREVIOUS_VERIFY_TOKEN",
    "WHATSAPP_PREVIOUS_APP_SECRET",
];

/// What runs as one revision, without the contents of Secrets: enough to rebuild its Deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Version of these fields.
    pub version: u32,
    /// Image.
    pub image: String,
    /// `Always`, `IfNotPresent` or `Never`.
    pub image_pull_policy: String,
    /// Names of Secrets, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<String>,
    /// Environment variables with plain values.
    pub env: BTreeMap<String, String>,
    /// Environment variables whose values are in the snapshot, with keyed digests of them.
    pub snapshot: BTreeMap<String, String>,
    /// CPU and memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<ResourceRequirements>,
    /// What the operator adds to the pods by itself, which is no part of the name: a revision keeps what it was recorded
    /// with, so an upgrade of the operator changes no Deployment that is there.
    #[serde(default)]
    pub layout: Layout,
}

/// What the operator adds to pods by itself. A new default is a new variant here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Spread over nodes. Records of this time don't say so.
    #[default]
    Nodes,
    /// Spread over zones too.
    Zones,
}

/// A revision that could be started.
#[derive(Clone, PartialEq)]
pub struct RevisionSpec {
    /// Its name: ten characters.
    pub name: String,
    /// What runs.
    pub record: Record,
    /// Contents of its snapshot Secret, by environment variable.
    pub snapshot: BTreeMap<String, Vec<u8>>,
}

// The snapshot has Secrets, which no log may show.
impl std::fmt::Debug for RevisionSpec {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RevisionSpec")
            .field("name", &self.name)
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

impl RevisionSpec {
    pub(super) fn new(
        spec: &UbermenchDeploymentSpec,
        snapshot: BTreeMap<String, Vec<u8>>,
        digest_key: &[u8],
    ) -> Self {
        let digest = |(name, value): (&String, &Vec<u8>)| {
            (name.clone(), keyed_digest(digest_key, name, value))
        };
        let mut image_pull_secrets: Vec<_> = spec
            .image_pull_secrets
            .iter()
            .map(|secret| secret.name.clone())
            .collect();
        image_pull_secrets.sort();
        let record = Record {
            version: VERSION,
            image: spec.image.clone(),
            image_pull_policy: spec.image_pull_policy.as_str().to_owned(),
            image_pull_secrets,
            env: env(spec),
            snapshot: snapshot.iter().map(digest).collect(),
            resources: spec.resources.as_ref().map(Resources::to_requirements),
            layout: Layout::Zones,
        };
        Self {
            name: record.name(),
            record,
            snapshot,
        }
    }
}

impl Record {
    /// The revision's name: what differs in it, runs as another revision. A recorded revision keeps the name that it was
    /// recorded under, whatever this says.
    pub fn name(&self) -> String {
        let mut text = String::new();
        // Maps with string keys and no numbers but one always serialise.
        let mut fields = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = fields.as_object_mut() {
            fields.remove("layout");
        }
        canonical(&fields, &mut text);
        hex::encode(Sha256::digest(text.as_bytes()))
            .chars()
            .take(10)
            .collect()
    }

    /// Whether a newer record differs from this one by contents of Secrets and ConfigMaps alone.
    pub fn is_rotated_to(&self, newer: &Self) -> bool {
        let spec = |record: &Self| Self {
            snapshot: BTreeMap::new(),
            layout: Layout::default(),
            ..record.clone()
        };
        // What may be missing comes and goes by an edit of the Secret.
        let needed = |record: &Self| -> Vec<String> {
            let names = record.snapshot.keys();
            names
                .filter(|name| !OPTIONAL.contains(&name.as_str()))
                .cloned()
                .collect()
        };
        self.snapshot != newer.snapshot
            && needed(self) == needed(newer)
            && spec(self) == spec(newer)
    }
}

/// Writes JSON with sorted keys and no spaces, whatever order `serde_json` is built to keep; what is empty is left out.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields
                .iter()
                .filter(|(_, field)| !is_empty(field))
                .collect();
            sorted.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, field) in sorted {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(field, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Environment variables with plain values.
fn env(spec: &UbermenchDeploymentSpec) -> BTreeMap<String, String> {
    let UbermenchDeploymentSpec {
        whatsapp,
        config,
        env,
        ..
    } = spec;
    let own = [
        (
            "WHATSAPP_PHONE_NUMBER_ID",
            Some(whatsapp.phone_number_id.clone()),
        ),
        ("WHATSAPP_API_URL", Some(whatsapp.api_url.clone())),
        ("WHATSAPP_API_VERSION", Some(whatsapp.api_version.clone())),
        ("BOT_LANGUAGE", Some(config.language.as_str().to_owned())),
        ("TIMEZONE", config.timezone.clone()),
        ("LOG_LEVEL", Some(config.log_level.as_str().to_owned())),
        ("SUPPORT_CONTACT", config.support_contact.clone()),
    ];
    let own = own
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    own.chain(
        env.iter()
            .filter_map(|each| Some((each.name.clone(), each.value.clone()?))),
    )
    .collect()
}

/// Tells whether a value changed, and nothing about the value.
fn keyed_digest(key: &[u8], name: &str, value: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(name.as_bytes());
    mac.update(&[0]);
    mac.update(value);
    hex::encode(mac.finalize().into_bytes())
        .chars()
        .take(32)
        .collect()
}
