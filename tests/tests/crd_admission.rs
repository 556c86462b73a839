//! The CRD as a user meets it: every field has a text, a wrong object is refused by its field's name, and an object that
//! only the reconciler can see through disturbs no other.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::Api;
use serde_json::{Value, json};
use ubermench_tests::handy::NAME;
use ubermench_tests::record::Endpoints;
use ubermench_tests::wait::{Seen, until};
use ubermench_tests::{Cluster, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_explained() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let crds = Api::<CustomResourceDefinition>::all(cluster.client.clone());
    let crd = crds.get("ubermenchdeployments.ubermench.io").await?;
    let version = crd.spec.versions.into_iter().next().context("no version")?;
    let schema = version
        .schema
        .and_then(|schema| schema.open_api_v3_schema)
        .context("no schema")?;
    let mut fields = 0;
    let mut silent = Vec::new();
    for part in ["spec", "status"] {
        let part_schema = schema
            .properties
            .as_ref()
            .and_then(|properties| properties.get(part))
            .context(part)?;
        walk(part, part_schema, &mut fields, &mut silent);
    }
    ensure!(
        fields > 60,
        "only {fields} fields were found: the walk is broken"
    );
    ensure!(silent.is_empty(), "fields without a text: {silent:?}");
    let explained = cluster
        .kubectl(&["explain", "ubd.spec", "--recursive"], "")
        .await?
        .success()?;
    for field in [
        "image",
        "whatsapp",
        "phoneNumberId",
        "warmSeconds",
        "migrateSeconds",
    ] {
        ensure!(
            explained.contains(field),
            "kubectl explain doesn't know {field}:\n{explained}"
        );
    }
    Ok(())
}

fn walk(path: &str, schema: &JSONSchemaProps, fields: &mut usize, silent: &mut Vec<String>) {
    *fields += 1;
    if schema
        .description
        .as_deref()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        silent.push(path.to_owned());
    }
    for (name, field) in schema.properties.iter().flatten() {
        walk(&format!("{path}.{name}"), field, fields, silent);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &schema.items {
        // What a list holds is explained by the list.
        for (name, field) in items.properties.iter().flatten() {
            walk(&format!("{path}.{name}"), field, fields, silent);
        }
    }
}

