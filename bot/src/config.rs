//! Settings: read once from the environment, turned into types and checked together. All problems are
//! reported at once, each with its variable's name and never with a value.

mod admin;
mod reader;

use std::ffi::OsString;
use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;

use crate::conversation::{Rules, TemplateName};
use crate::domain::Language;
use crate::domain::rate::{Limits, Windows};
use crate::whatsapp::Templates;
use crate::{graph, http, redis, telemetry, worker};

use reader::Reader;
pub use reader::{ConfigError, Problem};

/// The revision of a process that no operator manages.
const STANDALONE: &str = "standalone";

/// All that `serve` needs.
#[derive(Debug)]
pub struct Serve {
    /// The Graph API.
    pub graph: graph::Settings,
    /// What the webhook checks.
    pub webhook: http::WebhookSettings,
    /// PostgreSQL.
    pub database: PgConnectOptions,
    /// Redis.
    pub redis: redis::Settings,
    /// Conversations and delivery.
    pub worker: worker::Settings,
    /// Where to listen.
    pub listen: Listen,
    /// Under which revision to work.
    pub revision: Revision,
    /// The operator's key to the internal port, which is closed without it.
    pub internal_token: Option<SecretString>,
    /// The admin side.
    pub admin: http::AdminSettings,
    /// How long to go on serving once asked to stop.
    pub shutdown_delay: Duration,
}

/// Where to listen. Port 0 takes a free one.
#[derive(Debug, Clone, Copy)]
pub struct Listen {
    /// The address of all ports.
    pub address: IpAddr,
    /// Webhook and health.
    pub http_port: u16,
    /// Metrics.
    pub metrics_port: u16,
    /// The operator's.
    pub internal_port: u16,
}

/// Under which revision a process works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// One that an operator named, and gives the live work to.
    Managed(String),
    /// Nobody manages it: it takes the live work itself.
    Standalone,
}

impl Revision {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Managed(name) => name,
            Self::Standalone => STANDALONE,
        }
    }
}

/// All that `migrate` needs.
#[derive(Debug)]
pub struct Migrate {
    /// PostgreSQL.
    pub database: PgConnectOptions,
    /// Recorded in the ledger.
    pub revision: Revision,
}

/// All that `cleanup` and `demo-data` need.
#[derive(Debug)]
pub struct Maintenance {
    /// PostgreSQL.
    pub database: PgConnectOptions,
    /// Whether real people's data is there.
    pub is_production: bool,
}

/// All that `smoke` needs.
#[derive(Debug)]
pub struct Smoke {
    /// The pods to test, as one address.
    pub preview_url: reqwest::Url,
    /// Which attempt this is, for the log.
    pub attempt: Option<String>,
    /// How many greetings are sent beside the conversation, for whoever judges the pods by what they count.
    pub samples: u32,
    /// The same as the pods have.
    pub graph: graph::Settings,
    /// The same as the pods have.
    pub webhook: http::WebhookSettings,
    /// PostgreSQL.
    pub database: PgConnectOptions,
    /// Redis.
    pub redis: redis::Settings,
    /// The revision under test.
    pub revision: Revision,
}

/// Something to read variables from.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The process's environment; nothing else reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// How to log; needed before anything else.
///
/// # Errors
/// When a variable holds something else.
pub fn telemetry(source: Source<'_>) -> Result<telemetry::Settings, ConfigError> {
    let read = Reader::new(source);
    let settings = telemetry_settings(&read);
    read.finish(Some(settings))
}

/// The settings of `serve`.
///
/// # Errors
/// With every variable that is missing or wrong.
pub fn serve(source: Source<'_>) -> Result<Serve, ConfigError> {
    let read = Reader::new(source);
    let settings = serve_settings(&read);
    read.finish(settings)
}

/// The settings of `migrate`.
///
/// # Errors
/// With every variable that is missing or wrong.
pub fn migrate(source: Source<'_>) -> Result<Migrate, ConfigError> {
    let read = Reader::new(source);
    let database = read.required("DATABASE_URL", reader::database);
    let revision = revision(&read);
    read.finish(database.map(|database| Migrate { database, revision }))
}

/// The settings of `cleanup` and `demo-data`.
///
/// # Errors
/// With every variable that is missing or wrong.
pub fn maintenance(source: Source<'_>) -> Result<Maintenance, ConfigError> {
    let read = Reader::new(source);
    let database = read.required("DATABASE_URL", reader::database);
    let environment = read.optional("ENVIRONMENT", reader::text);
    let is_production = environment.is_some_and(|name| name.eq_ignore_ascii_case("production"));
    read.finish(database.map(|database| Maintenance {
        database,
        is_production,
    }))
}

