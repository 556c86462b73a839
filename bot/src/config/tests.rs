use std::collections::BTreeMap;

use super::*;

const GOOD: &[(&str, &str)] = &[
    ("WHATSAPP_PHONE_NUMBER_ID", "311407225890134"),
    ("WHATSAPP_ACCESS_TOKEN", "token-value"),
    ("WHATSAPP_VERIFY_TOKEN", "verify-value\n"),
    ("WHATSAPP_APP_SECRET", "secret-value"),
    (
        "DATABASE_URL",
        "postgres://handy:hidden-value@db:5432/handy",
    ),
    ("REDIS_URL", "redis://:hidden-value@cache:6379"),
    ("PREVIEW_URL", "http://handy-preview"),
];

fn with(changes: &[(&str, Option<&str>)]) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = GOOD
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in changes {
        match value {
            Some(value) => values.insert((*name).to_owned(), (*value).to_owned()),
            None => values.remove(*name),
        };
    }
    values
}

fn problems<T: std::fmt::Debug>(
    changes: &[(&str, Option<&str>)],
    load: fn(Source<'_>) -> Result<T, ConfigError>,
) -> Vec<&'static str> {
    let values = with(changes);
    match load(&|name| values.get(name).map(OsString::from)) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .problems
            .iter()
            .map(|problem| problem.variable)
            .collect(),
    }
}

#[test]
fn defaults_are_those_of_the_manual() {
    let values = with(&[]);
    let settings = serve(&|name| values.get(name).map(OsString::from)).unwrap();
    assert_eq!(
        settings.graph.api_url.as_str(),
        "https://graph.facebook.com/"
    );
    assert_eq!(settings.graph.api_version, "v24.0");
    assert_eq!(settings.worker.rules.language, Language::En);
    assert_eq!(settings.worker.session_ttl, Duration::from_hours(24));
    assert_eq!(settings.worker.send_rate_per_second, 80);
    let rules = &settings.worker.rules;
    assert_eq!(rules.zone, Tz::America__Mexico_City);
    assert_eq!(rules.offer_timeout, TimeDelta::seconds(300));
    assert_eq!(rules.chat_idle, TimeDelta::hours(24));
    assert_eq!(rules.rating_fallback, TimeDelta::hours(1));
    assert_eq!(settings.worker.service_window, Duration::from_mins(1435));
    assert_eq!(settings.worker.templates, Templates::new("en"));
    assert_eq!(settings.listen.http_port, 8080);
    assert_eq!(settings.listen.metrics_port, 9090);
    assert_eq!(settings.listen.internal_port, 8081);
    assert_eq!(settings.revision, Revision::Standalone);
    assert_eq!(settings.shutdown_delay, Duration::from_secs(5));
    assert_eq!(settings.webhook.app_secrets.len(), 1);
}

