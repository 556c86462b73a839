//! Names and labels of everything that belongs to one resource. One place for each.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::{Resource, ResourceExt};
use std::collections::BTreeMap;
use ubermench_crds::{Color, UbermenchDeployment};

/// Field manager of all our writes.
pub const MANAGER: &str = "ubermench-operator";
/// Finalizer on the resource.
pub const FINALIZER: &str = "ubermench.io/cleanup";
/// Finalizer on snapshot Secrets and the operator's own: deleted by hand, they stay readable until they are made anew.
pub const SNAPSHOT_FINALIZER: &str = "ubermench.io/snapshot";
/// Annotation on the resource: the lease of the installation that looks after it, as `namespace/name`.
pub const CLAIM: &str = "ubermench.io/claimed-by";
/// Label with the revision.
pub const REVISION: &str = "ubermench.io/revision";
/// Label with the colour.
pub const COLOR: &str = "ubermench.io/color";
/// Label with the attempt, on Jobs.
pub const ATTEMPT: &str = "ubermench.io/attempt";
/// Annotation on a `ControllerRevision`: attempts in which it passed its gates, separated by commas.
pub const PASSES: &str = "ubermench.io/passed-attempts";
/// Label with the resource's name.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// Label with the role of a pod or Job.
pub const COMPONENT: &str = "app.kubernetes.io/component";

/// What a pod or Job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Serves.
    Bot,
    /// Migrates the database.
    Migrate,
    /// Is the smoke gate.
    Smoke,
}

impl Component {
    /// As it stands in labels and in the bot's command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Migrate => "migrate",
            Self::Smoke => "smoke",
        }
    }
}

/// The names that belong to one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Names {
    /// Its namespace.
    pub namespace: String,
    /// Its name, at most 40 characters, which the CRD checks.
    pub name: String,
    /// Its UID.
    pub uid: String,
    owner: OwnerReference,
}

impl Names {
    /// Names for a resource that the API server returned; `None` for one without UID or namespace.
    pub fn of(object: &UbermenchDeployment) -> Option<Self> {
        Some(Self {
            namespace: object.namespace()?,
            name: object.name_any(),
            uid: object.uid()?,
            owner: object.controller_owner_ref(&())?,
        })
    }

    /// The active Service.
    pub fn service(&self) -> String {
        self.name.clone()
    }

    /// The preview Service.
    pub fn preview_service(&self) -> String {
        format!("{}-preview", self.name)
    }

    /// The `PodDisruptionBudget`.
    pub fn disruption_budget(&self) -> String {
        self.name.clone()
    }

    /// The `HorizontalPodAutoscaler`.
    pub fn autoscaler(&self) -> String {
        self.name.clone()
    }

    /// The operator's own Secret: the internal port's token and the digest key.
    pub fn internal_secret(&self) -> String {
        format!("{}-internal", self.name)
    }

    /// Record and snapshot of a revision.
    pub fn revision(&self, revision: &str) -> String {
        format!("{}-{revision}", self.name)
    }

    /// Deployment of a revision.
    pub fn deployment(&self, color: Color, revision: &str) -> String {
        format!("{}-{}-{revision}", self.name, color.as_str())
    }

    /// A Job of an attempt.
    pub fn job(&self, component: Component, revision: &str, attempt: i64) -> String {
        fit(
            &self.name,
            &format!("-{}-{revision}-{attempt}", component.as_str()),
        )
    }

