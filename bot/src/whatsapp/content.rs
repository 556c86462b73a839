//! What one inbound message says, read from its JSON. Shapes that are new or broken become
//! [`Content::Other`]; none is an error.

use std::fmt;

use serde_json::Value;

use crate::conversation::{Input, Media, MediaKind, Place};
use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::{Bsuid, Phone, Wamid};
use crate::whatsapp::loose::{Loose, Members, NotJson};

/// What one inbound message says.
#[derive(Clone, PartialEq)]
pub enum Content {
    /// Typed text, as received.
    Text(String),
    /// A tap on a list row, reply button or template button.
    Tap {
        /// The id that the bot gave the row or button.
        id: String,
        /// What the person saw on it.
        title: String,
    },
    /// A point on the map.
    Location(Place),
    /// A picture, voice note, video, document or sticker.
    Media(Media),
    /// Shared contacts, as they came; at least one.
    Contacts(Vec<Value>),
    /// An emoji on an earlier message.
    Reaction {
        /// The message that it is on.
        message: Wamid,
        /// The emoji; `None` when it was taken back.
        emoji: Option<String>,
    },
    /// News about the person from WhatsApp itself.
    System {
        /// What happened, such as `user_changed_number`.
        change: String,
        /// The new number.
        phone: Option<Phone>,
        /// The new business-scoped user id.
        bsuid: Option<Bsuid>,
    },
    /// Anything else.
    Other,
}

/// What people say stays out of logs.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(***)",
            Self::Tap { .. } => "Tap(***)",
            Self::Location(_) => "Location(***)",
            Self::Media(_) => "Media(***)",
            Self::Contacts(_) => "Contacts(***)",
            Self::Reaction { .. } => "Reaction(***)",
            Self::System { .. } => "System(***)",
            Self::Other => "Other",
        })
    }
}

impl Content {
    /// Reads the content again from a stored message.
    ///
    /// # Errors
    /// When the bytes are not JSON, which no stored message is.
    pub fn from_json(message: &[u8]) -> Result<Self, NotJson> {
        Loose::parse(message).map(|message| Self::of(&message.members()))
    }

    pub(super) fn of(message: &Members<'_>) -> Self {
        let kind = message.text("type").unwrap_or_default();
        let object = message.members(&kind);
        let read = match kind.as_str() {
            "text" => object.text("body").map(Self::Text),
            "interactive" => interactive(&object),
            "button" => tap(&object, "payload", "text"),
            "location" => location(&object),
            // Meta says by an error that the file can't be had.
            _ if !message.items("errors").is_empty() => None,
            "image" | "audio" | "voice" | "video" | "document" | "sticker" => media(&kind, &object),
            "contacts" => contacts(message),
            "reaction" => reaction(&object),
            "system" => Some(system(&object)),
            _ => None,
        };
        read.unwrap_or(Self::Other)
    }

    /// What the conversation makes of it. `None` for what says nothing to anybody: news from WhatsApp
    /// itself, and a reaction that can't be read.
    pub fn to_input(&self, kind: &str) -> Option<Input> {
        Some(match self {
            Self::Text(text) => Input::Text(text.clone()),
            Self::Tap { id, .. } => Input::Tap { id: id.clone() },
            Self::Location(place) => Input::Location(place.clone()),
            Self::Media(media) => Input::Media(media.clone()),
            Self::Contacts(contacts) => Input::Contacts(contacts.clone()),
            Self::Reaction { message, emoji } => Input::Reaction {
                message: message.clone(),
                emoji: emoji.clone(),
            },
            Self::System { .. } => return None,
            Self::Other if matches!(kind, "reaction" | "system") => return None,
            Self::Other => Input::Other {
                kind: kind.to_owned(),
            },
        })
    }
}

/// The earlier message that a stored message quotes, or whose button was tapped.
///
/// # Errors
/// When the bytes are not JSON, which no stored message is.
pub fn quoted(message: &[u8]) -> Result<Option<Wamid>, NotJson> {
    let context = Loose::parse(message)?.members().members("context");
    Ok(context.text("id").and_then(|id| Wamid::parse(&id).ok()))
}

fn interactive(object: &Members<'_>) -> Option<Content> {
    let sub = sub_kind(object)?;
    match sub.as_str() {
        "list_reply" | "button_reply" => tap(&object.members(&sub), "id", "title"),
        _ => None,
    }
}

/// Which kind of interactive answer it is: its `type`, or else the member that is there.
pub(super) fn sub_kind(interactive: &Members<'_>) -> Option<String> {
    interactive.word("type").or_else(|| {
        let present = |name: &&str| interactive.get(name).is_some();
        ["list_reply", "button_reply", "nfm_reply"]
            .into_iter()
            .find(present)
            .map(str::to_owned)
    })
}

fn tap(object: &Members<'_>, id: &str, title: &str) -> Option<Content> {
    let id = object.text(id)?;
    Some(Content::Tap {
        id,
        title: object.text(title).unwrap_or_default(),
    })
}

/// Coordinates that are none on this earth are no place.
fn location(object: &Members<'_>) -> Option<Content> {
    let degrees = |name: &str, most: f64| {
        let degrees = object.get(name)?.decimal()?;
        (-most..=most).contains(&degrees).then_some(degrees)
    };
    Some(Content::Location(Place {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: line(object, "name"),
        address: line(object, "address"),
    }))
}

fn media(kind: &str, object: &Members<'_>) -> Option<Content> {
    let kind = match kind {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "document" => MediaKind::Document,
        "sticker" => MediaKind::Sticker,
        _ => MediaKind::Audio,
    };
    Some(Content::Media(Media {
        id: object.word("id")?,
        kind,
        caption: object
            .text("caption")
            .filter(|caption| !caption.trim().is_empty()),
        filename: line(object, "filename"),
    }))
}

/// Those that can be read; what is nested without end can't.
fn contacts(message: &Members<'_>) -> Option<Content> {
    let read = |item: Loose<'_>| serde_json::from_str(item.to_raw().get()).ok();
    let contacts: Vec<Value> = message
        .items("contacts")
        .into_iter()
        .filter_map(read)
        .collect();
    (!contacts.is_empty()).then_some(Content::Contacts(contacts))
}

/// A clean text of one line, if there is any.
fn line(object: &Members<'_>, name: &str) -> Option<String> {
    let line = sanitise(&object.text(name)?, Lines::One);
    (!line.is_empty()).then_some(line)
}

fn reaction(object: &Members<'_>) -> Option<Content> {
    let message = Wamid::parse(&object.text("message_id")?).ok()?;
    Some(Content::Reaction {
        message,
        emoji: line(object, "emoji"),
    })
}

fn system(object: &Members<'_>) -> Content {
    Content::System {
        change: object.word("type").unwrap_or_default(),
        phone: object.text("wa_id").and_then(|raw| wire_phone(&raw)),
        bsuid: object
            .text("user_id")
            .and_then(|raw| Bsuid::parse(&raw).ok()),
    }
}

/// A phone as it stands on the wire. A group's or another id with digits in it is none.
pub(super) fn wire_phone(raw: &str) -> Option<Phone> {
    let letters = raw.chars().any(char::is_alphabetic);
    if letters {
        None
    } else {
        Phone::parse(raw).ok()
    }
}

#[cfg(test)]
mod tests;
