//! What a person says, taps or sends, as tests and the page tell it. Pure.

mod content;
mod make;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::media::MediaKind;

pub(crate) use content::{check, content};

/// A message of a person to the business. Exactly one of `text`, `tap`, `media`, `location`,
/// `contacts`, `reaction` and `raw` is set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inbound {
    /// The sender: a phone number, or a business-scoped user id when the number is hidden.
    pub from: String,
    /// The sender's profile name; the last one, or "Someone", when absent.
    #[serde(default)]
    pub profile: Option<String>,
    /// Typed text.
    #[serde(default)]
    pub text: Option<String>,
    /// A tapped list row, reply button or button of a template.
    #[serde(default)]
    pub tap: Option<Tap>,
    /// A file.
    #[serde(default)]
    pub media: Option<Media>,
    /// A place.
    #[serde(default)]
    pub location: Option<Location>,
    /// Contacts, each as in a webhook: `name.formatted_name`, `phones`, …
    #[serde(default)]
    pub contacts: Option<Vec<Value>>,
    /// A reaction on a message.
    #[serde(default)]
    pub reaction: Option<Reaction>,
    /// A message object as in a webhook; sender, id and time are added where missing.
    #[serde(default)]
    pub raw: Option<Map<String, Value>>,
    /// The message that this one quotes: its id, or a text that the newest one of that kind contains.
    #[serde(default)]
    pub quoting: Option<String>,
    /// Whether the webhook is tried again when it is not answered 200. Default true.
    #[serde(default = "yes")]
    pub retry: bool,
}

/// A tap on a list row, a reply button or a button of a template.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// The id of the row or button, or the payload of the template's button. The start of an id
    /// and `*`, or a title, mean the newest row or button that fits.
    pub id: String,
    /// Its title; taken from the newest message that offers the id when absent.
    #[serde(default)]
    pub title: Option<String>,
    /// Its description; as for the title.
    #[serde(default)]
    pub description: Option<String>,
    /// What was tapped; as for the title, and a button when no message offers the id.
    #[serde(default)]
    pub kind: Option<TapKind>,
    /// The message that was tapped on; as for the title.
    #[serde(default)]
    pub message: Option<String>,
}

/// What a tap was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TapKind {
    /// A row of a list.
    List,
    /// A reply button.
    Button,
    /// A quick-reply button of a template.
    Template,
}

/// A file of a person: `id` of one that is here, `base64` of its content, or a built-in sample.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// What it is. Default an image.
    #[serde(default)]
    pub kind: MediaKind,
    /// A file that was given before.
    #[serde(default)]
    pub id: Option<String>,
    /// Its content.
    #[serde(default, rename = "base64", deserialize_with = "from_base64")]
    pub bytes: Option<Bytes>,
    /// Its type; guessed from kind and content when absent.
    #[serde(default)]
    pub mime_type: Option<String>,
    /// The words under it; not for audio and stickers.
    #[serde(default)]
    pub caption: Option<String>,
    /// Its name, for documents. Default `document.pdf`.
    #[serde(default)]
    pub filename: Option<String>,
    /// Whether a sound is a voice note. Default true.
    #[serde(default = "yes")]
    pub voice: bool,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A reaction on a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// The message: its id, or a text that the newest one of that kind contains.
    pub message: String,
    /// The emoji; absent takes the reaction back.
    #[serde(default)]
    pub emoji: Option<String>,
}

/// What became of a person's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundReceipt {
    /// The message's id.
    pub wamid: String,
    /// Status of the last answer; none when there was no answer.
    pub webhook_status: Option<u16>,
    /// How often the webhook was tried.
    pub attempts: u32,
}

/// Why a person's message was not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// The sender is nobody.
    #[error("from: neither a phone number of 8 to 15 digits nor a business-scoped user id")]
    From,
    /// None or several kinds of content.
    #[error("exactly one of text, tap, media, location, contacts, reaction and raw must be given")]
    Content,
    /// A text that no phone would send.
    #[error("text: must have 1 to 65536 bytes")]
    Text,
    /// A raw message without a type.
    #[error("raw.type: must be a string")]
    RawType,
    /// A raw message with an id that is no string.
    #[error("raw.id: must be a string that is not empty")]
    RawId,
    /// A file that is not here.
    #[error("media.id: no file has this id")]
    MediaId,
    /// A file that no phone would send this way.
    #[error("media: its kind takes no such type, size, caption or file name")]
    Media,
    /// A place that is not on the earth.
    #[error("location: latitude must be within 90, longitude within 180")]
    Location,
    /// Contacts that are none.
    #[error("contacts: must have at least one item, each an object")]
    Contacts,
    /// The message to react to is not here.
    #[error("reaction.message: no such message in this chat")]
    Reaction,
    /// The message to quote is not here.
    #[error("quoting: no such message in this chat")]
    Quoting,
    /// Nothing in the chat can be tapped that fits.
    #[error("tap.id: nothing in this chat can be tapped that begins so")]
    Tap,
}

fn yes() -> bool {
    true
}

fn from_base64<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    use base64::Engine as _;
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(None);
    };
    let decoded = base64::prelude::BASE64_STANDARD.decode(text);
    decoded
        .map(|bytes| Some(bytes.into()))
        .map_err(serde::de::Error::custom)
}
