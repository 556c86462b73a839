//! A pod of Kubernetes as decisions see it: whether it is ready, and what says that it will not become so.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod as KubePod, PodCondition};
use kube::ResourceExt;

use crate::rollout::{Pod, Trouble, TroubleKind};

/// Restarts that are no accident any more.
const RESTARTS: i32 = 2;

/// Reasons of the kubelet for an image that can't be had.
const IMAGE: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
];

/// Reasons for a container that can't be made.
const CONFIG: [&str; 4] = [
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PostStartHookError",
];

/// What the kubelet says when it could not look something up in time: it tries again by itself, and soon.
const PASSING: [&str; 2] = [
    "timed out waiting for the condition",
    "context deadline exceeded",
];

/// A pod as it counts; `None` for one that is being deleted, has ended, or was lost with its node.
pub(super) fn serving(pod: &KubePod) -> Option<Pod> {
    let is_over = matches!(phase(pod), Some("Succeeded" | "Failed"));
    if pod.metadata.deletion_timestamp.is_some() || is_over || is_lost(pod) {
        return None;
    }
    Some(Pod {
        name: pod.name_any(),
        uid: pod.uid()?,
        ready: is_ready(pod),
        since: ready_condition(pod)
            .and_then(|condition| condition.last_transition_time.as_ref())
            .map(|at| at.0),
        trouble: trouble(pod),
        last: containers(pod)
            .last()
            .map_or_else(|| unknown(pod), |container| ended(pod, container)),
        restarts: containers(pod)
            .map(|container| container.restart_count)
            .sum(),
        counts: None,
    })
}

/// Its address, if it can be asked.
pub(super) fn address(pod: &KubePod) -> Option<String> {
    if pod.metadata.deletion_timestamp.is_some() || !is_ready(pod) {
        return None;
    }
    pod.status.as_ref()?.pod_ip.clone()
}

/// Of a pod that the kubelet has not taken up.
fn unknown(pod: &KubePod) -> Trouble {
    Trouble {
        kind: TroubleKind::Crash,
        pod: pod.name_any(),
        container: None,
        exit_code: None,
        message: String::new(),
        log: Vec::new(),
    }
}

/// Evidence that a pod that should run for good will not get well by waiting.
fn trouble(pod: &KubePod) -> Option<Trouble> {
    containers(pod).find_map(|container| {
        stuck(pod, container).or_else(|| {
            let again = container.restart_count >= RESTARTS && !container.ready;
            let backing_off =
                waiting(container).is_some_and(|(reason, _)| reason == "CrashLoopBackOff");
            (again || backing_off).then(|| ended(pod, container))
        })
    })
}

/// Evidence that a container can't begin.
pub(super) fn stuck(pod: &KubePod, container: &ContainerStatus) -> Option<Trouble> {
    let (reason, message) = waiting(container)?;
    let kind = if IMAGE.contains(&reason) {
        TroubleKind::ImagePull
    } else if CONFIG.contains(&reason) && !PASSING.iter().any(|passing| message.contains(passing)) {
        TroubleKind::ContainerConfig
    } else {
        return None;
    };
    let image = container.image.as_str();
    let message = match (kind, message.is_empty()) {
        (TroubleKind::ImagePull, true) => format!("{reason} for {image}"),
        (_, true) => reason.to_owned(),
        (_, false) => format!("{reason}: {message}"),
    };
    Some(Trouble {
        kind,
        pod: pod.name_any(),
        container: Some(container.name.clone()),
        exit_code: None,
        message,
        log: Vec::new(),
    })
}

/// How a container's last run ended.
pub(super) fn ended(pod: &KubePod, container: &ContainerStatus) -> Trouble {
    let state = container
        .state
        .as_ref()
        .and_then(|state| state.terminated.as_ref());
    let last = container
        .last_state
        .as_ref()
        .and_then(|state| state.terminated.as_ref());
    let run = state.or(last);
    let reason = run.and_then(|run| run.reason.as_deref()).unwrap_or("Error");
    // The termination message may be the end of the log; one line of it says enough, the rest is in the log.
    let said = run
        .and_then(|run| run.message.as_deref())
        .and_then(last_line);
    Trouble {
        kind: TroubleKind::Crash,
        pod: pod.name_any(),
        container: Some(container.name.clone()),
        exit_code: run.map(|run| run.exit_code),
        message: said.map_or_else(|| reason.to_owned(), |said| format!("{reason}: {said}")),
        log: Vec::new(),
    }
}

