//! What the bot says, before it takes WhatsApp's wire form.

use std::fmt;

use serde_json::Value;

use crate::conversation::{Media, Place};
use crate::domain::Wamid;

/// One message to one person.
#[derive(Clone, PartialEq)]
pub enum Reply {
    /// Plain text.
    Text {
        /// The text.
        body: String,
    },
    /// A text with a button that opens a list to choose from.
    List {
        /// The text.
        body: String,
        /// The title of the button that opens the list.
        button: String,
        /// The rows.
        rows: Vec<Row>,
        /// The small print below.
        footer: String,
    },
    /// A text with up to three buttons.
    Buttons {
        /// The text.
        body: String,
        /// The buttons.
        buttons: Vec<Button>,
    },
    /// A point on the map.
    Location(Place),
    /// A file that another person sent, to be fetched and uploaded again; its caption goes with it.
    Media(Media),
    /// Shared contacts, as they came.
    Contacts(Vec<Value>),
    /// An emoji on a message of the recipient's; `None` takes it back.
    Reaction {
        /// The message.
        message: Wamid,
        /// The emoji.
        emoji: Option<String>,
    },
}

/// A message that Meta approved beforehand, by the names of §12.4. Name and language on the wire are settings.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    /// Which.
    pub name: TemplateName,
    /// What goes into its text, in order.
    pub parameters: Vec<String>,
    /// The ids of its quick replies, in order.
    pub buttons: Vec<String>,
}

/// The templates that the bot knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplateName {
    /// To a provider: service, customer, address, minutes; accept, decline.
    NewRequest,
    /// To a customer: provider; start chat.
    RequestAccepted,
    /// To a customer: service, what happened; see other providers.
    RequestUpdate,
    /// To a provider: service, what happened.
    JobUpdate,
    /// To either: name of the other; start chat.
    ChatWaiting,
    /// To either: name; rating buttons.
    RateService,
    /// To a customer: service; the service's row.
    ProviderAvailable,
}

impl TemplateName {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NewRequest,
        Self::RequestAccepted,
        Self::RequestUpdate,
        Self::JobUpdate,
        Self::ChatWaiting,
        Self::RateService,
        Self::ProviderAvailable,
    ];

    /// The name that it has unless the settings say otherwise.
    pub fn default_name(self) -> &'static str {
        match self {
            Self::NewRequest => "handy_new_request",
            Self::RequestAccepted => "handy_request_accepted",
            Self::RequestUpdate => "handy_request_update",
            Self::JobUpdate => "handy_job_update",
            Self::ChatWaiting => "handy_chat_waiting",
            Self::RateService => "handy_rate_service",
            Self::ProviderAvailable => "handy_provider_available",
        }
    }
}

/// One row of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// What comes back when it is tapped.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What stands below the title.
    pub description: String,
}

/// One button.
#[derive(Clone, PartialEq, Eq)]
pub struct Button {
    /// What comes back when it is tapped.
    pub id: String,
    /// What it is called.
    pub title: String,
}

/// Texts hold names and addresses, which stay out of logs.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Reply");
        shown.field("kind", &self.kind());
        match self {
            Self::List { rows, .. } => shown.field("rows", rows),
            Self::Buttons { buttons, .. } => shown.field("buttons", buttons),
            Self::Text { .. }
            | Self::Location(_)
            | Self::Media(_)
            | Self::Contacts(_)
            | Self::Reaction { .. } => &mut shown,
        };
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template")
            .field("name", &self.name)
            .field("buttons", &self.buttons)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl fmt::Debug for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl Reply {
    /// The message type, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::List { .. } => "list",
            Self::Buttons { .. } => "buttons",
            Self::Location(_) => "location",
            Self::Media(media) => media.kind.as_str(),
            Self::Contacts(_) => "contacts",
            Self::Reaction { .. } => "reaction",
        }
    }

    /// The text itself, without buttons and rows; empty for what has none.
    pub fn body(&self) -> &str {
        match self {
            Self::Text { body } | Self::List { body, .. } | Self::Buttons { body, .. } => body,
            Self::Media(media) => media.caption.as_deref().unwrap_or_default(),
            Self::Location(place) => place.name.as_deref().unwrap_or_default(),
            Self::Contacts(_) => "",
            Self::Reaction { emoji, .. } => emoji.as_deref().unwrap_or_default(),
        }
    }
}
