//! `kubectl ubermench`: no logic.

use clap::Parser;
use ubermench_operator::plugin::{self, Cli};

fn main() -> anyhow::Result<std::process::ExitCode> {
    // Fails only if a provider is set already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(plugin::run(cli))
}
