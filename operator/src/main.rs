//! The operator's command line; no logic.

use std::io::Write;

use anyhow::Context;
use clap::Parser;
use ubermench_operator::app;
use ubermench_operator::config::{Cli, Command};

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Crd => {
            let yaml =
                ubermench_crds::crd_yaml().context("the definition can't be written as YAML")?;
            std::io::stdout()
                .write_all(yaml.as_bytes())
                .context("standard output is closed")
        }
        Command::Run(settings) => {
            // Fails only if a provider is set already, which is as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
            tokio::runtime::Runtime::new()
                .context("the runtime can't be started")?
                .block_on(app::run(settings))
        }
    }
}
