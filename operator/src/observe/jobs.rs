//! A Job as decisions see it, with what its program reported in its termination message.

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod as KubePod;
use kube::ResourceExt;
use serde::Deserialize;

use super::pods;
use crate::names::Component;
use crate::rollout::{JobState, Reason, Trouble, TroubleKind};

/// Longest report that is kept.
const REPORT_LIMIT: usize = 600;

/// What the Job came to.
pub(super) fn state(job: &Job, component: Component, all: &[KubePod]) -> JobState {
    let uid = job.uid().unwrap_or_default();
    let pod = all
        .iter()
        .filter(|pod| belongs(pod, &uid))
        .max_by_key(|pod| pod.creation_timestamp().map(|at| at.0));
    if let Some(reason) = condition(job, "Failed") {
        return JobState::Failed(failed(job, pod, &reason));
    }
    if condition(job, "Complete").is_some() {
        return completed(job, component, pod);
    }
    let stuck =
        pod.and_then(|pod| pods::containers(pod).find_map(|container| pods::stuck(pod, container)));
    JobState::Running(stuck)
}

/// Whether somebody stopped a Job that has not ended: suspended it, or allowed it no pod.
pub(crate) fn is_halted(job: &Job) -> bool {
    let is_over = condition(job, "Failed").is_some() || condition(job, "Complete").is_some();
    let spec = job.spec.as_ref();
    !is_over && spec.is_some_and(|spec| spec.suspend == Some(true) || spec.parallelism == Some(0))
}

fn belongs(pod: &KubePod, job: &str) -> bool {
    pod.metadata
        .owner_references
        .iter()
        .flatten()
        .any(|owner| owner.uid == job)
}

/// A gate without a report is not passed, whatever its exit code.
fn completed(job: &Job, component: Component, pod: Option<&KubePod>) -> JobState {
    let report = pod.and_then(report);
    match (component, &report) {
        (
            Component::Smoke,
            Some(Report {
                passed: Some(true), ..
            }),
        )
        | (Component::Migrate | Component::Bot, _) => {
            JobState::Succeeded(report.map_or_else(|| "done".to_owned(), |report| report.summary()))
        }
        (Component::Smoke, _) => JobState::Failed(Trouble {
            kind: TroubleKind::Crash,
            pod: pod.map_or_else(|| job.name_any(), ResourceExt::name_any),
            container: None,
            exit_code: Some(0),
            message: "it ended well but reported no pass".to_owned(),
            log: Vec::new(),
        }),
    }
}

fn failed(job: &Job, pod: Option<&KubePod>, reason: &str) -> Trouble {
    let container = pod.and_then(|pod| {
        pods::containers(pod)
            .next()
            .map(|container| (pod, container))
    });
    let late = reason.contains("DeadlineExceeded");
    let Some((pod, container)) = container else {
        return Trouble {
            kind: if late {
                TroubleKind::Deadline
            } else {
                TroubleKind::Crash
            },
            pod: job.name_any(),
            container: None,
            exit_code: None,
            message: reason.to_owned(),
            log: Vec::new(),
        };
    };
    let mut trouble = pods::stuck(pod, container).unwrap_or_else(|| pods::ended(pod, container));
    if let Some(report) = report(pod) {
        if report.reason.as_deref() == Some(Reason::SchemaTooNew.as_str()) {
            trouble.kind = TroubleKind::SchemaTooNew;
        }
        trouble.message = report.summary();
    } else if late {
        if trouble.kind == TroubleKind::Crash {
            trouble.kind = TroubleKind::Deadline;
        }
        trouble.message = format!("{reason}; {}", trouble.message);
    }
    trouble
}

/// Reason and message of a condition that holds.
fn condition(job: &Job, type_: &str) -> Option<String> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    let condition = conditions
        .iter()
        .find(|each| each.type_ == type_ && each.status == "True")?;
    let reason = condition.reason.clone().unwrap_or_default();
    Some(match condition.message.as_deref() {
        Some(message) if !message.is_empty() => format!("{reason}: {message}"),
        _ => reason,
    })
}

/// What `migrate` and `smoke` write to their termination message.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Report {
    applied: Option<Vec<String>>,
    already: Option<u64>,
    error: Option<String>,
    reason: Option<String>,
    passed: Option<bool>,
    checks: Vec<Check>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Check {
    name: String,
    ok: bool,
    detail: String,
}

fn report(pod: &KubePod) -> Option<Report> {
    let message = pods::containers(pod).find_map(|container| {
        container
            .state
            .as_ref()?
            .terminated
            .as_ref()?
            .message
            .as_deref()
    })?;
    // A program that logs too may have put lines before it.
    let line = message
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with('{'))?;
    let report: Report = serde_json::from_str(line).ok()?;
    (report != Report::default()).then_some(report)
}