    /// Labels of all that belongs to the resource.
    pub fn labels(&self) -> BTreeMap<String, String> {
        [
            ("app.kubernetes.io/name", "ubermench-bot"),
            (INSTANCE, self.name.as_str()),
            ("app.kubernetes.io/managed-by", MANAGER),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }

    /// What selects the pods of a revision that serve.
    pub fn pod_selector(&self, revision: &str) -> BTreeMap<String, String> {
        [
            (INSTANCE, self.name.as_str()),
            (COMPONENT, Component::Bot.as_str()),
            (REVISION, revision),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }

    /// The same as one string, for the scale subresource.
    pub fn pod_selector_text(&self, revision: &str) -> String {
        let pairs: Vec<_> = self
            .pod_selector(revision)
            .into_iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        pairs.join(",")
    }

    /// Label selector of everything that belongs to the resource.
    pub fn all(&self) -> String {
        format!(
            "{INSTANCE}={},app.kubernetes.io/managed-by={MANAGER}",
            self.name
        )
    }

    /// Metadata of a child: owned by the resource, with the common labels.
    pub fn meta(&self, name: String) -> ObjectMeta {
        ObjectMeta {
            name: Some(name),
            namespace: Some(self.namespace.clone()),
            labels: Some(self.labels()),
            owner_references: Some(vec![self.owner.clone()]),
            ..ObjectMeta::default()
        }
    }

    /// Metadata of a child of one revision.
    pub fn revision_meta(&self, name: String, revision: &str) -> ObjectMeta {
        let mut meta = self.meta(name);
        meta.labels
            .get_or_insert_default()
            .insert(REVISION.to_owned(), revision.to_owned());
        meta
    }

    /// Whether an object is the resource's own.
    pub fn owns(&self, meta: &ObjectMeta) -> bool {
        meta.owner_references
            .iter()
            .flatten()
            .any(|owner| owner.uid == self.uid)
    }
}

/// Names of Jobs become labels of their pods, which take 63 characters: a long name gives way to a long attempt.
fn fit(name: &str, suffix: &str) -> String {
    const LIMIT: usize = 63;
    let kept: String = name
        .chars()
        .take(LIMIT.saturating_sub(suffix.len()))
        .collect();
    format!("{}{suffix}", kept.trim_end_matches('-'))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Names for a resource as the API server would return it.
    pub(crate) fn names(name: &str) -> Names {
        let object = serde_json::json!({
            "apiVersion": "ubermench.io/v1alpha1",
            "kind": "UbermenchDeployment",
            "metadata": {"name": name, "namespace": "prod", "uid": "5b2a1c8e-9d4f-4e0a-8b7c-6d5e4f3a2b1c"},
            "spec": {
                "image": "registry.example/ubermench-bot:1.4.0",
                "whatsapp": {"phoneNumberId": "106540352242922", "secretName": "handy-whatsapp"},
                "database": {"secretName": "handy-database"},
                "redis": {"secretName": "handy-redis"},
            },
        });
        Names::of(&serde_json::from_value(object).unwrap()).unwrap()
    }

    #[test]
    fn objects_are_named_as_documented() {
        let names = names("handy");
        assert_eq!(names.service(), "handy");
        assert_eq!(names.preview_service(), "handy-preview");
        assert_eq!(names.internal_secret(), "handy-internal");
        assert_eq!(names.revision("0123456789"), "handy-0123456789");
        assert_eq!(
            names.deployment(Color::Green, "0123456789"),
            "handy-green-0123456789"
        );
        assert_eq!(
            names.job(Component::Migrate, "0123456789", 3),
            "handy-migrate-0123456789-3"
        );
        let selector = "app.kubernetes.io/component=bot,app.kubernetes.io/instance=handy,ubermench.io/revision=0123456789";
        assert_eq!(names.pod_selector_text("0123456789"), selector);
    }

    #[test]
    fn owned_is_by_uid_not_by_name() {
        let (ours, mut theirs) = (names("handy"), names("handy"));
        assert!(ours.owns(&ours.meta("handy-internal".to_owned())));
        theirs.owner.uid = "another".to_owned();
        assert!(!ours.owns(&theirs.meta("handy-internal".to_owned())));
        assert!(!ours.owns(&ObjectMeta::default()));
    }

    proptest! {
        #[test]
        fn names_fit_where_they_become_labels(name in "[a-z]([-a-z0-9]{0,38}[a-z0-9])?", attempt in 1..i64::MAX) {
            let names = names(&name);
            let revision = "0123456789";
            for text in [
                names.job(Component::Migrate, revision, attempt),
                names.job(Component::Smoke, revision, attempt),
                names.deployment(Color::Green, revision),
                names.preview_service(),
                names.internal_secret(),
            ] {
                prop_assert!(text.len() <= 63, "{text}");
                prop_assert!(text.starts_with(|first: char| first.is_ascii_lowercase()), "{text}");
            }
            let ending = format!("-smoke-{revision}-{attempt}");
            prop_assert!(names.job(Component::Smoke, revision, attempt).ends_with(&ending));
        }
    }
}
