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
    assert_eq!(settings.worker.language, Language::En);
    assert_eq!(settings.worker.session_ttl, Duration::from_hours(24));
    assert_eq!(settings.worker.send_rate_per_second, 80);
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
        ("BIND_ADDRESS", &["localhost", "1.2.3"]),
        ("HTTP_PORT", &["65536", "-1", "http"]),
        ("METRICS_PORT", &["x"]),
        ("INTERNAL_PORT", &["x"]),
        ("SHUTDOWN_DELAY_SECONDS", &["16", "-1"]),
        ("UBERMENCH_REVISION", &["live", "a b", "a/b"]),
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
