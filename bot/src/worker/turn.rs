//! One turn of a conversation, without any I/O: the waiting messages through `step`, one after the
//! other, into what the turn comes to.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Settings;
use crate::conversation::{Effect, Event, Person, State, step};
use crate::domain::{Identity, RequestId, UserName, Wamid};
use crate::store::work::{Answer, Change, Claimed, Moved, Stored, Turn};
use crate::telemetry::chain;
use crate::whatsapp::{Content, Recipient, outbound};

/// How long an answer is worth sending.
const ANSWER_HOURS: i64 = 24;

/// What playing a turn gave.
#[derive(Debug)]
pub(super) struct Played {
    /// What to record.
    pub(super) turn: Turn,
    /// What to log once that lasts.
    pub(super) steps: Vec<Step>,
    /// The message that could not be worked, and why; those behind it wait.
    pub(super) failed: Option<(i64, &'static str)>,
}

/// One message's step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) wamid: Option<Wamid>,
    pub(super) request_id: Option<RequestId>,
    pub(super) before: State,
    pub(super) after: State,
}

/// The conversation as it stands between two messages.
struct Standing {
    state: State,
    expires_at: Option<DateTime<Utc>>,
    name: Option<UserName>,
}

/// Plays all waiting messages, up to one that fails.
pub(super) fn play(claimed: &Claimed, settings: &Settings) -> Played {
    let mut standing = Standing {
        state: stored_state(claimed.state.as_ref()),
        expires_at: claimed.expires_at,
        name: claimed
            .user_name
            .as_deref()
            .and_then(|name| UserName::parse(name).ok()),
    };
    let mut turn = Turn {
        identity: claimed.identity.clone(),
        ..Turn::default()
    };
    let mut steps = Vec::new();
    let mut failed = None;
    for message in &claimed.messages {
        match play_one(message, &mut standing, &mut turn, settings) {
            Ok(step) => steps.push(step),
            Err(reason) => {
                failed = Some((message.id, reason));
                break;
            }
        }
    }
    turn.state = (standing.state != State::New)
        .then(|| serde_json::to_value(standing.state).unwrap_or(Value::Null));
    turn.expires_at = standing.expires_at;
    Played {
        turn,
        steps,
        failed,
    }
}

/// What cannot be read, because a later revision wrote it, counts as not begun: the person is greeted
/// again rather than left without an answer.
fn stored_state(stored: Option<&Value>) -> State {
    let Some(stored) = stored else {
        return State::New;
    };
    serde_json::from_value(stored.clone()).unwrap_or_else(|error| {
        let error = chain(&error);
        tracing::warn!(
            event = "state_unreadable",
            error,
            "the conversation begins anew"
        );
        State::New
    })
}

fn play_one(
    message: &Stored,
    standing: &mut Standing,
    turn: &mut Turn,
    settings: &Settings,
) -> Result<Step, &'static str> {
    let content = Content::from_json(&message.raw).map_err(|_| "unreadable")?;
    let before = match standing.expires_at {
        Some(expiry) if expiry > message.accepted_at => standing.state,
        _ => State::New,
    };
    let identity = match &content {
        Content::System { .. } => turn.identity.clone(),
        _ => newest(&message.identity, &turn.identity),
    };
    let (after, effects) = match content.to_input(&message.kind) {
        None => (before, Vec::new()),
        Some(input) => {
            let event = Event {
                language: settings.language,
                support_contact: settings.support_contact.clone(),
                person: Person {
                    name: standing.name.clone(),
                },
                input,
            };
            catch_unwind(AssertUnwindSafe(|| step(before, &event))).map_err(|_| "panicked")?
        }
    };
    carry_out(effects, message, &identity, standing, turn)?;
    turn.changes.extend(moved(&content, message));
    turn.identity = identity;
    turn.worked.push(message.id);
    turn.profile_name = message.profile_name.clone().or(turn.profile_name.take());
    standing.state = after;
    let ttl = TimeDelta::from_std(settings.session_ttl).unwrap_or(TimeDelta::MAX);
    standing.expires_at = message.accepted_at.checked_add_signed(ttl);
    Ok(Step {
        wamid: message.wamid.clone(),
        request_id: message.request_id.clone(),
        before,
        after,
    })
}

fn carry_out(
    effects: Vec<Effect>,
    message: &Stored,
    identity: &Identity,
    standing: &mut Standing,
    turn: &mut Turn,
) -> Result<(), &'static str> {
    for effect in effects {
        match effect {
            Effect::Send(reply) => {
                let to = Recipient::of(identity).ok_or("no recipient")?;
                turn.answers.push(Answer {
                    inbox_id: message.id,
                    kind: reply.kind(),
                    payload: outbound::payload(&reply, &to),
                    request_id: message.request_id.clone(),
                    expires_at: message.accepted_at + TimeDelta::hours(ANSWER_HOURS),
                });
            }
            Effect::CreateUser { name } => {
                standing.name = Some(name.clone());
                turn.changes.push(Change::Register(name));
            }
        }
    }
    Ok(())
}

/// How the person shows now, and else as before.
fn newest(now: &Identity, before: &Identity) -> Identity {
    Identity {
        phone: now.phone.clone().or_else(|| before.phone.clone()),
        bsuid: now.bsuid.clone().or_else(|| before.bsuid.clone()),
    }
}

/// A person's number or user id that changed.
fn moved(content: &Content, message: &Stored) -> Option<Change> {
    let Content::System {
        change,
        phone,
        bsuid,
    } = content
    else {
        return None;
    };
    let to = Identity {
        phone: phone.clone(),
        bsuid: bsuid.clone(),
    };
    let changes = change.starts_with("user_changed") && !to.is_empty();
    changes.then(|| {
        Change::Move(Moved {
            from: message.identity.clone(),
            to,
        })
    })
}
