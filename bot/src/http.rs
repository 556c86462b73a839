//! What the process answers: Meta's webhooks, probes, metrics, and the operator.

mod address;
mod admin;
mod body;
mod error;
mod health;
mod intake;
mod internal;
mod layers;
mod limit;
mod metrics_page;
mod pace;
mod verify;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use secrecy::SecretString;

use crate::domain::rate::Limits;
use crate::graph::Graph;
use crate::metrics::Metrics;
use crate::pod::Pod;
use crate::redis::{Probe, Wake};
use crate::store::Store;

pub use admin::{Admin, AdminSettings, FirstAdmin, Password};
pub use intake::Intake;
pub use limit::Calls;
pub use pace::Pace;

/// What the webhook checks.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Signatures under any of them count: the current and perhaps the previous one.
    pub app_secrets: Vec<SecretString>,
    /// Any of them proves that Meta's settings are ours.
    pub verify_tokens: Vec<SecretString>,
    /// The business's number; what comes for others is passed over.
    pub phone_number_id: String,
    /// How much one person may send.
    pub limits: Limits,
    /// How much one person may send while chatting.
    pub chat_limits: Limits,
}

/// What handlers share.
#[derive(Clone)]
pub struct Shared {
    /// What the webhook checks.
    pub settings: Arc<WebhookSettings>,
    /// Makes messages durable.
    pub intake: Intake,
    /// What is true.
    pub store: Store,
    /// Asked for its health only.
    pub graph: Graph,
    /// Whether Redis is there.
    pub redis: Probe,
    /// Starts work after a move of the fence.
    pub wake: Wake,
    /// This process.
    pub pod: Arc<Pod>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The admin side.
    pub admin: Arc<Admin>,
    /// Counts them by address.
    pub calls: Arc<Calls>,
}

/// Webhook, health and the admin side.
pub fn public(shared: Shared) -> Router {
    Router::new()
        .route("/api/webhook", get(verify::verify).post(webhook::receive))
        .route("/health", get(health::overview))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/health/pod", get(health::pod))
        .merge(admin::routes(&shared))
        .layer(from_fn_with_state(shared.clone(), layers::count))
        .layer(from_fn_with_state(shared.clone(), layers::shed))
        .layer(from_fn(layers::identify))
        .with_state(shared)
}

/// Prometheus' page.
pub fn metrics(metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/metrics", get(metrics_page::page))
        .with_state(metrics)
}

/// The operator's port; every request needs the token.
pub fn internal(shared: Shared, token: SecretString) -> Router {
    Router::new()
        .route("/internal/work", get(internal::show).put(internal::move_to))
        .route("/internal/counts", get(internal::counts))
        .layer(from_fn_with_state(Arc::new(token), internal::authorise))
        .with_state(shared)
}
