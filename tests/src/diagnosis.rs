//! What a person needs to understand a failed scenario, printed before its namespace goes.

use k8s_openapi::api::core::v1::Pod;
use kube::api::{ListParams, LogParams};
use kube::{Api, ResourceExt};

use crate::cluster::Cluster;

/// Prints the resources, Events, pods and their logs of a namespace, and the operator's log.
pub async fn print(cluster: &Cluster, namespace: &str) {
    for arguments in [
        &["get", "ubd", "--output", "yaml"][..],
        &["get", "events", "--sort-by", ".lastTimestamp"],
        &[
            "get",
            "pods,deployments,jobs,services,endpointslices",
            "--output",
            "wide",
        ],
    ] {
        let arguments = [arguments, &["--namespace", namespace]].concat();
        let said = cluster.kubectl(&arguments, "").await;
        let said = said.map_or_else(
            |error| format!("{error:#}"),
            |output| output.out + &output.err,
        );
        eprintln!("---- kubectl {}\n{said}", arguments.join(" "));
    }
    let client = cluster.client.clone();
    print_logs(&Api::namespaced(client.clone(), namespace), "", 25).await;
    let operators = Api::<Pod>::all(client.clone())
        .list(&ListParams::default().labels(OPERATOR))
        .await;
    for pod in operators.into_iter().flatten() {
        let namespace = pod.namespace().unwrap_or_default();
        print_logs(&Api::namespaced(client.clone(), &namespace), OPERATOR, 80).await;
    }
}

/// Labels of the installed operator's pods.
pub const OPERATOR: &str = "app.kubernetes.io/component=operator,app.kubernetes.io/name=ubermench";

async fn print_logs(pods: &Api<Pod>, labels: &str, lines: i64) {
    let parameters = LogParams {
        tail_lines: Some(lines),
        ..LogParams::default()
    };
    for pod in pods
        .list(&ListParams::default().labels(labels))
        .await
        .into_iter()
        .flatten()
    {
        let name = pod.name_any();
        let log = pods
            .logs(&name, &parameters)
            .await
            .unwrap_or_else(|error| error.to_string());
        eprintln!("---- log of {name}\n{log}");
    }
}
