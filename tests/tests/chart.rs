//! The chart as `make up` installs it: the same again changes nothing.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ubermench_tests::Cluster;

/// Kinds that the chart has; the last is not of a namespace.
const KINDS: &str =
    "deployments,statefulsets,services,serviceaccounts,configmaps,secrets,roles,rolebindings,pods";
const CLUSTER_KINDS: &str = "clusterroles,clusterrolebindings,customresourcedefinitions";

#[tokio::test(flavor = "multi_thread")]
async fn upgrade_without_a_change_changes_nothing() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let (namespace, release) = installed(&cluster).await?;
    upgrade(&cluster, &namespace, &release).await?;
    let before = versions(&cluster, &namespace).await?;
    ensure!(
        before.len() > 5,
        "only {} objects: nothing is installed in {namespace}",
        before.len()
    );
    for _ in 0..2 {
        upgrade(&cluster, &namespace, &release).await?;
    }
    let after = versions(&cluster, &namespace).await?;
    let changed: Vec<_> = after
        .iter()
        .filter(|(object, version)| before.get(*object) != Some(version))
        .collect();
    ensure!(
        changed.is_empty() && before.len() == after.len(),
        "changed: {changed:?}"
    );
    Ok(())
}

/// Where the chart is installed, and as what.
async fn installed(cluster: &Cluster) -> Result<(String, String)> {
    let releases: Value = serde_json::from_str(
        &cluster
            .helm(&["list", "--all-namespaces", "--output", "json"])
            .await?
            .success()?,
    )?;
    let mut releases = releases.as_array().into_iter().flatten();
    let ours = releases.find(|release| {
        release["chart"]
            .as_str()
            .is_some_and(|chart| chart.starts_with("ubermench-"))
    });
    let ours = ours.context("the chart is not installed: `make up` installs it")?;
    let text = |field: &str| {
        ours.get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .context("helm list")
    };
    Ok((text("namespace")?, text("name")?))
}

/// The command of `make up`, with the values that the release has.
async fn upgrade(cluster: &Cluster, namespace: &str, release: &str) -> Result<()> {
    let values = cluster
        .helm(&[
            "get",
            "values",
            release,
            "--namespace",
            namespace,
            "--output",
            "json",
        ])
        .await?
        .success()?;
    let file = std::env::temp_dir().join(format!(
        "ubermench-values-{:08x}.json",
        rand::random::<u32>()
    ));
    std::fs::write(&file, values)?;
    let chart = cluster.config.root.join("charts/ubermench");
    let paths = chart.to_str().zip(file.to_str());
    let (chart, values) = paths.context("path")?;
    let arguments = [
        "upgrade",
        "--install",
        release,
        chart,
        "--namespace",
        namespace,
        "--values",
        values,
        "--wait",
    ];
    let done = cluster.helm(&arguments).await;
    std::fs::remove_file(&file)?;
    done?.success()?;
    Ok(())
}

/// UID and generation of every object that the chart made; where there is no generation, its resourceVersion.
async fn versions(cluster: &Cluster, namespace: &str) -> Result<BTreeMap<String, String>> {
    let selected = "app.kubernetes.io/managed-by=Helm";
    let of_namespace = [
        "get",
        KINDS,
        "--namespace",
        namespace,
        "--selector",
        selected,
        "--output",
        "json",
    ];
    let of_cluster = [
        "get",
        CLUSTER_KINDS,
        "--selector",
        selected,
        "--output",
        "json",
    ];
    let mut versions = BTreeMap::new();
    for arguments in [of_namespace.as_slice(), of_cluster.as_slice()] {
        let list: Value = serde_json::from_str(&cluster.kubectl(arguments, "").await?.success()?)?;
        for item in list
            .get("items")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let meta = &item["metadata"];
            let version = meta.get("generation").unwrap_or(&meta["resourceVersion"]);
            versions.insert(
                format!("{} {}", item["kind"], meta["name"]),
                format!("{} {version}", meta["uid"]),
            );
        }
    }
    Ok(versions)
}
