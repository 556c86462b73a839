//! From what a user wrote to what can be run: a checked plan, the Secrets and ConfigMaps that it refers to, and the
//! revision that it hashes to.

mod checks;
mod quantity;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use ubermench_crds::{EnvVar, MetricsGate, UbermenchDeploymentSpec};

pub use record::{Layout, Record, RevisionSpec};

use crate::rollout::{Settings, Thresholds};

/// A field that can't be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field}: {message}")]
pub struct InvalidField {
    /// Path from `spec`; that of the name is `metadata.name`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// A checked spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is no part of a revision.
    pub settings: Settings,
    spec: UbermenchDeploymentSpec,
    references: Vec<Reference>,
}

/// One value that a revision copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The environment variable that it becomes.
    pub variable: String,
    /// Where it stands.
    pub source: Source,
    /// The key there.
    pub key: String,
    /// Whether it may be missing.
    pub optional: bool,
}

/// A Secret or ConfigMap of the resource's namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A Secret, by name.
    Secret(String),
    /// A ConfigMap, by name.
    ConfigMap(String),
}

/// Contents as they were read, absent objects left out.
pub type Sources = BTreeMap<Source, BTreeMap<String, Vec<u8>>>;

/// Something that a revision needs is not there, or is empty.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Missing {
    /// The whole object.
    #[error("{kind} {name} does not exist; it must have the key {key}")]
    Object {
        /// `Secret` or `ConfigMap`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The first key that is needed of it.
        key: String,
    },
    /// A key in it.
    #[error("{kind} {name} has no value for the key {key}")]
    Key {
        /// `Secret` or `ConfigMap`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
}

/// Checks a spec. The API server has checked most of it too; this holds where its checks were bypassed or an older CRD is
/// installed, and for what CEL can't compare within its budget.
pub fn validate(name: &str, spec: &UbermenchDeploymentSpec) -> Result<Plan, Vec<InvalidField>> {
    let mut invalid = checks::of(name, spec);
    let mut references = own_references(spec);
    for variable in &spec.env {
        match reference(variable) {
            Ok(reference) => references.extend(reference),
            Err(message) => invalid.push(InvalidField {
                field: format!("env[{}]", variable.name),
                message: message.to_owned(),
            }),
        }
    }
    if invalid.is_empty() {
        Ok(Plan {
            settings: settings(spec),
            spec: spec.clone(),
            references,
        })
    } else {
        Err(invalid)
    }
}

/// The bot's own credentials.
fn own_references(spec: &UbermenchDeploymentSpec) -> Vec<Reference> {
    let whatsapp = &spec.whatsapp.secret_name;
    [
        ("WHATSAPP_ACCESS_TOKEN", whatsapp, "accessToken"),
        ("WHATSAPP_VERIFY_TOKEN", whatsapp, "verifyToken"),
        ("WHATSAPP_APP_SECRET", whatsapp, "appSecret"),
        (
            "WHATSAPP_PREVIOUS_VERIFY_TOKEN",
            whatsapp,
            "previousVerifyToken",
        ),
        (
            "WHATSAPP_PREVIOUS_APP_SECRET",
            whatsapp,
            "previousAppSecret",
        ),
        ("DATABASE_URL", &spec.database.secret_name, "url"),
        ("REDIS_URL", &spec.redis.secret_name, "url"),
    ]
    .map(|(variable, secret, key)| Reference {
        variable: variable.to_owned(),
        source: Source::Secret(secret.clone()),
        key: key.to_owned(),
        optional: record::OPTIONAL.contains(&variable),
    })
    .into()
}

fn reference(variable: &EnvVar) -> Result<Option<Reference>, &'static str> {
    let EnvVar {
        name,
        value,
        value_from,
    } = variable;
    let (source, key) = match (value, value_from) {
        (Some(_), None) => return Ok(None),
        (None, Some(from)) => match (&from.secret_key_ref, &from.config_map_key_ref) {
            (Some(secret), None) => (Source::Secret(secret.name.clone()), &secret.key),
            (None, Some(map)) => (Source::ConfigMap(map.name.clone()), &map.key),
            _ => return Err("exactly one of secretKeyRef and configMapKeyRef must be given"),
        },
        _ => return Err("exactly one of value and valueFrom must be given"),
    };
    Ok(Some(Reference {
        variable: name.clone(),
        source,
        key: key.clone(),
        optional: false,
    }))
}

/// What is no part of a revision. It also holds for a spec that is otherwise invalid.
pub fn settings(spec: &UbermenchDeploymentSpec) -> Settings {
    let rollout = &spec.rollout;
    Settings {
        paused: spec.paused,
        replicas: spec.autoscaling.map_or(spec.replicas, |limits| {
            spec.replicas
                .min(limits.max_replicas)
                .max(limits.min_replicas)
        }),
        autoscaling: spec.autoscaling,
        disruption_budget: spec.disruption_budget.enabled,
        migrations: spec.migrations.enabled,
        approval: rollout.approval,
        approval_seconds: rollout.approval_timeout_seconds,
        smoke: rollout.gates.smoke.enabled,
        smoke_seconds: rollout.gates.smoke.deadline_seconds,
        metrics: thresholds(&rollout.gates.metrics),
        bake_seconds: rollout.bake_seconds,
        warm_seconds: rollout.warm_seconds,
        start_seconds: rollout.deadlines.start_seconds,
        migrate_seconds: rollout.deadlines.migrate_seconds,
        notifications: spec.notifications.clone(),
        settle_seconds: spec.secret_rotation.settle_seconds,
        history_limit: usize::try_from(rollout.history_limit).unwrap_or(1),
    }
}

/// What the metrics gate asks. A ratio that can't be read is refused with the spec; until it is put right, the default
/// holds.
fn thresholds(gate: &MetricsGate) -> Option<Thresholds> {
    let max_errors = gate
        .max_errors_of_ten_thousand()
        .or_else(|| MetricsGate::default().max_errors_of_ten_thousand())?;
    gate.enabled.then_some(Thresholds {
        max_errors,
        max_p95_milliseconds: gate.max_p95_milliseconds,
        min_samples: gate.min_samples,
    })
}

impl Plan {
    /// The Secrets and ConfigMaps that must be read for [`Plan::revision`].
    pub fn sources(&self) -> BTreeSet<&Source> {
        self.references
            .iter()
            .map(|reference| &reference.source)
            .collect()
    }

    /// The revision that the spec asks for, given what its references hold now.
    pub fn revision(&self, sources: &Sources, digest_key: &[u8]) -> Result<RevisionSpec, Missing> {
        let mut snapshot = BTreeMap::new();
        for reference in &self.references {
            let contents = sources.get(&reference.source);
            let value = contents
                .and_then(|contents| contents.get(&reference.key))
                .filter(|value| !value.is_empty());
            match value {
                Some(value) => drop(snapshot.insert(reference.variable.clone(), value.clone())),
                None if reference.optional => {}
                None => return Err(reference.missing(contents.is_some())),
            }
        }
        Ok(RevisionSpec::new(&self.spec, snapshot, digest_key))
    }
}

impl Reference {
    fn missing(&self, exists: bool) -> Missing {
        let (kind, name) = match &self.source {
            Source::Secret(name) => ("Secret", name.clone()),
            Source::ConfigMap(name) => ("ConfigMap", name.clone()),
        };
        let key = self.key.clone();
        if exists {
            Missing::Key { kind, name, key }
        } else {
            Missing::Object { kind, name, key }
        }
    }
}

#[cfg(test)]
mod tests;
