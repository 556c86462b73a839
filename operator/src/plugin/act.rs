//! `promote`, `abort`, `retry`, `rollback`: an annotation with a token, and the operator's answer to it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use ubermench_crds::{
    Action, ActionAnswer, ActionResult, Outcome, UbermenchDeployment, UbermenchDeploymentStatus,
};

use super::cluster::Cluster;
use super::paint::{Paint, Tone};
use super::say;
use crate::app::now;

/// Who writes the annotation.
const MANAGER: &str = "kubectl-ubermench";

/// How often the answer is looked for.
const LOOK: Duration = Duration::from_millis(200);

/// Asks for an action, and tells what became of it.
pub(super) async fn ask(
    cluster: &Cluster,
    action: Action,
    name: &str,
    revision: Option<&str>,
    patience: Duration,
    paint: Paint,
) -> anyhow::Result<ExitCode> {
    let object = cluster.find(Some(name)).await?;
    let revision = match revision {
        Some(revision) => revision.to_owned(),
        None => target(action, &object)?,
    };
    let token = token(&revision, now(), rand::random());
    let patch = json!({"metadata": {"annotations": {action.annotation(): token}}});
    let params = PatchParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PatchParams::default()
    };
    cluster
        .resources()
        .patch_metadata(name, &params, &Patch::Merge(&patch))
        .await
        .with_context(|| format!("the annotation {} can't be written", action.annotation()))?;
    let answered = async {
        loop {
            let object = cluster.find(Some(name)).await?;
            if let Some(answer) = answer(&object, &token) {
                return anyhow::Ok(answer.clone());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let Ok(answer) = tokio::time::timeout(patience, answered).await else {
        bail!(
            "the operator has not answered {token} within {} s; it will when it can, so don't ask again before `kubectl ubermench status {name}` shows its answer",
            patience.as_secs()
        );
    };
    let answer = answer?;
    say(&sentence(&answer, paint))?;
    Ok(match answer.result {
        ActionResult::Accepted => ExitCode::SUCCESS,
        ActionResult::Refused => ExitCode::FAILURE,
    })
}

/// What became of it.
pub(super) fn sentence(answer: &ActionAnswer, paint: Paint) -> String {
    let tone = match answer.result {
        ActionResult::Accepted => Tone::Good,
        ActionResult::Refused => Tone::Bad,
    };
    let result = paint.say(tone, &format!("{:?}", answer.result));
    format!("{result} ({}): {}\n", answer.reason, answer.message)
}

fn answer<'a>(object: &'a UbermenchDeployment, token: &str) -> Option<&'a ActionAnswer> {
    let mut answers = object.status.as_ref()?.actions.iter();
    answers.find(|answer| answer.token == token)
}

/// A token that was not used before.
pub(super) fn token(revision: &str, now: Timestamp, chance: u32) -> String {
    format!("{revision}/{}-{chance:08x}", now.as_second())
}

/// The revision that is meant where none is named.
pub(super) fn target(action: Action, object: &UbermenchDeployment) -> anyhow::Result<String> {
    let none = UbermenchDeploymentStatus::default();
    let status = object.status.as_ref().unwrap_or(&none);
    match action {
        Action::Promote | Action::Abort => {
            let candidate = status.candidate.as_ref().map(|each| each.revision.clone());
            candidate.context("no release is on its way")
        }
        Action::Retry => {
            let failed = status
                .failure
                .as_ref()
                .map(|failure| failure.revision.clone());
            let kept_back = status
                .rollback
                .as_ref()
                .map(|rollback| rollback.instead_of.clone());
            failed
                .or(kept_back)
                .filter(|revision| !revision.is_empty())
                .context("no release has failed")
        }
        Action::Rollback => before(status)
            .context("no former revision is known; name one of `kubectl ubermench history`"),
    }
}

/// The revision before the active one: the warm one, else the last that came to serve.
fn before(status: &UbermenchDeploymentStatus) -> Option<String> {
    if let Some(previous) = &status.previous {
        return Some(previous.revision.clone());
    }
    let active = status
        .active
        .as_ref()
        .map(|active| active.revision.as_str());
    let mut served = status
        .history
        .iter()
        .filter(|entry| entry.outcome == Outcome::Succeeded);
    served
        .find(|entry| Some(entry.revision.as_str()) != active)
        .map(|entry| entry.revision.clone())
}
