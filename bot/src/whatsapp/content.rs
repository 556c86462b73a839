//! What one inbound message says, read from its JSON. Shapes that are new or broken become
//! [`Content::Other`]; none is an error.

use std::fmt;

use crate::conversation::Input;
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
    /// A place.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// The place's name.
        name: Option<String>,
        /// The place's address.
        address: Option<String>,
    },
    /// A picture, voice note, video, document or sticker.
    Media {
        /// WhatsApp's id of the file.
        id: String,
        /// The text below it.
        caption: Option<String>,
    },
    /// Shared contacts.
    Contacts,
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
            Self::Location { .. } => "Location(***)",
            Self::Media { .. } => "Media(***)",
            Self::Contacts => "Contacts",
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
            "image" | "audio" | "voice" | "video" | "document" | "sticker" => media(&object),
            "contacts" => Some(Self::Contacts),
            "reaction" => reaction(&object),
            "system" => Some(system(&object)),
            _ => None,
        };
        read.unwrap_or(Self::Other)
    }

    /// What the conversation makes of it. `None` for what nobody expects an answer to.
    pub fn to_input(&self, kind: &str) -> Option<Input> {
        // By type too: a broken reaction is still none to answer.
        if matches!(kind, "reaction" | "system") {
            return None;
        }
        Some(match self {
            Self::Text(text) => Input::Text(text.clone()),
            Self::Tap { id, .. } => Input::Tap { id: id.clone() },
            Self::Reaction { .. } | Self::System { .. } => return None,
            Self::Location { .. } | Self::Media { .. } | Self::Contacts | Self::Other => {
                Input::Other {
                    kind: kind.to_owned(),
                }
            }
        })
    }
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

fn location(object: &Members<'_>) -> Option<Content> {
    Some(Content::Location {
        latitude: object.get("latitude")?.decimal()?,
        longitude: object.get("longitude")?.decimal()?,
        name: object.text("name"),
        address: object.text("address"),
    })
}

fn media(object: &Members<'_>) -> Option<Content> {
    Some(Content::Media {
        id: object.word("id")?,
        caption: object.text("caption"),
    })
}

fn reaction(object: &Members<'_>) -> Option<Content> {
    let message = Wamid::parse(&object.text("message_id")?).ok()?;
    let emoji = object.text("emoji").filter(|emoji| !emoji.is_empty());
    Some(Content::Reaction { message, emoji })
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
