//! Ten things go wrong, and `kubectl ubermench explain` names cause and way out of each. What it says is what
//! `docs/troubleshooting.md` shows.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};
use ubermench_crds::{Phase, UbermenchDeploymentStatus};
use ubermench_tests::handy::NAME;
use ubermench_tests::{Handy, Stage};

/// The deadlines in the resource are longer, but for the one that is waited for.
const SEEN: Duration = Duration::from_mins(1);
/// Another bot, whose name somebody else's Service has.
const OTHER: &str = "other";

const HEAD: &str = "\
# Troubleshooting: ten things that go wrong

What `kubectl ubermench explain` says of each, shortened by the lines of logs. In all of them but the last no traffic had moved:
what served serves on. A test breaks these things on a real cluster and holds this page against what it says then. [The
operator](operator.md) lists all reasons.
";

#[tokio::test(flavor = "multi_thread")]
async fn explain_names_cause_and_way_out() -> Result<()> {
    Stage::play("explains", explains).await
}

/// Something that goes wrong.
struct Trouble {
    title: &'static str,
    /// What was done, in a sentence.
    story: &'static str,
    break_it: Break,
    /// The reason that stands in the status then.
    reason: &'static str,
}

enum Break {
    /// Another resource is applied.
    Apply(Handy),
    /// The resource is patched.
    Patch(Value),
    /// A Secret is patched, and back.
    Secret(&'static str, Value, Value),
    /// A Service with the name of a new bot is there already.
    TakeName,
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn troubles(stage: &Stage) -> Vec<Trouble> {
    let images = &stage.cluster.config.images;
    let faulty = |fault| Break::Apply(stage.handy().faulty(images, fault));
    let trouble = |title, story, break_it, reason| Trouble {
        title,
        story,
        break_it,
        reason,
    };
    let url = &stage.servers.database_url;
    let token = |token: &str| json!({ "stringData": { "accessToken": token } });
    vec![
        trouble(
            "The image can't be pulled",
            "A typing error in the tag of `spec.image`.",
            Break::Apply(
                stage
                    .handy()
                    .with_image(&format!("{}-that-nobody-made", images.bot)),
            ),
            "ImagePullFailed",
        ),
        trouble(
            "A setting is wrong",
            "`SEND_RATE_PER_SECOND: fast` in `spec.env`.",
            Break::Apply(stage.handy().with_env("SEND_RATE_PER_SECOND", "fast")),
            "CrashLoop",
        ),
        trouble(
            "A migration fails",
            "The new image brings a migration with an error in its SQL.",
            faulty("broken-migration"),
            "MigrationFailed",
        ),
        trouble(
            "The database refuses the login",
            "The password in the database's Secret was changed, but not in the database.",
            Break::Secret(
                "handy-database",
                json!({ "stringData": { "url": url.replacen('@', "-of-last-year@", 1) } }),
                json!({ "stringData": { "url": url } }),
            ),
            "MigrationFailed",
        ),
        trouble(
            "WhatsApp's token is refused",
            "The access token in the Secret is an old one.",
            Break::Secret(
                "handy-whatsapp",
                token("of-last-year"),
                token(ubermench_tests::graph::ACCESS_TOKEN),
            ),
            "GateFailed",
        ),
        trouble(
            "A Secret is emptied",
            "Somebody emptied `accessToken`. Nothing is released with it; what serves has its own copy.",
            Break::Secret(
                "handy-whatsapp",
                token(""),
                token(ubermench_tests::graph::ACCESS_TOKEN),
            ),
            "SecretMissing",
        ),
        trouble(
            "The name is taken",
            "A bot called `other` is made where a Service `other` of somebody else exists.",
            Break::TakeName,
            "NameTaken",
        ),
        trouble(
            "No node has room",
            "Each pod asks for a thousand cores.",
            Break::Patch(json!({ "spec": {
                "resources": { "requests": { "cpu": "1000" } },
                "rollout": { "deadlines": { "startSeconds": 10, "migrateSeconds": 10 } },
            }})),
            "DeadlineExceeded",
        ),
        trouble(
            "Somebody is waited for",
            "`rollout.approval: Manual`, and the release stands still.",
            Break::Apply(stage.handy().with_env("EDIT", "1").with_approval()),
            "AwaitingApproval",
        ),
        trouble(
            "Pods turn bad once they serve",
            "They passed all gates, and lose their readiness when traffic comes. It is taken back by itself.",
            faulty("unready-when-active"),
            "ReadinessLost",
        ),
    ]
}

async fn explains(stage: &Stage) -> Result<()> {
    stage.release(&stage.handy()).await?;
    let mut page = HEAD.to_owned();
    for trouble in troubles(stage) {
        let said = meet(stage, &trouble).await.context(trouble.title)?;
        ensure!(
            said.contains("What you can do"),
            "{}: no way out: {said}",
            trouble.title
        );
        write!(
            page,
            "\n## {}\n\n{}\n\n```console\n{said}```\n",
            trouble.title, trouble.story
        )?;
    }
    let shown = stage.cluster.config.root.join("docs/troubleshooting.md");
    if std::fs::read_to_string(&shown).unwrap_or_default() == page {
        return Ok(());
    }
    let now = std::env::temp_dir().join("troubleshooting.md");
    std::fs::write(&now, page)?;
    bail!(
        "explain says something else than {}: compare {}",
        shown.display(),
        now.display()
    );
}

/// Breaks it, reads, and mends it.
async fn meet(stage: &Stage, trouble: &Trouble) -> Result<String> {
    let mut name = NAME;
    match &trouble.break_it {
        Break::Apply(handy) => {
            stage.apply(handy).await?;
        }
        Break::Patch(patch) => kubectl_patch(stage, "ubd", NAME, patch).await?,
        Break::Secret(secret, patch, _) => kubectl_patch(stage, "secret", secret, patch).await?,
        Break::TakeName => {
            name = OTHER;
            let arguments = [
                "create",
                "service",
                "clusterip",
                OTHER,
                "--tcp=80",
                "--namespace",
            ];
            let arguments = [&arguments[..], &[&stage.namespace]].concat();
            stage.cluster.kubectl(&arguments, "").await?.success()?;
            let mut other = stage.handy();
            OTHER.clone_into(&mut other.name);
            stage.apply(&other).await?;
        }
    }
    let status = stage
        .until_status(name, trouble.reason, SEEN, |status| {
            shows(status, trouble.reason)
        })
        .await?;
    let arguments = ["explain", name, "--namespace", &stage.namespace];
    let said = stage.cluster.plugin(&arguments).await?.success()?;
    let said = format!("$ kubectl ubermench explain {name}\n{said}");
    mend(stage, &trouble.break_it).await?;
    Ok(plain(stage, &status, &said))
}

async fn mend(stage: &Stage, broken: &Break) -> Result<()> {
    match broken {
        Break::Secret(secret, _, back) => kubectl_patch(stage, "secret", secret, back).await?,
        Break::TakeName => {
            for kind in ["ubd", "service"] {
                let arguments = ["delete", kind, OTHER, "--namespace", &stage.namespace];
                stage.cluster.kubectl(&arguments, "").await?.success()?;
            }
        }
        Break::Apply(_) | Break::Patch(_) => {}
    }
    stage.release(&stage.handy()).await?;
    Ok(())
}

fn shows(status: &UbermenchDeploymentStatus, reason: &str) -> bool {
    let failed = status.failure.as_ref();
    let failed = failed.is_some_and(|failure| failure.reason == reason);
    let stalled = status
        .conditions
        .iter()
        .any(|condition| condition.type_ == "Stalled" && condition.reason == reason);
    let awaits = reason == "AwaitingApproval" && status.phase == Phase::AwaitingApproval;
    failed && status.phase == Phase::Failed || stalled || awaits
}

async fn kubectl_patch(stage: &Stage, kind: &str, name: &str, patch: &Value) -> Result<()> {
    let patch = patch.to_string();
    let arguments = [
        "patch",
        kind,
        name,
        "--namespace",
        &stage.namespace,
        "--type",
        "merge",
        "--patch",
        &patch,
    ];
    stage.cluster.kubectl(&arguments, "").await?.success()?;
    Ok(())
}

/// Without what differs from run to run, and without lines of logs.
fn plain(stage: &Stage, status: &UbermenchDeploymentStatus, said: &str) -> String {
    let images = &stage.cluster.config.images;
    let active = status.active.as_ref().map(|active| &active.revision);
    let candidate = status.candidate.as_ref().map(|it| &it.revision);
    let failure = status.failure.as_ref();
    let mut words: Vec<(&str, &str)> = vec![
        (&images.faulty, "registry.example/bot:1.5.0"),
        (&images.bot_next, "registry.example/bot:1.5.0"),
        (&images.bot, "registry.example/bot:1.4.0"),
        (&stage.namespace, "prod"),
    ];
    let pod = failure.and_then(|failure| failure.pod.as_deref());
    words.extend(pod.map(|pod| (pod, shown(pod))));
    words.extend(active.map(|revision| (revision.as_str(), "7d793037a0")));
    let failed = failure.map(|failure| &failure.revision);
    let new = candidate.or(failed);
    words.extend(new.map(|revision| (revision.as_str(), "5d41402abc")));
    let mut text = String::new();
    for line in said.lines().filter(|line| !line.starts_with("  ")) {
        let mut line = line.to_owned();
        for (word, instead) in &words {
            line = line.replace(word, instead);
        }
        // What the container runtime and the database say differs from version to version.
        line = between(
            &line,
            "can't pull its image: ",
            " Check",
            "the registry's words.",
        );
        line = between(&line, " at line ", ":", "");
        line = between(&line, " at line ", ".", "");
        let shown: Vec<&str> = line
            .split(' ')
            .map(|word| word.parse::<Timestamp>().map_or(word, |_| "09:41"))
            .collect();
        text.push_str(&shown.join(" "));
        text.push('\n');
    }
    text
}

/// A pod's name without what is chance in it.
fn shown(pod: &str) -> &'static str {
    if pod.contains("-migrate-") {
        "handy-migrate-5d41402abc-2-x7k2p"
    } else if pod.contains("-smoke-") {
        "handy-smoke-5d41402abc-2-x7k2p"
    } else {
        "handy-green-5d41402abc-x7k2p"
    }
}

/// The line with something else between two marks.
fn between(line: &str, before: &str, after: &str, instead: &str) -> String {
    let Some((start, rest)) = line.split_once(before) else {
        return line.to_owned();
    };
    let Some((_, end)) = rest.split_once(after) else {
        return line.to_owned();
    };
    if instead.is_empty() {
        format!("{start}{after}{end}")
    } else {
        format!("{start}{before}{instead}{after}{end}")
    }
}
