//! The active and the preview Service.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::names::Names;
use crate::rollout::Role;

/// A Service that selects one revision's pods.
pub fn service(names: &Names, role: Role, revision: &str) -> Service {
    let name = match role {
        Role::Active => names.service(),
        Role::Preview => names.preview_service(),
    };
    Service {
        metadata: names.meta(name),
        spec: Some(ServiceSpec {
            selector: Some(names.pod_selector(revision)),
            ports: Some(vec![ServicePort {
                name: Some("http".to_owned()),
                port: 80,
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::String("http".to_owned())),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}
