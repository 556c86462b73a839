//! A release under load: nothing is refused, lost or answered twice, and the pods that passed the gates are the pods that
//! serve.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::ListParams;
use ubermench_crds::{ActiveRevision, Phase, UbermenchDeployment};
use ubermench_tests::Stage;
use ubermench_tests::answers::{summary, tally};
use ubermench_tests::handy::NAME;
use ubermench_tests::load::{Load, Plan, Sent, Via};
use ubermench_tests::record::{Endpoints, Recorder};
use ubermench_tests::stage::RELEASE;
use ubermench_tests::wait::{Seen, until};

/// Load before, over and after the release, at least.
const UNDER_LOAD: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn release_under_load_refuses_loses_and_doubles_nothing() -> Result<()> {
    Stage::play("release", release).await
}

async fn release(stage: &Stage) -> Result<()> {
    let before = stage
        .release(&stage.handy())
        .await?
        .active
        .context("no active revision")?;
    let client = stage.cluster.client.clone();
    let endpoints = Endpoints::record(client.clone(), &stage.namespace, NAME).await?;
    let pods = Recorder::<Pod>::start(client.clone(), &stage.namespace, BOT).await?;
    let statuses = Recorder::<UbermenchDeployment>::start(client, &stage.namespace, "").await?;
    let load = Load::start(stage.target(1).await?, Plan::RELEASE);
    load.accepts_more(300, Duration::from_secs(15)).await?;

    let after = take_over(stage, &before).await?;
    cools(stage, &before.revision).await?;
    load.has_run(UNDER_LOAD).await?;
    let sent = load.stop().await?;

    eprintln!("release: {}", summary(&sent));
    is_the_load_asked_for(&sent)?;
    tally(stage, &sent, Duration::from_mins(1))
        .await?
        .is_perfect()?;
    endpoints.never_empty()?;
    passed_pods_serve(stage, &statuses, &endpoints, &after.revision).await?;
    no_pod_restarted(&pods)
}

const BOT: &str = "app.kubernetes.io/component=bot";

/// Applies the next image and waits until it serves and is done baking; sees the old revision warm under way.
async fn take_over(stage: &Stage, before: &ActiveRevision) -> Result<ActiveRevision> {
    let next = stage
        .handy()
        .with_image(&stage.cluster.config.images.bot_next);
    let generation = stage.apply(&next).await?;
    let warm = stage.until_status(NAME, "the new revision serves", RELEASE, |status| {
        status
            .active
            .as_ref()
            .is_some_and(|active| active.image == next.image)
            && status.phase == Phase::Baking
    });
    let warm = warm.await?;
    old_revision_is_warm(
        stage,
        &before.revision,
        warm.previous
            .as_ref()
            .map(|previous| previous.revision.as_str()),
    )
    .await?;
    let after = stage
        .settled(NAME, generation, RELEASE)
        .await?
        .active
        .context("no active revision")?;
    ensure!(
        after.revision != before.revision && after.color != before.color,
        "{before:?} {after:?}"
    );
    Ok(after)
}

/// At least fifty a second for a minute, half of them on kept connections.
fn is_the_load_asked_for(sent: &[Sent]) -> Result<()> {
    let kept = sent.iter().filter(|sent| sent.via == Via::Kept).count();
    ensure!(
        kept * 10 >= sent.len() * 4 && kept * 10 <= sent.len() * 6,
        "half on kept connections: {kept} of {}",
        sent.len()
    );
    ensure!(
        sent.len() >= 50 * 60,
        "at least 50 a second for 60 s, not {}",
        sent.len()
    );
    Ok(())
}

/// At full size, so that the way back is instant.
async fn old_revision_is_warm(stage: &Stage, revision: &str, previous: Option<&str>) -> Result<()> {
    ensure!(
        previous == Some(revision),
        "status.previous is {previous:?}, not {revision}"
    );
    let pods = stage.pods(revision).await?;
    ensure!(
        pods.len() == 2,
        "the old revision has {} pods while warm",
        pods.len()
    );
    Ok(())
}

/// After warmSeconds it is gone, Deployment and pods.
async fn cools(stage: &Stage, revision: &str) -> Result<()> {
    until(
        "the old revision is gone",
        Duration::from_secs(90),
        async || {
            let labels = format!("{BOT},ubermench.io/revision={revision}");
            let pods = stage
                .api::<Pod>()
                .list(&ListParams::default().labels(&labels))
                .await?
                .items
                .len();
            let deployments = stage
                .api::<Deployment>()
                .list(&ListParams::default())
                .await?;
            let left: Vec<_> = deployments
                .iter()
                .map(ResourceExt::name_any)
                .filter(|name| name.ends_with(revision))
                .collect();
            Ok(if pods == 0 && left.is_empty() {
                Seen::Done(())
            } else {
                Seen::not(format!("{pods} pods, {left:?}"))
            })
        },
    )
    .await
}

/// The pods that the gates saw are the ready endpoints of the active Service, and its revision's only pods.
async fn passed_pods_serve(
    stage: &Stage,
    statuses: &Recorder<UbermenchDeployment>,
    endpoints: &Endpoints,
    revision: &str,
) -> Result<()> {
    let mut candidates = statuses
        .changes()
        .into_iter()
        .filter_map(|change| change.object.status?.candidate);
    let passed: Option<BTreeSet<String>> = candidates
        .rfind(|candidate| candidate.revision == revision && !candidate.passed_pods.is_empty())
        .map(|candidate| candidate.passed_pods.into_iter().collect());
    let passed = passed.context("no status named the pods that passed")?;
    let (serving, pods) = (endpoints.now(), stage.pods(revision).await?);
    ensure!(
        serving == passed && pods == passed,
        "passed {passed:?}, serve {serving:?}, exist {pods:?}"
    );
    Ok(())
}

fn no_pod_restarted(pods: &Recorder<Pod>) -> Result<()> {
    for change in pods.changes() {
        let statuses = change
            .object
            .status
            .iter()
            .filter_map(|status| status.container_statuses.as_ref())
            .flatten();
        let restarts: i32 = statuses.map(|status| status.restart_count).sum();
        ensure!(
            restarts == 0 || change.gone,
            "{} was restarted",
            change.object.name_any()
        );
    }
    Ok(())
}
