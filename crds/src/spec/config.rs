//! Settings of the bot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the bot. A change is a new revision.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct BotConfig {
    /// Language of the bot's messages: `en` (default) or `es`. Keywords work in both always.
    #[serde(default)]
    pub language: Language,

    /// Least level that is logged: `error`, `warn`, `info` (default) or `debug`.
    #[serde(default)]
    pub log_level: LogLevel,

    /// How a customer reaches a person, shown by `help`, for example `+52 55 5000 0000`; at most 100 characters.
    /// Default: none, and nothing is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub support_contact: Option<String>,
}

/// Language of the bot's messages.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// As the bot's environment has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }
}

/// Least level that is logged.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum LogLevel {
    /// Failures only.
    Error,
    /// And what needs a look.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And why.
    Debug,
}

impl LogLevel {
    /// As the bot's environment has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}
