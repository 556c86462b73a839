//! `cleanup`: removes what is past its retention.

use std::process::ExitCode;

use serde_json::json;

use super::report;
use crate::config::{ConfigError, Maintenance};
use crate::metrics::Metrics;
use crate::store::Store;
use crate::telemetry::chain;

pub(super) async fn run(settings: Result<Maintenance, ConfigError>) -> anyhow::Result<ExitCode> {
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return failed(&error),
    };
    let store = Store::new(settings.database, &Metrics::new()?.query_seconds);
    let cleaned = store.clean_up().await;
    store.close().await;
    match cleaned {
        Ok(cleaned) => {
            tracing::info!(event = "cleaned_up", counts = ?cleaned);
            report::write(&json!({ "removed": cleaned }))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> anyhow::Result<ExitCode> {
    let error = chain(error);
    tracing::error!(event = "cleanup_failed", error, "not all was removed");
    report::write(&json!({"error": error}))?;
    Ok(ExitCode::FAILURE)
}
