//! What is said round a chat, and the words that go with what is passed on.

pub(super) mod en;
pub(super) mod es;

use crate::conversation::reply::Reply;
use crate::conversation::taps::{Action, Tap};
use crate::conversation::texts::{Texts, text};
use crate::conversation::{MediaKind, Side};
use crate::domain::{ServiceRequestId, UserName};

/// The words for them in one language.
pub(in crate::conversation) struct ChatTexts {
    pub(super) started: fn(other: &str, side: Side) -> String,
    pub(super) already: fn(other: &str) -> String,
    pub(super) end_first: &'static str,
    pub(super) busy: fn(other: &str) -> String,
    pub(super) free: fn(other: &str) -> String,
    pub(super) none: &'static str,
    pub(super) not_accepted: &'static str,
    pub(super) over: &'static str,
    pub(super) ended_by_other: fn(other: &str) -> String,
    pub(super) ended_by_self: fn(other: &str) -> String,
    pub(super) ended_idle: fn(other: &str) -> String,
    pub(super) ended_with_request: fn(other: &str) -> String,
    pub(super) closed: &'static str,
    pub(super) start: &'static str,
    pub(super) cannot_forward: &'static str,
    pub(super) no_files: &'static str,
    pub(super) not_delivered: fn(other: &str) -> String,
    pub(super) file_failed: fn(other: &str) -> String,
    pub(super) file_lost: &'static str,
    pub(super) held: fn(other: &str) -> String,
    pub(super) someone: &'static str,
    pub(super) place: &'static str,
    pub(super) contacts: fn(count: usize) -> &'static str,
    pub(super) file: fn(MediaKind) -> &'static str,
}

/// How a chat came to its end, as one of the two is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conversation) enum Ending {
    /// The other one ended it.
    ByOther,
    /// They did.
    BySelf,
    /// Nobody wrote for long.
    Idle,
    /// With its request.
    WithRequest,
}

/// What is said about a chat that there is not, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conversation) enum NoChat {
    /// Nobody accepted the request yet.
    NotAccepted,
    /// The request is over.
    Over,
    /// There is none to end.
    None,
}

impl Texts {
    /// Who is on the other side, and how to get out again.
    pub(in crate::conversation) fn chat_started(&self, other: &UserName, side: Side) -> Reply {
        text((self.chat.started)(other.as_str(), side))
    }

    pub(in crate::conversation) fn chat_already(&self, other: &UserName) -> Reply {
        text((self.chat.already)(other.as_str()))
    }

    pub(in crate::conversation) fn end_chat_first(&self) -> Reply {
        text(self.chat.end_first)
    }

    pub(in crate::conversation) fn chat_busy(&self, other: &UserName) -> Reply {
        text((self.chat.busy)(other.as_str()))
    }

    pub(in crate::conversation) fn chat_free(&self, other: &UserName) -> String {
        (self.chat.free)(other.as_str())
    }

    pub(in crate::conversation) fn no_chat(&self, why: NoChat) -> Reply {
        text(match why {
            NoChat::NotAccepted => self.chat.not_accepted,
            NoChat::Over => self.chat.over,
            NoChat::None => self.chat.none,
        })
    }

    /// How it ended; with whom, unless that is no longer on record.
    pub(in crate::conversation) fn chat_ended(
        &self,
        other: Option<&UserName>,
        ending: Ending,
    ) -> String {
        let Some(other) = other else {
            return self.chat.closed.to_owned();
        };
        let say = match ending {
            Ending::ByOther => self.chat.ended_by_other,
            Ending::BySelf => self.chat.ended_by_self,
            Ending::Idle => self.chat.ended_idle,
            Ending::WithRequest => self.chat.ended_with_request,
        };
        say(other.as_str())
    }

    /// Starts the chat about a request, from either side.
    pub(in crate::conversation) fn chat_button(
        &self,
        side: Side,
        request: ServiceRequestId,
    ) -> (Tap, &'static str) {
        match side {
            Side::Customer => (Tap::Request(Action::StartChat, request), self.chat.start),
            Side::Provider => self.chat_customer_button(request),
        }
    }

    pub(in crate::conversation) fn cannot_forward(&self) -> Reply {
        text(self.chat.cannot_forward)
    }

    pub(in crate::conversation) fn no_files(&self) -> Reply {
        text(self.chat.no_files)
    }

    pub(in crate::conversation) fn not_delivered(&self, other: Option<&UserName>) -> Reply {
        text((self.chat.not_delivered)(self.called(other)))
    }

    pub(in crate::conversation) fn file_failed(&self, other: Option<&UserName>) -> Reply {
        text((self.chat.file_failed)(self.called(other)))
    }

    /// Somebody who may no longer be on record.
    fn called<'a>(&self, other: Option<&'a UserName>) -> &'a str {
        other.map_or(self.chat.someone, UserName::as_str)
    }

    /// To the recipient of a file that could not be brought over.
    pub(in crate::conversation) fn file_lost(&self) -> Reply {
        text(self.chat.file_lost)
    }

    pub(in crate::conversation) fn relays_held(&self, other: Option<&UserName>) -> Reply {
        text((self.chat.held)(self.called(other)))
    }

    /// What stands for a place where only words go.
    pub(in crate::conversation) fn place_word(&self) -> &'static str {
        self.chat.place
    }

    pub(in crate::conversation) fn contacts_word(&self, count: usize) -> &'static str {
        (self.chat.contacts)(count)
    }

    pub(in crate::conversation) fn file_word(&self, kind: MediaKind) -> &'static str {
        (self.chat.file)(kind)
    }
}
