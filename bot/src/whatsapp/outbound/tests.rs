//! Payloads as they go out, and Meta's limits for whatever a reply holds.

use proptest::prelude::*;

use super::*;
use crate::conversation::{Effect, Event, Input, Person, State, step};
use crate::domain::{Language, ServiceType, UserName};

fn phone() -> Recipient {
    Recipient::Phone(Phone::parse("5215500001001").unwrap())
}

fn bsuid() -> Recipient {
    Recipient::Bsuid(Bsuid::parse("US.3301928847712094").unwrap())
}

#[test]
fn a_text_goes_to_the_normalised_number() {
    let reply = Reply::Text {
        body: "Hello".into(),
    };
    insta::assert_json_snapshot!(payload(&reply, &phone()), @r#"
    {
      "messaging_product": "whatsapp",
      "recipient_type": "individual",
      "text": {
        "body": "Hello"
      },
      "to": "525500001001",
      "type": "text"
    }
    "#);
}

#[test]
fn a_list_goes_to_a_hidden_number_by_user_id() {
    let row = |id: &str, description: &str| Row {
        id: id.into(),
        title: "Plumbing".into(),
        description: description.into(),
    };
    let reply = Reply::List {
        body: "Choose".into(),
        button: "See".into(),
        rows: vec![row("service_plumbing", "Pipes"), row("service_other", "")],
        footer: "Powered by Handy".into(),
    };
    insta::assert_json_snapshot!(payload(&reply, &bsuid()), @r#"
    {
      "interactive": {
        "action": {
          "button": "See",
          "sections": [
            {
              "rows": [
                {
                  "description": "Pipes",
                  "id": "service_plumbing",
                  "title": "Plumbing"
                },
                {
                  "id": "service_other",
                  "title": "Plumbing"
                }
              ]
            }
          ]
        },
        "body": {
          "text": "Choose"
        },
        "footer": {
          "text": "Powered by Handy"
        },
        "type": "list"
      },
      "messaging_product": "whatsapp",
      "recipient": "US.3301928847712094",
      "recipient_type": "individual",
      "type": "interactive"
    }
    "#);
}

#[test]
fn buttons_go_as_reply_buttons() {
    let button = |id: &str, title: &str| Button {
        id: id.into(),
        title: title.into(),
    };
    let reply = Reply::Buttons {
        body: "Hello".into(),
        buttons: vec![
            button("a", "A"),
            button("a", "B"),
            button("c", "A"),
            button("d", "D"),
        ],
    };
    let sent = payload(&reply, &phone());
    insta::assert_json_snapshot!(sent["interactive"], @r#"
    {
      "action": {
        "buttons": [
          {
            "reply": {
              "id": "a",
              "title": "A"
            },
            "type": "reply"
          },
          {
            "reply": {
              "id": "d",
              "title": "D"
            },
            "type": "reply"
          }
        ]
      },
      "body": {
        "text": "Hello"
      },
      "type": "button"
    }
    "#);
}

#[test]
fn marking_as_read_names_the_message() {
    let sent = mark_read(&Wamid::parse("wamid.1").unwrap());
    let expected =
        json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"});
    assert_eq!(sent, expected);
}

#[test]
fn the_number_goes_before_the_user_id_and_nobody_is_no_recipient() {
    let (Recipient::Phone(number), Recipient::Bsuid(id)) = (phone(), bsuid()) else {
        panic!("one of each")
    };
    let both = Identity {
        phone: Some(number.clone()),
        bsuid: Some(id.clone()),
    };
    assert_eq!(Recipient::of(&both), Some(Recipient::Phone(number)));
    let hidden = Identity {
        phone: None,
        bsuid: Some(id.clone()),
    };
    assert_eq!(Recipient::of(&hidden), Some(Recipient::Bsuid(id)));
    assert_eq!(Recipient::of(&Identity::default()), None);
}

/// Meta's limits, read from the payload alone.
fn breach(payload: &Value) -> Option<String> {
    let check = |at: &Value, max: usize, what: &str| match at.as_str() {
        Some(text) if !text.trim().is_empty() && text::units(text) <= max => None,
        Some(text) => Some(format!("{what}: {} units", text::units(text))),
        None => Some(format!("{what}: missing")),
    };
    if payload["type"] == "text" {
        return check(&payload["text"]["body"], 4096, "text");
    }
    let interactive = &payload["interactive"];
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
    ]
}

fn any_state() -> impl Strategy<Value = State> {
    let service = prop::sample::select(ServiceType::ALL.to_vec());
    prop_oneof![
        Just(State::New),
        Just(State::Welcome),
        Just(State::AwaitingServiceSelection),
        service
            .clone()
            .prop_map(|service| State::AwaitingName { service }),
        service.prop_map(|service| State::ProviderList { service }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let id = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "btn_new_service",
            "btn_try_another",
            "btn_cancel",
            "btn_my_requests",
            "btn_help",
            "service_plumbing",
            "service_other",
        ])
        .prop_map(str::to_owned),
    ];
    let typed = prop_oneof![
        any_text(),
        prop::sample::select(vec!["menu", "AYUDA", "cancelar", "plomero", "Ana López"])
            .prop_map(str::to_owned),
    ];
    let input = prop_oneof![
        typed.prop_map(Input::Text),
        id.prop_map(|id| Input::Tap { id }),
        any::<String>().prop_map(|kind| Input::Other { kind }),
    ];
    let person = prop::option::of("\\PC{0,120}").prop_map(|name| Person {
        name: name.and_then(|name| UserName::parse(&name).ok()),
    });
    let contact = prop::option::of(any_text());
    (
        prop::sample::select(Language::ALL.to_vec()),
        contact,
        person,
        input,
    )
        .prop_map(|(language, support_contact, person, input)| Event {
            language,
            support_contact,
            person,
            input,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_reply_keeps_the_limits(reply in any_reply()) {
        prop_assert_eq!(breach(&payload(&reply, &phone())), None);
    }

    #[test]
    fn any_event_in_any_state_is_answered_within_the_limits(
        state in any_state(),
        event in any_event(),
    ) {
        let (next, effects) = step(state, &event);
        prop_assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(_))));
        for effect in &effects {
            match effect {
                Effect::Send(reply) => {
                    prop_assert_eq!(breach(&payload(reply, &bsuid())), None);
                }
                // A customer is made only of somebody who was asked for a name.
                Effect::CreateUser { .. } => {
                    let asked = matches!(state, State::AwaitingName { .. });
                    prop_assert!(asked && event.person.name.is_none());
                    let listed = matches!(next, State::ProviderList { .. });
                    prop_assert!(listed);
                }
            }
        }
    }
}
