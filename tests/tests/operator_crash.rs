//! The operator killed at every write of a release, and at random, and left to go on: the same end as undisturbed, no
//! second migration, no gap in endpoints, each Event once.
//!
//! The operator runs as a process of this machine behind the harness's proxy. The installed one stands aside meanwhile,
//! since it watches all namespaces.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::events::v1::Event;
use kube::ResourceExt;
use kube::api::ListParams;
use ubermench_crds::Phase;
use ubermench_tests::handy::NAME;
use ubermench_tests::operator::{Operator, StandingAside};
use ubermench_tests::proxy::{Fuse, Write};
use ubermench_tests::record::{Endpoints, Recorder};
use ubermench_tests::wait::{Seen, until};
use ubermench_tests::{Handy, Stage};

/// A release whose operator is killed again and again must end by then.
const LIMIT: Duration = Duration::from_mins(3);
/// Between two random kills: from nearly nothing, in which an operator hardly starts, to several steps.
const RANDOM_LIFE_MS: std::ops::Range<u64> = 150..2500;

#[tokio::test(flavor = "multi_thread")]
async fn operator_killed_at_every_step_comes_to_the_same_end() -> Result<()> {
    Stage::play("crash", async |stage| {
        let aside = StandingAside::ask(&stage.cluster).await?;
        let told = crashes(stage).await;
        // Also after a failure: the namespace's finalizers need an operator.
        aside.back().await?;
        told
    })
    .await
}

async fn crashes(stage: &Stage) -> Result<()> {
    let mut operator = Operator::prepare(stage).await?;
    let told = kill_and_compare(stage, &mut operator).await;
    if told.is_err() {
        operator.print_log();
    }
    told
}

/// What a release left behind, without what differs from release to release.
#[derive(Debug, PartialEq)]
struct End {
    /// Reasons of its Events, in order.
    told: Vec<String>,
    /// Jobs that it made, by component.
    jobs: Vec<String>,
    /// Pods that its Jobs made.
    job_pods: usize,
    /// Rows of the migrations' ledger.
    migrations: Vec<String>,
    /// What exists at the end.
    objects: Vec<String>,
}

async fn kill_and_compare(stage: &Stage, operator: &mut Operator) -> Result<()> {
    let mut release = Release {
        number: 0,
        last_event: -1,
        killed_at: BTreeSet::new(),
        kills: 0,
    };
    release
        .run(stage, operator, Kills::None)
        .await
        .context("first install")?;
    operator.proxy.take_writes()?;
    let endpoints = Endpoints::record(stage.cluster.client.clone(), &stage.namespace, NAME).await?;
    let expected = release
        .run(stage, operator, Kills::None)
        .await
        .context("undisturbed")?;
    let writes = operator.proxy.take_writes()?;
    for kills in [
        Kills::At(Fuse::BeforeSecond),
        Kills::At(Fuse::AfterFirst),
        Kills::Random,
    ] {
        let end = release
            .run(stage, operator, kills)
            .await
            .with_context(|| format!("{kills:?}"))?;
        ensure!(
            end == expected,
            "{kills:?}: another end:\n{end:#?}\nundisturbed:\n{expected:#?}"
        );
        endpoints
            .never_empty()
            .with_context(|| format!("{kills:?}"))?;
    }
    let lives = operator.lives();
    eprintln!(
        "crash: {} kills in {lives} lives, at {:#?}",
        release.kills, release.killed_at
    );
    every_write_was_a_boundary(&writes, &release.killed_at)
}

