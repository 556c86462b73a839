//! What Meta knows beyond what was sent (files, templates, when people wrote last) and how it is
//! told to behave. One lock around plain data, never held across an await.

mod conduct;
mod files;
mod people;
mod rates;
mod templates;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::graph::GraphError;
use crate::media::MediaKind;
use crate::settings::Memory;
use people::People;
use rates::Pace;

pub use conduct::{Conduct, Rates, Reported, StatusPlan, Strangers, WindowRule};
pub use files::{FileInfo, Origin};
pub(crate) use files::{Files, Lookup};
pub use people::{PersonView, Undeliverable};
pub(crate) use templates::Registry;
pub use templates::{Rendered, RenderedButton, Template, TemplateStatus};

/// What Meta makes of a message that is within the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The template with its parameters.
    pub(crate) template: Option<Rendered>,
    /// The code under which the message fails later.
    pub(crate) fails: Option<u32>,
}

/// Meta's side.
#[derive(Debug)]
pub(crate) struct Platform(Mutex<State>);

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) conduct: Conduct,
    pub(crate) files: Files,
    pub(crate) people: People,
    pub(crate) templates: Registry,
    pace: Pace,
}

impl Platform {
    pub(crate) fn new(conduct: Conduct, memory: Memory) -> Self {
        Self(Mutex::new(State {
            conduct,
            files: Files::new(memory.media_bytes),
            people: People::new(memory.people),
            templates: Registry::default(),
            pace: Pace::default(),
        }))
    }

    /// The data, locked.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides on a message to the person of this key. What is taken counts for the rates.
    pub(crate) fn judge(
        &self,
        now: DateTime<Utc>,
        to: &str,
        message: &Value,
    ) -> Result<Verdict, GraphError> {
        let mut state = self.state();
        let rates = state.conduct.rates;
        state.pace.check(now, to, rates)?;
        let kind = message.get("type").and_then(Value::as_str);
        let kind = kind.unwrap_or("text");
        let content = message.get(kind).unwrap_or(&Value::Null);
        let mut verdict = Verdict::default();
        if kind == "template" {
            verdict.template = Some(state.templates.render(content)?);
        } else if let Some(media) = MediaKind::named(kind) {
            state.files.check_sendable(now, media, content)?;
        } else if let Some(header) = content.get("header") {
            let media = header.get("type").and_then(Value::as_str);
            if let Some(media) = media.and_then(MediaKind::named) {
                let content = header.get(media.name()).unwrap_or(&Value::Null);
                state.files.check_sendable(now, media, content)?;
            }
        }
        match state.people.undeliverable(to) {
            Undeliverable::AtOnce => {
                return Err(GraphError::new(131_026, "Message Undeliverable."));
            }
            Undeliverable::Later => verdict.fails = Some(131_026),
            Undeliverable::No => {}
        }
        if kind != "template" && !state.people.is_open(now, to, state.conduct.strangers) {
            match state.conduct.window {
                WindowRule::Off => {}
                WindowRule::AtOnce => return Err(GraphError::window_closed()),
                WindowRule::Later => verdict.fails = verdict.fails.or(Some(131_047)),
            }
        }
        state.pace.count(now, to);
        Ok(verdict)
    }

    /// Keeps a file.
    pub(crate) fn keep(
        &self,
        now: DateTime<Utc>,
        origin: Origin,
        mime_type: &str,
        content: Bytes,
    ) -> FileInfo {
        self.state().files.keep(now, origin, mime_type, content)
    }

    /// Everything as at the start, apart from files and when people wrote.
    pub(crate) fn reset(&self, conduct: Conduct) {
        let mut state = self.state();
        state.conduct = conduct;
        state.templates = Registry::default();
        state.people.pardon();
        state.pace = Pace::default();
    }
}

#[cfg(test)]
mod tests;
