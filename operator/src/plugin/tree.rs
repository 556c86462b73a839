//! `status`: one bot as a tree.

use std::fmt::Write;

use jiff::Timestamp;
use ubermench_crds::{ActionResult, CandidateRevision, Phase, UbermenchDeploymentStatus};

use super::cluster::{PodLine, View};
use super::paint::{Paint, Tone};

/// As JSON: what the tree is made of.
pub(super) fn json(view: &View) -> serde_json::Result<String> {
    serde_json::to_string_pretty(view).map(|text| text + "\n")
}

/// For people.
pub(super) fn text(view: &View, now: Timestamp, paint: Paint) -> String {
    let status = &view.status;
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = writeln!(
        text,
        "{} {}  {}",
        paint.say(Tone::Strong, &view.name),
        paint.say(Tone::Faint, &format!("in {}", view.namespace)),
        paint.say(tone(status.phase), &format!("{:?}", status.phase)),
    );
    let mut branches = facts(status);
    branches.extend(sides(view, now, paint));
    branches.extend(services(view));
    branches.extend(jobs(view, paint));
    branches.extend(failure(status, now, paint));
    branches.extend(answers(status, now, paint));
    let count = branches.len();
    for (number, branch) in branches.into_iter().enumerate() {
        let last = number + 1 == count;
        let _ = writeln!(text, "{} {}", if last { "└─" } else { "├─" }, branch.head);
        let leaves = branch.leaves.len();
        for (leaf, line) in branch.leaves.into_iter().enumerate() {
            let _ = writeln!(
                text,
                "{}  {} {line}",
                if last { " " } else { "│" },
                if leaf + 1 == leaves {
                    "└─"
                } else {
                    "├─"
                },
            );
        }
    }
    text
}

struct Branch {
    head: String,
    leaves: Vec<String>,
}

impl Branch {
    fn leafless(head: String) -> Self {
        Self {
            head,
            leaves: Vec::new(),
        }
    }
}

pub(super) const fn tone(phase: Phase) -> Tone {
    match phase {
        Phase::Stable => Tone::Good,
        Phase::Failed | Phase::RollingBack => Tone::Bad,
        _ => Tone::Busy,
    }
}

/// How long ago, as kubectl says it.
pub(super) fn ago(then: Timestamp, now: Timestamp) -> String {
    took(now.duration_since(then).as_secs())
}

