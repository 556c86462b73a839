//! Releases that fail before the switch: the old revision serves on untouched, the failure is seen by its evidence and
//! explained, and a good resource recovers.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::Pod;
use ubermench_crds::{Failure, Phase};
use ubermench_tests::answers::{summary, tally};
use ubermench_tests::handy::NAME;
use ubermench_tests::load::{Load, Plan};
use ubermench_tests::record::{Endpoints, Recorder};
use ubermench_tests::stage::RELEASE;
use ubermench_tests::{Handy, Stage};

/// The deadlines in the resource are 300 s: what is seen within this was seen by its evidence.
const BY_EVIDENCE: Duration = Duration::from_mins(1);
/// Back to the active revision: no pod has to start.
const INSTANT: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn failed_releases_leave_the_old_revision_untouched() -> Result<()> {
    Stage::play("failures", failures).await
}

/// One way to fail, and what a person must be able to read.
struct Case {
    name: &'static str,
    resource: Handy,
    phase: Phase,
    reason: &'static str,
    /// Words of the message or the log.
    says: &'static str,
    /// Whether a container ended, with a code and a log.
    ended: bool,
}

fn cases(stage: &Stage) -> [Case; 4] {
    let images = &stage.cluster.config.images;
    let faulty = |fault| stage.handy().faulty(images, fault);
    let missing = format!("{}-that-nobody-made", images.bot);
    let case = |name, resource, phase, reason, says, ended| Case {
        name,
        resource,
        phase,
        reason,
        says,
        ended,
    };
    [
        case(
            "migration",
            faulty("broken-migration"),
            Phase::Migrating,
            "MigrationFailed",
            "faulty",
            true,
        ),
        case(
            "crash",
            faulty("exit-at-start"),
            Phase::Starting,
            "CrashLoop",
            "exit-at-start",
            true,
        ),
        case(
            "gate",
            faulty("deaf"),
            Phase::Verifying,
            "GateFailed",
            "message_accepted",
            false,
        ),
        case(
            "image",
            stage.handy().with_image(&missing),
            Phase::Migrating,
            "ImagePullFailed",
            "that-nobody-made",
            false,
        ),
    ]
}

async fn failures(stage: &Stage) -> Result<()> {
    let active = stage
        .release(&stage.handy())
        .await?
        .active
        .context("no active revision")?;
    let client = stage.cluster.client.clone();
    let endpoints = Endpoints::record(client.clone(), &stage.namespace, NAME).await?;
    let serving = endpoints.now();
    ensure!(serving.len() == 2, "two pods serve, not {serving:?}");
    let pods =
        Recorder::<Pod>::start(client, &stage.namespace, "app.kubernetes.io/component=bot").await?;
    let load = Load::start(stage.target(2).await?, Plan::LIGHT);
    load.accepts_more(20, Duration::from_secs(10)).await?;

    for case in cases(stage) {
        let began = Instant::now();
        let generation = stage.apply(&case.resource).await?;
        let status = stage
            .reaches(NAME, generation, Phase::Failed, BY_EVIDENCE)
            .await
            .context(case.name)?;
        eprintln!(
            "failures: {}: seen after {} ms",
            case.name,
            began.elapsed().as_millis()
        );
        let failure = status
            .failure
            .with_context(|| format!("{}: no status.failure", case.name))?;
        is_useful(&case, &failure)?;
        ensure!(
            status.active.as_ref() == Some(&active),
            "{}: the active revision changed: {:?}",
            case.name,
            status.active
        );
        let untouched =
            endpoints.now() == serving && stage.pods(&active.revision).await? == serving;
        ensure!(
            untouched,
            "{}: other pods serve: {:?}",
            case.name,
            endpoints.now()
        );
    }

    load.accepts_more(20, Duration::from_secs(10)).await?;
    revert(stage, &pods, &active.revision).await?;
    recover(stage).await?;
    let sent = load.stop().await?;
    eprintln!("failures: {}", summary(&sent));
    endpoints.never_empty()?;
    tally(stage, &sent, Duration::from_mins(1))
        .await?
        .is_perfect()
}

/// From it a person knows what to do.
fn is_useful(case: &Case, failure: &Failure) -> Result<()> {
    let name = case.name;
    ensure!(
        failure.reason == case.reason && failure.phase == case.phase,
        "{name}: {failure:?}"
    );
    ensure!(
        failure.image == case.resource.image && failure.attempt > 0,
        "{name}: {failure:?}"
    );
    let text = format!("{} {}", failure.message, failure.log.join(" "));
    ensure!(
        text.contains(case.says),
        "{name}: nothing about {:?} in {failure:?}",
        case.says
    );
    ensure!(failure.pod.is_some(), "{name}: no pod in {failure:?}");
    if case.ended {
        let told = failure.exit_code.is_some_and(|code| code != 0)
            && failure.container.is_some()
            && !failure.log.is_empty();
        ensure!(
            told,
            "{name}: no container, exit code or log in {failure:?}"
        );
    }
    Ok(())
}

/// Applying what serves already is instant and makes no pod.
async fn revert(stage: &Stage, pods: &Recorder<Pod>, active: &str) -> Result<()> {
    let before = pods.ever_seen();
    let began = Instant::now();
    let generation = stage.apply(&stage.handy()).await?;
    let status = stage.settled(NAME, generation, INSTANT).await?;
    eprintln!(
        "failures: reverted after {} ms",
        began.elapsed().as_millis()
    );
    ensure!(
        status.active.is_some_and(|now| now.revision == active),
        "another revision is active"
    );
    ensure!(
        status.failure.is_none(),
        "the failure stays: {:?}",
        status.failure
    );
    ensure!(
        pods.ever_seen() == before,
        "pods were made: {:?}",
        pods.ever_seen()
    );
    Ok(())
}

/// A good resource is released as ever.
async fn recover(stage: &Stage) -> Result<()> {
    let next = stage
        .handy()
        .with_image(&stage.cluster.config.images.bot_next);
    let generation = stage.apply(&next).await?;
    let status = stage.settled(NAME, generation, RELEASE).await?;
    ensure!(
        status
            .active
            .is_some_and(|active| active.image == next.image),
        "the good image does not serve"
    );
    ensure!(
        status.failure.is_none(),
        "the failure stays: {:?}",
        status.failure
    );
    Ok(())
}
