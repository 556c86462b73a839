//! `health`: for images whose runtime asks the container itself.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

const LIMIT: Duration = Duration::from_secs(2);

pub(super) async fn run(port: u16) -> anyhow::Result<ExitCode> {
    let client = reqwest::Client::builder()
        .timeout(LIMIT)
        .no_proxy()
        .tls_certs_only([])
        .build()
        .context("the HTTP client could not start")?;
    let answer = client
        .get(format!("http://127.0.0.1:{port}/health/live"))
        .send()
        .await;
    let lives = answer.is_ok_and(|answer| answer.status().is_success());
    Ok(if lives {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
