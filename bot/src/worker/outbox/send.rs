//! One send and the record of its outcome.

use std::time::{Duration, Instant};

use super::Sender;
use crate::domain::{Phone, Wamid};
use crate::graph::Failure;
use crate::store::StoreError;
use crate::store::outbox::{Outgoing, Recorded, Refusal};
use crate::telemetry::chain;
use crate::whatsapp::graph_error::Class;

/// Recording is tried for about as long as the claim lasts: a send without a record is sent again.
const RECORD_TRIES: u32 = 15;
const RECORD_PAUSE: Duration = Duration::from_secs(1);
/// Each try of a recipient who gets too many waits four times as long as the one before.
const RECIPIENT_BASE: f64 = 4.0;
const BASE: f64 = 2.0;

pub(super) async fn send(sender: Sender, message: Outgoing) {
    let started = Instant::now();
    let result = sender.workshop.graph.send(&message.payload).await;
    let elapsed = started.elapsed();
    let outcome = if result.is_ok() { "ok" } else { "error" };
    let seconds = &sender.workshop.metrics.send_seconds;
    seconds
        .with_label_values(&[outcome])
        .observe(elapsed.as_secs_f64());
    note(&sender, result.as_ref().err());
    log(&message, &result, elapsed);
    for attempt in 1..=RECORD_TRIES {
        match record(&sender, &message, &result).await {
            Ok(Recorded::Yes) => return,
            Ok(Recorded::ClaimLost) => {
                tracing::warn!(
                    event = "claim_lost",
                    outbox.id = message.id,
                    "sent twice perhaps"
                );
                return;
            }
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(event = "db_error", error, outbox.id = message.id, attempt);
                tokio::time::sleep(RECORD_PAUSE).await;
            }
        }
    }
}

fn note(sender: &Sender, failure: Option<&Failure>) {
    if failure.is_some_and(Failure::is_server_fault) {
        if sender.breaker(|breaker| breaker.note_failure(Instant::now())) {
            tracing::error!(
                event = "sending_paused",
                "the Graph API fails; trying again later"
            );
        }
    } else if sender.breaker(super::Breaker::note_answer) {
        tracing::info!(event = "sending_resumed", "the Graph API answers again");
    }
}

fn log(message: &Outgoing, result: &Result<Option<Wamid>, Failure>, elapsed: Duration) {
    let phone = message
        .payload
        .get("to")
        .and_then(serde_json::Value::as_str)
        .and_then(|to| Phone::parse(to).ok());
    let phone = phone.as_ref().map(tracing::field::display);
    let request_id = message.request_id.as_str();
    let duration_ms = elapsed.as_millis();
    match result {
        Ok(wamid) => {
            let wamid = wamid.as_ref().map(Wamid::as_str);
            tracing::info!(
                event = "message_sent",
                request_id,
                phone,
                wamid,
                duration_ms
            );
        }
        Err(failure) => {
            let (class, error) = (failure.class.name(), failure.label());
            let attempts = message.attempts;
            tracing::warn!(
                event = "message_not_sent",
                request_id,
                phone,
                class,
                error,
                attempts,
                duration_ms
            );
        }
    }
}

async fn record(
    sender: &Sender,
    message: &Outgoing,
    result: &Result<Option<Wamid>, Failure>,
) -> Result<Recorded, StoreError> {
    let store = &sender.workshop.store;
    let sent = &sender.workshop.metrics.sent;
    match result {
        Ok(wamid) => {
            let recorded = store.record_accepted(message, wamid.as_ref()).await?;
            sent.with_label_values(&[&message.kind, "accepted"]).inc();
            Ok(recorded)
        }
        Err(failure) if failure.class.is_retried() => {
            let base = if failure.class == Class::Recipient {
                RECIPIENT_BASE
            } else {
                BASE
            };
            let delay = super::super::backoff::delay(message.attempts, base, failure.retry_after);
            if failure.class == Class::Throttled {
                store.pause_sends(delay).await?;
            }
            store.record_retry(message, &refusal(failure), delay).await
        }
        Err(failure) => {
            let recorded = store.record_given_up(message, &refusal(failure)).await?;
            sent.with_label_values(&[&message.kind, "failed"]).inc();
            Ok(recorded)
        }
    }
}

fn refusal(failure: &Failure) -> Refusal {
    let code = failure.code.or_else(|| failure.status.map(i64::from));
    Refusal {
        code,
        title: failure.title.clone(),
    }
}
