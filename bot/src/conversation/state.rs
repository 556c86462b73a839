//! Where a conversation stands, and its stored form.
//!
//! The stored form carries a version. A revision reads what an older or equal one wrote; a new state
//! is written one release after it can be read, so that a rollback never meets one it doesn't know.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::ServiceType;

const VERSION: u32 = 1;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub enum State {
    /// Nothing said yet, or nothing for so long that it no longer counts.
    #[default]
    New,
    /// Greeted.
    Welcome,
    /// The list of services is shown.
    AwaitingServiceSelection,
    /// The person was asked for a name.
    AwaitingName {
        /// The service that they came for.
        service: ServiceType,
    },
    /// The providers of a service were shown, or that there are none.
    ProviderList {
        /// The chosen service.
        service: ServiceType,
    },
}

impl State {
    /// The name used in the specification, in logs and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Welcome => "WELCOME",
            Self::AwaitingServiceSelection => "AWAITING_SERVICE_SELECTION",
            Self::AwaitingName { .. } => "AWAITING_NAME",
            Self::ProviderList { .. } => "PROVIDER_LIST",
        }
    }
}

/// A stored state that a later revision wrote and this one cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the stored state has version {found}, this revision reads up to {VERSION}")]
pub struct UnreadableState {
    /// The version found.
    pub found: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    #[serde(flatten)]
    state: StoredState,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
enum StoredState {
    New,
    Welcome,
    AwaitingServiceSelection,
    AwaitingName { service: ServiceType },
    ProviderList { service: ServiceType },
}

impl From<State> for Stored {
    fn from(state: State) -> Self {
        let state = match state {
            State::New => StoredState::New,
            State::Welcome => StoredState::Welcome,
            State::AwaitingServiceSelection => StoredState::AwaitingServiceSelection,
            State::AwaitingName { service } => StoredState::AwaitingName { service },
            State::ProviderList { service } => StoredState::ProviderList { service },
        };
        Self {
            version: VERSION,
            state,
        }
    }
}

impl TryFrom<Stored> for State {
    type Error = UnreadableState;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version > VERSION {
            return Err(UnreadableState {
                found: stored.version,
            });
        }
        Ok(match stored.state {
            StoredState::New => Self::New,
            StoredState::Welcome => Self::Welcome,
            StoredState::AwaitingServiceSelection => Self::AwaitingServiceSelection,
            StoredState::AwaitingName { service } => Self::AwaitingName { service },
            StoredState::ProviderList { service } => Self::ProviderList { service },
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_stored_form_never_changes() {
        let service = ServiceType::Plumbing;
        let cases = [
            (State::New, json!({"version": 1, "state": "NEW"})),
            (State::Welcome, json!({"version": 1, "state": "WELCOME"})),
            (
                State::AwaitingServiceSelection,
                json!({"version": 1, "state": "AWAITING_SERVICE_SELECTION"}),
            ),
            (
                State::AwaitingName { service },
                json!({"version": 1, "state": "AWAITING_NAME", "service": "plumbing"}),
            ),
            (
                State::ProviderList { service },
                json!({"version": 1, "state": "PROVIDER_LIST", "service": "plumbing"}),
            ),
        ];
        for (state, stored) in cases {
            assert_eq!(serde_json::to_value(state).unwrap(), stored);
            assert_eq!(stored["state"], state.name());
            assert_eq!(serde_json::from_value::<State>(stored).unwrap(), state);
        }
    }

    #[test]
    fn fields_added_within_a_version_are_skipped() {
        let stored = json!({"version": 1, "state": "WELCOME", "added": {"later": true}});
        assert_eq!(
            serde_json::from_value::<State>(stored).unwrap(),
            State::Welcome
        );
    }

    #[test]
    fn a_later_version_and_an_unknown_state_are_errors_not_guesses() {
        let later = json!({"version": 2, "state": "WELCOME"});
        let error = serde_json::from_value::<State>(later)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the stored state has version 2, this revision reads up to 1"
        );
        let unknown = json!({"version": 1, "state": "DANCING"});
        assert!(serde_json::from_value::<State>(unknown).is_err());
    }
}
