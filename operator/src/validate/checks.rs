//! The checks of single fields, and of those that belong together.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use ubermench_crds::{
    Autoscaling, BotConfig, EnvVar, MetricsGate, Resources, Rollout, UbermenchDeploymentSpec,
    WhatsApp, is_reserved_env,
};

use super::{InvalidField, quantity};

/// All that is wrong, so that a user sees it at once.
pub(super) fn of(name: &str, spec: &UbermenchDeploymentSpec) -> Vec<InvalidField> {
    let mut checks = Checks::default();
    checks.name(name);
    let image = !spec.image.is_empty() && !spec.image.contains(char::is_whitespace);
    checks.require(image, "image", "must be an image reference without spaces");
    checks.require(
        (1..=100).contains(&spec.replicas),
        "replicas",
        "must be 1 to 100",
    );
    if let Some(autoscaling) = &spec.autoscaling {
        checks.autoscaling(autoscaling, spec.resources.as_ref());
    }
    checks.whatsapp(&spec.whatsapp);
    checks.secret("database.secretName", &spec.database.secret_name);
    checks.secret("redis.secretName", &spec.redis.secret_name);
    checks.config(&spec.config);
    checks.rollout(&spec.rollout);
    let mut channels = BTreeSet::new();
    for channel in &spec.notifications {
        let (name, field) = (&channel.secret_name, "notifications.secretName");
        checks.secret(field, name);
        checks.require(channels.insert(name), field, "names one Secret twice");
    }
    checks.require(
        (0..=300).contains(&spec.secret_rotation.settle_seconds),
        "secretRotation.settleSeconds",
        "must be 0 to 300",
    );
    checks.env(&spec.env, &spec.config);
    if let Some(resources) = &spec.resources {
        checks.resources(resources);
    }
    checks.invalid
}

#[derive(Default)]
struct Checks {
    invalid: Vec<InvalidField>,
}