/// In each release of its kind the operator was killed before every write, but for the one that begins the release, and
/// after every write.
fn every_write_was_a_boundary(writes: &[Write], killed_at: &BTreeSet<String>) -> Result<()> {
    let before = writes
        .iter()
        .skip(1)
        .map(|write| (Fuse::BeforeSecond, &write.step));
    let after = writes.iter().map(|write| (Fuse::AfterFirst, &write.step));
    let all = before
        .chain(after)
        .map(|(fuse, step)| format!("{:?}: {step}", Kills::At(fuse)));
    let all: BTreeSet<_> = all.collect();
    let missed: Vec<_> = all.difference(killed_at).collect();
    ensure!(missed.is_empty(), "never killed at {missed:#?}");
    ensure!(all.len() >= 10, "only {} steps: {all:#?}", all.len());
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kills {
    None,
    At(Fuse),
    Random,
}

/// Releases, one after the other.
struct Release {
    number: usize,
    last_event: i64,
    killed_at: BTreeSet<String>,
    kills: usize,
}

impl Release {
    /// Applies a revision of its own, and lets the operator live and die until the release is over.
    async fn run(&mut self, stage: &Stage, operator: &mut Operator, kills: Kills) -> Result<End> {
        self.number += 1;
        let client = stage.cluster.client.clone();
        let jobs = Recorder::<Job>::start(client.clone(), &stage.namespace, "").await?;
        let pods = Recorder::<Pod>::start(client, &stage.namespace, "job-name").await?;
        let (jobs_before, pods_before) = (jobs.ever_seen(), pods.ever_seen());
        let handy = stage.handy().with_env("RELEASE", &self.number.to_string());
        let generation = stage.apply(&handy).await?;
        let began = Instant::now();
        let mut seen = "nothing".to_owned();
        while let Some(left) = unfinished(stage, generation).await? {
            ensure!(
                began.elapsed() < LIMIT,
                "not over after {} s: {left}; before: {seen}",
                LIMIT.as_secs()
            );
            seen = left;
            self.live(stage, operator, kills, generation).await?;
        }
        // The operator of the last life may yet have an Event to post.
        if kills != Kills::None && operator.proxy.is_over()? {
            operator.live(Fuse::Whole)?;
        }
        let told = self.events(stage, &handy).await?;
        operator.proxy.kill()?;
        operator.is_dead().await?;
        let new = |seen: std::collections::BTreeMap<String, String>,
                   before: &std::collections::BTreeMap<String, String>| {
            seen.into_iter()
                .filter(|(uid, _)| !before.contains_key(uid))
                .map(|(_, name)| name)
                .collect::<Vec<_>>()
        };
        let mut jobs: Vec<_> = new(jobs.ever_seen(), &jobs_before)
            .iter()
            .map(|name| component(name))
            .collect();
        jobs.sort();
        Ok(End {
            told,
            jobs,
            job_pods: new(pods.ever_seen(), &pods_before).len(),
            migrations: ledger(stage).await?,
            objects: objects(stage).await?,
        })
    }

    /// One life: until the fuse blows, the time is up, or the release is over.
    async fn live(
        &mut self,
        stage: &Stage,
        operator: &mut Operator,
        kills: Kills,
        generation: i64,
    ) -> Result<()> {
        let (fuse, limit) = match kills {
            Kills::None => (Fuse::Whole, LIMIT),
            Kills::At(fuse) => (fuse, LIMIT),
            Kills::Random => (
                Fuse::Whole,
                Duration::from_millis(rand::random_range(RANDOM_LIFE_MS)),
            ),
        };
        operator.live(fuse)?;
        let began = Instant::now();
        let mut look = tokio::time::interval(Duration::from_millis(20));
        let mut looks = 0_u32;
        while began.elapsed() < limit && !operator.proxy.is_over()? {
            look.tick().await;
            looks += 1;
            if looks.is_multiple_of(20) && unfinished(stage, generation).await?.is_none() {
                return Ok(());
            }
        }
        let over = operator.proxy.is_over()?;
        operator.proxy.kill()?;
        operator.is_dead().await?;
        let cut = operator
            .proxy
            .take_writes()?
            .into_iter()
            .rfind(|write| write.cut);
        ensure!(!over || cut.is_some(), "the operator ended by itself");
        self.kills += 1;
        let phase = stage.status(NAME).await?.phase;
        let at = cut.map_or_else(|| format!("{phase:?}"), |write| write.step);
        self.killed_at.insert(format!("{kills:?}: {at}"));
        Ok(())
    }

    /// Reasons of the Events since the last release, one for each transition, in order, none missing.
    async fn events(&mut self, stage: &Stage, handy: &Handy) -> Result<Vec<String>> {
        let expected = stage
            .status(&handy.name)
            .await?
            .transition
            .context("no status.transition")?
            .sequence;
        let told = until(
            "the last transition's Event",
            Duration::from_secs(20),
            async || {
                let told = event_reasons(stage).await?;
                let last = told.last().map_or(-1, |(sequence, _)| *sequence);
                Ok(if last >= expected {
                    Seen::Done(told)
                } else {
                    Seen::not(format!("{last}, not {expected}"))
                })
            },
        )
        .await?;
        let sequences: Vec<i64> = told.iter().map(|(sequence, _)| *sequence).collect();
        let first = sequences.first().copied().unwrap_or_default();
        ensure!(
            sequences.iter().copied().eq(first..=expected),
            "Events missing or doubled: {sequences:?}"
        );
        let new = told
            .into_iter()
            .filter(|(sequence, _)| *sequence > self.last_event)
            .map(|(_, reason)| reason)
            .collect();
        self.last_event = expected;
        Ok(new)
    }
}

/// What is left to be done of a release, down to the old revision's last pod.
async fn unfinished(stage: &Stage, generation: i64) -> Result<Option<String>> {
    let status = stage.status(NAME).await?;
    if status.phase == Phase::Failed {
        anyhow::bail!("the release failed: {:?}", status.failure);
    }
    if status.phase != Phase::Stable
        || status.observed_generation != Some(generation)
        || status.previous.is_some()
    {
        return Ok(Some(format!(
            "{:?}, {:?} of {generation}: {}",
            status.phase, status.observed_generation, status.message
        )));
    }
    let deployments = stage
        .api::<Deployment>()
        .list(&ListParams::default())
        .await?
        .items
        .len();
    let pods = stage
        .api::<Pod>()
        .list(&ListParams::default().labels("app.kubernetes.io/component=bot"))
        .await?
        .items
        .len();
    Ok((deployments != 1 || pods != 2)
        .then(|| format!("Stable, with {deployments} Deployments and {pods} pods")))
}

/// Sequence and reason of the resource's Events, in order of sequence.
async fn event_reasons(stage: &Stage) -> Result<Vec<(i64, String)>> {
    let events = stage
        .api::<Event>()
        .list(&ListParams::default())
        .await?
        .items;
    let mut told = Vec::new();
    for event in events {
        if event
            .regarding
            .as_ref()
            .and_then(|about| about.kind.as_deref())
            != Some("UbermenchDeployment")
        {
            continue;
        }
        ensure!(event.series.is_none(), "an Event was repeated: {event:?}");
        let name = event.name_any();
        let sequence = name.rsplit('.').next().and_then(|end| end.parse().ok());
        told.push((
            sequence.with_context(|| format!("Event without a sequence: {name}"))?,
            event.reason.unwrap_or_default(),
        ));
    }
    told.sort();
    Ok(told)
}

/// Which migrations ran, each as often as its rows say.
async fn ledger(stage: &Stage) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar::<_, String>(
        "select name || ' at ' || finished_at::text from schema_migration order by name",
    );
    Ok(rows.fetch_all(&stage.servers.database).await?)
}

