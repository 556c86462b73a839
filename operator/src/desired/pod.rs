//! The Deployment of a revision, and the pod that it shares with the Jobs.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EnvVar, EnvVarSource, HTTPGetAction,
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, SeccompProfile,
    SecretKeySelector, SecurityContext, TopologySpreadConstraint,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use ubermench_crds::Color;

use crate::names::{COLOR, COMPONENT, Component, Names, REVISION};
use crate::validate::{Layout, Record};

/// Port of webhooks and probes.
const HTTP_PORT: i32 = 8080;
/// Port of the metrics.
const METRICS_PORT: i32 = 9090;
/// Port on which the operator moves the work.
pub const INTERNAL_PORT: i32 = 8081;
/// Label of a node's name.
const NODE: &str = "kubernetes.io/hostname";
/// Label of a node's zone.
const ZONE: &str = "topology.kubernetes.io/zone";
/// The bot stops within 30 s of SIGTERM; the rest is for the kubelet.
const GRACE_SECONDS: i64 = 40;

/// The Deployment of a revision. Its template never changes, so its pods are never replaced by a rollout.
pub fn deployment(
    names: &Names,
    revision: &str,
    record: &Record,
    color: Color,
    replicas: i32,
    paused: bool,
) -> Deployment {
    let selector = names.pod_selector(revision);
    let mut template = template(names, revision, record, Component::Bot);
    if let Some(metadata) = template.metadata.as_mut() {
        metadata
            .labels
            .get_or_insert_default()
            .insert(COLOR.to_owned(), color.as_str().to_owned());
    }
    let mut metadata = names.revision_meta(names.deployment(color, revision), revision);
    metadata
        .labels
        .get_or_insert_default()
        .insert(COLOR.to_owned(), color.as_str().to_owned());
    Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas: Some(replicas),
            paused: Some(paused),
            revision_history_limit: Some(0),
            selector: LabelSelector {
                match_labels: Some(selector),
                ..LabelSelector::default()
            },
            template,
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

/// The pod of a revision in one of its roles.
pub(super) fn template(
    names: &Names,
    revision: &str,
    record: &Record,
    component: Component,
) -> PodTemplateSpec {
    let mut labels = names.labels();
    labels.insert(REVISION.to_owned(), revision.to_owned());
    labels.insert(COMPONENT.to_owned(), component.as_str().to_owned());
    let metadata = ObjectMeta {
        labels: Some(labels),
        ..ObjectMeta::default()
    };
    let spread = (component == Component::Bot).then(|| spread(names, revision, record.layout));
    let secrets: Vec<_> = record
        .image_pull_secrets
        .iter()
        .map(|name| LocalObjectReference { name: name.clone() })
        .collect();
    PodTemplateSpec {
        metadata: Some(metadata),
        spec: Some(PodSpec {
            containers: vec![container(names, revision, record, component)],
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            image_pull_secrets: (!secrets.is_empty()).then_some(secrets),
            security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(65532),
                run_as_group: Some(65532),
                seccomp_profile: Some(SeccompProfile {
                    type_: "RuntimeDefault".to_owned(),
                    ..SeccompProfile::default()
                }),
                ..PodSecurityContext::default()
            }),
            termination_grace_period_seconds: Some(GRACE_SECONDS),
            topology_spread_constraints: spread,
            ..PodSpec::default()
        }),
    }
}

fn container(names: &Names, revision: &str, record: &Record, component: Component) -> Container {
    let serves = component == Component::Bot;
    Container {
        name: component.as_str().to_owned(),
        image: Some(record.image.clone()),
        image_pull_policy: Some(record.image_pull_policy.clone()),
        args: Some(vec![
            if serves { "serve" } else { component.as_str() }.to_owned(),
        ]),
        env: Some(environment(names, revision, record)),
        ports: serves.then(|| {
            [
                ("http", HTTP_PORT),
                ("metrics", METRICS_PORT),
                ("internal", INTERNAL_PORT),
            ]
            .map(port)
            .into()
        }),
        readiness_probe: serves.then(|| Probe {
            period_seconds: Some(1),
            failure_threshold: Some(2),
            ..probe("/health/pod")
        }),
        liveness_probe: serves.then(|| Probe {
            period_seconds: Some(10),
            failure_threshold: Some(3),
            ..probe("/health/live")
        }),
        startup_probe: serves.then(|| Probe {
            period_seconds: Some(1),
            failure_threshold: Some(60),
            ..probe("/health/live")
        }),
        resources: record.resources.clone(),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            read_only_root_filesystem: Some(true),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            ..SecurityContext::default()
        }),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        ..Container::default()
    }
}

/// Plain values, then what stands in the snapshot, then what the operator adds.
fn environment(names: &Names, revision: &str, record: &Record) -> Vec<EnvVar> {
    let plain = record.env.iter().map(|(name, value)| value_of(name, value));
    let snapshot = names.revision(revision);
    let copied = record
        .snapshot
        .keys()
        .map(|name| key_of(name, &snapshot, name));
    let added = [
        value_of("UBERMENCH_REVISION", revision),
        key_of("INTERNAL_TOKEN", &names.internal_secret(), "token"),
    ];
    plain.chain(copied).chain(added).collect()
}

/// A value as it is: `$$` stands for `$`, or the kubelet would expand `$(OTHER)`.
pub(super) fn value_of(name: &str, value: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.replace('$', "$$")),
        ..EnvVar::default()
    }
}

fn key_of(name: &str, secret: &str, key: &str) -> EnvVar {
    let selector = SecretKeySelector {
        name: secret.to_owned(),
        key: key.to_owned(),
        ..SecretKeySelector::default()
    };
    EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(selector),
            ..EnvVarSource::default()
        }),
        ..EnvVar::default()
    }
}

fn port((name, port): (&str, i32)) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: port,
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    }
}

fn probe(path: &str) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String("http".to_owned()),
            ..HTTPGetAction::default()
        }),
        timeout_seconds: Some(2),
        ..Probe::default()
    }
}

/// A revision's pods on different nodes and in different zones where there are several.
fn spread(names: &Names, revision: &str, layout: Layout) -> Vec<TopologySpreadConstraint> {
    let over: &[&str] = match layout {
        Layout::Nodes => &[NODE],
        Layout::Zones => &[NODE, ZONE],
    };
    over.iter()
        .map(|key| over_topology(names, revision, key))
        .collect()
}

/// How the pods of a Deployment that is there are spread.
pub fn layout(live: &Deployment) -> Layout {
    let pod = live
        .spec
        .as_ref()
        .and_then(|spec| spec.template.spec.as_ref());
    let constraints = pod.and_then(|pod| pod.topology_spread_constraints.as_ref());
    if constraints.is_some_and(|all| all.iter().any(|each| each.topology_key == ZONE)) {
        Layout::Zones
    } else {
        Layout::Nodes
    }
}

fn over_topology(names: &Names, revision: &str, key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(LabelSelector {
            match_labels: Some(names.pod_selector(revision)),
            ..LabelSelector::default()
        }),
        ..TopologySpreadConstraint::default()
    }
}
