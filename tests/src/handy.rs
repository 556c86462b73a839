//! The resource under test, as a user would write it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::Images;

/// Its name, and so the name of its active Service.
pub const NAME: &str = "handy";
/// The business number's id.
pub const PHONE_NUMBER_ID: &str = "106540352242922";

/// An `UbermenchDeployment` that is quick to bake and to cool, so that a scenario sees a whole release.
#[derive(Clone, Debug)]
pub struct Handy {
    /// Name of the resource.
    pub name: String,
    /// The bot's image.
    pub image: String,
    /// Extra environment: `FAULT` for the faulty bot.
    pub env: BTreeMap<String, String>,
    /// Pods.
    pub replicas: i32,
    /// How long a new revision is judged after the switch.
    pub bake_seconds: i64,
    /// How long the previous one stays.
    pub warm_seconds: i64,
    /// For starting and migrating: long, so that a failure that is seen in time was seen by its evidence.
    pub deadline_seconds: i64,
    /// Whether a person is asked before it serves.
    pub needs_approval: bool,
    /// Whether progress is held.
    pub paused: bool,
}

impl Handy {
    /// The good bot.
    pub fn good(images: &Images) -> Self {
        Self {
            name: NAME.to_owned(),
            image: images.bot.clone(),
            // The load of a release would wait in the outbox otherwise: 80 sends a second is what Meta allows.
            // Nor do people write a hundred messages a minute, as the load does.
            env: [
                ("SEND_RATE_PER_SECOND", "0"),
                ("RATE_LIMIT_PER_MINUTE", "1000000"),
                ("RATE_LIMIT_PER_HOUR", "1000000"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            replicas: 2,
            bake_seconds: 5,
            warm_seconds: 30,
            deadline_seconds: 300,
            needs_approval: false,
            paused: false,
        }
    }

    /// The same with another image.
    #[must_use]
    pub fn with_image(mut self, image: &str) -> Self {
        image.clone_into(&mut self.image);
        self
    }

    /// The same with another environment variable.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same, which a person has to promote.
    #[must_use]
    pub fn with_approval(mut self) -> Self {
        self.needs_approval = true;
        self
    }

    /// The bot that misbehaves.
    #[must_use]
    pub fn faulty(self, images: &Images, fault: &str) -> Self {
        self.with_image(&images.faulty).with_env("FAULT", fault)
    }

    /// What `kubectl apply` gets.
    pub fn manifest(&self, api_url: &str) -> Value {
        let env: Vec<Value> = self
            .env
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        json!({
            "apiVersion": "ubermench.io/v1alpha1",
            "kind": "UbermenchDeployment",
            "metadata": { "name": self.name },
            "spec": {
                "image": self.image,
                "replicas": self.replicas,
                "whatsapp": { "phoneNumberId": PHONE_NUMBER_ID, "apiUrl": api_url, "secretName": "handy-whatsapp" },
                "database": { "secretName": "handy-database" },
                "redis": { "secretName": "handy-redis" },
                "env": env,
                "resources": { "requests": { "cpu": "10m", "memory": "32Mi" } },
                "paused": self.paused,
                "rollout": {
                    "approval": if self.needs_approval { "Manual" } else { "Automatic" },
                    "gates": { "smoke": { "deadlineSeconds": self.deadline_seconds } },
                    "bakeSeconds": self.bake_seconds,
                    "warmSeconds": self.warm_seconds,
                    "deadlines": { "startSeconds": self.deadline_seconds, "migrateSeconds": self.deadline_seconds },
                },
            },
        })
    }
}
