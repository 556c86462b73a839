//! Runs the bot's subcommands.

use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    ubermench_bot::cli::run(&[])
}
