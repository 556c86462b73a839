//! What each message type says, and that no shape is an error.

use serde_json::{Value, json};

use super::*;

fn content(message: &Value) -> Content {
    Content::from_json(message.to_string().as_bytes()).unwrap()
}

/// Not `assert_eq`: printing a content shows nothing of it.
fn says(message: &Value, expected: &Content) {
    assert!(content(message) == *expected, "{message}");
}

#[test]
fn texts_and_every_kind_of_tap() {
    says(
        &json!({"type": "text", "text": {"body": "hola"}}),
        &Content::Text("hola".into()),
    );
    let tap = |id: &str, title: &str| Content::Tap {
        id: id.into(),
        title: title.into(),
    };
    let list = json!({
        "type": "list_reply",
        "list_reply": {"id": "service_repair", "title": "Repair", "description": "x"},
    });
    says(
        &json!({"type": "interactive", "interactive": list}),
        &tap("service_repair", "Repair"),
    );
    let untyped = json!({"button_reply": {"id": "btn_help"}});
    says(
        &json!({"type": "interactive", "interactive": untyped}),
        &tap("btn_help", ""),
    );
    let template = json!({"payload": "btn_help", "text": "Help"});
    says(
        &json!({"type": "button", "button": template}),
        &tap("btn_help", "Help"),
    );
}

fn place(name: Option<&str>) -> Content {
    Content::Location(Place {
        latitude: 19.0,
        longitude: -99.5,
        name: name.map(str::to_owned),
        address: None,
    })
}

#[test]
fn places() {
    for (location, expected) in [
        (json!({"latitude": 19, "longitude": "-99.5"}), place(None)),
        (
            json!({"latitude": 19.0, "longitude": -99.5, "name": "Ho\u{0}me", "address": " "}),
            place(Some("Home")),
        ),
        (json!({"latitude": 90.1, "longitude": 0}), Content::Other),
        (json!({"latitude": 0, "longitude": -180.5}), Content::Other),
    ] {
        let message = json!({"type": "location", "location": location});
        says(&message, &expected);
    }
    let edge =
        content(&json!({"type": "location", "location": {"latitude": -90, "longitude": 180}}));
    assert!(matches!(edge, Content::Location(_)));
}

fn file(kind: MediaKind, caption: Option<&str>, filename: Option<&str>) -> Content {
    Content::Media(Media {
        id: "77".into(),
        kind,
        caption: caption.map(str::to_owned),
        filename: filename.map(str::to_owned),
    })
}

#[test]
fn files_keep_caption_and_name() {
    for (kind, object, expected) in [
        (
            "image",
            json!({"id": 77, "caption": "tap"}),
            file(MediaKind::Image, Some("tap"), None),
        ),
        (
            "document",
            json!({"id": "77", "filename": "a\nb.pdf", "caption": " "}),
            file(MediaKind::Document, None, Some("a b.pdf")),
        ),
        (
            "voice",
            json!({"id": "77"}),
            file(MediaKind::Audio, None, None),
        ),
        (
            "audio",
            json!({"id": "77"}),
            file(MediaKind::Audio, None, None),
        ),
        (
            "video",
            json!({"id": "77"}),
            file(MediaKind::Video, None, None),
        ),
        (
            "sticker",
            json!({"id": "77"}),
            file(MediaKind::Sticker, None, None),
        ),
        ("image", json!({"caption": "lost"}), Content::Other),
    ] {
        says(&json!({"type": kind, (kind): object}), &expected);
    }
    let broken = json!({"type": "video", "video": {"id": "77"}, "errors": [{"code": 131_052}]});
    says(&broken, &Content::Other);
}

#[test]
fn contacts_come_as_they_are_and_none_are_nothing() {
    let contact = json!({"name": {"formatted_name": "Eva"}, "phones": [{"phone": "1"}]});
    says(
        &json!({"type": "contacts", "contacts": [contact]}),
        &Content::Contacts(vec![contact]),
    );
    says(
        &json!({"type": "contacts", "contacts": []}),
        &Content::Other,
    );
    let mut deep = String::from(r#"{"type":"contacts","contacts":[{"name":{}},"#);
    deep.push_str(&("[".repeat(5000) + &"]".repeat(5000) + "]}"));
    let content = Content::from_json(deep.as_bytes()).unwrap();
    assert!(content == Content::Contacts(vec![json!({"name": {}})]));
}

#[test]
fn a_quoted_message_is_found() {
    let quoted = |message: &Value| quoted(message.to_string().as_bytes()).unwrap();
    assert_eq!(
        quoted(&json!({"context": {"id": "wamid.1", "from": "1"}})),
        Wamid::parse("wamid.1").ok()
    );
    for none in [
        json!({}),
        json!({"context": {"forwarded": true}}),
        json!([]),
    ] {
        assert_eq!(quoted(&none), None);
    }
}

#[test]
fn reactions_and_news() {
    for (emoji, expected) in [
        (json!("👍"), Some("👍")),
        (json!(""), None),
        (json!(null), None),
    ] {
        says(
            &json!({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": emoji}}),
            &Content::Reaction {
                message: Wamid::parse("wamid.1").unwrap(),
                emoji: expected.map(str::to_owned),
            },
        );
    }
    says(
        &json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "5215500009009"}}),
        &Content::System {
            change: "user_changed_number".into(),
            phone: Phone::parse("525500009009").ok(),
            bsuid: None,
        },
    );
}

#[test]
fn broken_and_unknown_shapes_are_something_else_and_no_error() {
    for message in [
        json!({}),
        json!([]),
        json!({"type": 7}),
        json!({"type": "text"}),
        json!({"type": "text", "text": null}),
        json!({"type": "text", "text": {"body": {}}}),
        json!({"type": "interactive"}),
        json!({"type": "interactive", "interactive": {"type": "nfm_reply"}}),
        json!({"type": "interactive", "interactive": {"type": "list_reply"}}),
        json!({"type": "location", "location": {"latitude": "north"}}),
        json!({"type": "poll_creation", "poll_creation": {}}),
    ] {
        says(&message, &Content::Other);
    }
}

#[test]
fn only_news_and_unreadable_reactions_are_nothing_to_the_conversation() {
    assert_eq!(Content::Other.to_input("reaction"), None);
    assert_eq!(Content::Other.to_input("system"), None);
    let reaction =
        json!({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}});
    assert!(
        content(&reaction).to_input("reaction")
            == Some(Input::Reaction {
                message: Wamid::parse("wamid.1").unwrap(),
                emoji: Some("👍".into()),
            })
    );
    assert!(matches!(
        place(None).to_input("location"),
        Some(Input::Location(_))
    ));
    assert!(matches!(
        file(MediaKind::Image, None, None).to_input("image"),
        Some(Input::Media(_))
    ));
    assert!(matches!(
        Content::Contacts(vec![json!({})]).to_input("contacts"),
        Some(Input::Contacts(_))
    ));
    for kind in [
        "image",
        "location",
        "unsupported",
        "edit",
        "request_welcome",
        "hologram",
    ] {
        let input = Content::Other.to_input(kind);
        assert_eq!(input, Some(Input::Other { kind: kind.into() }));
    }
}