/// The settings of `smoke`.
///
/// # Errors
/// With every variable that is missing or wrong.
pub fn smoke(source: Source<'_>) -> Result<Smoke, ConfigError> {
    let read = Reader::new(source);
    let settings = smoke_settings(&read);
    read.finish(settings)
}

/// The port that `health` asks.
///
/// # Errors
/// When it is no port.
pub fn health_port(source: Source<'_>) -> Result<u16, ConfigError> {
    let read = Reader::new(source);
    let port = read.or_default("HTTP_PORT", 8080, reader::port);
    read.finish(Some(port))
}

fn telemetry_settings(read: &Reader<'_>) -> telemetry::Settings {
    telemetry::Settings {
        level: read.or_default("LOG_LEVEL", telemetry::Level::Info, reader::level),
        format: read.or_default("LOG_FORMAT", telemetry::Format::Json, reader::format),
    }
}

// Each part is read before `?` looks at any, so that all problems are found.
fn serve_settings(read: &Reader<'_>) -> Option<Serve> {
    // Told with the others; used where logging starts.
    let _ = telemetry_settings(read);
    let graph = graph_settings(read);
    let webhook = webhook_settings(read);
    let database = read.required("DATABASE_URL", reader::database);
    let redis = redis_settings(read);
    let worker = worker_settings(read);
    let listen = listen(read);
    let revision = revision(read);
    let internal_token = match revision {
        Revision::Managed(_) => read.required("INTERNAL_TOKEN", reader::secret),
        Revision::Standalone => read.optional("INTERNAL_TOKEN", reader::secret),
    };
    let admin = admin::settings(read);
    let shutdown_delay = read.or_default("SHUTDOWN_DELAY_SECONDS", 5, reader::delay_seconds);
    Some(Serve {
        graph: graph?,
        webhook: webhook?,
        database: database?,
        redis: redis?,
        worker,
        listen,
        revision,
        internal_token,
        admin: admin?,
        shutdown_delay: Duration::from_secs(shutdown_delay),
    })
}

fn smoke_settings(read: &Reader<'_>) -> Option<Smoke> {
    let preview_url = read.required("PREVIEW_URL", reader::http_url);
    let attempt = read.optional("SMOKE_ATTEMPT", reader::text);
    let samples = read.or_default("SMOKE_SAMPLES", 0, reader::count);
    let graph = graph_settings(read);
    let webhook = webhook_settings(read);
    let database = read.required("DATABASE_URL", reader::database);
    let redis = redis_settings(read);
    let revision = revision(read);
    Some(Smoke {
        preview_url: preview_url?,
        attempt,
        samples,
        graph: graph?,
        webhook: webhook?,
        database: database?,
        redis: redis?,
        revision,
    })
}

fn graph_settings(read: &Reader<'_>) -> Option<graph::Settings> {
    let api_url = read.or_parsed(
        "WHATSAPP_API_URL",
        "https://graph.facebook.com",
        reader::http_url,
    );
    let api_version = read.or_default(
        "WHATSAPP_API_VERSION",
        "v24.0".to_owned(),
        reader::api_version,
    );
    let phone_number_id = read.required("WHATSAPP_PHONE_NUMBER_ID", reader::number_id);
    let access_token = read.required("WHATSAPP_ACCESS_TOKEN", reader::header_secret);
    Some(graph::Settings {
        api_url: api_url?,
        api_version,
        phone_number_id: phone_number_id?,
        access_token: access_token?,
    })
}

fn webhook_settings(read: &Reader<'_>) -> Option<http::WebhookSettings> {
    let app_secret = read.required("WHATSAPP_APP_SECRET", reader::secret);
    let previous_app_secret = read.optional("WHATSAPP_PREVIOUS_APP_SECRET", reader::secret);
    let verify_token = read.required("WHATSAPP_VERIFY_TOKEN", reader::secret);
    let previous_verify_token = read.optional("WHATSAPP_PREVIOUS_VERIFY_TOKEN", reader::secret);
    // Its problems are told with the Graph settings.
    let phone_number_id = read.silent("WHATSAPP_PHONE_NUMBER_ID", reader::number_id);
    Some(http::WebhookSettings {
        app_secrets: app_secret.into_iter().chain(previous_app_secret).collect(),
        verify_tokens: verify_token
            .into_iter()
            .chain(previous_verify_token)
            .collect(),
        phone_number_id: phone_number_id?,
        limits: limits(
            read,
            [("RATE_LIMIT_PER_MINUTE", 10), ("RATE_LIMIT_PER_HOUR", 100)],
        ),
        chat_limits: limits(
            read,
            [
                ("RATE_LIMIT_CHAT_PER_MINUTE", 30),
                ("RATE_LIMIT_CHAT_PER_HOUR", 300),
            ],
        ),
    })
}

