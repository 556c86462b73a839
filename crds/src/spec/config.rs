//! Settings of the bot.
#![expect(
    unreachable_pub,
    reason = "KubeSchema repeats the types inside functions, with their visibility"
)]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the bot. A change is a new revision.
#[derive(Serialize, Deserialize, KubeSchema, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct BotConfig {
    /// Language of the bot's messages: `en` (default) or `es`. Keywords work in both always.
    #[serde(default)]
    pub language: Language,

    /// Zone of the days and times that the bot writes and the dashboard counts by: a name of the IANA database, for
    /// example `America/Mexico_City`, which is also the bot's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(max = 64),
        regex(pattern = r"^[A-Za-z][A-Za-z0-9+_-]*(/[A-Za-z0-9+_-]+){0,2}$")
    )]
    // The server knows the names: it reads a clock in that zone, which fails in one that there isn't.
    #[x_kube(validation = Rule::new("self != 'Local' && timestamp('2000-01-01T00:00:00Z').getHours(self) >= 0")
        .message("timezone must be a name of the IANA database, such as America/Mexico_City"))]
    pub timezone: Option<String>,

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
