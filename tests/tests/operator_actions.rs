//! What people ask for while a release is under way: approval, abort, retry, edits one after the other, reverts, a pause.
//! Webhooks come in all the time, and none is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::Service;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use ubermench_crds::{
    Action, ActionAnswer, ActionResult, Phase, UbermenchDeployment, UbermenchDeploymentStatus,
};
use ubermench_tests::answers::{summary, tally};
use ubermench_tests::handy::NAME;
use ubermench_tests::load::{Load, Plan};
use ubermench_tests::record::{Endpoints, Recorder};
use ubermench_tests::stage::RELEASE;
use ubermench_tests::wait::{Seen, until};
use ubermench_tests::{Handy, Stage};

/// Back to what serves: no pod has to start.
const INSTANT: Duration = Duration::from_secs(5);
/// What is edited by hand is put back within this, and what is asked for is done.
const REPAIR: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn person_approves_aborts_and_retries() -> Result<()> {
    Stage::play("approval", async |stage| {
        under_load(stage, 4, approval).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_last_of_several_edits_serves_and_any_phase_can_be_reverted() -> Result<()> {
    Stage::play("edits", async |stage| under_load(stage, 5, edits).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_holds_the_step_and_nothing_else() -> Result<()> {
    Stage::play("pause", async |stage| under_load(stage, 6, pause).await).await
}

/// Plays a scenario on a bot that serves, under load; at the end every message was accepted and answered once.
async fn under_load<F>(stage: &Stage, people: u8, scenario: F) -> Result<()>
where
    F: AsyncFnOnce(&Stage, &UbermenchDeploymentStatus) -> Result<()>,
{
    let first = stage.release(&stage.handy()).await?;
    let client = stage.cluster.client.clone();
    let endpoints = Endpoints::record(client, &stage.namespace, NAME).await?;
    let load = Load::start(stage.target(people).await?, Plan::LIGHT);
    load.accepts_more(20, Duration::from_secs(10)).await?;
    scenario(stage, &first).await?;
    load.accepts_more(20, Duration::from_secs(10)).await?;
    let sent = load.stop().await?;
    eprintln!("{}: {}", stage.namespace, summary(&sent));
    endpoints.never_empty()?;
    tally(stage, &sent, Duration::from_mins(1))
        .await?
        .is_perfect()
}

/// The image that serves next.
fn next(stage: &Stage) -> Handy {
    stage
        .handy()
        .with_image(&stage.cluster.config.images.bot_next)
}

fn active(status: &UbermenchDeploymentStatus) -> Result<&str> {
    let active = status.active.as_ref().context("nothing serves")?;
    Ok(&active.revision)
}

fn is(answer: &ActionAnswer, result: ActionResult, reason: &str) -> Result<()> {
    ensure!(
        answer.result == result && answer.reason == reason,
        "not {result:?} {reason}: {answer:?}"
    );
    Ok(())
}

async fn approval(stage: &Stage, first: &UbermenchDeploymentStatus) -> Result<()> {
    let serving = active(first)?;
    let generation = stage.apply(&next(stage).with_approval()).await?;
    let awaits = |phase| stage.reaches(NAME, generation, phase, RELEASE);
    let candidate = awaits(Phase::AwaitingApproval).await?.candidate;
    let candidate = candidate.context("no candidate")?.revision;

    let other = stage.ask(Action::Promote, serving, "stale").await?;
    is(&other, ActionResult::Refused, "Stale")?;
    let ended = stage.ask(Action::Abort, &candidate, "no").await?;
    is(&ended, ActionResult::Accepted, "Aborted")?;
    let failed = awaits(Phase::Failed).await?;
    ensure!(active(&failed)? == serving, "another serves: {failed:?}");
    let late = stage.ask(Action::Promote, &candidate, "late").await?;
    is(&late, ActionResult::Refused, "Stale")?;

    let again = stage.ask(Action::Retry, &candidate, "again").await?;
    is(&again, ActionResult::Accepted, "Retried")?;
    let waiting = awaits(Phase::AwaitingApproval).await?;
    let attempt = waiting.candidate.map(|candidate| candidate.attempt);
    ensure!(attempt == Some(3), "the third attempt, not {attempt:?}");
    // What came too late for one attempt is no word about the next.
    let doubled = stage.ask(Action::Promote, &candidate, "late").await?;
    ensure!(doubled == late, "answered again: {doubled:?}");
    let held = stage.status(NAME).await?;
    ensure!(held.phase == Phase::AwaitingApproval, "{:?}", held.phase);

    let promoted = stage.ask(Action::Promote, &candidate, "yes").await?;
    is(&promoted, ActionResult::Accepted, "Approved")?;
    let serves = stage.settled(NAME, generation, RELEASE).await?;
    ensure!(active(&serves)? == candidate, "{:?}", serves.active);
    Ok(())
}

async fn edits(stage: &Stage, first: &UbermenchDeploymentStatus) -> Result<()> {
    let client = stage.cluster.client.clone();
    let statuses = Recorder::<UbermenchDeployment>::start(client, &stage.namespace, "").await?;
    let serving = active(first)?;
    let pods = stage.pods(serving).await?;
    let mut reverted = BTreeSet::new();
    for phase in [
        Phase::Snapshotting,
        Phase::Migrating,
        Phase::Starting,
        Phase::Verifying,
        Phase::AwaitingApproval,
    ] {
        // A new revision each time.
        let edit = stage.handy().with_approval();
        let edit = edit.with_env("REVERTED_IN", &format!("{phase:?}"));
        stage.apply(&edit).await?;
        reverted.insert(in_or_after(stage, phase).await?);
        let generation = stage.apply(&stage.handy()).await?;
        let status = stage.settled(NAME, generation, INSTANT).await?;
        ensure!(
            active(&status)? == serving,
            "{phase:?}: {:?}",
            status.active
        );
        ensure!(stage.pods(serving).await? == pods, "{phase:?}: other pods");
    }
    eprintln!("edits: reverted in {reverted:?}");
    ensure!(reverted.len() >= 4, "only in {reverted:?}");

    let mut generation = 0;
    for edit in ["1", "2", "3"] {
        generation = stage.apply(&next(stage).with_env("EDIT", edit)).await?;
    }
    let last = stage.settled(NAME, generation, RELEASE).await?;
    let last = active(&last)?;
    let served: BTreeSet<String> = statuses
        .changes()
        .iter()
        .filter_map(|change| Some(change.object.status.as_ref()?.active.clone()?.revision))
        .collect();
    let expected: BTreeSet<String> = [serving, last].map(str::to_owned).into();
    ensure!(served == expected, "{served:?} served, not {expected:?}");
    Ok(())
}

/// Waits until a release is in a phase, or past it; the one it is in.
async fn in_or_after(stage: &Stage, phase: Phase) -> Result<Phase> {
    until(&format!("{phase:?}"), RELEASE, async || {
        let now = stage.status(NAME).await?.phase;
        Ok(if now >= phase && now <= Phase::AwaitingApproval {
            Seen::Done(now)
        } else {
            Seen::not(format!("{now:?}"))
        })
    })
    .await
}

async fn pause(stage: &Stage, first: &UbermenchDeploymentStatus) -> Result<()> {
    let serving = active(first)?;
    let mut held = next(stage);
    held.bake_seconds = 10;
    let generation = stage.apply(&held).await?;
    stage
        .reaches(NAME, generation, Phase::Baking, RELEASE)
        .await?;
    held.paused = true;
    held.replicas = 3;
    let generation = stage.apply(&held).await?;
    stage
        .until_status(NAME, "three pods while paused", RELEASE, |status| {
            status.phase == Phase::Baking && status.ready_replicas == 3
        })
        .await?;
    damage(stage).await?;
    repaired(stage).await?;

    // Longer than it has to bake.
    tokio::time::sleep(Duration::from_secs(12)).await;
    let still = stage.status(NAME).await?;
    ensure!(
        still.phase == Phase::Baking,
        "it went on: {:?}",
        still.phase
    );
    let back = stage.ask(Action::Rollback, serving, "back").await?;
    is(&back, ActionResult::Accepted, "RollbackRequested")?;
    let status = stage
        .until_status(NAME, "the first revision serves", INSTANT, |status| {
            status.phase == Phase::Stable && active(status).is_ok_and(|now| now == serving)
        })
        .await?;
    ensure!(
        status.observed_generation == Some(generation) && status.rollback.is_some(),
        "{status:?}"
    );
    let entry = status.history.first().context("no history")?;
    ensure!(
        entry.revision == serving && entry.cause == "RollbackRequested",
        "history says {entry:?}"
    );
    Ok(())
}

const PREVIEW: &str = "handy-preview";

/// Somebody makes the preview Service select nothing.
async fn damage(stage: &Stage) -> Result<()> {
    let patch = json!({ "spec": { "selector": { "app.kubernetes.io/name": "nobody" } } });
    let services = stage.api::<Service>();
    let patch = Patch::Merge(&patch);
    services
        .patch(PREVIEW, &PatchParams::default(), &patch)
        .await?;
    Ok(())
}

async fn repaired(stage: &Stage) -> Result<()> {
    until("the Service is repaired", REPAIR, async || {
        let service = stage.api::<Service>().get(PREVIEW).await?;
        let selector = service.spec.and_then(|spec| spec.selector);
        let name = selector.unwrap_or_default();
        let name = name.get("app.kubernetes.io/name");
        Ok(if name.is_some_and(|name| name == "nobody") {
            Seen::not("it selects nothing")
        } else {
            Seen::Done(())
        })
    })
    .await
}
