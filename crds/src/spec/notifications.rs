//! Who is told of what happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DNS_NAME;

/// A channel that is told of a release's steps.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// What stands at the other end: `Slack` (an incoming webhook), `Discord` (a webhook of a channel), or `Webhook` (any
    /// server that takes JSON; the header `Idempotency-Key` has the transition's id).
    #[serde(rename = "type")]
    pub type_: NotificationType,

    /// Secret whose key `url` has the address to post to, for example `handy-slack`. Who knows such an address may write
    /// there, so it is never shown.
    #[schemars(length(min = 1, max = 253), regex(pattern = DNS_NAME))]
    pub secret_name: String,

    /// Which steps are told: `All` (default), or `Outcomes`: that a person is asked, that a revision serves, is taken back,
    /// or failed.
    #[serde(default)]
    pub transitions: NotifiedTransitions,
}

/// What stands at the other end of a channel.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[schemars(inline)]
pub enum NotificationType {
    /// An incoming webhook of Slack.
    Slack,
    /// A webhook of a Discord channel.
    Discord,
    /// A server that takes JSON.
    Webhook,
}

impl NotificationType {
    /// As it stands in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Discord => "Discord",
            Self::Webhook => "Webhook",
        }
    }
}

/// Which steps are told.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[schemars(inline)]
pub enum NotifiedTransitions {
    /// Every change of phase.
    #[default]
    All,
    /// Those that a person waits for.
    Outcomes,
}
