//! Brings a file from one phone's message to the next: fetched from Meta by its id, uploaded as our own.

use std::time::Duration;

use serde_json::{Value, json};

use super::Sender;
use crate::conversation::{Media, file_not_forwarded};
use crate::domain::Language;
use crate::graph::{Failure, FileFailure};
use crate::store::outbox::{Outgoing, Recorded};
use crate::telemetry::chain;
use crate::whatsapp::graph_error::Class;
use crate::whatsapp::outbound;

/// Tries for one file before a text goes in its place.
const TRIES: i32 = 4;
/// More often than the claim runs out.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// What became of a message's file.
pub(super) enum Brought {
    /// There is none, or it is there: this is to be sent.
    Ready(Value),
    /// It is tried again.
    Later(Failure),
    /// It can't be had.
    Lost(Failure),
    /// Somebody else has the message now.
    ClaimLost,
}

pub(super) async fn bring(sender: &Sender, message: &Outgoing) -> Brought {
    let Some(media) = &message.media else {
        return Brought::Ready(message.payload.clone());
    };
    if let Some(id) = &message.media_id {
        return Brought::Ready(outbound::with_file(message.payload.clone(), id));
    }
    let id = match moved(sender, message, media).await {
        Ok(Some(id)) => id,
        Ok(None) => return Brought::ClaimLost,
        Err(FileFailure::TooBig) => return Brought::Lost(too_big()),
        Err(FileFailure::Call(failure)) => return again(message, failure),
    };
    match sender.workshop.store.record_file(message, &id).await {
        Ok(Recorded::Yes) => Brought::Ready(outbound::with_file(message.payload.clone(), &id)),
        Ok(Recorded::ClaimLost) => Brought::ClaimLost,
        Err(error) => {
            let error = chain(&error);
            tracing::warn!(event = "db_error", error, outbox.id = message.id);
            Brought::ClaimLost
        }
    }
}

/// Moves the file and keeps the claim meanwhile; none when the claim was lost.
async fn moved(
    sender: &Sender,
    message: &Outgoing,
    media: &Media,
) -> Result<Option<String>, FileFailure> {
    let moving = sender.workshop.graph.pass_on(media);
    tokio::pin!(moving);
    loop {
        tokio::select! {
            moved = &mut moving => return moved.map(Some),
            () = tokio::time::sleep(KEEP_EVERY) => {
                let kept = sender.workshop.store.keep_claim(message).await;
                if matches!(kept, Ok(Recorded::ClaimLost)) {
                    return Ok(None);
                }
            }
        }
    }
}

fn again(message: &Outgoing, failure: Failure) -> Brought {
    let is_over = match failure.class {
        Class::Permanent => true,
        Class::Retry | Class::Recipient => message.attempts >= TRIES,
        // Not the file's fault: it waits as all messages do.
        Class::Throttled | Class::Authorisation => false,
    };
    if is_over {
        Brought::Lost(failure)
    } else {
        Brought::Later(failure)
    }
}

/// As Meta would refuse it.
fn too_big() -> Failure {
    Failure {
        class: Class::Permanent,
        status: Some(400),
        code: Some(131_053),
        title: Some("the file is too big".to_owned()),
        retry_after: None,
    }
}

/// The text that goes in the place of a file, below what was to stand with it.
pub(super) fn replacement(message: &Outgoing, language: Language) -> (Value, String) {
    let notice = file_not_forwarded(language);
    let notice = notice.body();
    let caption = message
        .media
        .as_ref()
        .and_then(|media| media.caption.as_deref());
    let body = match caption.filter(|caption| !caption.trim().is_empty()) {
        Some(caption) => format!("{caption}\n{notice}"),
        None => notice.to_owned(),
    };
    let mut payload = message.payload.clone();
    if let Some(members) = payload.as_object_mut() {
        members.remove(&message.kind);
        members.insert("type".to_owned(), "text".into());
        members.insert("text".to_owned(), json!({"body": body}));
    }
    (payload, body)
}
