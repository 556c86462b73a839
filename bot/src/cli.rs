//! The subcommands. Another program may run them with further migrations of its own, which tests do.

mod cleanup;
mod demo;
mod health;
mod migrate;
mod report;
mod serve;
mod smoke;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::config::{self, environment};
use crate::store::migrations::{EMBEDDED, Migration};
use crate::telemetry;

/// Handy, the WhatsApp service-booking bot. All settings come from the environment.
#[derive(Debug, Parser)]
#[command(name = "ubermench-bot", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Command {
    /// Take webhooks, hold conversations, send replies
    Serve,
    /// Bring the database schema to what this program needs
    Migrate,
    /// Test the pods at `PREVIEW_URL` with a whole conversation that reaches no phone
    Smoke,
    /// Remove what is past its retention; run it daily
    Cleanup,
    /// Load five demo providers with reviews; refused where `ENVIRONMENT` is production
    DemoData,
    /// Ask the process on this host whether it lives
    Health,
}

/// Runs the subcommand that the arguments name, with these migrations beside the program's own.
///
/// # Errors
/// When settings are wrong or the subcommand fails; the error says which and why.
pub fn run(further: &[Migration]) -> anyhow::Result<ExitCode> {
    let Arguments { command } = Arguments::parse();
    // Fails only when one is set already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not start")?;
    let migrations: Vec<Migration> = EMBEDDED.iter().chain(further).copied().collect();
    runtime.block_on(run_command(command, migrations))
}

async fn run_command(command: Command, migrations: Vec<Migration>) -> anyhow::Result<ExitCode> {
    if let Command::Health = command {
        return health::run(config::health_port(&environment)?).await;
    }
    // A wrong log setting of `serve` is told together with its other settings.
    let logging = config::telemetry(&environment);
    if let Command::Serve = command {
        let settings = config::serve(&environment)?;
        telemetry::start(logging?, std::io::stdout).context("logging could not start")?;
        return serve::run(settings, migrations).await;
    }
    // Their standard output is the result alone.
    telemetry::start(logging?, std::io::stderr).context("logging could not start")?;
    match command {
        Command::Migrate => migrate::run(config::migrate(&environment), &migrations).await,
        Command::Cleanup => cleanup::run(config::maintenance(&environment)).await,
        Command::DemoData => demo::run(config::maintenance(&environment)).await,
        _ => Box::pin(smoke::run(config::smoke(&environment))).await,
    }
}
