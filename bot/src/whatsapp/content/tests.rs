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

#[test]
fn places_files_and_contacts() {
    let place = |name: Option<&str>| Content::Location {
        latitude: 19.0,
        longitude: -99.5,
        name: name.map(str::to_owned),
        address: None,
    };
    for (location, expected) in [
        (json!({"latitude": 19, "longitude": "-99.5"}), place(None)),
        (
            json!({"latitude": 19.0, "longitude": -99.5, "name": "Home"}),
            place(Some("Home")),
        ),
    ] {
        says(
            &json!({"type": "location", "location": location}),
            &expected,
        );
    }
    says(
        &json!({"type": "image", "image": {"id": 77, "caption": "tap"}}),
        &Content::Media {
            id: "77".into(),
            caption: Some("tap".into()),
        },
    );
    says(
        &json!({"type": "contacts", "contacts": []}),
        &Content::Contacts,
    );
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
fn only_reactions_and_system_news_are_for_nobody_to_answer() {
    assert_eq!(Content::Other.to_input("reaction"), None);
    assert_eq!(Content::Other.to_input("system"), None);
    assert_eq!(
        Content::Text("a".into()).to_input("text"),
        Some(Input::Text("a".into()))
    );
    for kind in [
        "image",
        "unsupported",
        "edit",
        "request_welcome",
        "hologram",
    ] {
        let input = Content::Other.to_input(kind);
        assert_eq!(input, Some(Input::Other { kind: kind.into() }));
    }
}
