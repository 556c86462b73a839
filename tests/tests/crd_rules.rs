//! Every rule between fields and every default of the CRD, from both sides, as a real API server applies them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use serde_json::{Value, json};
use ubermench_tests::Cluster;

/// How a rule's message begins, and an object that it refuses and one that it lets pass: the path of the field that is
/// changed, and its values.
const RULES: &[(&str, &str, &str, &str)] = &[
    (
        "metadata.name must have at most",
        "/metadata/name",
        r#""a2345678901234567890123456789012345678901""#,
        r#""a234567890123456789012345678901234567890""#,
    ),
    (
        "metadata.name must start",
        "/metadata/name",
        r#""1handy""#,
        r#""handy-1""#,
    ),
    (
        "spec.autoscaling needs",
        "/spec/autoscaling",
        r#"{"maxReplicas": 5}"#,
        r#"{"maxReplicas": 5, "resources": {"requests": {"cpu": "50m"}}}"#,
    ),
    (
        "maxReplicas must be at least",
        "/spec/autoscaling",
        r#"{"minReplicas": 3, "maxReplicas": 2, "resources": {"limits": {"cpu": 1}}}"#,
        r#"{"minReplicas": 3, "maxReplicas": 3, "resources": {"limits": {"cpu": 1}}}"#,
    ),
    (
        "apiUrl must be",
        "/spec/whatsapp/apiUrl",
        r#""https://user@graph.example""#,
        r#""http://graph.example:8090/base""#,
    ),
    (
        "timezone must be",
        "/spec/config",
        r#"{"timezone": "Local"}"#,
        r#"{"timezone": "America/Mexico_City"}"#,
    ),
    (
        "exactly one of value and",
        "/spec/env",
        r#"[{"name": "A"}]"#,
        r#"[{"name": "A", "value": ""}]"#,
    ),
    (
        "exactly one of secretKeyRef",
        "/spec/env",
        r#"[{"name": "A", "valueFrom": {}}]"#,
        r#"[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]"#,
    ),
    (
        "name is set by the operator",
        "/spec/env",
        r#"[{"name": "REDIS_URL", "value": "x"}]"#,
        r#"[{"name": "REDIS_URLS", "value": "x"}]"#,
    ),
    (
        "warmSeconds must be at least",
        "/spec/rollout",
        r#"{"warmSeconds": 60, "bakeSeconds": 61}"#,
        r#"{"warmSeconds": 60, "bakeSeconds": 60}"#,
    ),
];

