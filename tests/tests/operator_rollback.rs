//! Revisions that turn bad after the switch: the operator rolls back by itself, to the pods that served before.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use ubermench_crds::{Outcome, Phase, UbermenchDeployment};
use ubermench_tests::Stage;
use ubermench_tests::answers::{summary, tally};
use ubermench_tests::handy::NAME;
use ubermench_tests::load::{Load, Plan};
use ubermench_tests::record::{Change, Endpoints, Recorder};
use ubermench_tests::stage::RELEASE;

#[tokio::test(flavor = "multi_thread")]
async fn revision_that_turns_bad_is_rolled_back() -> Result<()> {
    Stage::play("rollback", rollbacks).await
}

async fn rollbacks(stage: &Stage) -> Result<()> {
    let first = stage
        .release(&stage.handy())
        .await?
        .active
        .context("no active revision")?;
    let client = stage.cluster.client.clone();
    let endpoints = Endpoints::record(client, &stage.namespace, NAME).await?;
    let load = Load::start(stage.target(3).await?, Plan::LIGHT);
    for fault in ["unready-when-active", "exit-when-active"] {
        load.accepts_more(20, Duration::from_secs(15)).await?;
        turns_bad(stage, &endpoints, fault, &first.revision)
            .await
            .context(fault)?;
    }
    load.accepts_more(20, Duration::from_secs(15)).await?;
    let sent = load.stop().await?;
    // Between evidence and rollback requests may be refused, which Meta sends again; what was accepted must be answered.
    eprintln!("rollback: {}", summary(&sent));
    tally(stage, &sent, Duration::from_secs(90))
        .await?
        .nothing_lost()
}

async fn turns_bad(stage: &Stage, endpoints: &Endpoints, fault: &str, good: &str) -> Result<()> {
    let serving = endpoints.now();
    ensure!(
        stage.pods(good).await? == serving,
        "the good revision does not serve: {serving:?}"
    );
    let client = stage.cluster.client.clone();
    let pods = Recorder::<Pod>::start(
        client.clone(),
        &stage.namespace,
        "app.kubernetes.io/component=bot",
    )
    .await?;
    let statuses = Recorder::<UbermenchDeployment>::start(client, &stage.namespace, "").await?;
    let mut bad = stage.handy().faulty(&stage.cluster.config.images, fault);
    // Long enough that the evidence comes while it is judged, however slow the machine is.
    (bad.bake_seconds, bad.warm_seconds) = (60, 120);
    let generation = stage.apply(&bad).await?;
    let status = stage
        .reaches(NAME, generation, Phase::Failed, RELEASE)
        .await?;

    let phases: Vec<Phase> = statuses
        .changes()
        .iter()
        .filter_map(|change| Some(change.object.status.as_ref()?.phase))
        .collect();
    ensure!(
        phases.contains(&Phase::Baking) && phases.contains(&Phase::RollingBack),
        "it was not rolled back: {phases:?}"
    );
    ensure!(
        status.active.is_some_and(|active| active.revision == good),
        "the old revision is not active"
    );
    let failure = status.failure.context("no status.failure")?;
    ensure!(
        failure.pod.is_some() && !failure.message.is_empty(),
        "nothing to go by: {failure:?}"
    );
    let ended = status.history.first().map(|entry| entry.outcome);
    ensure!(ended == Some(Outcome::RolledBack), "history says {ended:?}");
    ensure!(
        endpoints.now() == serving,
        "other pods serve than before: {:?}, not {serving:?}",
        endpoints.now()
    );

    let evidence =
        first_evidence(&pods.changes(), &failure.revision).context("no pod turned bad")?;
    let back = endpoints
        .since(&serving)
        .context("the endpoints never came back")?;
    let took = back.saturating_duration_since(evidence);
    eprintln!(
        "rollback: {fault}: {} ms from the evidence to the last endpoint (goal: 5000)",
        took.as_millis()
    );
    Ok(())
}

/// When a pod of the revision that had been ready was first seen unready or restarted.
fn first_evidence(changes: &[Change<Pod>], revision: &str) -> Option<Instant> {
    let mut were_ready = BTreeSet::new();
    for change in changes {
        let labels = change.object.metadata.labels.as_ref();
        if labels
            .and_then(|labels| labels.get("ubermench.io/revision"))
            .is_none_or(|label| label != revision)
        {
            continue;
        }
        let uid = change.object.uid()?;
        if is_ready(&change.object) {
            were_ready.insert(uid);
        } else if were_ready.contains(&uid) {
            return Some(change.at);
        }
    }
    None
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}