/// Kinds of what exists, and whether the Services select the one revision that is there.
async fn objects(stage: &Stage) -> Result<Vec<String>> {
    let status = stage.status(NAME).await?;
    let active = status.active.context("no active revision")?;
    let mut objects = vec![format!(
        "candidate {:?}, failure {:?}",
        status.candidate, status.failure
    )];
    for deployment in stage
        .api::<Deployment>()
        .list(&ListParams::default())
        .await?
    {
        let spec = deployment.spec.clone().unwrap_or_default();
        let of_active = deployment.name_any().ends_with(&active.revision);
        objects.push(format!(
            "Deployment, active {of_active}, replicas {:?}, paused {:?}",
            spec.replicas, spec.paused
        ));
    }
    for service in stage
        .api::<Service>()
        .list(&ListParams::default().labels("app.kubernetes.io/managed-by=ubermench-operator"))
        .await?
    {
        let selector = service
            .spec
            .clone()
            .and_then(|spec| spec.selector)
            .unwrap_or_default();
        let of_active = selector.get("ubermench.io/revision") == Some(&active.revision);
        objects.push(format!(
            "Service {}, active {of_active}",
            service.name_any()
        ));
    }
    Ok(objects)
}

/// `handy-migrate-3f6a…-12` is a `migrate`.
fn component(job: &str) -> String {
    job.split('-').nth(1).unwrap_or(job).to_owned()
}
