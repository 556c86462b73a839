//! One send and the record of its outcome.

use std::time::{Duration, Instant};

use super::{Sender, file};
use crate::domain::{Lane, Phone, Wamid};
use crate::graph::Failure;
use crate::store::StoreError;
use crate::store::outbox::{Accepted, Outgoing, Recorded, Refusal};
use crate::telemetry::chain;
use crate::whatsapp::graph_error::Class;

/// Recording is tried for about as long as the claim lasts: a send without a record is sent again.
pub(super) const RECORD_TRIES: u32 = 15;
pub(super) const RECORD_PAUSE: Duration = Duration::from_secs(1);
/// Each try of a recipient who gets too many waits four times as long as the one before.
const RECIPIENT_BASE: f64 = 4.0;
const BASE: f64 = 2.0;
const LONGEST_REFUSED: Duration = Duration::from_secs(30);
/// Codes that may also stand for what never passes are tried so often.
const DOUBTFUL_TRIES: i32 = 5;
/// The kind of a message that Meta takes in a closed window too.
const TEMPLATE: &str = "template";

/// What Meta took is left for the caller to record, with what is claimed next; all else is recorded here.
pub(super) async fn send(sender: Sender, message: Outgoing) -> Option<Taken> {
    let started = Instant::now();
    let ended = match file::bring(&sender, &message).await {
        file::Brought::Ready(payload) => {
            let called = Instant::now();
            let result = sender.workshop.graph.send(&payload).await;
            let outcome = if result.is_ok() { "ok" } else { "error" };
            let seconds = &sender.workshop.metrics.send_seconds;
            seconds
                .with_label_values(&[outcome])
                .observe(called.elapsed().as_secs_f64());
            match result {
                Ok(wamid) => Ended::Accepted(wamid),
                Err(failure) if failure.is_about_file() && message.media.is_some() => {
                    Ended::FileLost(failure)
                }
                Err(failure) => Ended::Failed(failure),
            }
        }
        file::Brought::Later(failure) => Ended::Failed(failure),
        file::Brought::Lost(failure) => Ended::FileLost(failure),
        file::Brought::ClaimLost => return None,
    };
    note(&sender, ended.failure());
    log(&message, &ended, started.elapsed());
    let failed = match ended {
        Ended::Accepted(wamid) => {
            let accepted = Accepted {
                id: message.id,
                claim: message.claim,
                wamid,
            };
            let kind = message.kind;
            return Some(Taken { accepted, kind });
        }
        Ended::Failed(failure) => Failed::Refused(failure),
        Ended::FileLost(_) => Failed::FileLost,
    };
    for attempt in 1..=RECORD_TRIES {
        match record(&sender, &message, &failed).await {
            Ok(Recorded::Yes) => {
                if is_over(&message, &failed) {
                    // The next one may go, and somebody may have been told.
                    sender.workshop.wake.all(&Lane::live());
                }
                break;
            }
            Ok(Recorded::ClaimLost) => {
                claim_lost(message.id);
                break;
            }
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(event = "db_error", error, outbox.id = message.id, attempt);
                tokio::time::sleep(RECORD_PAUSE).await;
            }
        }
    }
    None
}

/// A message that Meta took.
pub(super) struct Taken {
    pub(super) accepted: Accepted,
    /// Its type, for counting.
    pub(super) kind: String,
}

/// Says that somebody else had claimed a message when its outcome was recorded.
pub(super) fn claim_lost(id: i64) {
    tracing::warn!(event = "claim_lost", outbox.id = id, "sent twice perhaps");
}

/// How a send failed.
enum Failed {
    Refused(Failure),
    FileLost,
}

/// How a send ended.
enum Ended {
    Accepted(Option<Wamid>),
    Failed(Failure),
    /// The file can't be had or is not taken: a text goes in its place.
    FileLost(Failure),
}

impl Ended {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Accepted(_) => None,
            Self::Failed(failure) | Self::FileLost(failure) => Some(failure),
        }
    }
}

fn note(sender: &Sender, failure: Option<&Failure>) {
    let paused = match failure {
        Some(failure) if failure.class == Class::Authorisation => {
            sender.breaker(|breaker| breaker.note_refusal(Instant::now()))
        }
        Some(failure) if failure.is_server_fault() => {
            sender.breaker(|breaker| breaker.note_failure(Instant::now()))
        }
        _ => {
            if sender.breaker(super::Breaker::note_answer) {
                tracing::info!(event = "sending_resumed", "the Graph API answers again");
            }
            return;
        }
    };
    if paused {
        let class = failure.map(|failure| failure.class.name());
        tracing::error!(
            event = "sending_paused",
            class,
            "the Graph API fails; trying again later"
        );
    }
}

fn log(message: &Outgoing, ended: &Ended, elapsed: Duration) {
    let phone = message
        .payload
        .get("to")
        .and_then(serde_json::Value::as_str)
        .and_then(|to| Phone::parse(to).ok());
    let phone = phone.as_ref().map(tracing::field::display);
    let request_id = message.request_id.as_str();
    let duration_ms = elapsed.as_millis();
    match ended {
        Ended::Accepted(wamid) => {
            let wamid = wamid.as_ref().map(Wamid::as_str);
            tracing::info!(
                event = "message_sent",
                request_id,
                phone,
                wamid,
                duration_ms
            );
        }
        Ended::Failed(failure) | Ended::FileLost(failure) => {
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
    failed: &Failed,
) -> Result<Recorded, StoreError> {
    let store = &sender.workshop.store;
    let failure = match failed {
        Failed::Refused(failure) => failure,
        Failed::FileLost => {
            let language = sender.workshop.settings.rules.language;
            let (payload, body) = file::replacement(message, language);
            return store.replace_file(message, &payload, &body).await;
        }
    };
    if failure.is_closed_window() && message.kind != TEMPLATE {
        store.record_closed(message, &refusal(failure)).await
    } else if is_retried(message, failure) {
        let delay = delay(message, failure);
        if failure.class == Class::Throttled {
            store.pause_sends(delay).await?;
        }
        store.record_retry(message, &refusal(failure), delay).await
    } else {
        let recorded = store.record_given_up(message, &refusal(failure)).await?;
        let sent = &sender.workshop.metrics.sent;
        sent.with_label_values(&[&message.kind, "failed"]).inc();
        Ok(recorded)
    }
}

/// Whether a failure ended the message, or what is sent in its place goes at once.
fn is_over(message: &Outgoing, failed: &Failed) -> bool {
    match failed {
        Failed::FileLost => true,
        Failed::Refused(failure) => !is_retried(message, failure),
    }
}

fn is_retried(message: &Outgoing, failure: &Failure) -> bool {
    failure.class.is_retried() && !(failure.is_doubtful() && message.attempts >= DOUBTFUL_TRIES)
}

fn delay(message: &Outgoing, failure: &Failure) -> Duration {
    let base = if failure.class == Class::Recipient {
        RECIPIENT_BASE
    } else {
        BASE
    };
    let delay = super::super::backoff::delay(message.attempts, base, failure.retry_after);
    if failure.class == Class::Authorisation {
        // All sending rests meanwhile; once it goes on nobody waits for long.
        delay.min(LONGEST_REFUSED)
    } else {
        delay
    }
}

fn refusal(failure: &Failure) -> Refusal {
    let code = failure.code.or_else(|| failure.status.map(i64::from));
    Refusal {
        code,
        title: failure.title.clone(),
    }
}