/// Containers of a pod, the init containers first.
pub(super) fn containers(pod: &KubePod) -> impl Iterator<Item = &ContainerStatus> {
    let status = pod.status.as_ref();
    let inits = status.and_then(|status| status.init_container_statuses.as_ref());
    let mains = status.and_then(|status| status.container_statuses.as_ref());
    inits.into_iter().chain(mains).flatten()
}

fn waiting(container: &ContainerStatus) -> Option<(&str, &str)> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    Some((
        waiting.reason.as_deref()?,
        waiting.message.as_deref().unwrap_or_default(),
    ))
}

fn last_line(text: &str) -> Option<String> {
    let line = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(300).collect())
}

fn is_ready(pod: &KubePod) -> bool {
    ready_condition(pod).is_some_and(|condition| condition.status == "True")
}

/// Whether its node is gone: the kubelet said last that all containers are ready, and it was not the kubelet that took
/// the pod's readiness away. That speaks for nothing but the node.
fn is_lost(pod: &KubePod) -> bool {
    let gated = pod
        .spec
        .as_ref()
        .and_then(|spec| spec.readiness_gates.as_ref())
        .is_some_and(|gates| !gates.is_empty());
    let unready = ready_condition(pod).is_some_and(|condition| condition.status != "True");
    let containers = condition(pod, "ContainersReady");
    unready && !gated && containers.is_some_and(|condition| condition.status == "True")
}

fn ready_condition(pod: &KubePod) -> Option<&PodCondition> {
    condition(pod, "Ready")
}

fn condition<'a>(pod: &'a KubePod, type_: &str) -> Option<&'a PodCondition> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == type_)
}

fn phase(pod: &KubePod) -> Option<&str> {
    pod.status.as_ref()?.phase.as_deref()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_waiting_does_not_heal_is_evidence() {
        let cases = [
            ("ErrImagePull", "not found", Some(TroubleKind::ImagePull)),
            (
                "CreateContainerConfigError",
                "secret \"handy-a1\" not found",
                Some(TroubleKind::ContainerConfig),
            ),
            (
                "CreateContainerConfigError",
                "failed to sync secret cache: timed out waiting for the condition",
                None,
            ),
            ("CreateContainerError", "context deadline exceeded", None),
            ("ContainerCreating", "", None),
        ];
        for (reason, message, expected) in cases {
            let pod: KubePod = serde_json::from_value(json!({
                "metadata": { "name": "handy-1", "uid": "u" },
                "status": { "containerStatuses": [{
                    "name": "bot", "image": "bot:1", "imageID": "", "ready": false, "restartCount": 0,
                    "state": { "waiting": { "reason": reason, "message": message } },
                }]},
            }))
            .unwrap();
            let kind = serving(&pod)
                .and_then(|pod| pod.trouble)
                .map(|trouble| trouble.kind);
            assert_eq!(kind, expected, "{reason}: {message}");
        }
    }

    #[test]
    fn pod_that_was_lost_with_its_node_speaks_for_nothing() {
        let cases = [
            ("True", "True", json!({}), true),
            ("False", "False", json!({}), true),
            ("False", "True", json!({}), false),
            ("Unknown", "True", json!({}), false),
            (
                "False",
                "True",
                json!({"containers": [], "readinessGates": [{"conditionType": "x"}]}),
                true,
            ),
        ];
        for (ready, containers, spec, counts) in cases {
            let pod: KubePod = serde_json::from_value(json!({
                "metadata": { "name": "handy-1", "uid": "u" },
                "spec": spec,
                "status": { "conditions": [
                    { "type": "Ready", "status": ready },
                    { "type": "ContainersReady", "status": containers },
                ]},
            }))
            .unwrap();
            assert_eq!(serving(&pod).is_some(), counts, "{ready} {containers}");
        }
    }
}