impl Checks {
    fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.invalid.push(InvalidField {
                field: field.to_owned(),
                message: message.to_owned(),
            });
        }
    }

    fn secret(&mut self, field: &str, name: &str) {
        self.require(!name.is_empty(), field, "must name a Secret");
    }

    fn name(&mut self, name: &str) {
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
        let fits = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let short = "must have at most 40 characters, so that the names of its objects fit";
        self.require(name.len() <= 40, "metadata.name", short);
        let label = "must start with a letter and have only a-z, 0-9 and -, since a Service has the same name";
        self.require(
            starts && fits && !name.ends_with('-'),
            "metadata.name",
            label,
        );
    }

    fn autoscaling(&mut self, autoscaling: &Autoscaling, resources: Option<&Resources>) {
        let Autoscaling {
            min_replicas,
            max_replicas,
            target_cpu_utilization_percentage,
        } = autoscaling;
        self.require(
            (1..=100).contains(min_replicas),
            "autoscaling.minReplicas",
            "must be 1 to 100",
        );
        self.require(
            (*min_replicas..=100).contains(max_replicas),
            "autoscaling.maxReplicas",
            "must be at least autoscaling.minReplicas, and at most 100",
        );
        self.require(
            (1..=1000).contains(target_cpu_utilization_percentage),
            "autoscaling.targetCPUUtilizationPercentage",
            "must be 1 to 1000",
        );
        let measured = resources.map(Resources::to_requirements).is_some_and(|of| {
            let states = |part: Option<BTreeMap<String, Quantity>>| {
                part.is_some_and(|part| part.contains_key("cpu"))
            };
            // What is limited and not requested, Kubernetes requests as it is limited.
            states(of.requests) || states(of.limits)
        });
        let needed = "needs resources.requests.cpu, which the use of CPU is measured against";
        self.require(measured, "autoscaling", needed);
    }

    fn whatsapp(&mut self, whatsapp: &WhatsApp) {
        let WhatsApp {
            phone_number_id,
            api_url,
            secret_name,
            ..
        } = whatsapp;
        let digits = !phone_number_id.is_empty()
            && phone_number_id.bytes().all(|byte| byte.is_ascii_digit());
        self.require(
            digits,
            "whatsapp.phoneNumberId",
            "must have only decimal digits",
        );
        let url = api_url.starts_with("https://") || api_url.starts_with("http://");
        self.require(url, "whatsapp.apiUrl", "must be an http or https URL");
        self.secret("whatsapp.secretName", secret_name);
    }

    fn config(&mut self, config: &BotConfig) {
        let zone = config.timezone.as_ref();
        // The bot reads names with the same table, so what passes here starts there.
        self.require(
            zone.is_none_or(|zone| zone.parse::<Tz>().is_ok()),
            "config.timezone",
            "must be a name of the IANA database, such as America/Mexico_City",
        );
    }

    fn rollout(&mut self, rollout: &Rollout) {
        let Rollout {
            approval: _,
            approval_timeout_seconds,
            bake_seconds,
            warm_seconds,
            history_limit,
            gates,
            deadlines,
        } = rollout;
        self.require(
            *bake_seconds >= 0,
            "rollout.bakeSeconds",
            "must not be negative",
        );
        self.require(
            *warm_seconds >= 30,
            "rollout.warmSeconds",
            "must be at least 30",
        );
        let covers = warm_seconds >= bake_seconds;
        self.require(
            covers,
            "rollout.warmSeconds",
            "must be at least rollout.bakeSeconds",
        );
        self.require(
            *history_limit >= 1,
            "rollout.historyLimit",
            "must be at least 1",
        );
        for (field, seconds) in [
            ("rollout.approvalTimeoutSeconds", *approval_timeout_seconds),
            (
                "rollout.gates.smoke.deadlineSeconds",
                gates.smoke.deadline_seconds,
            ),
            ("rollout.deadlines.startSeconds", deadlines.start_seconds),
            (
                "rollout.deadlines.migrateSeconds",
                deadlines.migrate_seconds,
            ),
        ] {
            self.require(seconds >= 10, field, "must be at least 10");
        }
        self.metrics(&gates.metrics);
    }

    fn metrics(&mut self, gate: &MetricsGate) {
        self.require(
            gate.max_errors_of_ten_thousand().is_some(),
            "rollout.gates.metrics.maxErrorRatio",
            "must be a decimal number from 0 to 1 with at most four places, such as \"0.05\"",
        );
        self.require(
            (1..=10_000).contains(&gate.max_p95_milliseconds),
            "rollout.gates.metrics.maxP95Milliseconds",
            "must be 1 to 10000",
        );
        self.require(
            (1..=500).contains(&gate.min_samples),
            "rollout.gates.metrics.minSamples",
            "must be 1 to 500",
        );
    }

    fn env(&mut self, env: &[EnvVar], config: &BotConfig) {
        let mut names = BTreeSet::new();
        for EnvVar { name, .. } in env {
            let field = format!("env[{name}]");
            let fits = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let starts = name.starts_with(|first: char| !first.is_ascii_digit());
            let rule = "a name must have only letters, digits and _, and not start with a digit";
            self.require(fits && starts, &field, rule);
            // Before `config.timezone` this was the way to set it; such a resource goes on as it is.
            let older = name == "TIMEZONE" && config.timezone.is_none();
            self.require(
                older || !is_reserved_env(name),
                &field,
                "this name is set by the operator",
            );
            self.require(names.insert(name), &field, "is given twice");
        }
    }

    fn resources(&mut self, resources: &Resources) {
        let requirements = resources.to_requirements();
        let limits = requirements.limits.unwrap_or_default();
        let requests = requirements.requests.unwrap_or_default();
        for (part, quantities) in [("limits", &limits), ("requests", &requests)] {
            for (name, quantity) in quantities {
                let field = format!("resources.{part}.{name}");
                let known = quantity::parse(&quantity.0).is_some();
                self.require(known, &field, "must be a quantity such as 50m, 0.5 or 64Mi");
            }
        }
        for (name, request) in &requests {
            let Some(limit) = limits.get(name) else {
                continue;
            };
            let message = format!(
                "{} is above resources.limits.{name}, which is {}",
                request.0, limit.0
            );
            let fits = !quantity::exceeds(&request.0, &limit.0);
            self.require(fits, &format!("resources.requests.{name}"), &message);
        }
    }
}
