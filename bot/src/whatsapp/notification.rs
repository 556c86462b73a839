//! From the bytes of a notification to messages and statuses.
//!
//! Lenient throughout: unknown members are skipped, and a part that cannot be read costs only itself.
//! An unreadable notification answered with an error would come back for a week.

use std::fmt;

use serde_json::value::RawValue;

use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::{Bsuid, Identity, Wamid, text};
use crate::whatsapp::content::{Content, sub_kind, wire_phone};
use crate::whatsapp::loose::{Loose, Members, NotJson};

const OBJECT: &str = "whatsapp_business_account";
const PROFILE_NAME_UNITS: usize = 255;
const ERROR_TITLE_UNITS: usize = 255;

/// All that one notification holds, in its order.
#[derive(Debug, Default)]
pub struct Notification {
    /// Whether it is about WhatsApp at all; if not, nothing else is read.
    pub object_is_whatsapp: bool,
    /// Messages from people, repeats included.
    pub messages: Vec<InboundMessage>,
    /// News about messages of ours.
    pub statuses: Vec<InboundStatus>,
    /// Errors that Meta reports about the account or number.
    pub value_errors: Vec<ErrorDetail>,
    /// What was passed over.
    pub ignored: Vec<Ignored>,
}

/// One message from a person.
pub struct InboundMessage {
    /// Its id.
    pub wamid: Wamid,
    /// Which of the business's numbers it was sent to.
    pub phone_number_id: Option<String>,
    /// Who sent it. Empty when neither phone nor user id is usable; such a message is for nobody.
    pub identity: Identity,
    /// The sender's number exactly as received.
    pub raw_from: Option<String>,
    /// The name in the sender's WhatsApp profile, cleaned.
    pub profile_name: Option<String>,
    /// When it was sent, in seconds.
    pub timestamp: Option<i64>,
    /// WhatsApp's message type; `unknown` when it has none.
    pub kind: String,
    /// Which kind of interactive answer it is.
    pub sub: Option<String>,
    /// What it says.
    pub content: Content,
    /// Its JSON exactly as received.
    pub raw: Box<RawValue>,
}

/// Shows neither whose message it is nor what it says.
impl fmt::Debug for InboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundMessage")
            .field("wamid", &self.wamid)
            .field("phone_number_id", &self.phone_number_id)
            .field("identity", &self.identity)
            .field("timestamp", &self.timestamp)
            .field("kind", &self.kind)
            .field("sub", &self.sub)
            .finish_non_exhaustive()
    }
}

/// News about one message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundStatus {
    /// The message that we sent.
    pub wamid: Wamid,
    /// What happened, such as `delivered`. More values may come.
    pub status: String,
    /// When, in seconds.
    pub timestamp: Option<i64>,
    /// Whom it was sent to, as far as told.
    pub recipient: Identity,
    /// Why it failed.
    pub errors: Vec<ErrorDetail>,
}

/// One error that Meta reports in a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetail {
    /// Its number, by which it is classed.
    pub code: i64,
    /// What Meta calls it.
    pub title: String,
}

/// What a notification held and nobody here reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ignored {
    /// A change to another field than `messages`.
    Field(String),
    /// A message without a usable id.
    Message,
    /// A status without a usable id or value.
    Status,
}

/// Reads a notification.
///
/// # Errors
/// Only when the body is not JSON.
pub fn parse(body: &[u8]) -> Result<Notification, NotJson> {
    let root = Loose::parse(body)?.members();
    let mut found = Notification {
        object_is_whatsapp: root.text("object").as_deref() == Some(OBJECT),
        ..Notification::default()
    };
    if found.object_is_whatsapp {
        let entries = root.items("entry").into_iter().map(Loose::members);
        for change in entries.flat_map(|entry| entry.items("changes")) {
            found.take_change(&change.members());
        }
    }
    Ok(found)
}

