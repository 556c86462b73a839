//! `migrate`: brings the schema to what this program needs.

use std::process::ExitCode;

use serde_json::json;

use super::report;
use crate::config::{ConfigError, Migrate};
use crate::store::ledger::{self, MigrateError};
use crate::store::migrations::Migration;
use crate::telemetry::chain;

pub(super) async fn run(
    settings: Result<Migrate, ConfigError>,
    migrations: &[Migration],
) -> anyhow::Result<ExitCode> {
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return failed(&error, None),
    };
    match ledger::migrate(&settings.database, migrations, settings.revision.name()).await {
        Ok(done) => {
            report::write(&json!({"applied": done.applied, "already": done.already}))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let too_new = matches!(error, MigrateError::TooNew(_));
            failed(&error, too_new.then_some("SchemaTooNew"))
        }
    }
}

/// The reason is for the operator, where it has a word of its own.
fn failed(
    error: &(dyn std::error::Error + 'static),
    reason: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let error = chain(error);
    tracing::error!(
        event = "migration_failed",
        error,
        "the schema is not as needed"
    );
    report::write(&match reason {
        Some(reason) => json!({"error": error, "reason": reason}),
        None => json!({"error": error}),
    })?;
    Ok(ExitCode::FAILURE)
}
