//! The admin side: its API, its document, and the dashboard.

mod access;
mod actions;
mod body;
mod dashboard;
mod error;
mod flags;
mod forms;
mod keys;
mod lists;
mod login;
mod openapi;
mod session;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post, put};
use chrono_tz::Tz;
use secrecy::SecretString;
use tokio::sync::{OnceCell, Semaphore};

use super::Shared;
use crate::domain::Language;

/// More than any form or call of ours holds.
const BODY_LIMIT: usize = 64 * 1024;
/// Password checks at the same time; each takes 19 MB and a core.
const CHECKS: usize = 2;

/// How the admin side behaves.
#[derive(Debug, Clone)]
pub struct AdminSettings {
    /// Without it nobody can log in.
    pub first: Option<FirstAdmin>,
    /// Signs tokens and marks forms.
    pub token_secret: SecretString,
    /// The zone of days and of the times that are shown.
    pub zone: Tz,
    /// The dashboard's language where the browser asks for none of ours.
    pub language: Language,
    /// How many proxies in front may tell the caller's address.
    pub trusted_proxies: usize,
}

/// The admin whom the deployment's secrets name.
#[derive(Debug, Clone)]
pub struct FirstAdmin {
    /// Their username.
    pub username: String,
    /// Their password, or its hash.
    pub password: Password,
}

/// A password as settings give it.
#[derive(Debug, Clone)]
pub enum Password {
    /// Hashed before it is stored.
    Plain(SecretString),
    /// An argon2 hash in PHC string form.
    Hashed(SecretString),
}

/// What the admin side keeps in this process.
#[derive(Debug)]
pub struct Admin {
    pub(super) settings: AdminSettings,
    /// Once the first admin is stored: a hash that no password matches.
    seeded: OnceCell<String>,
    checks: Semaphore,
}

impl Admin {
    /// With these settings.
    pub fn new(settings: AdminSettings) -> Self {
        Self {
            settings,
            seeded: OnceCell::new(),
            checks: Semaphore::new(CHECKS),
        }
    }
}

/// All routes of the admin side.
pub(super) fn routes(shared: &Shared) -> Router<Shared> {
    Router::new()
        .nest("/api/admin", api(shared))
        .merge(document(shared))
        .merge(dashboard::routes())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

fn api(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/login", post(login::login))
        .route("/dashboard", get(lists::dashboard))
        .route("/analytics", get(lists::analytics))
        .route("/users", get(lists::users))
        .route("/users/{id}", get(lists::user).delete(actions::erase_user))
        .route("/users/{id}/status", put(actions::set_user_status))
        .route("/providers", get(lists::providers))
        .route("/providers/{id}/status", put(actions::set_provider_status))
        .route("/requests", get(lists::requests))
        .route("/requests/{id}", get(lists::request))
        .route("/requests/{id}/status", put(actions::set_request_status))
        .route("/ratings", get(lists::ratings))
        .route("/messages", get(lists::messages))
        .route("/flags", get(flags::list))
        .route("/flags/{name}", put(flags::switch))
        .route("/audit", get(lists::audit))
        .route("/api-keys", get(keys::list).post(keys::create))
        .route("/api-keys/{id}", delete(keys::revoke))
        .fallback(error::unknown)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(from_fn_with_state(shared.clone(), access::guard))
}

fn document(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/api/openapi.json", get(openapi::document))
        .route("/api/docs", get(openapi::viewer))
        .layer(from_fn(session::harden))
        .layer(from_fn_with_state(shared.clone(), access::count))
}
