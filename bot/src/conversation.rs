//! The conversation with one person, as a pure function: a session and an event give the next session
//! and the effects to carry out.
//!
//! `step` is total: every input in every state has an answer. What may be typed is understood in
//! both languages, whatever language the bot writes. The whole table stands in
//! `docs/conversation.md`; a test keeps it true.

#![warn(clippy::wildcard_enum_match_arm)]

mod chat;
mod customer;
mod effect;
mod facts;
mod input;
mod jobs;
mod keywords;
mod meant;
mod needs;
mod notice;
mod notices;
mod offers;
mod precedence;
mod provider;
mod rating;
mod reach;
pub mod reply;
mod state;
mod taps;
mod texts;
mod turn;

pub use chat::file_not_forwarded;
pub use effect::{Booking, Effect, Move, Outbound, Relay};
pub use facts::{
    Assignment, Card, Chat, Event, Facts, Flags, Party, Profile, Provider, Request, Review, Rules,
    Side, User,
};
pub use input::{Input, Media, MediaKind, Place};
pub use needs::{Needs, Wanted, needs};
pub use notice::{ChatEnd, Notice};
pub use reply::{Reply, Template, TemplateName};
pub use state::{Kept, Mode, Session, State, UnreadableState};

/// Advances one conversation by one event.
#[must_use]
pub fn step(rules: &Rules, session: Session, event: &Event) -> (Session, Vec<Effect>) {
    turn::Turn::new(rules, session, event).play()
}

#[cfg(test)]
mod tests;
