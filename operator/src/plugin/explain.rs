//! `explain`: what a bot waits for, why, and what can be done, in words.

use std::fmt::Write;

use kube::ResourceExt;
use ubermench_crds::{Failure, Phase, UbermenchDeployment, UbermenchDeploymentStatus};

use super::paint::{Paint, Tone};
use super::tree::tone;

/// For people.
pub(super) fn text(object: &UbermenchDeployment, paint: Paint) -> String {
    let name = object.name_any();
    let none = UbermenchDeploymentStatus::default();
    let status = object.status.as_ref().unwrap_or(&none);
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = writeln!(
        text,
        "{} is in {}{}, and {}.",
        paint.say(Tone::Strong, &name),
        paint.say(tone(status.phase), &format!("{:?}", status.phase)),
        if object.spec.paused { " (paused)" } else { "" },
        serves(status)
    );
    if status.observed_generation.is_none() {
        text.push_str("The operator has not looked at it yet: is it running, and does it look after this namespace?\n");
        return text;
    }
    if object.metadata.generation != status.observed_generation {
        text.push_str("The operator has not seen the last edit yet.\n");
    }
    // What failed is told once, below.
    let cause = status.failure.as_ref().map(|failure| &failure.message);
    let is_told_below = |message: &str| cause.is_some_and(|cause| message.contains(cause.as_str()));
    if !is_told_below(&status.message) {
        let _ = writeln!(text, "Going on: {}.", status.message.trim_end_matches('.'));
    }
    if !status.waiting_for.is_empty() {
        let _ = writeln!(
            text,
            "Waits for: {}.",
            status.waiting_for.trim_end_matches('.')
        );
    }
    if let Some(transition) = &status.transition {
        let why = match transition.message.trim_end_matches('.') {
            message if is_told_below(message) => String::new(),
            message => format!(": {message}"),
        };
        let _ = writeln!(
            text,
            "It came from {:?} at {} by {}{why}.",
            transition.from, transition.time.0, transition.reason
        );
    }
    if let Some(failure) = &status.failure {
        text.push_str(&evidence(failure, paint));
    }
    let ways = ways(object, status, &name);
    if !ways.is_empty() {
        let _ = writeln!(text, "\n{}", paint.say(Tone::Strong, "What you can do"));
        for way in ways {
            let _ = writeln!(text, "- {way}");
        }
    }
    text
}

fn serves(status: &UbermenchDeploymentStatus) -> String {
    match &status.active {
        Some(active) => format!(
            "revision {} serves ({}) with {} of {} pods ready",
            active.revision, active.image, status.ready_replicas, status.replicas
        ),
        None => "nothing serves yet".to_owned(),
    }
}

fn evidence(failure: &Failure, paint: Paint) -> String {
    let mut text = format!("\n{}\n", paint.say(Tone::Bad, "What failed"));
    let _ = writeln!(
        text,
        "Revision {} ({}), attempt {}, in {:?}: {}.",
        failure.revision, failure.image, failure.attempt, failure.phase, failure.reason
    );
    let _ = writeln!(text, "{}.", failure.message.trim_end_matches('.'));
    if let Some(pod) = &failure.pod {
        let container = failure.container.as_deref().unwrap_or("its container");
        let code = failure
            .exit_code
            .map_or_else(String::new, |code| format!(" with exit code {code}"));
        let _ = writeln!(text, "Seen on pod {pod}, {container}{code}.");
    }
    for line in &failure.log {
        let _ = writeln!(text, "  {}", paint.say(Tone::Faint, line));
    }
    text
}

/// The ways out, the likeliest first.
fn ways(
    object: &UbermenchDeployment,
    status: &UbermenchDeploymentStatus,
    name: &str,
) -> Vec<String> {
    let mut ways = Vec::new();
    let stalled = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "Stalled" && condition.status == "True");
    if let Some(advice) = stalled.and_then(|condition| advice(&condition.reason)) {
        ways.push(advice.to_owned());
    }
    if let Some(advice) = status
        .failure
        .as_ref()
        .and_then(|failure| advice(&failure.reason))
    {
        ways.push(advice.to_owned());
    }
    if object.spec.paused {
        ways.push(format!(
            "end the pause: kubectl patch ubd {name} --type merge -p '{{\"spec\":{{\"paused\":false}}}}'"
        ));
    }
    match status.phase {
        Phase::AwaitingApproval => {
            ways.push(format!("let it serve: kubectl ubermench promote {name}"));
            ways.push(format!("end it: kubectl ubermench abort {name}"));
        }
        Phase::Failed => ways.push(format!(
            "once the cause is gone, try again: kubectl ubermench retry {name}"
        )),
        Phase::Stable if status.rollback.is_some() => ways.push(format!(
            "end the rollback by hand by an edit, or by kubectl ubermench retry {name}"
        )),
        Phase::Stable | Phase::RollingBack => {}
        _ => ways.push(format!("end the release: kubectl ubermench abort {name}")),
    }
    let can_return = status.previous.is_some() && status.rollback.is_none();
    if can_return && status.phase != Phase::RollingBack {
        ways.push(format!(
            "go back to the revision before, which is warm: kubectl ubermench rollback {name}"
        ));
    }
    ways
}

/// What to look at first, by reason.
fn advice(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ImagePullFailed" => {
            "check spec.image for a typing error, spec.imagePullSecrets, and that the registry answers"
        }
        "ContainerConfigInvalid" => "read the message: most often a policy of the namespace",
        "CrashLoop" => {
            "read the lines above: a bad setting is named there with its variable; else take the image back"
        }
        "MigrationFailed" => {
            "read the message: login or rights, a lock held by another session, or the SQL itself"
        }
        "GateFailed" => {
            "the message names the check: graph points at accessToken, phoneNumberId or apiUrl, verification at verifyToken, database and redis at their Secrets, reply at the image"
        }
        "DeadlineExceeded" => {
            "look for pods that can't be scheduled (kubectl get events), a quota, or a slow start; the message names the setting"
        }
        "ReadinessLost" => "read the log of the pod named above, if it is still there",
        "ApprovalTimedOut" => {
            "retry it and promote it in time, or raise rollout.approvalTimeoutSeconds"
        }
        "InvalidSpec" => "edit the field that the message names",
        "SecretMissing" => {
            "create or fill the Secret, ConfigMap or key that the message names; the release goes on by itself"
        }
        "NameTaken" => "rename or delete the object that the message names, or rename the resource",
        _ => return None,
    })
}
