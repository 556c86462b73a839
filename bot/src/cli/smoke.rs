//! `smoke`: plays a whole booking with pods that serve nobody yet, in their own lane, so that no phone
//! rings, and looks at everything they depend on. Each check is told, passed or not.

mod booking;
mod checks;

use std::future::ready;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use futures::{StreamExt, stream};
use serde::Serialize;
use serde_json::json;

use super::report;
use crate::config::{ConfigError, Smoke};
use crate::domain::Lane;

use checks::Checker;

/// One check and how it went.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// A check is tried again for this long: pods behind the address may just have become ready.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(250);
/// Greetings under way.
const AT_ONCE: usize = 10;

pub(super) async fn run(settings: Result<Smoke, ConfigError>) -> anyhow::Result<ExitCode> {
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return finish(&[failed("settings", error.to_string())]),
    };
    let checker = match Checker::new(&settings) {
        Ok(checker) => checker,
        Err(detail) => return finish(&[failed("settings", detail)]),
    };
    let lane = Lane::named(settings.revision.name());
    // An attempt that was killed has left its people behind.
    let left = patiently("lane", || checker.clear(lane.clone())).await;
    let mut checks = Box::pin(all(&checker)).await;
    checks.push(left);
    if settings.samples > 0 && checks.iter().all(|check| check.ok) {
        checks.push(samples(&checker, settings.samples).await);
    }
    checks.push(patiently("clean_up", || checker.clear(lane.clone())).await);
    tracing::info!(
        event = "smoke",
        attempt = settings.attempt,
        "the smoke test ended"
    );
    finish(&checks)
}

/// Side by side, so that a failure is known soon.
async fn all(checker: &Checker) -> Vec<Check> {
    let checks = tokio::join!(
        patiently("database", || checker.database()),
        patiently("redis", || checker.redis()),
        patiently("graph", || checker.graph()),
        patiently("health", || checker.health()),
        patiently("verification", || checker.verification()),
        patiently("verification_wrong_token", || checker.wrong_token()),
        patiently("unsigned_refused", || checker.unsigned()),
        booking(checker),
    );
    <[Check; 8]>::from(checks).into()
}

/// One message, so that a bot that hears or answers nothing is told as such; then all of a booking.
async fn booking(checker: &Checker) -> Check {
    let greeted = conversation(checker).await;
    if !greeted.ok {
        return greeted;
    }
    match booking::play(checker).await {
        Ok(detail) => Check {
            name: "booking",
            ok: true,
            detail,
        },
        Err(detail) => failed("booking", detail),
    }
}

/// One message, then patience for its answer.
async fn conversation(checker: &Checker) -> Check {
    let wamid = Checker::fresh_wamid();
    let sent = patiently("message_accepted", || checker.message(&wamid)).await;
    if !sent.ok {
        return sent;
    }
    patiently("reply", || checker.reply(&wamid)).await
}

/// Greetings that are answered, as many as the operator wants to judge by. Sent only to pods that passed all else.
async fn samples(checker: &Checker, count: u32) -> Check {
    let greetings = stream::iter(0..count).map(|_| conversation(checker));
    let bad = greetings
        .buffer_unordered(AT_ONCE)
        .filter(|check| ready(!check.ok));
    match pin!(bad).next().await {
        Some(bad) => failed("samples", format!("{}: {}", bad.name, bad.detail)),
        None => Check {
            name: "samples",
            ok: true,
            detail: format!("{count} greetings answered"),
        },
    }
}

async fn patiently<F>(name: &'static str, check: impl Fn() -> F) -> Check
where
    F: Future<Output = Result<String, String>>,
{
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        match check().await {
            Ok(detail) => {
                return Check {
                    name,
                    ok: true,
                    detail,
                };
            }
            Err(detail) if tokio::time::Instant::now() >= until => return failed(name, detail),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn failed(name: &'static str, detail: String) -> Check {
    Check {
        name,
        ok: false,
        detail,
    }
}

fn finish(checks: &[Check]) -> anyhow::Result<ExitCode> {
    let passed = checks.iter().all(|check| check.ok);
    for check in checks.iter().filter(|check| !check.ok) {
        tracing::error!(
            event = "smoke_failed",
            check = check.name,
            detail = check.detail
        );
    }
    report::write(&json!({"passed": passed, "checks": checks}))?;
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
