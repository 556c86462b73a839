//! What a person says or taps, as tests and the page tell it. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::json::object;

/// Longest text that a phone sends here, in bytes; WhatsApp's own limit is near it.
const LONGEST_TEXT_BYTES: usize = 65_536;

/// A message of a person to the business. Exactly one of `text`, `tap` and `raw` is set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// A tapped list row or reply button.
    #[serde(default)]
    pub tap: Option<Tap>,
    /// A message object as in a webhook; sender, id and time are added where missing.
    #[serde(default)]
    pub raw: Option<Map<String, Value>>,
    /// Whether the webhook is tried again when it is not answered 200. Default true.
    #[serde(default = "yes")]
    pub retry: bool,
}

/// A tap on a list row or a reply button.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// The id of the row or button.
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
    /// None or several of text, tap and raw.
    #[error("exactly one of text, tap and raw must be given")]
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
}

impl Inbound {
    /// A typed text.
    pub fn text(from: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            text: Some(text.into()),
            retry: true,
            ..Self::default()
        }
    }

    /// A tap on a row or button that some earlier message offered.
    pub fn tap(from: impl Into<String>, id: impl Into<String>) -> Self {
        let tap = Tap {
            id: id.into(),
            ..Tap::default()
        };
        Self {
            from: from.into(),
            tap: Some(tap),
            retry: true,
            ..Self::default()
        }
    }

    /// A message object of any type.
    pub fn raw(from: impl Into<String>, message: Map<String, Value>) -> Self {
        Self {
            from: from.into(),
            raw: Some(message),
            retry: true,
            ..Self::default()
        }
    }

    /// The same message under this profile name.
    #[must_use]
    pub fn profile(self, name: impl Into<String>) -> Self {
        Self {
            profile: Some(name.into()),
            ..self
        }
    }

    /// The same message, its webhook tried only once.
    #[must_use]
    pub fn once(self) -> Self {
        Self {
            retry: false,
            ..self
        }
    }

    /// Checks the form, apart from the sender.
    pub(crate) fn check(&self) -> Result<(), InboundError> {
        match (&self.text, &self.tap, &self.raw) {
            (Some(text), None, None) if text.is_empty() || text.len() > LONGEST_TEXT_BYTES => {
                Err(InboundError::Text)
            }
            (None, None, Some(raw)) if !raw.get("type").is_some_and(Value::is_string) => {
                Err(InboundError::RawType)
            }
            (None, None, Some(raw))
                if raw
                    .get("id")
                    .is_some_and(|id| id.as_str().is_none_or(str::is_empty)) =>
            {
                Err(InboundError::RawId)
            }
            (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) => Ok(()),
            _ => Err(InboundError::Content),
        }
    }
}

/// The message object's own part for a text.
pub(crate) fn text_content(text: &str) -> Map<String, Value> {
    object([
        ("type", Some(json!("text"))),
        ("text", Some(json!({ "body": text }))),
    ])
}

/// The message object's own part for a tap; `business` is the number the tapped message came from.
pub(crate) fn tap_content(tap: &Tap, business: &str) -> Map<String, Value> {
    let id = json!(tap.id);
    let title = json!(tap.title.as_deref().unwrap_or(&tap.id));
    let (kind, description) = match tap.kind.unwrap_or(TapKind::Button) {
        TapKind::Button => ("button_reply", None),
        TapKind::List => ("list_reply", tap.description.as_deref().map(Value::from)),
    };
    let reply = [
        ("id", Some(id)),
        ("title", Some(title)),
        ("description", description),
    ];
    let context = tap
        .message
        .as_ref()
        .map(|wamid| json!({"from": business, "id": wamid}));
    object([
        ("type", Some(json!("interactive"))),
        (
            "interactive",
            Some(json!({"type": kind, kind: object(reply)})),
        ),
        ("context", context),
    ])
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        let read = |json: Value| serde_json::from_value::<Inbound>(json).unwrap().check();
        for (json, expected) in [
            (json!({"from": "1", "text": "x"}), Ok(())),
            (json!({"from": "1", "text": ""}), Err(InboundError::Text)),
            (json!({"from": "1"}), Err(InboundError::Content)),
            (
                json!({"from": "1", "text": "x", "tap": {"id": "a"}}),
                Err(InboundError::Content),
            ),
            (
                json!({"from": "1", "raw": {"id": "wamid.A"}}),
                Err(InboundError::RawType),
            ),
            (
                json!({"from": "1", "raw": {"type": "text", "id": 7}}),
                Err(InboundError::RawId),
            ),
            (json!({"from": "1", "raw": {"type": "reaction"}}), Ok(())),
        ] {
            assert_eq!(read(json.clone()), expected, "{json}");
        }
        let unknown = json!({"from": "1", "txt": "x"});
        assert!(serde_json::from_value::<Inbound>(unknown).is_err());
    }

    #[test]
    fn a_row_keeps_its_description() {
        let tap = Tap {
            id: "service_plumbing".into(),
            title: Some("Plumbing".into()),
            description: Some("Leaks".into()),
            kind: Some(TapKind::List),
            message: Some("wamid.L".into()),
        };
        assert_eq!(
            Value::Object(tap_content(&tap, "15550783881")),
            json!({
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply":
                    {"id": "service_plumbing", "title": "Plumbing", "description": "Leaks"}},
                "context": {"from": "15550783881", "id": "wamid.L"},
            })
        );
    }
}
