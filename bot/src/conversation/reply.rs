//! What the bot says, before it takes WhatsApp's wire form.

/// One message to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What comes back when it is tapped.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What stands below the title.
    pub description: String,
}

/// One button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What comes back when it is tapped.
    pub id: String,
    /// What it is called.
    pub title: String,
}

impl Reply {
    /// The message type, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::List { .. } => "list",
            Self::Buttons { .. } => "buttons",
        }
    }

    /// The text itself, without buttons and rows.
    pub fn body(&self) -> &str {
        match self {
            Self::Text { body } | Self::List { body, .. } | Self::Buttons { body, .. } => body,
        }
    }
}
