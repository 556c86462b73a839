//! Payloads as they go out, and Meta's limits for whatever a reply holds.

use super::*;

mod limits;

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

const KINDS: [MediaKind; 5] = [
    MediaKind::Image,
    MediaKind::Audio,
    MediaKind::Video,
    MediaKind::Document,
    MediaKind::Sticker,
];

fn wamid() -> Wamid {
    Wamid::parse("wamid.1").unwrap()
}

#[test]
fn a_file_goes_with_its_new_id_once_that_is_known() {
    let media = |kind, caption: &str| {
        Reply::Media(Media {
            id: "old".into(),
            kind,
            caption: Some(caption.into()),
            filename: Some("a.pdf".into()),
        })
    };
    for (kind, expected) in [
        (MediaKind::Image, json!({"caption": "x", "id": "new"})),
        (MediaKind::Video, json!({"caption": "x", "id": "new"})),
        (
            MediaKind::Document,
            json!({"caption": "x", "filename": "a.pdf", "id": "new"}),
        ),
        (MediaKind::Audio, json!({"id": "new"})),
        (MediaKind::Sticker, json!({"id": "new"})),
    ] {
        let sent = payload(&media(kind, "x"), &phone());
        assert_eq!(sent[kind.as_str()].get("id"), None);
        assert_eq!(with_file(sent, "new")[kind.as_str()], expected);
    }
    let text = payload(&Reply::Text { body: "x".into() }, &phone());
    assert_eq!(with_file(text.clone(), "new"), text);
}

#[test]
fn a_long_file_name_keeps_its_ending() {
    for (name, ending) in [("x".repeat(300) + ".pdf", "….pdf"), ("y".repeat(300), "y…")] {
        let short = short_name(&name);
        assert!(
            short.ends_with(ending) && text::units(&short) <= 240,
            "{short}"
        );
    }
    assert_eq!(short_name("Factura ñ.pdf"), "Factura ñ.pdf");
}

#[test]
fn places_contacts_and_reactions_go_as_they_are() {
    let place = Reply::Location(Place {
        latitude: 19.5,
        longitude: -99.25,
        name: Some("Home".into()),
        address: None,
    });
    assert_eq!(
        payload(&place, &phone())["location"],
        json!({"latitude": 19.5, "longitude": -99.25, "name": "Home"})
    );
    let reaction = |emoji: Option<&str>| Reply::Reaction {
        message: wamid(),
        emoji: emoji.map(str::to_owned),
    };
    for (emoji, expected) in [(Some("👍"), "👍"), (None, "")] {
        assert_eq!(
            payload(&reaction(emoji), &phone())["reaction"],
            json!({"message_id": "wamid.1", "emoji": expected})
        );
    }
    let contacts = Reply::Contacts(vec![json!({"name": {"formatted_name": "Eva"}})]);
    assert_eq!(
        payload(&contacts, &phone())["contacts"][0]["name"]["first_name"],
        "Eva"
    );
}

#[test]
fn an_answer_names_what_it_answers_but_a_reaction_can_not() {
    let text = payload(&Reply::Text { body: "x".into() }, &phone());
    assert_eq!(
        quoting(text, &wamid())["context"],
        json!({"message_id": "wamid.1"})
    );
    let reaction = Reply::Reaction {
        message: wamid(),
        emoji: None,
    };
    assert_eq!(
        quoting(payload(&reaction, &phone()), &wamid()).get("context"),
        None
    );
}
