//! What comes into a conversation: what a person sent, or a notice from elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conversation::Notice;
use crate::conversation::taps::Tap;
use crate::domain::Wamid;

/// One thing that happens in a conversation.
#[derive(Clone, PartialEq)]
pub enum Input {
    /// Typed text, as received.
    Text(String),
    /// A tap on a list row, reply button or template button.
    Tap {
        /// The id that the bot gave the row or button.
        id: String,
    },
    /// A place.
    Location(Place),
    /// A picture, voice note, video, document or sticker.
    Media(Media),
    /// Shared contacts, as Meta's array of them.
    Contacts(Vec<Value>),
    /// An emoji on an earlier message.
    Reaction {
        /// The message that it is on.
        message: Wamid,
        /// The emoji; `None` when it was taken back.
        emoji: Option<String>,
    },
    /// Anything else, such as an order.
    Other {
        /// WhatsApp's message type.
        kind: String,
    },
    /// Something that happened elsewhere, or a time that came.
    Notice(Notice),
}

/// A point on the map.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A file that somebody sent, still at Meta's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Meta's id of the file, good for seven days and for downloads only.
    pub id: String,
    /// What kind of file.
    pub kind: MediaKind,
    /// The text below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// A document's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// JPEG or PNG.
    Image,
    /// Also voice notes.
    Audio,
    /// MP4 or 3GP.
    Video,
    /// Any file.
    Document,
    /// WebP.
    Sticker,
}

impl MediaKind {
    /// WhatsApp's word, which is also the name of the object in a message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The most that Meta takes of it, in bytes.
    pub fn max_bytes(self) -> u64 {
        const MB: u64 = 1024 * 1024;
        match self {
            Self::Image => 5 * MB,
            Self::Audio | Self::Video => 16 * MB,
            Self::Document => 100 * MB,
            Self::Sticker => 500 * 1024,
        }
    }

    /// Whether a text can stand below it.
    pub fn has_caption(self) -> bool {
        match self {
            Self::Image | Self::Video | Self::Document => true,
            Self::Audio | Self::Sticker => false,
        }
    }
}

/// What people say stays out of logs.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(***)"),
            // What it means, not what it says: an id can be made up.
            Self::Tap { id } => f.debug_tuple("Tap").field(&Tap::from_id(id)).finish(),
            Self::Location(_) => f.write_str("Location(***)"),
            Self::Media(media) => f.debug_tuple("Media").field(media).finish(),
            Self::Contacts(_) => f.write_str("Contacts(***)"),
            Self::Reaction { .. } => f.write_str("Reaction(***)"),
            Self::Other { kind } => f.debug_struct("Other").field("kind", kind).finish(),
            Self::Notice(notice) => f.debug_tuple("Notice").field(notice).finish(),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place(***)")
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
