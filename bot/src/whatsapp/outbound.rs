//! From a reply to the body of a Graph API call. Whatever a reply holds, its payload keeps Meta's
//! limits.

mod contacts;
mod template;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::conversation::reply::{Button, Reply, Row};
use crate::conversation::{Media, MediaKind, Place};
use crate::domain::{Bsuid, Identity, Phone, Wamid, text};
pub use crate::whatsapp::outbound::template::{Templates, template};

const TEXT_UNITS: usize = 4096;
const CAPTION_UNITS: usize = 1024;
const INTERACTIVE_UNITS: usize = 1024;
const FOOTER_UNITS: usize = 60;
const LIST_BUTTON_UNITS: usize = 20;
const ROWS: usize = 10;
const ROW_TITLE_UNITS: usize = 24;
const ROW_DESCRIPTION_UNITS: usize = 72;
const ROW_ID_UNITS: usize = 200;
const BUTTONS: usize = 3;
const BUTTON_TITLE_UNITS: usize = 20;
const BUTTON_ID_UNITS: usize = 256;
/// Nobody reads more of a place or a file's name; Meta names no limit.
const PLACE_UNITS: usize = 1000;
const FILENAME_UNITS: usize = 240;
/// Stands where a text is empty, which Meta refuses.
const NOTHING: &str = "-";

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// To a number.
    Phone(Phone),
    /// To a person who hides theirs.
    Bsuid(Bsuid),
}

impl Recipient {
    /// The number when it is known, else the user id, as Meta itself chooses.
    pub fn of(identity: &Identity) -> Option<Self> {
        let phone = identity.phone.clone().map(Self::Phone);
        phone.or_else(|| identity.bsuid.clone().map(Self::Bsuid))
    }
}

/// The body of the call that sends a reply.
pub fn payload(reply: &Reply, to: &Recipient) -> Value {
    let (kind, content) = match reply {
        Reply::Text { body } => text_message(body),
        Reply::List {
            body,
            button,
            rows,
            footer,
        } => list(body, button, rows, footer),
        Reply::Buttons { body, buttons } => reply_buttons(body, buttons),
        Reply::Location(place) => ("location", location(place)),
        Reply::Media(media) => file(media),
        Reply::Contacts(shared) => ("contacts", contacts::contacts(shared)),
        Reply::Reaction { message, emoji } => (
            "reaction",
            json!({"message_id": message.as_str(), "emoji": emoji.as_deref().unwrap_or_default()}),
        ),
    };
    envelope(to, kind, &content)
}

fn envelope(to: &Recipient, kind: &str, content: &Value) -> Value {
    let (to_key, to) = match to {
        // Country code and number, without a plus: the form that the product's rules fix.
        Recipient::Phone(phone) => ("to", phone.digits()),
        Recipient::Bsuid(id) => ("recipient", id.as_str()),
    };
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        (to_key): to,
        "type": kind,
        (kind): content,
    })
}

/// The same message as an answer to an earlier one of the same conversation; a reaction can't be one.
pub fn quoting(mut payload: Value, message: &Wamid) -> Value {
    if payload.get("type").is_some_and(|kind| kind != "reaction")
        && let Some(members) = payload.as_object_mut()
    {
        members.insert(
            "context".to_owned(),
            json!({"message_id": message.as_str()}),
        );
    }
    payload
}

/// The same message with the id that the uploaded file got; unchanged for what carries no file.
pub fn with_file(mut payload: Value, uploaded: &str) -> Value {
    let kind = payload
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(kind) = kind.filter(|kind| FILES.contains(&kind.as_str()))
        && let Some(file) = payload.get_mut(&kind).and_then(Value::as_object_mut)
    {
        file.insert("id".to_owned(), uploaded.into());
    }
    payload
}

/// The body of the call that marks a message as read.
pub fn mark_read(message: &Wamid) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message.as_str(),
    })
}