/// A value other than the default, by the field's path.
const OTHERS: &[(&str, &str)] = &[
    ("/spec/config/language", r#""es""#),
    ("/spec/config/logLevel", r#""debug""#),
    ("/spec/autoscaling/minReplicas", "1"),
    ("/spec/autoscaling/targetCPUUtilizationPercentage", "50"),
    ("/spec/disruptionBudget/enabled", "false"),
    ("/spec/imagePullPolicy", r#""Always""#),
    ("/spec/migrations/enabled", "false"),
    ("/spec/paused", "true"),
    ("/spec/replicas", "3"),
    ("/spec/rollout/approval", r#""Manual""#),
    ("/spec/rollout/approvalTimeoutSeconds", "10"),
    ("/spec/rollout/bakeSeconds", "0"),
    ("/spec/rollout/deadlines/migrateSeconds", "10"),
    ("/spec/rollout/deadlines/startSeconds", "10"),
    ("/spec/rollout/gates/metrics/enabled", "false"),
    ("/spec/rollout/gates/metrics/maxErrorRatio", r#""0.1""#),
    ("/spec/rollout/gates/metrics/maxP95Milliseconds", "3000"),
    ("/spec/rollout/gates/metrics/minSamples", "30"),
    ("/spec/rollout/gates/smoke/deadlineSeconds", "10"),
    ("/spec/rollout/gates/smoke/enabled", "false"),
    ("/spec/rollout/historyLimit", "1"),
    ("/spec/rollout/warmSeconds", "901"),
    ("/spec/secretRotation/settleSeconds", "0"),
    ("/spec/whatsapp/apiUrl", r#""http://graph.example""#),
    ("/spec/whatsapp/apiVersion", r#""v25.0""#),
];

/// Only what must be given.
fn minimal() -> Value {
    json!({
        "apiVersion": "ubermench.io/v1alpha1",
        "kind": "UbermenchDeployment",
        "metadata": { "name": "handy" },
        "spec": {
            "image": "registry.example/bot:1",
            "whatsapp": { "phoneNumberId": "106540352242922", "secretName": "handy-whatsapp" },
            "database": { "secretName": "handy-database" },
            "redis": { "secretName": "handy-redis" },
        },
    })
}

/// The minimal resource with a field set. Resources that stand beside limits of autoscaling go where they belong.
fn with(path: &str, value: &str) -> Result<Value> {
    let mut value: Value = serde_json::from_str(value)?;
    let mut object = minimal();
    let resources = value
        .as_object_mut()
        .and_then(|fields| fields.remove("resources"));
    set(&mut object, path, value)?;
    if path.starts_with("/spec/autoscaling/") {
        set(&mut object, "/spec/autoscaling/maxReplicas", json!(5))?;
        set(&mut object, "/spec/resources/limits/cpu", json!(1))?;
    }
    if let Some(resources) = resources {
        set(&mut object, "/spec/resources", resources)?;
    }
    Ok(object)
}

fn set(object: &mut Value, path: &str, value: Value) -> Result<()> {
    let mut at = object;
    for part in path.split('/').skip(1) {
        let fields = at.as_object_mut().context("not an object")?;
        at = fields.entry(part).or_insert_with(|| json!({}));
    }
    *at = value;
    Ok(())
}

async fn crd(cluster: &Cluster) -> Result<Value> {
    let crds = Api::<CustomResourceDefinition>::all(cluster.client.clone());
    let crd = serde_json::to_value(crds.get("ubermenchdeployments.ubermench.io").await?)?;
    let schema = crd.pointer("/spec/versions/0/schema/openAPIV3Schema");
    schema.cloned().context("no schema")
}

/// All rules and all defaults of single fields below a schema; those of whole objects are made of them.
fn walk(
    path: &str,
    schema: &Value,
    rules: &mut BTreeSet<String>,
    defaults: &mut BTreeMap<String, Value>,
) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        rules.insert(rule["message"].as_str().unwrap_or_default().to_owned());
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        if path.starts_with("/status") || path.starts_with("/metadata") {
            continue;
        }
        let default = &field["default"];
        if !default.is_null() && !default.is_object() {
            defaults.insert(path.clone(), default.clone());
        }
        walk(&path, field, rules, defaults);
    }
    if schema["items"].is_object() {
        walk(&format!("{path}[]"), &schema["items"], rules, defaults);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_refuses_and_lets_pass() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let (mut rules, mut defaults) = (BTreeSet::new(), BTreeMap::new());
    walk("", &crd(&cluster).await?, &mut rules, &mut defaults);
    for rule in &rules {
        let known = RULES.iter().any(|(message, ..)| rule.starts_with(message));
        ensure!(known, "no case for the rule: {rule}");
    }
    ensure!(rules.len() == RULES.len(), "rules that are gone: {rules:?}");
    let apply = ["apply", "--dry-run=server", "-f", "-"];
    for (message, path, refused, passes) in RULES {
        let object = with(path, refused)?.to_string();
        let said = cluster.kubectl(&apply, &object).await?;
        ensure!(
            !said.ok && said.err.contains(message),
            "{path} = {refused} should be refused with \"{message}\": {}{}",
            said.out,
            said.err
        );
        let object = with(path, passes)?.to_string();
        cluster
            .kubectl(&apply, &object)
            .await?
            .success()
            .with_context(|| format!("{path} = {passes}"))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_default_is_filled_in_and_gives_way() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let (mut rules, mut defaults) = (BTreeSet::new(), BTreeMap::new());
    walk("", &crd(&cluster).await?, &mut rules, &mut defaults);
    defaults.retain(|path, _| !path.contains("[]"));
    let apply = ["apply", "--dry-run=server", "-o", "json", "-f", "-"];
    for (path, default) in &defaults {
        let other = OTHERS.iter().find(|(of, _)| of == path);
        let (_, other) = other.with_context(|| format!("no other value for {path}"))?;
        let parent_only = path.starts_with("/spec/autoscaling/").then_some((
            "/spec/autoscaling",
            r#"{"maxReplicas": 5, "resources": {"limits": {"cpu": 1}}}"#,
        ));
        let object = match parent_only {
            Some((path, value)) => with(path, value)?,
            None => minimal(),
        };
        let filled: Value = serde_json::from_str(
            &cluster
                .kubectl(&apply, &object.to_string())
                .await?
                .success()?,
        )?;
        ensure!(
            filled.pointer(path) == Some(default),
            "{path} is {:?}, not {default}",
            filled.pointer(path)
        );
        let other: Value = serde_json::from_str(other)?;
        ensure!(other != *default, "{path}: the other value is the default");
        let object = with(path, &other.to_string())?.to_string();
        let kept: Value =
            serde_json::from_str(&cluster.kubectl(&apply, &object).await?.success()?)?;
        ensure!(
            kept.pointer(path) == Some(&other),
            "{path} is {:?}, not {other}",
            kept.pointer(path)
        );
    }
    ensure!(
        defaults.len() == OTHERS.len(),
        "fields that have no default any more: {:?}",
        defaults.keys()
    );
    Ok(())
}
