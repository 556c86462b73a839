//! `demo-data`: loads people to try the service with, outside of production only.

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
        Err(error) => return failed(&chain(&error)),
    };
    if settings.is_production {
        return failed("demo data is refused where ENVIRONMENT is production");
    }
    let store = Store::new(settings.database, &Metrics::new()?.query_seconds);
    let loaded = store.load_demo().await;
    store.close().await;
    match loaded {
        Ok(loaded) => {
            report::write(&json!({ "loaded": loaded }))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => failed(&chain(&error)),
    }
}

fn failed(error: &str) -> anyhow::Result<ExitCode> {
    tracing::error!(event = "demo_data_failed", error, "nothing was loaded");
    report::write(&json!({"error": error}))?;
    Ok(ExitCode::FAILURE)
}
