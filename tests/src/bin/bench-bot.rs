//! `make bench`: prints what was measured; fails only when an accepted message was lost.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use ubermench_tests::bench::{Plan, run};

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let measures = runtime.block_on(async { run(&Plan::read()?).await })?;
    write!(std::io::stdout(), "\n{measures}")?;
    Ok(if measures.lost() > 0.0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