/// Name of the resource, path in it, the value that is wrong there (null removes the field), and what the answer names.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("image", "/spec/image", "null", "spec.image"),
    ("empty-image", "/spec/image", r#""""#, "spec.image"),
    (
        "pull-policy",
        "/spec/imagePullPolicy",
        r#""Sometimes""#,
        "spec.imagePullPolicy",
    ),
    ("replicas", "/spec/replicas", "0", "spec.replicas"),
    (
        "replicas-text",
        "/spec/replicas",
        r#""two""#,
        "spec.replicas",
    ),
    ("whatsapp", "/spec/whatsapp", "null", "spec.whatsapp"),
    (
        "phone-number-id",
        "/spec/whatsapp/phoneNumberId",
        r#""+52 55""#,
        "spec.whatsapp.phoneNumberId",
    ),
    (
        "api-url",
        "/spec/whatsapp/apiUrl",
        r#""ftp://graph""#,
        "apiUrl",
    ),
    (
        "api-version",
        "/spec/whatsapp/apiVersion",
        r#""24""#,
        "spec.whatsapp.apiVersion",
    ),
    (
        "whatsapp-secret",
        "/spec/whatsapp/secretName",
        "null",
        "spec.whatsapp.secretName",
    ),
    (
        "database",
        "/spec/database",
        "{}",
        "spec.database.secretName",
    ),
    (
        "redis",
        "/spec/redis/secretName",
        r#""""#,
        "spec.redis.secretName",
    ),
    (
        "language",
        "/spec/config",
        r#"{"language": "fr"}"#,
        "spec.config.language",
    ),
    (
        "timezone",
        "/spec/config",
        r#"{"timezone": "America/Mexico"}"#,
        "spec.config.timezone",
    ),
    (
        "timezone-local",
        "/spec/config",
        r#"{"timezone": "Local"}"#,
        "spec.config.timezone",
    ),
    (
        "log-level",
        "/spec/config",
        r#"{"logLevel": "loud"}"#,
        "spec.config.logLevel",
    ),
    (
        "env-name",
        "/spec/env",
        r#"[{"name": "1A", "value": "x"}]"#,
        "spec.env[0].name",
    ),
    (
        "env-own",
        "/spec/env",
        r#"[{"name": "DATABASE_URL", "value": "x"}]"#,
        "env",
    ),
    (
        "env-nothing",
        "/spec/env",
        r#"[{"name": "A"}]"#,
        "valueFrom",
    ),
    (
        "env-both",
        "/spec/env",
        r#"[{"name": "A", "value": "x", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]"#,
        "valueFrom",
    ),
    (
        "warm",
        "/spec/rollout/warmSeconds",
        "10",
        "spec.rollout.warmSeconds",
    ),
    (
        "warm-below-bake",
        "/spec/rollout/bakeSeconds",
        "60",
        "warmSeconds",
    ),
    (
        "approval",
        "/spec/rollout/approval",
        r#""Sometimes""#,
        "spec.rollout.approval",
    ),
    (
        "approval-timeout",
        "/spec/rollout/approvalTimeoutSeconds",
        "5",
        "spec.rollout.approvalTimeoutSeconds",
    ),
    (
        "deadline",
        "/spec/rollout/deadlines/startSeconds",
        "0",
        "spec.rollout.deadlines.startSeconds",
    ),
    (
        "smoke-deadline",
        "/spec/rollout/gates/smoke/deadlineSeconds",
        "1",
        "spec.rollout.gates.smoke.deadlineSeconds",
    ),
    (
        "error-ratio",
        "/spec/rollout/gates/metrics/maxErrorRatio",
        r#""1.5""#,
        "spec.rollout.gates.metrics.maxErrorRatio",
    ),
    (
        "p95",
        "/spec/rollout/gates/metrics/maxP95Milliseconds",
        "0",
        "spec.rollout.gates.metrics.maxP95Milliseconds",
    ),
    (
        "min-samples",
        "/spec/rollout/gates/metrics/minSamples",
        "501",
        "spec.rollout.gates.metrics.minSamples",
    ),
    (
        "history",
        "/spec/rollout/historyLimit",
        "0",
        "spec.rollout.historyLimit",
    ),
    ("paused", "/spec/paused", r#""yes""#, "spec.paused"),
    ("unknown-field", "/spec/imagge", r#""x""#, "imagge"),
    (
        "a-name-of-more-than-forty-characters-is-too-long",
        "/spec/paused",
        "false",
        "name",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn wrong_object_is_refused_by_its_fields_name() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let mut wrong = Vec::new();
    for (name, path, value, named) in REFUSED {
        let object = object(&cluster, name, path, &serde_json::from_str(value)?)?;
        let said = cluster
            .kubectl(
                &["apply", "--dry-run=server", "-f", "-"],
                &object.to_string(),
            )
            .await?;
        if said.ok || !said.err.contains(named) {
            wrong.push(format!(
                "{name}: ok {}, should name {named}: {}{}",
                said.ok, said.err, said.out
            ));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    for config in [json!({}), json!({"timezone": "America/Mexico_City"})] {
        let good = object(&cluster, "good", "/spec/config", &config)?;
        cluster
            .kubectl(&["apply", "--dry-run=server", "-f", "-"], &good.to_string())
            .await?
            .success()?;
    }
    Ok(())
}

/// The good resource with one field changed.
fn object(cluster: &Cluster, name: &str, path: &str, value: &Value) -> Result<Value> {
    let mut handy = ubermench_tests::Handy::good(&cluster.config.images);
    name.clone_into(&mut handy.name);
    let mut object = handy.manifest("http://graph.example");
    let (parent, field) = path.rsplit_once('/').context("path")?;
    if object.pointer(parent).is_none() {
        let mut part = &mut object;
        for name in parent.split('/').skip(1) {
            let members = part.as_object_mut().context("parent")?;
            part = members.entry(name).or_insert_with(|| json!({}));
        }
    }
    let parent = object
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .context("parent")?;
    if value.is_null() {
        parent.remove(field);
    } else {
        parent.insert(field.to_owned(), value.clone());
    }
    Ok(object)
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_resource_disturbs_no_other() -> Result<()> {
    Stage::play("invalid", invalid_neighbour).await
}

async fn invalid_neighbour(stage: &Stage) -> Result<()> {
    let good = stage.release(&stage.handy()).await?;
    let endpoints = Endpoints::record(stage.cluster.client.clone(), &stage.namespace, NAME).await?;
    let serving = endpoints.now();
    // The API server can't compare quantities, so only the reconciler sees that more is requested than allowed.
    let mut neighbour = stage.handy();
    "neighbour".clone_into(&mut neighbour.name);
    let mut manifest = neighbour.manifest("http://graph.example");
    let resources = manifest
        .pointer_mut("/spec/resources")
        .and_then(Value::as_object_mut)
        .context("resources")?;
    resources.insert("limits".to_owned(), json!({ "cpu": "1m" }));
    let arguments = ["apply", "--namespace", &stage.namespace, "-f", "-"];
    stage
        .cluster
        .kubectl(&arguments, &manifest.to_string())
        .await?
        .success()?;
    let stalled = stage.until_status(
        "neighbour",
        "Stalled as InvalidSpec",
        Duration::from_secs(10),
        |status| {
            let stalled = status
                .conditions
                .iter()
                .find(|condition| condition.type_ == "Stalled");
            stalled.is_some_and(|stalled| {
                stalled.status == "True"
                    && stalled.reason == "InvalidSpec"
                    && stalled.message.contains("resources")
            })
        },
    );
    stalled.await?;
    // The first is still served by the same pods, and still reconciled.
    let mut scaled = stage.handy();
    scaled.replicas = 3;
    let generation = stage.apply(&scaled).await?;
    let status = stage
        .settled(NAME, generation, Duration::from_secs(30))
        .await?;
    ensure!(
        status.active.map(|active| active.revision) == good.active.map(|active| active.revision),
        "another revision"
    );
    until("three endpoints", Duration::from_secs(30), async || {
        let now = endpoints.now();
        Ok(if now.len() == 3 {
            Seen::Done(())
        } else {
            Seen::not(format!("{now:?}"))
        })
    })
    .await?;
    ensure!(
        endpoints.now().is_superset(&serving),
        "the first pods are gone"
    );
    endpoints.never_empty()
}
