//! Meta's limits, for whatever a reply holds.

use proptest::prelude::*;

use super::*;

/// Meta wants a text there, of so many units.
fn check(at: &Value, max: usize, what: &str) -> Option<String> {
    match at.as_str() {
        Some(text) if !text.trim().is_empty() && text::units(text) <= max => None,
        Some(text) => Some(format!("{what}: {} units", text::units(text))),
        None => Some(format!("{what}: missing")),
    }
}

/// Meta's limits, read from the payload alone.
fn breach(payload: &Value) -> Option<String> {
    let kind = payload["type"].as_str().unwrap();
    let content = &payload[kind];
    match kind {
        "text" => check(&content["body"], 4096, "text"),
        "image" | "audio" | "video" | "document" | "sticker" => check(&content["id"], 100, "file")
            .or_else(|| {
                content
                    .get("caption")
                    .and_then(|caption| check(caption, 1024, "caption"))
            }),
        "location" => {
            let degrees = |name: &str| content[name].as_f64().is_none();
            (degrees("latitude") || degrees("longitude")).then(|| "no place".into())
        }
        "contacts" => content
            .as_array()
            .unwrap()
            .iter()
            .find_map(|contact| check(&contact["name"]["formatted_name"], 4096, "name")),
        "reaction" => check(&content["message_id"], 512, "message"),
        _ => interactive_breach(content),
    }
}

fn interactive_breach(interactive: &Value) -> Option<String> {
    let action = &interactive["action"];
    let mut found = vec![check(&interactive["body"]["text"], 1024, "body")];
    if interactive.get("footer").is_some() {
        found.push(check(&interactive["footer"]["text"], 60, "footer"));
    }
    let (items, most): (Vec<&Value>, usize) = if interactive["type"] == "list" {
        found.push(check(&action["button"], 20, "list button"));
        let sections = action["sections"].as_array().unwrap();
        let rows = sections
            .iter()
            .flat_map(|section| section["rows"].as_array().unwrap());
        (rows.collect(), 10)
    } else {
        let buttons = action["buttons"].as_array().unwrap();
        (buttons.iter().map(|button| &button["reply"]).collect(), 3)
    };
    if !(1..=most).contains(&items.len()) {
        found.push(Some(format!("{} items", items.len())));
    }
    let is_list = most == 10;
    let distinct = |key: &str| {
        items
            .iter()
            .map(|item| &item[key])
            .collect::<HashSet<_>>()
            .len()
    };
    if distinct("id") < items.len() || (!is_list && distinct("title") < items.len()) {
        found.push(Some("items that do not differ".into()));
    }
    for item in &items {
        found.push(check(&item["id"], if is_list { 200 } else { 256 }, "id"));
        found.push(check(
            &item["title"],
            if is_list { 24 } else { 20 },
            "title",
        ));
        if item.get("description").is_some() {
            found.push(check(&item["description"], 72, "description"));
        }
    }
    found.into_iter().flatten().next()
}

#[test]
fn breaches_are_seen() {
    let bad = [
        json!({"type": "text", "text": {"body": ""}}),
        json!({"type": "text", "text": {"body": "x".repeat(4097)}}),
        json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "x"},
            "action": {"buttons": []}}}),
        json!({"type": "interactive", "interactive": {"type": "list", "body": {"text": "x"},
            "action": {"button": "x", "sections": [{"rows": [{"id": "a", "title": "x".repeat(25)}]}]}}}),
    ];
    for payload in bad {
        assert!(breach(&payload).is_some(), "{payload}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \n]{0,3}",
        (
            prop::sample::select(vec!["x", "😀", "👩‍🔧", "e\u{301}"]),
            0usize..5000
        )
            .prop_map(|(unit, times)| unit.repeat(times)),
    ]
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let row = (any_text(), any_text(), any_text()).prop_map(|(id, title, description)| Row {
        id,
        title,
        description,
    });
    let button = (any_text(), any_text()).prop_map(|(id, title)| Button { id, title });
    prop_oneof![
        any_text().prop_map(|body| Reply::Text { body }),
        (
            any_text(),
            any_text(),
            prop::collection::vec(row, 0..14),
            any_text()
        )
            .prop_map(|(body, button, rows, footer)| Reply::List {
                body,
                button,
                rows,
                footer
            }),
        (any_text(), prop::collection::vec(button, 0..6))
            .prop_map(|(body, buttons)| Reply::Buttons { body, buttons }),
        (-90.0..=90.0, -180.0..=180.0, prop::option::of(any_text())).prop_map(
            |(latitude, longitude, name)| Reply::Location(Place {
                latitude,
                longitude,
                address: name.clone(),
                name,
            })
        ),
        (
            prop::sample::select(KINDS.to_vec()),
            prop::option::of(any_text()),
            prop::option::of(any_text())
        )
            .prop_map(|(kind, caption, filename)| Reply::Media(Media {
                id: "1".into(),
                kind,
                caption,
                filename,
            })),
        any_text().prop_map(|name| Reply::Contacts(vec![
            json!({"name": {"formatted_name": name}, "vcard": name})
        ])),
        prop::option::of(any_text()).prop_map(|emoji| Reply::Reaction {
            message: wamid(),
            emoji,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_reply_keeps_the_limits(reply in any_reply()) {
        let sent = with_file(payload(&reply, &phone()), "4711");
        prop_assert_eq!(breach(&sent), None);
        prop_assert_eq!(breach(&quoting(sent, &wamid())), None);
    }
}