/// A message's type and the object of that name.
type Typed = (&'static str, Value);

fn text_message(body: &str) -> Typed {
    ("text", json!({"body": bounded(body, TEXT_UNITS)}))
}

const FILES: [&str; 5] = ["image", "audio", "video", "document", "sticker"];

fn location(place: &Place) -> Value {
    let line = |text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty());
        text.map(|text| text::cut(text, PLACE_UNITS))
    };
    json!(Place {
        latitude: place.latitude,
        longitude: place.longitude,
        name: line(&place.name),
        address: line(&place.address),
    })
}

/// Without the file's id, which is known once it is uploaded: see [`with_file`].
fn file(media: &Media) -> Typed {
    let mut object = serde_json::Map::new();
    if media.kind.has_caption()
        && let Some(caption) = media
            .caption
            .as_deref()
            .filter(|text| !text.trim().is_empty())
    {
        object.insert(
            "caption".to_owned(),
            text::cut(caption, CAPTION_UNITS).into(),
        );
    }
    if media.kind == MediaKind::Document
        && let Some(filename) = &media.filename
    {
        object.insert("filename".to_owned(), short_name(filename).into());
    }
    (media.kind.as_str(), Value::Object(object))
}

/// A file's name that keeps its ending, by which it is opened.
fn short_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if text::units(ending) < 20 && !stem.is_empty() => {
            let room = FILENAME_UNITS.saturating_sub(text::units(ending) + 1);
            format!("{}.{ending}", text::cut(stem, room))
        }
        _ => bounded(name, FILENAME_UNITS),
    }
}

#[derive(Serialize)]
struct WireRow {
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

fn list(body: &str, button: &str, rows: &[Row], footer: &str) -> Typed {
    let wire = |(id, row): (String, &Row)| WireRow {
        id,
        title: bounded(&row.title, ROW_TITLE_UNITS),
        description: (!row.description.trim().is_empty())
            .then(|| bounded(&row.description, ROW_DESCRIPTION_UNITS)),
    };
    let rows: Vec<WireRow> = distinct(rows, ROWS, |row| bounded(&row.id, ROW_ID_UNITS))
        .map(wire)
        .collect();
    if rows.is_empty() {
        return text_message(body);
    }
    let interactive = json!({
        "type": "list",
        "body": {"text": bounded(body, INTERACTIVE_UNITS)},
        "footer": {"text": bounded(footer, FOOTER_UNITS)},
        "action": {"button": bounded(button, LIST_BUTTON_UNITS), "sections": [{"rows": rows}]},
    });
    ("interactive", interactive)
}

fn reply_buttons(body: &str, buttons: &[Button]) -> Typed {
    let mut titles = HashSet::new();
    // Meta wants titles to differ as well.
    let differing = buttons
        .iter()
        .filter(|button| titles.insert(bounded(&button.title, BUTTON_TITLE_UNITS)));
    let wire = |(id, button): (String, &Button)| {
        let title = bounded(&button.title, BUTTON_TITLE_UNITS);
        json!({"type": "reply", "reply": {"id": id, "title": title}})
    };
    let id = |button: &Button| bounded(&button.id, BUTTON_ID_UNITS);
    let buttons: Vec<Value> = distinct(differing, BUTTONS, id).map(wire).collect();
    if buttons.is_empty() {
        return text_message(body);
    }
    let interactive = json!({
        "type": "button",
        "body": {"text": bounded(body, INTERACTIVE_UNITS)},
        "action": {"buttons": buttons},
    });
    ("interactive", interactive)
}

/// The first `max` items whose ids differ, each with its id.
fn distinct<'a, T: 'a>(
    items: impl IntoIterator<Item = &'a T>,
    max: usize,
    id: impl Fn(&T) -> String,
) -> impl Iterator<Item = (String, &'a T)> {
    let mut seen = HashSet::new();
    items
        .into_iter()
        .map(move |item| (id(item), item))
        .filter(move |(id, _)| seen.insert(id.clone()))
        .take(max)
}

fn bounded(raw: &str, max_units: usize) -> String {
    if raw.trim().is_empty() {
        NOTHING.to_owned()
    } else {
        text::cut(raw, max_units)
    }
}

#[cfg(test)]
mod tests;
