//! Checks a person's message and writes the part of the message object that belongs to its kind.

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::{Inbound, InboundError, Media, Tap, TapKind};
use crate::json::object;
use crate::media::MediaKind;
use crate::platform::FileInfo;

/// Longest text that a phone sends here, in bytes; WhatsApp's own limit is near it.
const LONGEST_TEXT_BYTES: usize = 65_536;

/// Checks the form, apart from the sender and from what must be in the chat.
pub(crate) fn check(inbound: &Inbound) -> Result<(), InboundError> {
    let given = [
        inbound.text.is_some(),
        inbound.tap.is_some(),
        inbound.media.is_some(),
        inbound.location.is_some(),
        inbound.contacts.is_some(),
        inbound.reaction.is_some(),
        inbound.raw.is_some(),
    ];
    if given.into_iter().filter(|given| *given).count() != 1 {
        return Err(InboundError::Content);
    }
    let text = inbound.text.as_ref();
    if text.is_some_and(|text| text.is_empty() || text.len() > LONGEST_TEXT_BYTES) {
        return Err(InboundError::Text);
    }
    if let Some(raw) = &inbound.raw {
        if !raw.get("type").is_some_and(Value::is_string) {
            return Err(InboundError::RawType);
        }
        let id = raw.get("id").map(Value::as_str);
        if id.is_some_and(|id| id.is_none_or(str::is_empty)) {
            return Err(InboundError::RawId);
        }
    }
    if let Some(place) = &inbound.location
        && !(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0)
    {
        return Err(InboundError::Location);
    }
    let contacts = inbound.contacts.as_ref();
    if contacts.is_some_and(|all| all.is_empty() || !all.iter().all(Value::is_object)) {
        return Err(InboundError::Contacts);
    }
    inbound.media.as_ref().map_or(Ok(()), check_media)
}

fn check_media(media: &Media) -> Result<(), InboundError> {
    let wordless = matches!(media.kind, MediaKind::Audio | MediaKind::Sticker);
    let named = media.filename.is_some() && media.kind != MediaKind::Document;
    if (wordless && media.caption.is_some()) || named {
        return Err(InboundError::Media);
    }
    Ok(())
}

/// The message object's own part. A tap must be complete, and a file kept, before; `business` is
/// the number that tapped and quoted messages came from.
pub(crate) fn content(
    inbound: Inbound,
    file: Option<&FileInfo>,
    business: &str,
) -> Map<String, Value> {
    let reference = |wamid: String| json!({"from": business, "id": wamid});
    let mut content = if let Some(text) = inbound.text {
        of("text", json!({ "body": text }))
    } else if let Some(tap) = inbound.tap {
        let message = tap.message.clone();
        let mut tapped = tap_content(&tap);
        if let Some(message) = message {
            tapped.insert("context".to_owned(), reference(message));
        }
        tapped
    } else if let (Some(media), Some(file)) = (inbound.media, file) {
        media_content(&media, file)
    } else if let Some(place) = inbound.location {
        of("location", json!(place))
    } else if let Some(contacts) = inbound.contacts {
        of("contacts", contacts.into())
    } else if let Some(reaction) = inbound.reaction {
        let members = [
            ("message_id", Some(json!(reaction.message))),
            ("emoji", reaction.emoji.map(Value::from)),
        ];
        of("reaction", Value::Object(object(members)))
    } else {
        inbound.raw.unwrap_or_default()
    };
    if let Some(quoted) = inbound.quoting {
        content.insert("context".to_owned(), reference(quoted));
    }
    content
}

fn of(kind: &str, content: Value) -> Map<String, Value> {
    object([("type", Some(kind.into())), (kind, Some(content))])
}

fn tap_content(tap: &Tap) -> Map<String, Value> {
    let title = tap.title.as_deref().unwrap_or(&tap.id);
    let (kind, description) = match tap.kind.unwrap_or(TapKind::Button) {
        TapKind::Template => {
            return of("button", json!({"payload": tap.id, "text": title}));
        }
        TapKind::Button => ("button_reply", None),
        TapKind::List => ("list_reply", tap.description.as_deref().map(Value::from)),
    };
    let reply = [
        ("id", Some(json!(tap.id))),
        ("title", Some(json!(title))),
        ("description", description),
    ];
    of("interactive", json!({"type": kind, kind: object(reply)}))
}

fn media_content(media: &Media, file: &FileInfo) -> Map<String, Value> {
    // Webhooks have the digest in base64, the look-up in hex.
    let digest = hex::decode(&file.sha256).unwrap_or_default();
    let digest = base64::prelude::BASE64_STANDARD.encode(digest);
    let filename = || media.filename.clone().unwrap_or("document.pdf".to_owned());
    let is = |kind| media.kind == kind;
    let members = [
        ("caption", media.caption.clone().map(Value::from)),
        (
            "filename",
            is(MediaKind::Document).then(|| filename().into()),
        ),
        ("mime_type", Some(json!(file.mime_type))),
        ("sha256", Some(json!(digest))),
        ("id", Some(json!(file.id))),
        ("voice", is(MediaKind::Audio).then_some(media.voice.into())),
        ("animated", is(MediaKind::Sticker).then_some(false.into())),
    ];
    of(media.kind.name(), Value::Object(object(members)))
}
