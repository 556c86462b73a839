//! The conversation with one person, as a pure function: a state and an event give the next state
//! and the effects to carry out.
//!
//! `step` is total: every input in every state has an answer. What may be typed is understood in
//! both languages, whatever language the bot writes. The whole table stands in
//! `docs/conversation.md`; a test keeps it true.

#![warn(clippy::wildcard_enum_match_arm)]

mod customer;
mod keywords;
pub mod reply;
mod state;
mod taps;
mod texts;

use crate::domain::{Language, UserName};

pub use reply::Reply;
pub use state::{State, UnreadableState};

/// What a person sent, as far as a conversation cares.
#[derive(Clone, PartialEq, Eq)]
pub enum Input {
    /// Typed text, as received.
    Text(String),
    /// A tap on a list row, reply button or template button.
    Tap {
        /// The id that the bot gave the row or button.
        id: String,
    },
    /// Anything else, such as a photo.
    Other {
        /// WhatsApp's message type.
        kind: String,
    },
}

/// Typed texts stay out of logs.
impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(***)"),
            Self::Tap { id } => f.debug_struct("Tap").field("id", id).finish(),
            Self::Other { kind } => f.debug_struct("Other").field("kind", kind).finish(),
        }
    }
}

/// What is on record about the person who writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The name of a registered customer; `None` for somebody who has not told it yet.
    pub name: Option<UserName>,
}

/// One message, with all that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The language of the answer.
    pub language: Language,
    /// Where people can ask a human, named in the help text.
    pub support_contact: Option<String>,
    /// Who writes, as on record before this message.
    pub person: Person,
    /// What came.
    pub input: Input,
}

/// What has to happen because of an event, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A message to the person who wrote.
    Send(Reply),
    /// The person becomes a customer with this name.
    CreateUser {
        /// The checked name.
        name: UserName,
    },
}

/// Advances one conversation by one event.
#[must_use]
pub fn step(state: State, event: &Event) -> (State, Vec<Effect>) {
    customer::step(state, event)
}

#[cfg(test)]
mod tests;
