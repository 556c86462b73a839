//! What a stored row says to a conversation.

use serde_json::Value;

use crate::conversation::{Input, Notice, Session};
use crate::domain::{Identity, Wamid};
use crate::store::work::{Moved, Stored};
use crate::telemetry::chain;
use crate::whatsapp::{Content, content};

/// What a stored row is to the conversation.
pub(super) enum Heard {
    Message(Content, Option<Input>),
    Notice(Notice),
    /// Of a later revision.
    Unknown,
}

impl Heard {
    /// Reads a row again.
    pub(super) fn of(message: &Stored) -> Result<Self, &'static str> {
        if message.is_notice {
            let notice = serde_json::from_slice(&message.raw);
            if notice.is_err() {
                tracing::warn!(
                    event = "notice_unknown",
                    inbox.id = message.id,
                    "a later revision's notice is passed over"
                );
            }
            return Ok(notice.map_or(Self::Unknown, Self::Notice));
        }
        let content = Content::from_json(&message.raw).map_err(|_| "unreadable")?;
        let input = content.to_input(&message.kind);
        Ok(Self::Message(content, input))
    }

    /// What is to be answered, if anything is.
    pub(super) fn input(&self) -> Option<Input> {
        match self {
            Self::Message(_, input) => input.clone(),
            Self::Notice(notice) => Some(Input::Notice(notice.clone())),
            Self::Unknown => None,
        }
    }

    /// How the person shows now, and else as before.
    pub(super) fn identity(&self, message: &Stored, before: &Identity) -> Identity {
        match self {
            Self::Message(Content::System { .. }, _) | Self::Notice(_) | Self::Unknown => {
                before.clone()
            }
            Self::Message(..) => Identity {
                phone: message
                    .identity
                    .phone
                    .clone()
                    .or_else(|| before.phone.clone()),
                bsuid: message
                    .identity
                    .bsuid
                    .clone()
                    .or_else(|| before.bsuid.clone()),
            },
        }
    }

    /// What a person said, for people to search.
    pub(super) fn body(&self) -> String {
        let Self::Message(content, input) = self else {
            return String::new();
        };
        let words = match (content, input) {
            (Content::Text(text), _) => text.as_str(),
            (Content::Tap { title, .. }, _) => title.as_str(),
            (_, Some(Input::Media(media))) => media.caption.as_deref().unwrap_or_default(),
            (_, Some(Input::Location(place))) => place.name.as_deref().unwrap_or_default(),
            (_, Some(Input::Reaction { emoji, .. })) => emoji.as_deref().unwrap_or_default(),
            _ => "",
        };
        words.to_owned()
    }
}

/// What cannot be read, because a later revision wrote it, counts as not begun: the person is greeted
/// again rather than left without an answer.
pub(super) fn stored_session(stored: Option<&Value>) -> Session {
    let Some(stored) = stored else {
        return Session::default();
    };
    serde_json::from_value(stored.clone()).unwrap_or_else(|error| {
        let error = chain(&error);
        tracing::warn!(
            event = "state_unreadable",
            error,
            "the conversation begins anew"
        );
        Session::default()
    })
}

/// The earlier message that a message answers.
pub(super) fn quoted(message: &Stored) -> Option<Wamid> {
    if message.is_notice {
        return None;
    }
    content::quoted(&message.raw).ok().flatten()
}

/// A person's number or user id that changed.
pub(super) fn moved(content: &Content, message: &Stored) -> Option<Moved> {
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
    changes.then(|| Moved {
        from: message.identity.clone(),
        to,
    })
}