fn limits(read: &Reader<'_>, [minute, hour]: [(&'static str, u32); 2]) -> Limits {
    Limits {
        per_minute: read.or_default(minute.0, minute.1, reader::positive),
        per_hour: read.or_default(hour.0, hour.1, reader::positive),
    }
}

fn redis_settings(read: &Reader<'_>) -> Option<redis::Settings> {
    let milliseconds = |seconds: u32| u64::from(seconds) * 1000;
    let minute = read.or_default("RATE_LIMIT_MINUTE_SECONDS", 60, reader::positive);
    let hour = read.or_default("RATE_LIMIT_HOUR_SECONDS", 3600, reader::positive);
    let windows = Windows {
        minute_ms: milliseconds(minute),
        hour_ms: milliseconds(hour),
    };
    read.required("REDIS_URL", reader::redis_url)
        .map(|url| redis::Settings { url, windows })
}

fn worker_settings(read: &Reader<'_>) -> worker::Settings {
    let seconds =
        |variable, default| u64::from(read.or_default(variable, default, reader::positive));
    let delta = |variable, default: u32| {
        TimeDelta::seconds(i64::from(read.or_default(
            variable,
            default,
            reader::positive,
        )))
    };
    let language = read.or_default("BOT_LANGUAGE", Language::En, reader::language);
    worker::Settings {
        rules: Rules {
            language,
            support_contact: read.optional("SUPPORT_CONTACT", reader::text),
            zone: read.or_default("TIMEZONE", Tz::America__Mexico_City, reader::zone),
            offer_timeout: delta("OFFER_TIMEOUT_SECONDS", 300),
            chat_idle: delta("CHAT_IDLE_SECONDS", 86_400),
            rating_fallback: delta("RATING_FALLBACK_SECONDS", 3_600),
        },
        templates: templates(read, language),
        session_ttl: Duration::from_secs(seconds("SESSION_TTL_SECONDS", 86_400)),
        service_window: Duration::from_secs(seconds("SERVICE_WINDOW_SECONDS", 86_100)),
        send_rate_per_second: read.or_default("SEND_RATE_PER_SECOND", 80, reader::count),
    }
}

/// Each template's variable, without a value for those with the usual name.
const TEMPLATES: [(TemplateName, &str); 7] = [
    (TemplateName::NewRequest, "TEMPLATE_NEW_REQUEST"),
    (TemplateName::RequestAccepted, "TEMPLATE_REQUEST_ACCEPTED"),
    (TemplateName::RequestUpdate, "TEMPLATE_REQUEST_UPDATE"),
    (TemplateName::JobUpdate, "TEMPLATE_JOB_UPDATE"),
    (TemplateName::ChatWaiting, "TEMPLATE_CHAT_WAITING"),
    (TemplateName::RateService, "TEMPLATE_RATE_SERVICE"),
    (
        TemplateName::ProviderAvailable,
        "TEMPLATE_PROVIDER_AVAILABLE",
    ),
];

fn templates(read: &Reader<'_>, language: Language) -> Templates {
    let usual = Templates::usual_language(language).to_owned();
    let code = read.or_default("TEMPLATE_LANGUAGE", usual, reader::template_language);
    let named =
        |templates: Templates, (template, variable): &(TemplateName, &'static str)| match read
            .optional(variable, reader::template_name)
        {
            Some(name) => templates.with_name(*template, name),
            None => templates,
        };
    TEMPLATES.iter().fold(Templates::new(code), named)
}

fn listen(read: &Reader<'_>) -> Listen {
    Listen {
        address: read.or_default("BIND_ADDRESS", IpAddr::from([0, 0, 0, 0]), reader::address),
        http_port: read.or_default("HTTP_PORT", 8080, reader::port),
        metrics_port: read.or_default("METRICS_PORT", 9090, reader::port),
        internal_port: read.or_default("INTERNAL_PORT", 8081, reader::port),
    }
}

fn revision(read: &Reader<'_>) -> Revision {
    read.optional("UBERMENCH_REVISION", reader::revision)
        .map_or(Revision::Standalone, Revision::Managed)
}

#[cfg(test)]
mod tests;
