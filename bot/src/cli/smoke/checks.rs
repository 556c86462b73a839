//! The single checks of the smoke test. A detail never holds a secret.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cache::Lists;
use crate::config::Smoke;
use crate::domain::Lane;
use crate::graph::{Graph, client_for};
use crate::metrics::Metrics;
use crate::redis;
use crate::store::Store;
use crate::telemetry::chain;
use crate::whatsapp::signature;

const LIMIT: Duration = Duration::from_secs(5);
const CHALLENGE: &str = "smoke-challenge";

/// All that the checks use.
pub(super) struct Checker {
    client: Client,
    webhook: Url,
    live: Url,
    app_secret: SecretString,
    verify_token: SecretString,
    phone_number_id: String,
    lane: Lane,
    store: Store,
    redis: redis::Probe,
    graph: Graph,
}

pub(super) type Outcome = Result<String, String>;

impl Checker {
    pub(super) fn new(settings: &Smoke) -> Result<Self, String> {
        let metrics = Metrics::new().map_err(|error| chain(&error))?;
        let client = client_for(&settings.preview_url)
            .no_proxy()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            // Each request may meet another pod.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| chain(&error))?;
        let lists = Lists::new(metrics.cache_requests.clone());
        let (_, _, redis, _) =
            redis::open(&settings.redis, lists).map_err(|error| chain(&error))?;
        let graph = Graph::new(&settings.graph, metrics.api_errors.clone())
            .map_err(|error| chain(&error))?;
        let first = |secrets: &[SecretString]| secrets.first().cloned().unwrap_or_default();
        Ok(Self {
            client,
            webhook: path(&settings.preview_url, "api/webhook")?,
            live: path(&settings.preview_url, "health/ready")?,
            app_secret: first(&settings.webhook.app_secrets),
            verify_token: first(&settings.webhook.verify_tokens),
            phone_number_id: settings.webhook.phone_number_id.clone(),
            lane: Lane::named(settings.revision.name()),
            store: Store::new(settings.database.clone(), &metrics.query_seconds),
            redis,
            graph,
        })
    }

    pub(super) fn fresh_wamid() -> String {
        format!("wamid.smoke.{}", Uuid::now_v7().simple())
    }

    pub(super) async fn database(&self) -> Outcome {
        self.store.ping().await.map_err(|error| chain(&error))?;
        Ok("answers".to_owned())
    }

    pub(super) async fn redis(&self) -> Outcome {
        self.redis.ping().await.map_err(|error| chain(&error))?;
        Ok("answers".to_owned())
    }

    pub(super) async fn graph(&self) -> Outcome {
        match self.graph.probe().await {
            Ok(()) => Ok("token and number are accepted".to_owned()),
            Err(failure) => Err(format!("refused with {}", failure.label())),
        }
    }

    pub(super) async fn health(&self) -> Outcome {
        expect(
            self.client.get(self.live.clone()).send().await,
            StatusCode::OK,
        )
        .await
        .map(|body| said(&body))
    }

    pub(super) async fn verification(&self) -> Outcome {
        let body = self
            .verify(self.verify_token.expose_secret(), StatusCode::OK)
            .await?;
        let echoed = body == CHALLENGE;
        echoed
            .then(|| "challenge returned".to_owned())
            .ok_or("another body returned".to_owned())
    }

    pub(super) async fn wrong_token(&self) -> Outcome {
        let wrong = format!("{}x", self.verify_token.expose_secret());
        self.verify(&wrong, StatusCode::FORBIDDEN)
            .await
            .map(|_| "refused".to_owned())
    }

    pub(super) async fn unsigned(&self) -> Outcome {
        let greeting = json!({"type": "text", "text": {"body": "hola"}});
        let body = self.notification(&Self::fresh_wamid(), &Self::fresh_phone(), greeting);
        let answer = self
            .client
            .post(self.webhook.clone())
            .body(body.to_string())
            .send()
            .await;
        expect(answer, StatusCode::UNAUTHORIZED)
            .await
            .map(|_| "refused".to_owned())
    }

