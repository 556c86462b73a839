//! "hola" through the Service to a bot of two pods: the welcome and the list of services come back.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::ListParams;
use ubermench_tests::Stage;
use ubermench_tests::answers::{FIRST_REPLIES, tally};
use ubermench_tests::load::{Load, Plan};

#[tokio::test(flavor = "multi_thread")]
async fn hola_is_welcomed_by_two_pods() -> Result<()> {
    Stage::play("hola", first_words).await
}

async fn first_words(stage: &Stage) -> Result<()> {
    let active = stage
        .release(&stage.handy())
        .await?
        .active
        .context("no active revision")?;
    let load = Load::start(
        stage.target(4).await?,
        Plan {
            most: 40,
            ..Plan::LIGHT
        },
    );
    load.accepts_more(40, Duration::from_secs(20)).await?;
    let sent = load.stop().await?;
    tally(stage, &sent, Duration::from_secs(30))
        .await?
        .is_perfect()?;

    let person = &sent.first().context("nothing was sent")?.from;
    let replies: Vec<_> = stage
        .graph
        .messages()
        .into_iter()
        .filter(|reply| reply.to == *person)
        .collect();
    let [welcome, list] = replies.as_slice() else {
        bail!("not {FIRST_REPLIES} replies: {replies:?}")
    };
    let text = welcome
        .payload
        .pointer("/text/body")
        .and_then(|body| body.as_str())
        .unwrap_or_default();
    ensure!(text.contains("Handy"), "no welcome: {:?}", welcome.payload);
    let rows = list
        .payload
        .pointer("/interactive/action/sections/0/rows")
        .and_then(|rows| rows.as_array());
    let ids: Vec<_> = rows
        .into_iter()
        .flatten()
        .filter_map(|row| row["id"].as_str())
        .collect();
    ensure!(
        ids.len() == 6 && ids.contains(&"service_plumbing"),
        "no list of services: {:?}",
        list.payload
    );

    let received = received_by_pod(stage, &active.revision).await?;
    ensure!(
        received.len() == 2 && received.values().all(|count| *count > 0.0),
        "webhooks by pod: {received:?}"
    );
    Ok(())
}

/// How many messages each pod took, by its own metrics.
async fn received_by_pod(stage: &Stage, revision: &str) -> Result<BTreeMap<String, f64>> {
    let labels = format!("app.kubernetes.io/component=bot,ubermench.io/revision={revision}");
    let mut received = BTreeMap::new();
    for pod in stage
        .api::<Pod>()
        .list(&ListParams::default().labels(&labels))
        .await?
    {
        let ip = pod
            .status
            .as_ref()
            .and_then(|status| status.pod_ip.clone())
            .context("pod without an address")?;
        let metrics = reqwest::get(format!("http://{ip}:9090/metrics"))
            .await?
            .text()
            .await?;
        let samples = metrics
            .lines()
            .filter(|line| line.starts_with("whatsapp_messages_received_total"));
        let count = samples
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        received.insert(pod.name_any(), count);
    }
    Ok(received)
}
