//! One turn of a conversation: each waiting message with the facts that it needs through `step`, and what
//! comes of it into the turn's transaction, one after the other.

mod reading;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reading::Heard;
use serde_json::Value;

use super::Workshop;
use crate::conversation::{Event, Facts, Flags, Input, Mode, Needs, Session, State, needs, step};
use crate::domain::{Identity, RequestId, Wamid};
use crate::store::StoreError;
use crate::store::effects::{self, Applied, EffectError, Happened, News, Scene};
use crate::store::facts::{self, Base};
use crate::store::work::{Claimed, Stored, Turn, Worked};
use crate::whatsapp::Content;

/// What playing a turn gave.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// What to record.
    pub(super) turn: Turn,
    /// What to log once that lasts.
    pub(super) steps: Vec<Step>,
    /// The message that could not be worked, and why; those behind it wait.
    pub(super) failed: Option<(i64, &'static str)>,
    /// Who is to hear of it once that lasts.
    pub(super) news: News,
}

/// One message's step.
#[derive(Debug)]
pub(super) struct Step {
    /// Meta's id; a notice has none.
    pub(super) wamid: Option<Wamid>,
    pub(super) request_id: Option<RequestId>,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) happened: Vec<Happened>,
}

/// Why nothing of a turn may last.
#[derive(Debug)]
pub(super) enum Broken {
    /// The database.
    Store(StoreError),
    /// Somebody else was first; this message is to be worked from fresh facts.
    Stale(i64),
    /// This message asks for what can't be.
    Refused(i64, &'static str),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The conversation as it stands between two messages.
struct Standing {
    session: Session,
    expires_at: Option<DateTime<Utc>>,
    base: Base,
}

/// Plays waiting messages, up to one that fails, or that touched more than its own conversation: locks on
/// what others also lock are held no longer than one message takes.
pub(super) async fn play(claimed: &mut Claimed, workshop: &Workshop) -> Result<Played, Broken> {
    let mut standing = Standing {
        session: reading::stored_session(claimed.state.as_ref()),
        expires_at: claimed.expires_at,
        base: std::mem::take(&mut claimed.base),
    };
    let mut played = Played::default();
    played.turn.identity = claimed.identity.clone();
    for message in std::mem::take(&mut claimed.messages) {
        let heard = match Heard::of(&message) {
            Ok(heard) => heard,
            Err(reason) => {
                played.failed = Some((message.id, reason));
                break;
            }
        };
        match play_one(
            claimed,
            workshop,
            &message,
            heard,
            &mut standing,
            &mut played,
        )
        .await?
        {
            Next::Goes => {}
            Next::Ends => break,
            Next::Failed(reason) => {
                played.failed = Some((message.id, reason));
                break;
            }
        }
    }
    played.turn.state = (standing.session.state != State::New)
        .then(|| serde_json::to_value(&standing.session).unwrap_or(Value::Null));
    played.turn.expires_at = standing.expires_at;
    Ok(played)
}

/// Whether the turn goes on behind a message.
enum Next {
    Goes,
    Ends,
    Failed(&'static str),
}

/// What an input came to.
#[derive(Default)]
struct Answered {
    after: Session,
    applied: Applied,
    has_locked: bool,
}

async fn play_one(
    claimed: &mut Claimed,
    workshop: &Workshop,
    message: &Stored,
    heard: Heard,
    standing: &mut Standing,
    played: &mut Played,
) -> Result<Next, Broken> {
    let identity = heard.identity(message, &played.turn.identity);
    let base = &standing.base;
    let session = match standing.expires_at {
        Some(expiry) if expiry > message.accepted_at => standing.session.clone(),
        _ => begun_anew(base),
    };
    let before = session.state.name();
    // What somebody blocked writes is stored and seen, never answered.
    let is_ignored = base.is_blocked && !message.is_notice;
    let mut answered = match heard.input().filter(|_| !is_ignored) {
        None => Answered {
            after: session,
            ..Answered::default()
        },
        Some(input) => {
            match answer(claimed, workshop, message, base, session, input, &identity).await? {
                Some(answered) => answered,
                None => return Ok(Next::Failed("panicked")),
            }
        }
    };
    if let Heard::Message(content, _) = &heard {
        if let Some(moved) = reading::moved(content, message) {
            claimed.move_identity(&moved).await?;
            answered.applied.changed = true;
        }
        let ttl = workshop.settings.session_ttl;
        note_message(ttl, message, content, is_ignored, standing, played);
    }
    let Answered {
        after,
        applied,
        has_locked,
    } = answered;
    played.turn.identity = identity;
    played.turn.worked.push(Worked {
        id: message.id,
        body: heard.body(),
    });
    played.turn.said.append(applied.said);
    played.news |= applied.news;
    played.steps.push(Step {
        wamid: message.wamid.clone().filter(|_| !message.is_notice),
        request_id: message.request_id.clone(),
        before,
        after: after.state.name(),
        happened: applied.happened,
    });
    standing.session = after;
    Ok(if applied.changed || has_locked {
        Next::Ends
    } else {
        Next::Goes
    })
}

/// A person's message keeps the session and opens the window.
fn note_message(
    ttl: Duration,
    message: &Stored,
    content: &Content,
    is_ignored: bool,
    standing: &mut Standing,
    played: &mut Played,
) {
    if !matches!(content, Content::System { .. }) && !is_ignored {
        played.turn.inbound_at = Some(message.accepted_at);
    }
    let known = played.turn.profile_name.take();
    played.turn.profile_name = message.profile_name.clone().or(known);
    let ttl = TimeDelta::from_std(ttl).unwrap_or(TimeDelta::MAX);
    standing.expires_at = message.accepted_at.checked_add_signed(ttl);
}

/// Steps, and writes what comes of it; none after a panic.
async fn answer(
    claimed: &mut Claimed,
    workshop: &Workshop,
    message: &Stored,
    base: &Base,
    session: Session,
    input: Input,
    identity: &Identity,
) -> Result<Option<Answered>, Broken> {
    let known = base.facts(&claimed.who, message.accepted_at);
    let wanted = catch_unwind(AssertUnwindSafe(|| {
        wants(&session, &known, &input, message)
    }));
    let Ok(needs) = wanted else { return Ok(None) };
    let facts = facts::load(
        &mut claimed.tx,
        &claimed.who,
        &workshop.lists,
        known,
        &needs,
    )
    .await?;
    let has_locked = facts.request.is_some();
    let event = event(claimed, message, input, base.flags, facts);
    let stepped = catch_unwind(AssertUnwindSafe(|| {
        step(&workshop.settings.rules, session, &event)
    }));
    let Ok((after, effects)) = stepped else {
        return Ok(None);
    };
    let scene = Scene {
        who: &claimed.who,
        identity,
        inbox_id: Some(message.id),
        request_id: message.request_id.as_ref(),
        is_silent: base.is_blocked,
        templates: &workshop.settings.templates,
    };
    let applied = effects::apply(&mut claimed.tx, &scene, &event, effects)
        .await
        .map_err(|error| broken(error, message.id))?;
    Ok(Some(Answered {
        after,
        applied,
        has_locked,
    }))
}

fn broken(error: EffectError, message: i64) -> Broken {
    match error {
        EffectError::Store(error) => Broken::Store(error),
        EffectError::Stale => Broken::Stale(message),
        EffectError::Refused(reason) => Broken::Refused(message, reason),
    }
}

fn wants(session: &Session, known: &Facts, input: &Input, message: &Stored) -> Needs {
    let needs = needs(session, known, input);
    Needs {
        quoted: needs.quoted.clone().or_else(|| reading::quoted(message)),
        ..needs
    }
}

fn event(claimed: &Claimed, message: &Stored, input: Input, flags: Flags, facts: Facts) -> Event {
    Event {
        now: claimed.now,
        received_at: message.accepted_at,
        fresh: uuid::Uuid::now_v7(),
        input,
        wamid: message.wamid.clone().filter(|_| !message.is_notice),
        quoted: reading::quoted(message),
        flags,
        facts,
    }
}

/// With nothing to go on from, a provider is met as one.
fn begun_anew(base: &Base) -> Session {
    let profile = base.user.as_ref().and_then(|user| user.profile.as_ref());
    Session {
        mode: profile.map_or(Mode::Customer, |_| Mode::Provider),
        state: State::New,
    }
}
