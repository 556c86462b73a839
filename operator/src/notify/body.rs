//! A message in each channel's own format.

use serde_json::{Value, json};
use ubermench_crds::{NotificationType, Phase, Transition};

use super::Message;

/// Longest text that Discord takes.
const DISCORD_LIMIT: usize = 2000;

/// Longest text of ours: what is longer is in the resource's status.
const TEXT_LIMIT: usize = 1800;

pub(super) fn of(type_: NotificationType, message: &Message) -> Value {
    match type_ {
        NotificationType::Slack => json!({"text": slack(message)}),
        NotificationType::Discord => json!({
            "content": text(message, "**", &plain).chars().take(DISCORD_LIMIT).collect::<String>(),
            // Nobody is called by what a program said.
            "allowed_mentions": {"parse": []},
        }),
        NotificationType::Webhook => generic(message),
    }
}

fn slack(message: &Message) -> String {
    // The three that mean something to Slack; without them no text can call or link.
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    text(message, "*", &escape)
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn text(message: &Message, bold: &str, escape: &dyn Fn(&str) -> String) -> String {
    let Message {
        id,
        namespace,
        name,
        transition,
        ..
    } = message;
    let said: String = transition.message.chars().take(TEXT_LIMIT / 2).collect();
    format!(
        "{mark} {bold}{namespace}/{name}{bold}: {from:?} → {to:?} ({reason})\n{said}\nrevision {revision}, id {id}",
        mark = mark(transition),
        from = transition.from,
        to = transition.to,
        reason = escape(&transition.reason),
        said = escape(&said),
        revision = escape(&transition.revision),
    )
}

fn mark(transition: &Transition) -> &'static str {
    match transition.to {
        Phase::Failed => "✖",
        Phase::RollingBack => "↩",
        Phase::AwaitingApproval => "?",
        Phase::Stable => "✔",
        _ => "•",
    }
}

fn generic(message: &Message) -> Value {
    let Message {
        id,
        namespace,
        name,
        uid,
        transition,
    } = message;
    json!({
        "id": id,
        "resource": {"kind": "UbermenchDeployment", "namespace": namespace, "name": name, "uid": uid},
        "transition": transition,
    })
}