#[test]
fn each_wrong_value_names_its_variable() {
    let cases: &[(&'static str, &[&str])] = &[
        (
            "WHATSAPP_API_URL",
            &["graph", "ftp://x", "https://x/?a=b", "http://"],
        ),
        ("WHATSAPP_API_VERSION", &["24.0", "v24", "v.0", "latest"]),
        ("WHATSAPP_PHONE_NUMBER_ID", &["", "  ", "+123", "abc"]),
        ("WHATSAPP_ACCESS_TOKEN", &["", "a b", "é"]),
        ("WHATSAPP_VERIFY_TOKEN", &["", "\n"]),
        ("WHATSAPP_APP_SECRET", &[""]),
        ("DATABASE_URL", &["", "mysql://x", "postgres://x:port/y"]),
        (
            "REDIS_URL",
            &["", "http://x", "rediss://x", "redis://x:port"],
        ),
        ("BOT_LANGUAGE", &["de", "EN"]),
        ("LOG_LEVEL", &["loud", "trace"]),
        ("LOG_FORMAT", &["xml"]),
        ("SESSION_TTL_SECONDS", &["0", "-1", "1.5", "day"]),
        ("SEND_RATE_PER_SECOND", &["-1", "many"]),
        ("OFFER_TIMEOUT_SECONDS", &["0", "soon"]),
        ("CHAT_IDLE_SECONDS", &["0"]),
        ("RATING_FALLBACK_SECONDS", &["-5"]),
        ("SERVICE_WINDOW_SECONDS", &["0", "24h"]),
        ("TIMEZONE", &["Mexico City", "UTC+6"]),
        ("TEMPLATE_LANGUAGE", &["spanish", "es-MX", "es_MX_x", "e"]),
        ("TEMPLATE_NEW_REQUEST", &["Handy", "a b", "a-b"]),
        ("TEMPLATE_PROVIDER_AVAILABLE", &["É"]),
        ("BIND_ADDRESS", &["localhost", "1.2.3"]),
        ("HTTP_PORT", &["65536", "-1", "http"]),
        ("METRICS_PORT", &["x"]),
        ("INTERNAL_PORT", &["x"]),
        ("SHUTDOWN_DELAY_SECONDS", &["16", "-1"]),
        ("UBERMENCH_REVISION", &["live", "a b", "a/b"]),
        ("TRUSTED_PROXIES", &["-1", "10.0.0.0/8"]),
        ("ADMIN_TOKEN_SECRET", &["short"]),
        ("ADMIN_PASSWORD_HASH", &["plain", "$2b$12$x"]),
    ];
    for (variable, values) in cases {
        for value in *values {
            assert_eq!(
                problems(&[(variable, Some(value))], serve),
                [*variable],
                "{value:?}"
            );
        }
    }
}

#[test]
fn templates_take_the_names_and_language_that_they_have_at_meta() {
    let values = with(&[
        ("BOT_LANGUAGE", Some("es")),
        ("TEMPLATE_JOB_UPDATE", Some("acme_job_2")),
    ]);
    let settings = serve(&|name| values.get(name).map(OsString::from)).unwrap();
    let expected = Templates::new("es_MX").with_name(TemplateName::JobUpdate, "acme_job_2");
    assert_eq!(settings.worker.templates, expected);
    let named: Vec<_> = TEMPLATES.iter().map(|(template, _)| *template).collect();
    assert_eq!(named, TemplateName::ALL);
}

#[test]
fn all_problems_come_at_once() {
    let changes = [
        ("WHATSAPP_APP_SECRET", None),
        ("DATABASE_URL", None),
        ("HTTP_PORT", Some("no")),
        ("LOG_LEVEL", Some("no")),
        ("WHATSAPP_PHONE_NUMBER_ID", Some("no")),
    ];
    let mut found = problems(&changes, serve);
    found.sort_unstable();
    let mut expected: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_managed_process_needs_the_key_to_its_internal_port() {
    let managed = ("UBERMENCH_REVISION", Some("abc123def4"));
    assert_eq!(problems(&[managed], serve), ["INTERNAL_TOKEN"]);
    assert_eq!(
        problems(&[managed, ("INTERNAL_TOKEN", Some("key"))], serve),
        [""; 0]
    );
}

#[test]
fn every_subcommand_asks_only_for_what_it_needs() {
    let only_database: Vec<_> = GOOD
        .iter()
        .filter(|(name, _)| *name != "DATABASE_URL")
        .map(|(name, _)| (*name, None))
        .collect();
    assert_eq!(problems(&only_database, migrate), [""; 0]);
    assert_eq!(
        problems(&[("DATABASE_URL", None)], migrate),
        ["DATABASE_URL"]
    );
    assert_eq!(problems(&[("PREVIEW_URL", None)], smoke), ["PREVIEW_URL"]);
    assert_eq!(
        problems(&[("HTTP_PORT", Some("x"))], health_port),
        ["HTTP_PORT"]
    );
}

#[test]
fn previous_secrets_count_beside_the_current_ones() {
    let values = with(&[
        ("WHATSAPP_PREVIOUS_APP_SECRET", Some("old")),
        ("WHATSAPP_PREVIOUS_VERIFY_TOKEN", Some("old")),
    ]);
    let settings = serve(&|name| values.get(name).map(OsString::from)).unwrap();
    assert_eq!(settings.webhook.app_secrets.len(), 2);
    assert_eq!(settings.webhook.verify_tokens.len(), 2);
}

#[test]
fn nothing_printed_holds_a_value() {
    let values = with(&[("HTTP_PORT", Some("hidden-value"))]);
    let error = serve(&|name| values.get(name).map(OsString::from)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the settings are wrong: HTTP_PORT must be a port from 0 to 65535"
    );
    let values = with(&[]);
    let settings = serve(&|name| values.get(name).map(OsString::from)).unwrap();
    let shown = format!(
        "{:?} {:?} {:?}",
        settings.graph, settings.webhook, settings.redis
    );
    assert!(!shown.contains("-value"), "{shown}");
}

#[test]
fn an_admin_needs_name_password_and_a_secret_for_tokens() {
    let (name, password) = (
        ("ADMIN_USERNAME", Some("ana")),
        ("ADMIN_PASSWORD", Some("x")),
    );
    let secret = ("ADMIN_TOKEN_SECRET", Some("0123456789abcdef"));
    assert_eq!(problems(&[name, secret], serve), ["ADMIN_PASSWORD"]);
    assert_eq!(problems(&[password, secret], serve), ["ADMIN_USERNAME"]);
    assert_eq!(problems(&[name, password], serve), ["ADMIN_TOKEN_SECRET"]);
    assert_eq!(problems(&[name, password, secret], serve), [""; 0]);
    let values = with(&[name, password, secret]);
    let settings = serve(&|name| values.get(name).map(OsString::from)).unwrap();
    let shown = format!("{:?}", settings.admin);
    assert!(
        settings.admin.first.is_some() && !shown.contains("0123456789"),
        "{shown}"
    );
}

#[test]
fn maintenance_knows_production() {
    for (name, production) in [
        (None, false),
        (Some("staging"), false),
        (Some("Production"), true),
    ] {
        let values = with(&[("ENVIRONMENT", name)]);
        let settings = maintenance(&|name| values.get(name).map(OsString::from)).unwrap();
        assert_eq!(settings.is_production, production);
    }
}
