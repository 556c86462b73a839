//! Forms of messages, and what webhooks make of them.

use chrono::DateTime;
use serde_json::{Value, json};

use super::*;
use crate::platform::{FileInfo, Origin};

#[test]
fn forms_are_checked() {
    let read = |json: Value| check(&serde_json::from_value::<Inbound>(json).unwrap());
    let with = |name: &str, value: Value| read(json!({"from": "1", name: value}));
    assert_eq!(with("text", json!("x")), Ok(()));
    assert_eq!(with("text", json!("")), Err(InboundError::Text));
    assert_eq!(read(json!({"from": "1"})), Err(InboundError::Content));
    let both = json!({"from": "1", "text": "x", "tap": {"id": "a"}});
    assert_eq!(read(both), Err(InboundError::Content));
    for (name, value, expected) in [
        ("raw", json!({"id": "wamid.A"}), Err(InboundError::RawType)),
        (
            "raw",
            json!({"type": "text", "id": 7}),
            Err(InboundError::RawId),
        ),
        ("raw", json!({"type": "reaction"}), Ok(())),
        ("location", json!({"latitude": 1, "longitude": 2.5}), Ok(())),
        (
            "location",
            json!({"latitude": 91, "longitude": 0}),
            Err(InboundError::Location),
        ),
        ("contacts", json!([]), Err(InboundError::Contacts)),
        ("contacts", json!([{"name": {}}]), Ok(())),
        ("media", json!({}), Ok(())),
        ("media", json!({"base64": "AAAA"}), Ok(())),
        (
            "media",
            json!({"kind": "audio", "caption": "x"}),
            Err(InboundError::Media),
        ),
        ("media", json!({"filename": "x"}), Err(InboundError::Media)),
        ("reaction", json!({"message": "wamid.A"}), Ok(())),
    ] {
        assert_eq!(with(name, value.clone()), expected, "{name}: {value}");
    }
    for unknown in [
        json!({"from": "1", "txt": "x"}),
        json!({"from": "1", "media": {"base64": "?"}}),
    ] {
        assert!(serde_json::from_value::<Inbound>(unknown).is_err());
    }
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
    let inbound = Inbound {
        tap: Some(tap.clone()),
        ..Inbound::default()
    };
    assert_eq!(
        Value::Object(content(inbound, None, "15550783881")),
        json!({
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply":
                {"id": "service_plumbing", "title": "Plumbing", "description": "Leaks"}},
            "context": {"from": "15550783881", "id": "wamid.L"},
        })
    );
    let template = Inbound {
        tap: Some(Tap {
            kind: Some(TapKind::Template),
            ..tap
        }),
        ..Inbound::default()
    };
    let button = content(template, None, "1");
    assert_eq!(
        button["button"],
        json!({"payload": "service_plumbing", "text": "Plumbing"})
    );
}

#[test]
fn files_look_as_in_webhooks() {
    let file = FileInfo {
        id: "5".into(),
        origin: Origin::Person,
        mime_type: "audio/ogg; codecs=opus".into(),
        sha256: "00ff".into(),
        file_size: 1,
        time: DateTime::UNIX_EPOCH,
    };
    let voice = Inbound::media("1", MediaKind::Audio, "x").quoting("wamid.Q");
    assert_eq!(
        Value::Object(content(voice, Some(&file), "1")),
        json!({"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus",
            "sha256": "AP8=", "id": "5", "voice": true},
            "context": {"from": "1", "id": "wamid.Q"}})
    );
    let document = Inbound::media("1", MediaKind::Document, "x").caption("c");
    let document = content(document, Some(&file), "1");
    assert_eq!(document["document"]["filename"], "document.pdf");
    assert_eq!(document["document"]["caption"], "c");
    let end = content(Inbound::reaction("1", "wamid.A", None), None, "1");
    assert_eq!(end["reaction"], json!({"message_id": "wamid.A"}));
}
