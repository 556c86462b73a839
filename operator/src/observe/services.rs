//! A Service and the pods behind it.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::ResourceExt;
use serde_json::Value;

use super::drift;
use crate::desired;
use crate::names::{Names, REVISION};
use crate::rollout::{Role, ServiceView};

/// A Service as decisions see it.
pub(super) fn view(
    names: &Names,
    role: Role,
    service: &Service,
    slices: &[EndpointSlice],
) -> ServiceView {
    let selector = service
        .spec
        .as_ref()
        .and_then(|spec| spec.selector.as_ref());
    // Only a selector that is exactly ours counts; a damaged one is repaired, never read as a wish.
    let revision = selector
        .and_then(|selector| selector.get(REVISION))
        .filter(|revision| selector == Some(&names.pod_selector(revision)))
        .cloned();
    let drifted = revision
        .as_ref()
        .is_none_or(|revision| is_drifted(names, role, revision, service));
    ServiceView {
        revision,
        drifted,
        ready: ready(&service.name_any(), slices),
    }
}

fn is_drifted(names: &Names, role: Role, revision: &str, live: &Service) -> bool {
    let wanted =
        serde_json::to_value(desired::service(names, role, revision)).unwrap_or(Value::Null);
    let found = serde_json::to_value(live).unwrap_or(Value::Null);
    let differs = |at: &str| drift::differs(drift::part(&wanted, at), drift::part(&found, at));
    differs("/spec")
        || differs("/metadata/labels")
        || drift::has_foreign_fields(&wanted, &found, live.metadata.managed_fields.as_ref())
}

/// UIDs of the pods behind ready endpoints.
fn ready(service: &str, slices: &[EndpointSlice]) -> BTreeSet<String> {
    let own = slices.iter().filter(|slice| {
        slice
            .labels()
            .get("kubernetes.io/service-name")
            .is_some_and(|of| of == service)
    });
    let ready = own.flat_map(|slice| &slice.endpoints).filter(|endpoint| {
        // Absent means ready, says the API.
        endpoint
            .conditions
            .as_ref()
            .and_then(|conditions| conditions.ready)
            .unwrap_or(true)
    });
    ready
        .filter_map(|endpoint| endpoint.target_ref.as_ref()?.uid.clone())
        .collect()
}