impl Report {
    fn summary(&self) -> String {
        let text = match self {
            Self {
                error: Some(error), ..
            } => error.clone(),
            Self {
                passed: Some(true),
                checks,
                ..
            } => format!("{} checks passed", checks.len()),
            Self {
                passed: Some(false),
                checks,
                ..
            } => {
                let wrong: Vec<_> = checks
                    .iter()
                    .filter(|check| !check.ok)
                    .map(|check| format!("{}: {}", check.name, check.detail))
                    .collect();
                wrong.join("; ")
            }
            Self {
                applied: Some(applied),
                already,
                ..
            } if applied.is_empty() => {
                format!(
                    "nothing to apply, {} are there",
                    already.unwrap_or_default()
                )
            }
            Self {
                applied: Some(applied),
                ..
            } => format!("applied {}", applied.join(", ")),
            Self { .. } => String::new(),
        };
        text.chars().take(REPORT_LIMIT).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(conditions: &serde_json::Value) -> Job {
        serde_json::from_value(json!({
            "metadata": {"name": "handy-smoke-abc-1", "uid": "j1"},
            "status": {"conditions": conditions},
        }))
        .unwrap()
    }

    fn pod(state: &serde_json::Value) -> KubePod {
        serde_json::from_value(json!({
            "metadata": {"name": "p", "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "j1"}]},
            "status": {"containerStatuses": [
                {"name": "smoke", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": state},
            ]},
        }))
        .unwrap()
    }

    #[test]
    fn gate_passes_only_with_a_report_that_says_so() {
        let complete = job(&json!([{"type": "Complete", "status": "True"}]));
        let said = |message: &str| {
            [pod(
                &json!({"terminated": {"exitCode": 0, "message": message}}),
            )]
        };
        let passed = said(r#"{"passed":true,"checks":[{"name":"health","ok":true,"detail":""}]}"#);
        assert_eq!(
            state(&complete, Component::Smoke, &passed),
            JobState::Succeeded("1 checks passed".to_owned())
        );
        for message in ["", "all good", r#"{"passed":false,"checks":[]}"#] {
            let answer = state(&complete, Component::Smoke, &said(message));
            assert!(
                matches!(answer, JobState::Failed(_)),
                "{message:?} gave {answer:?}"
            );
        }
        assert!(matches!(
            state(&complete, Component::Smoke, &[]),
            JobState::Failed(_)
        ));
        assert!(matches!(
            state(&complete, Component::Migrate, &[]),
            JobState::Succeeded(_)
        ));
    }

    #[test]
    fn failed_checks_are_named() {
        let failed =
            job(&json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]));
        let message = r#"{"passed":false,"checks":[{"name":"reply","ok":false,"detail":"none came"},{"name":"redis","ok":true}]}"#;
        let pods = [pod(
            &json!({"terminated": {"exitCode": 1, "message": message}}),
        )];
        let JobState::Failed(trouble) = state(&failed, Component::Smoke, &pods) else {
            panic!("not failed")
        };
        assert_eq!(
            (trouble.message.as_str(), trouble.exit_code),
            ("reply: none came", Some(1))
        );
    }

    #[test]
    fn schema_that_is_too_new_is_told_from_other_ends() {
        let failed =
            job(&json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]));
        let cases = [
            (
                r#"{"error":"too new","reason":"SchemaTooNew"}"#,
                TroubleKind::SchemaTooNew,
            ),
            (r#"{"error":"syntax error"}"#, TroubleKind::Crash),
            (r#"{"error":"x","reason":"Whatever"}"#, TroubleKind::Crash),
        ];
        for (message, kind) in cases {
            let pods = [pod(
                &json!({"terminated": {"exitCode": 1, "message": message}}),
            )];
            let JobState::Failed(trouble) = state(&failed, Component::Migrate, &pods) else {
                panic!("not failed")
            };
            assert_eq!(trouble.kind, kind, "{message}");
        }
    }

    #[test]
    fn image_that_cannot_be_pulled_shows_before_the_job_ends() {
        let pods = [pod(
            &json!({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}),
        )];
        let JobState::Running(Some(trouble)) = state(&job(&json!([])), Component::Migrate, &pods)
        else {
            panic!("no evidence")
        };
        assert_eq!(trouble.kind, TroubleKind::ImagePull);
    }

    #[test]
    fn failed_job_without_a_pod_keeps_its_reason() {
        let failed = job(
            &json!([{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "too long"}]),
        );
        let JobState::Failed(trouble) = state(&failed, Component::Migrate, &[]) else {
            panic!("not failed")
        };
        assert_eq!(trouble.message, "DeadlineExceeded: too long");
    }
}