/// Seconds, as kubectl says them.
pub(super) fn took(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..=119 => format!("{seconds}s"),
        seconds @ 120..=7_199 => format!("{}m", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

fn facts(status: &UbermenchDeploymentStatus) -> Vec<Branch> {
    let mut facts = vec![Branch::leafless(format!("going on   {}", status.message))];
    if !status.waiting_for.is_empty() {
        facts.push(Branch::leafless(format!(
            "waits for  {}",
            status.waiting_for
        )));
    }
    if let Some(rollback) = &status.rollback {
        let instead_of = if rollback.instead_of.is_empty() {
            String::new()
        } else {
            format!(" instead of {}", rollback.instead_of)
        };
        let head = format!("rollback   {}{instead_of}, by hand", rollback.revision);
        facts.push(Branch::leafless(head));
    }
    facts
}

fn sides(view: &View, now: Timestamp, paint: Paint) -> Vec<Branch> {
    let status = &view.status;
    let mut sides = Vec::new();
    let mut add = |title: &str, revision: &str, rest: String| {
        let pods = view.pods.iter();
        let pods = pods.filter(|pod| pod.component == "bot" && pod.revision == revision);
        sides.push(Branch {
            head: format!("{title:<10} {revision} {rest}"),
            leaves: pods.map(|pod| leaf(pod, paint)).collect(),
        });
    };
    let active = status.active.as_ref();
    if let Some(active) = active {
        let (color, image) = (active.color.as_str(), &active.image);
        let since = ago(active.since.0, now);
        add(
            "active",
            &active.revision,
            format!("{color} {image}, for {since}"),
        );
    }
    // In Baking the candidate is the active one; its pods are shown once.
    let is_active = |candidate: &&CandidateRevision| {
        active.is_some_and(|active| active.revision == candidate.revision)
    };
    if let Some(candidate) = status.candidate.as_ref().filter(|each| !is_active(each)) {
        add("candidate", &candidate.revision, on_its_way(candidate, now));
    }
    if let Some(previous) = &status.previous {
        let (color, image) = (previous.color.as_str(), &previous.image);
        let left = took(previous.warm_until.0.duration_since(now).as_secs());
        let rest = format!("{color} {image}, warm for {left} more");
        add("previous", &previous.revision, rest);
    }
    sides
}

fn on_its_way(candidate: &CandidateRevision, now: Timestamp) -> String {
    let gates = candidate.gates.iter();
    let gates = gates.map(|gate| format!(", {} {:?}", gate.name, gate.result));
    let flag = |holds: bool, text: &'static str| if holds { text } else { "" };
    format!(
        "{} {}, attempt {}, for {}{}{}{}",
        candidate.color.as_str(),
        candidate.image,
        candidate.attempt,
        ago(candidate.started_at.0, now),
        gates.collect::<String>(),
        flag(candidate.approved.is_some(), ", approved"),
        flag(candidate.paused_at.is_some(), ", paused"),
    )
}

fn leaf(pod: &PodLine, paint: Paint) -> String {
    let tone = if pod.ready { Tone::Good } else { Tone::Busy };
    let ready = if pod.ready { "ready" } else { "not ready" };
    let restarts = match pod.restarts {
        0 => String::new(),
        1 => ", 1 restart".to_owned(),
        many => format!(", {many} restarts"),
    };
    format!(
        "{} {}, {}{restarts}",
        pod.name,
        paint.say(tone, ready),
        pod.state
    )
}

fn services(view: &View) -> Option<Branch> {
    let lines = view.services.iter().map(|(name, revision)| match revision {
        Some(revision) => format!("{name} → {revision}"),
        None => format!("{name} → nothing of ours"),
    });
    let leaves: Vec<_> = lines.collect();
    (!leaves.is_empty()).then(|| Branch {
        head: "Services".to_owned(),
        leaves,
    })
}

fn jobs(view: &View, paint: Paint) -> Option<Branch> {
    let pods = view.pods.iter().filter(|pod| pod.component != "bot");
    let lines = pods.map(|pod| {
        let tone = match pod.state.as_str() {
            "Completed" | "Succeeded" => Tone::Good,
            "Error" | "Failed" => Tone::Bad,
            _ => Tone::Busy,
        };
        format!("{} {}", pod.name, paint.say(tone, &pod.state))
    });
    let leaves: Vec<_> = lines.collect();
    (!leaves.is_empty()).then(|| Branch {
        head: "Jobs".to_owned(),
        leaves,
    })
}

fn failure(status: &UbermenchDeploymentStatus, now: Timestamp, paint: Paint) -> Option<Branch> {
    let failure = status.failure.as_ref()?;
    Some(Branch {
        head: format!(
            "failure    {} of {} in {:?}, {} ago",
            paint.say(Tone::Bad, &failure.reason),
            failure.revision,
            failure.phase,
            ago(failure.time.0, now)
        ),
        leaves: vec![failure.message.clone()],
    })
}

fn answers(status: &UbermenchDeploymentStatus, now: Timestamp, paint: Paint) -> Option<Branch> {
    let lines = status.actions.iter().take(3).map(|answer| {
        let tone = match answer.result {
            ActionResult::Accepted => Tone::Good,
            ActionResult::Refused => Tone::Bad,
        };
        format!(
            "{:?} {} {}: {}, {} ago",
            answer.action,
            answer.token,
            paint.say(tone, &format!("{:?}", answer.result)),
            answer.message,
            ago(answer.time.0, now)
        )
    });
    let leaves: Vec<_> = lines.collect();
    (!leaves.is_empty()).then(|| Branch {
        head: "Actions".to_owned(),
        leaves,
    })
}
