//! The Jobs of an attempt: migration and smoke gate. A Job is only transport: what it did stands in the ledger, what it
//! found in its termination message.

use k8s_openapi::api::batch::v1::{Job, JobSpec};

use super::pod::{template, value_of};
use crate::names::{ATTEMPT, COMPONENT, Component, Names};
use crate::rollout::Settings;
use crate::validate::Record;

/// Brings the database up to a revision.
pub fn migrate_job(
    names: &Names,
    revision: &str,
    record: &Record,
    attempt: i64,
    deadline_seconds: i64,
) -> Job {
    job(
        names,
        revision,
        record,
        Component::Migrate,
        attempt,
        deadline_seconds,
    )
}

/// Talks to the preview Service as Meta and a customer would, as often as the metrics gate needs it.
pub fn smoke_job(
    names: &Names,
    revision: &str,
    record: &Record,
    attempt: i64,
    settings: &Settings,
) -> Job {
    let mut job = job(
        names,
        revision,
        record,
        Component::Smoke,
        attempt,
        settings.smoke_seconds,
    );
    let pod = job
        .spec
        .as_mut()
        .and_then(|spec| spec.template.spec.as_mut());
    if let Some(container) = pod.and_then(|pod| pod.containers.first_mut()) {
        let url = format!("http://{}.{}.svc", names.preview_service(), names.namespace);
        container.env.get_or_insert_default().extend([
            value_of("PREVIEW_URL", &url),
            value_of("SMOKE_ATTEMPT", &attempt.to_string()),
        ]);
        if let Some(thresholds) = &settings.metrics {
            let samples = value_of("SMOKE_SAMPLES", &thresholds.min_samples.to_string());
            container.env.get_or_insert_default().push(samples);
        }
    }
    job
}

fn job(
    names: &Names,
    revision: &str,
    record: &Record,
    component: Component,
    attempt: i64,
    deadline_seconds: i64,
) -> Job {
    let mut metadata = names.revision_meta(names.job(component, revision, attempt), revision);
    metadata.labels.get_or_insert_default().extend([
        (COMPONENT.to_owned(), component.as_str().to_owned()),
        (ATTEMPT.to_owned(), attempt.to_string()),
    ]);
    let mut template = template(names, revision, record, component);
    if let Some(pod) = template.spec.as_mut() {
        pod.restart_policy = Some("Never".to_owned());
    }
    Job {
        metadata,
        spec: Some(JobSpec {
            backoff_limit: Some(0),
            pod_replacement_policy: Some("Failed".to_owned()),
            active_deadline_seconds: Some(deadline_seconds),
            template,
            ..JobSpec::default()
        }),
        ..Job::default()
    }
}
