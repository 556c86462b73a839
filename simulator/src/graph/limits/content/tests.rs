//! Each kind at its limits.

use serde_json::json;

use super::*;
use crate::graph::parse;

fn code(kind: &str, content: Value) -> Option<u32> {
    let mut body = json!({"messaging_product": "whatsapp", "to": "+5215500001001", "type": kind});
    body[kind] = content;
    parse(&body).err().map(|error| error.code)
}

#[test]
fn media_have_an_id_or_a_link() {
    for (kind, content, expected) in [
        ("image", json!({"id": "1"}), None),
        ("image", json!({"link": "https://example.org/a.png"}), None),
        ("image", json!({"link": "a.png"}), Some(100)),
        ("image", json!({}), Some(131_008)),
        ("image", json!({"id": "1", "link": "https://x"}), Some(100)),
        ("image", json!({"id": 1}), Some(100)),
        (
            "image",
            json!({"id": "1", "caption": "x".repeat(1024)}),
            None,
        ),
        (
            "image",
            json!({"id": "1", "caption": "x".repeat(1025)}),
            Some(100),
        ),
        ("image", json!({"id": "1", "filename": "a"}), Some(100)),
        ("document", json!({"id": "1", "filename": "a.pdf"}), None),
        ("video", json!({"id": "1", "caption": "x"}), None),
        ("audio", json!({"id": "1"}), None),
        ("audio", json!({"id": "1", "caption": "x"}), Some(100)),
        ("sticker", json!({"id": "1", "caption": "x"}), Some(100)),
    ] {
        assert_eq!(code(kind, content.clone()), expected, "{kind}: {content}");
    }
}

#[test]
fn places_are_on_the_earth() {
    for (content, expected) in [
        (json!({"latitude": 19.4, "longitude": -99.1}), None),
        (json!({"latitude": "19.4", "longitude": "-99.1"}), None),
        (
            json!({"latitude": 90, "longitude": -180, "name": "n"}),
            None,
        ),
        (json!({"latitude": 90.1, "longitude": 0}), Some(131_009)),
        (json!({"latitude": 0, "longitude": 180.1}), Some(131_009)),
        (json!({"latitude": 0}), Some(131_008)),
        (
            json!({"latitude": 0, "longitude": 0, "address": "x".repeat(1001)}),
            Some(100),
        ),
    ] {
        assert_eq!(code("location", content.clone()), expected, "{content}");
    }
}

#[test]
fn contacts_have_names() {
    let named = json!({"name": {"formatted_name": "Eva"}, "phones": [{"phone": "1"}]});
    for (content, expected) in [
        (json!([named]), None),
        (json!([]), Some(131_009)),
        (json!([{"phones": []}]), Some(131_008)),
        (json!([{"name": {"formatted_name": ""}}]), Some(100)),
        (
            json!([{"name": {"formatted_name": "E"}, "phones": [{}]}]),
            Some(131_008),
        ),
        (json!({}), Some(100)),
    ] {
        assert_eq!(code("contacts", content.clone()), expected, "{content}");
    }
}

#[test]
fn reactions_are_emoji() {
    for (content, expected) in [
        (json!({"message_id": "wamid.A", "emoji": "👍🏽"}), None),
        (json!({"message_id": "wamid.A", "emoji": ""}), None),
        (
            json!({"message_id": "wamid.A", "emoji": "ok"}),
            Some(131_009),
        ),
        (json!({"message_id": "A", "emoji": "👍"}), Some(131_009)),
        (json!({"message_id": "wamid.A"}), Some(131_008)),
    ] {
        assert_eq!(code("reaction", content.clone()), expected, "{content}");
    }
}

#[test]
fn templates_have_their_form() {
    let with = |components: Value| {
        let language = json!({"code": "en"});
        code(
            "template",
            json!({"name": "n", "language": language, "components": components}),
        )
    };
    let body =
        |text: &str| json!([{"type": "body", "parameters": [{"type": "text", "text": text}]}]);
    assert_eq!(with(body("x")), None);
    assert_eq!(with(json!([])), None);
    assert_eq!(with(body("a\nb")), Some(132_018));
    assert_eq!(with(body("a     b")), Some(132_018));
    assert_eq!(with(body("")), Some(100));
    assert_eq!(with(json!([{"type": "tail"}])), Some(100));
    let image = json!([{"type": "body", "parameters": [{"type": "image"}]}]);
    assert_eq!(with(image), Some(132_012));
    let button = |sub_type: &str, parameters: Value| {
        with(
            json!([{"type": "button", "sub_type": sub_type, "index": "0",
            "parameters": parameters}]),
        )
    };
    let payload = json!({"type": "payload", "payload": "btn"});
    assert_eq!(button("quick_reply", json!([payload])), None);
    assert_eq!(button("url", json!([payload])), Some(132_018));
    assert_eq!(button("quick_reply", json!([])), Some(132_018));
    let long = json!([{"type": "payload", "payload": "x".repeat(257)}]);
    assert_eq!(button("quick_reply", long), Some(100));
    assert_eq!(code("template", json!({"name": "n"})), Some(131_008));
}