impl Notification {
    fn take_change(&mut self, change: &Members<'_>) {
        let field = change.word("field").unwrap_or_default();
        if field != "messages" {
            self.ignored.push(Ignored::Field(field));
            return;
        }
        let value = change.members("value");
        let number = value.members("metadata").word("phone_number_id");
        let contacts: Vec<Contact> = value.items("contacts").into_iter().map(contact).collect();
        for raw in value.items("messages") {
            match message(raw, number.clone(), &contacts) {
                Some(message) => self.messages.push(message),
                None => self.ignored.push(Ignored::Message),
            }
        }
        for raw in value.items("statuses") {
            match status(&raw.members()) {
                Some(status) => self.statuses.push(status),
                None => self.ignored.push(Ignored::Status),
            }
        }
        self.value_errors.extend(errors(&value));
    }
}

/// An element of `contacts[]`, which stands apart from the messages.
struct Contact {
    identity: Identity,
    profile_name: Option<String>,
}

fn contact(raw: Loose<'_>) -> Contact {
    let members = raw.members();
    Contact {
        identity: identity(&members, "wa_id", "user_id"),
        profile_name: members
            .members("profile")
            .text("name")
            .map(|name| clean(&name, PROFILE_NAME_UNITS))
            .filter(|name| !name.is_empty()),
    }
}

fn message(raw: Loose<'_>, number: Option<String>, contacts: &[Contact]) -> Option<InboundMessage> {
    let members = raw.members();
    let wamid = Wamid::parse(&members.text("id")?).ok()?;
    let mut identity = identity(&members, "from", "from_user_id");
    let contact = contacts
        .iter()
        .find(|contact| is_same_person(&contact.identity, &identity));
    if let Some(known) = contact.map(|contact| contact.identity.clone()) {
        identity.phone = identity.phone.or(known.phone);
        identity.bsuid = identity.bsuid.or(known.bsuid);
    }
    let kind = members.word("type").unwrap_or_else(|| "unknown".to_owned());
    let sub = (kind == "interactive").then(|| sub_kind(&members.members("interactive")));
    Some(InboundMessage {
        wamid,
        phone_number_id: number,
        identity,
        raw_from: members.word("from"),
        profile_name: contact.and_then(|contact| contact.profile_name.clone()),
        timestamp: members.get("timestamp").and_then(Loose::integer),
        kind,
        sub: sub.flatten(),
        content: Content::of(&members),
        raw: raw.to_raw(),
    })
}

fn status(members: &Members<'_>) -> Option<InboundStatus> {
    let is_group = members.text("recipient_type").as_deref() == Some("group");
    let recipient = if is_group {
        identity(
            members,
            "recipient_participant_id",
            "recipient_participant_user_id",
        )
    } else {
        identity(members, "recipient_id", "recipient_user_id")
    };
    Some(InboundStatus {
        wamid: Wamid::parse(&members.text("id")?).ok()?,
        status: members.word("status")?,
        timestamp: members.get("timestamp").and_then(Loose::integer),
        recipient,
        errors: errors(members),
    })
}

fn errors(members: &Members<'_>) -> Vec<ErrorDetail> {
    let detail = |raw: Loose<'_>| {
        let members = raw.members();
        let title = members.text("title").or_else(|| members.text("message"));
        Some(ErrorDetail {
            code: members.get("code")?.integer()?,
            title: clean(&title.unwrap_or_default(), ERROR_TITLE_UNITS),
        })
    };
    members
        .items("errors")
        .into_iter()
        .filter_map(detail)
        .collect()
}

fn identity(members: &Members<'_>, phone: &str, bsuid: &str) -> Identity {
    Identity {
        phone: members.text(phone).and_then(|raw| wire_phone(&raw)),
        bsuid: members.text(bsuid).and_then(|raw| Bsuid::parse(&raw).ok()),
    }
}

/// By whichever id both sides show; two that show none in common are not the same.
fn is_same_person(one: &Identity, other: &Identity) -> bool {
    match (&one.phone, &other.phone) {
        (Some(one), Some(other)) => one == other,
        _ => one.bsuid.is_some() && one.bsuid == other.bsuid,
    }
}

fn clean(raw: &str, max_units: usize) -> String {
    text::cut(&sanitise(raw, Lines::One), max_units)
}

#[cfg(test)]
mod tests;
