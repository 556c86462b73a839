//! Faults that tests order: which requests of the bot go wrong, how, and how often. Pure.

use serde::{Deserialize, Serialize};

use crate::person::Person;

/// One ordered fault. Faults are looked through in the order they came; the first that fits acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Which requests it is for. Default `send`.
    #[serde(default)]
    pub on: FaultTarget,
    /// For `status`: the HTTP status, 400 to 599. Default: the one that belongs to the code, else 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// For `status`: the Graph API's code in the body; without it the body is empty. For `failed`:
    /// the code of the later status, by default 131000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// For `status`: seconds in `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// For `delay`: how long to wait before going on. For `timeout`: how long the connection is
    /// held, by default 60 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Only sends to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only sends of this type: `text`, `interactive`, `image`, `template`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// How many requests it is for; 0 means until cleared. Default 1.
    #[serde(default = "one")]
    pub count: u32,
    /// For `drop` and `timeout`: whether the request takes effect all the same. Default true.
    #[serde(default = "yes")]
    pub accept: bool,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// Answers an error.
    Status,
    /// Answers late.
    Delay,
    /// Closes the connection without an answer.
    Drop,
    /// Holds the connection without an answer.
    Timeout,
    /// Takes the message, and later reports it `failed`.
    Failed,
}

/// Which requests a fault is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultTarget {
    /// Sending a message.
    #[default]
    Send,
    /// Marking a message as read.
    Read,
    /// Reading the phone number.
    Number,
    /// Asking for the URL of a file.
    Media,
    /// Downloading a file.
    Download,
    /// Uploading a file.
    Upload,
}

/// Why a fault was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFault {
    /// Not an error status.
    #[error("status: must be 400 to 599")]
    Status,
    /// A member that its kind has no use for.
    #[error("status, retry_after: only for kind status; code: only for status and failed")]
    StatusOnly,
    /// A delay without its length.
    #[error("delay_ms: must be given for kind delay, and only for delay and timeout")]
    Delay,
    /// The recipient is nobody, or the fault is not for sends.
    #[error("to: must be a phone number or user id, and only with on send")]
    To,
    /// A type of message, or a later failure, for something that is no send.
    #[error("of, kind failed: only with on send")]
    SendOnly,
}

impl Fault {
    /// Answers sends with this HTTP status and no body, once.
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::of_kind(FaultKind::Status)
        }
    }

    /// Answers sends with this code of the Graph API and its status, once.
    pub fn code(code: u32) -> Self {
        Self {
            code: Some(code),
            ..Self::of_kind(FaultKind::Status)
        }
    }

    /// Takes a send and closes the connection without an answer, once.
    pub fn drop_answer() -> Self {
        Self::of_kind(FaultKind::Drop)
    }

    /// Takes a send and never answers, once.
    pub fn timeout() -> Self {
        Self::of_kind(FaultKind::Timeout)
    }

    /// Answers a send late, once.
    pub fn delay_ms(delay_ms: u64) -> Self {
        Self {
            delay_ms: Some(delay_ms),
            ..Self::of_kind(FaultKind::Delay)
        }
    }

    /// The same fault for this many requests; 0 means until cleared.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count, ..self }
    }

    /// The same fault for sends to this person only.
    #[must_use]
    pub fn to(self, person: impl Into<String>) -> Self {
        Self {
            to: Some(person.into()),
            ..self
        }
    }

    /// Takes a send and later reports it failed with this code, once.
    pub fn failed_later(code: u32) -> Self {
        Self {
            code: Some(code),
            ..Self::of_kind(FaultKind::Failed)
        }
    }

    /// The same fault for sends of this type only.
    #[must_use]
    pub fn of_type(self, message_type: impl Into<String>) -> Self {
        Self {
            of: Some(message_type.into()),
            ..self
        }
    }

    /// The same fault for other requests.
    #[must_use]
    pub fn on(self, on: FaultTarget) -> Self {
        Self { on, ..self }
    }

    /// The same fault with `Retry-After`.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// The same fault, the request without effect.
    #[must_use]
    pub fn without_effect(self) -> Self {
        Self {
            accept: false,
            ..self
        }
    }

    fn of_kind(kind: FaultKind) -> Self {
        Self {
            kind,
            on: FaultTarget::Send,
            status: None,
            code: None,
            retry_after: None,
            delay_ms: None,
            to: None,
            of: None,
            count: 1,
            accept: true,
        }
    }

    /// Checks the members against the kind, and writes the recipient the way sends are recorded.
    pub(crate) fn checked(mut self) -> Result<Self, InvalidFault> {
        let answers = self.status.is_some() || self.retry_after.is_some();
        let coded = matches!(self.kind, FaultKind::Status | FaultKind::Failed);
        if self.kind != FaultKind::Status && answers || self.code.is_some() && !coded {
            return Err(InvalidFault::StatusOnly);
        }
        if self
            .status
            .is_some_and(|status| !(400..=599).contains(&status))
        {
            return Err(InvalidFault::Status);
        }
        let delay_fits = match self.kind {
            FaultKind::Delay => self.delay_ms.is_some(),
            FaultKind::Timeout => true,
            FaultKind::Status | FaultKind::Drop | FaultKind::Failed => self.delay_ms.is_none(),
        };
        if !delay_fits {
            return Err(InvalidFault::Delay);
        }
        if self.on != FaultTarget::Send && (self.of.is_some() || self.kind == FaultKind::Failed) {
            return Err(InvalidFault::SendOnly);
        }
        if let Some(to) = &self.to {
            let person = Person::parse(to).map_err(|_| InvalidFault::To)?;
            if self.on != FaultTarget::Send {
                return Err(InvalidFault::To);
            }
            self.to = Some(person.key());
        }
        Ok(self)
    }
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn list(&self) -> Vec<Fault> {
        self.0.clone()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn take(
        &mut self,
        target: FaultTarget,
        to: Option<&str>,
        kind: Option<&str>,
    ) -> Option<Fault> {
        let fits = |fault: &Fault| {
            fault.on == target
                && (fault.to.is_none() || fault.to.as_deref() == to)
                && (fault.of.is_none() || fault.of.as_deref() == kind)
        };
        let place = self.0.iter().position(fits)?;
        let fault = self.0.get_mut(place)?;
        match fault.count {
            0 => Some(fault.clone()),
            1 => Some(self.0.remove(place)),
            _ => {
                fault.count -= 1;
                Some(fault.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests;
