//! The simulator as a program: reads its settings, serves until SIGTERM or Ctrl-C.

mod config;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use ubermench_simulator::Simulator;

#[derive(Parser)]
#[command(
    version,
    about = "WhatsApp on the desk: a Graph API stand-in and a page with phones"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the Graph API, the control API and the page
    Serve,
}

#[tokio::main]
async fn main() -> Result<()> {
    let Command::Serve = Arguments::parse().command;
    let config = config::Config::from_env()?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(&config.log_level))
        .init();
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let simulator = Simulator::start(config.settings).await?;
    tracing::info!(address = %simulator.addr, "serving");
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C")?,
    }
    simulator.stop().await;
    Ok(())
}