    /// A greeting of somebody new.
    pub(super) async fn message(&self, wamid: &str) -> Outcome {
        let greeting = json!({"type": "text", "text": {"body": "hola"}});
        let message = self.notification(wamid, &Self::fresh_phone(), greeting);
        self.deliver(&message).await
    }

    /// Posts a notification as Meta does.
    pub(super) async fn deliver(&self, notification: &Value) -> Outcome {
        let body = notification.to_string();
        let signature = signature::sign(body.as_bytes(), &self.app_secret);
        let request = self
            .client
            .post(self.webhook.clone())
            .header("x-hub-signature-256", signature);
        expect(request.body(body).send().await, StatusCode::OK)
            .await
            .map(|body| said(&body))
    }

    pub(super) async fn reply(&self, wamid: &str) -> Outcome {
        let kinds: Vec<_> = self
            .replies(wamid)
            .await?
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        if kinds.is_empty() {
            return Err("no reply in the outbox yet".to_owned());
        }
        Ok(kinds.join(", "))
    }

    /// What answers a message: types and payloads.
    pub(super) async fn replies(&self, wamid: &str) -> Result<Vec<(String, Value)>, String> {
        let replies = self.store.smoke_replies(&self.lane, wamid).await;
        replies.map_err(|error| chain(&error))
    }

    /// All that somebody of the lane was told.
    pub(super) async fn messages(&self, phone: &str) -> Result<Vec<Value>, String> {
        let messages = self.store.smoke_messages(&self.lane, phone).await;
        messages.map_err(|error| chain(&error))
    }

    pub(super) async fn clear(&self, lane: Lane) -> Outcome {
        self.store
            .clear_lane(&lane)
            .await
            .map_err(|error| chain(&error))?;
        Ok("the lane is empty".to_owned())
    }

    async fn verify(&self, token: &str, expected: StatusCode) -> Outcome {
        let query = [
            ("hub.mode", "subscribe"),
            ("hub.verify_token", token),
            ("hub.challenge", CHALLENGE),
        ];
        expect(
            self.client
                .get(self.webhook.clone())
                .query(&query)
                .send()
                .await,
            expected,
        )
        .await
    }

    /// A number of no country, made up anew each time.
    pub(super) fn fresh_phone() -> String {
        format!("999{:08}", Uuid::new_v4().as_u128() % 100_000_000)
    }

    /// A message as Meta tells of it.
    pub(super) fn notification(&self, wamid: &str, from: &str, content: Value) -> Value {
        let mut message = json!({"from": from, "id": wamid, "timestamp": "0"});
        if let (Some(message), Value::Object(content)) = (message.as_object_mut(), content) {
            message.extend(content);
        }
        json!({
            "object": "whatsapp_business_account",
            "entry": [{"id": "0", "changes": [{"field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": {"phone_number_id": self.phone_number_id},
                "contacts": [{"wa_id": from, "profile": {"name": "Smoke"}}],
                "messages": [message],
            }}]}],
        })
    }
}

fn path(base: &Url, path: &str) -> Result<Url, String> {
    let mut url = base.clone();
    let bad = || "PREVIEW_URL cannot be the base of a path".to_owned();
    url.path_segments_mut()
        .map_err(|()| bad())?
        .pop_if_empty()
        .extend(path.split('/'));
    Ok(url)
}

async fn expect(answer: reqwest::Result<Response>, expected: StatusCode) -> Outcome {
    // Without the address, which a query with a token may be part of.
    let answer = answer.map_err(|error| chain(&error.without_url()))?;
    let status = answer.status();
    let body = answer
        .text()
        .await
        .map_err(|error| chain(&error.without_url()))?;
    if status == expected {
        Ok(body)
    } else {
        Err(format!("answered {status}, not {expected}"))
    }
}

fn said(body: &str) -> String {
    body.chars().take(200).collect()
}
