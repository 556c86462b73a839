//! From a reply to the body of a Graph API call. Whatever a reply holds, its payload keeps Meta's
//! limits.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::conversation::reply::{Button, Reply, Row};
use crate::domain::{Bsuid, Identity, Phone, Wamid, text};

const TEXT_UNITS: usize = 4096;
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
    let (to_key, to) = match to {
        // Country code and number, without a plus: the form that the product's rules fix.
        Recipient::Phone(phone) => ("to", phone.digits()),
        Recipient::Bsuid(id) => ("recipient", id.as_str()),
    };
    let (kind, content) = match reply {
        Reply::Text { body } => text_message(body),
        Reply::List {
            body,
            button,
            rows,
            footer,
        } => list(body, button, rows, footer),
        Reply::Buttons { body, buttons } => reply_buttons(body, buttons),
    };
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        (to_key): to,
        "type": kind,
        (kind): content,
    })
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
