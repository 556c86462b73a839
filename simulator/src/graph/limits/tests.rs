//! Each limit at its edge: the last value that passes and the first that does not.

use serde_json::json;

use super::*;

fn message(kind: &str, content: &Value) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+5215500001001",
        "type": kind, kind: content})
}

fn list_of(rows: &[Value]) -> Value {
    json!({"type": "list", "body": {"text": "b"},
        "action": {"button": "Open", "sections": [{"rows": rows}]}})
}

fn rows(number: usize) -> Vec<Value> {
    (0..number)
        .map(|n| json!({"id": format!("r{n}"), "title": "t"}))
        .collect()
}

fn buttons(titles: &[String]) -> Value {
    let buttons: Vec<_> = titles
        .iter()
        .enumerate()
        .map(
            |(n, title)| json!({"type": "reply", "reply": {"id": format!("b{n}"), "title": title}}),
        )
        .collect();
    json!({"type": "button", "body": {"text": "b"}, "action": {"buttons": buttons}})
}

/// The list with one value replaced.
fn list_with(pointer: &str, value: impl Into<Value>) -> Value {
    let mut list = json!({"type": "list", "header": {"type": "text", "text": "h"},
        "body": {"text": "b"}, "footer": {"text": "f"}, "action": {"button": "Open", "sections":
            [{"title": "s", "rows": [{"id": "r", "title": "t", "description": "d"}]}]}});
    *list.pointer_mut(pointer).unwrap() = value.into();
    list
}

fn code(body: &Value) -> Option<u32> {
    parse(body).err().map(|error| error.code)
}

#[test]
fn lengths_hold_at_their_edges() {
    let row = "/action/sections/0/rows/0";
    for (pointer, most) in [
        ("/body/text".to_owned(), 4096),
        ("/header/text".to_owned(), 60),
        ("/footer/text".to_owned(), 60),
        ("/action/button".to_owned(), 20),
        ("/action/sections/0/title".to_owned(), 24),
        (format!("{row}/id"), 200),
        (format!("{row}/title"), 24),
        (format!("{row}/description"), 72),
    ] {
        let fits = list_with(&pointer, "x".repeat(most));
        assert_eq!(
            code(&message("interactive", &fits)),
            None,
            "{pointer} of {most}"
        );
        let long = list_with(&pointer, "x".repeat(most + 1));
        assert_eq!(
            code(&message("interactive", &long)),
            Some(131_009),
            "{pointer} of {most}+1"
        );
    }
    for (length, expected) in [(0, Some(100)), (1, None), (4096, None), (4097, Some(100))] {
        let text = json!({"body": "x".repeat(length)});
        assert_eq!(code(&message("text", &text)), expected, "text of {length}");
    }
    for (length, expected) in [(1, None), (20, None), (21, Some(131_009))] {
        let titles = ["x".repeat(length)];
        assert_eq!(
            code(&message("interactive", &buttons(&titles))),
            expected,
            "title of {length}"
        );
    }
    for (length, expected) in [(1024, None), (1025, Some(131_009))] {
        let mut message = message("interactive", &buttons(&["a".to_owned()]));
        message["interactive"]["body"]["text"] = "x".repeat(length).into();
        assert_eq!(code(&message), expected, "button body of {length}");
    }
}

#[test]
fn lengths_are_counted_in_utf16_units() {
    let faces = json!({"body": "\u{1F600}".repeat(2048)});
    assert_eq!(code(&message("text", &faces)), None);
    let faces = json!({"body": "\u{1F600}".repeat(2049)});
    assert_eq!(code(&message("text", &faces)), Some(100));
}

#[test]
fn counts_hold_at_their_edges() {
    for (number, expected) in [
        (0, Some(131_009)),
        (1, None),
        (10, None),
        (11, Some(131_009)),
    ] {
        let list = list_of(&rows(number));
        assert_eq!(
            code(&message("interactive", &list)),
            expected,
            "{number} rows"
        );
    }
    let sections = json!({"type": "list", "body": {"text": "b"}, "action": {"button": "Open",
        "sections": [{"title": "a", "rows": rows(6)}, {"title": "b", "rows": [
            {"id": "x0", "title": "t"}, {"id": "x1", "title": "t"}, {"id": "x2", "title": "t"},
            {"id": "x3", "title": "t"}, {"id": "x4", "title": "t"}]}]}});
    let eleven_in_all = message("interactive", &sections);
    assert_eq!(code(&eleven_in_all), Some(131_009));
    for (number, expected) in [(0, Some(131_009)), (3, None), (4, Some(131_009))] {
        let titles: Vec<_> = (0..number).map(|n| format!("t{n}")).collect();
        let buttons = buttons(&titles);
        assert_eq!(
            code(&message("interactive", &buttons)),
            expected,
            "{number} buttons"
        );
    }
}

#[test]
fn doubles_are_refused() {
    let double_title = buttons(&["a".to_owned(), "a".to_owned()]);
    assert_eq!(code(&message("interactive", &double_title)), Some(131_009));
    let double_row = list_of(&[
        json!({"id": "r", "title": "a"}),
        json!({"id": "r", "title": "b"}),
    ]);
    assert_eq!(code(&message("interactive", &double_row)), Some(131_009));
}

#[test]
fn envelope_is_checked() {
    let text = json!({"body": "x"});
    let with = |name: &str, value: Value| {
        let mut body = message("text", &text);
        body[name] = value;
        code(&body)
    };
    for (name, value, expected) in [
        ("messaging_product", json!("sms"), Some(100)),
        ("messaging_product", Value::Null, Some(131_008)),
        ("to", json!("123"), Some(131_009)),
        ("to", json!(5_215_500_001_001_u64), Some(100)),
        ("to", json!("MX.8827401935562048137"), Some(131_009)),
        ("recipient_type", json!("crowd"), Some(100)),
        ("type", json!("hologram"), Some(131_051)),
        ("text", Value::Null, Some(131_008)),
        ("text", json!("x"), Some(100)),
        ("text", json!({"body": "   "}), Some(100)),
        (
            "biz_opaque_callback_data",
            json!("x".repeat(513)),
            Some(100),
        ),
        ("biz_opaque_callback_data", json!("x".repeat(512)), None),
        ("context", json!({}), Some(131_008)),
        ("recipient", json!("MX.8827401935562048137"), None),
    ] {
        assert_eq!(with(name, value.clone()), expected, "{name}: {value}");
    }
    assert_eq!(code(&json!([])), Some(100));
    let nobody = json!({"messaging_product": "whatsapp", "type": "text", "text": text});
    assert_eq!(code(&nobody), Some(131_008));
}

#[test]
fn a_user_id_is_a_recipient() {
    let body = json!({"messaging_product": "whatsapp", "recipient": "MX.88274", "type": "text",
        "text": {"body": "x"}});
    let Request::Send { to, .. } = parse(&body).unwrap() else {
        panic!("a send")
    };
    assert_eq!(to, Person::Bsuid("MX.88274".into()));
}

#[test]
fn read_marks_are_told_from_sends() {
    let mark = |id: &str| {
        parse(
            &json!({"messaging_product": "whatsapp", "status": "read", "message_id": id,
            "typing_indicator": {"type": "text"}}),
        )
    };
    assert_eq!(
        mark("wamid.A1"),
        Ok(Request::MarkRead {
            wamid: "wamid.A1".into(),
            typing: true
        })
    );
    assert_eq!(mark("A1").unwrap_err().code, 131_009);
    let other =
        json!({"messaging_product": "whatsapp", "status": "eaten", "message_id": "wamid.A"});
    assert_eq!(code(&other), Some(100));
}
