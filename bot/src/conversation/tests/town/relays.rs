//! What goes over, in which form: A53 to A55, and nothing lost.

use proptest::prelude::*;
use serde_json::json;

use super::written::{kinds, said};
use super::*;
use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text::units;

fn relay(effects: &[Effect]) -> &Relay {
    match effects {
        [Effect::Relay(relay)] => relay,
        other => panic!("one relay: {other:?}"),
    }
}

fn text(body: &str) -> Reply {
    Reply::Text { body: body.into() }
}

fn media(kind: MediaKind, caption: Option<&str>) -> Media {
    Media {
        id: "77".into(),
        kind,
        caption: caption.map(str::to_owned),
        filename: (kind == MediaKind::Document).then(|| "plan.pdf".to_owned()),
    }
}

#[test]
fn a_text_goes_over_with_the_name_that_the_other_one_knows() {
    let mut town = Town::with_chat(Language::En);
    let effects = town.types(LUIS, "Ten <b>o'clock</b>?\nOr 3 < 5");
    let sent = relay(&effects);
    assert_eq!(sent.replies, [text("👤 Luis: Ten o'clock?\nOr 3 < 5")]);
    assert_eq!(
        (sent.kind, sent.content.as_str()),
        ("text", "Ten o'clock?\nOr 3 < 5")
    );
    assert_eq!((sent.to, sent.copy), (contact(ROSA), 0));
    assert_eq!(sent.identity, party(ROSA).identity);
    assert_eq!(sent.inbound, Wamid::parse("wamid.inbound").ok());
    assert_eq!(sent.waiting.name, TemplateName::ChatWaiting);
    assert_eq!(sent.waiting.parameters, ["Luis"]);
    assert_eq!(
        sent.waiting.buttons,
        [format!("btn_chat_customer_{}", rid(R1))]
    );
    let back = town.types(ROSA, "Yes");
    let sent = relay(&back);
    assert_eq!(sent.replies, [text("👤 Rosa: Yes")]);
    assert_eq!(
        sent.waiting.buttons,
        [format!("btn_start_chat_{}", rid(R1))]
    );
}

#[test]
fn files_keep_kind_name_and_caption() {
    let mut town = Town::with_chat(Language::En);
    for (kind, caption, expected) in [
        (MediaKind::Image, Some("Here"), "👤 Luis: Here"),
        (MediaKind::Video, None, "👤 Luis: 🎬 Video"),
        (MediaKind::Document, Some("The plan"), "👤 Luis: The plan"),
    ] {
        let sent = media(kind, caption);
        let effects = town.hears(LUIS, Input::Media(sent.clone()));
        let copy = Reply::Media(Media {
            caption: Some(expected.into()),
            ..sent
        });
        assert_eq!(relay(&effects).replies, [copy], "{kind:?}");
        assert_eq!(relay(&effects).copy, 0);
        assert_eq!(relay(&effects).kind, kind.as_str());
    }
    for (kind, words) in [
        (MediaKind::Audio, "👤 Luis: 🎤 Audio"),
        (MediaKind::Sticker, "👤 Luis: 🎨 Sticker"),
    ] {
        let sent = media(kind, None);
        let effects = town.hears(LUIS, Input::Media(sent.clone()));
        assert_eq!(relay(&effects).replies, [text(words), Reply::Media(sent)]);
        assert_eq!(relay(&effects).copy, 1);
    }
}

#[test]
fn places_and_contacts_follow_their_attribution() {
    let mut town = Town::with_chat(Language::En);
    let place = Place {
        latitude: 19.5,
        longitude: -99.25,
        name: Some("Home".into()),
        address: Some("Calle 5".into()),
    };
    let effects = town.hears(LUIS, Input::Location(place.clone()));
    let sent = relay(&effects);
    assert_eq!(
        sent.replies,
        [text("👤 Luis: 📍 Location"), Reply::Location(place)]
    );
    assert_eq!(sent.content, "Home, Calle 5, 19.50000, -99.25000");
    let contacts = vec![json!({"name": {"formatted_name": "Eva"}}), json!({})];
    let effects = town.hears(LUIS, Input::Contacts(contacts.clone()));
    let sent = relay(&effects);
    assert_eq!(
        sent.replies,
        [text("👤 Luis: 👥 Contacts"), Reply::Contacts(contacts)]
    );
    assert_eq!(
        (sent.kind, sent.content.as_str(), sent.copy),
        ("contacts", "Eva", 1)
    );
}

#[test]
fn reactions_and_quotes_point_at_the_other_ones_own_messages() {
    let mut town = Town::with_chat(Language::En);
    let copy = Wamid::parse("wamid.copy").unwrap();
    let reaction = |emoji: Option<&str>| Input::Reaction {
        message: Wamid::parse("wamid.original").unwrap(),
        emoji: emoji.map(str::to_owned),
    };
    // On something the other one has no copy of.
    assert!(town.hears(LUIS, reaction(Some("👍"))).is_empty());
    town.quoted_copy = Some(copy.clone());
    for emoji in [Some("👍"), None] {
        let effects = town.hears(LUIS, reaction(emoji));
        let expected = Reply::Reaction {
            message: copy.clone(),
            emoji: emoji.map(str::to_owned),
        };
        assert_eq!(relay(&effects).replies, [expected]);
        assert_eq!(relay(&effects).context, None);
    }
    town.quoted = Wamid::parse("wamid.original").ok();
    let effects = town.types(LUIS, "This one");
    assert_eq!(relay(&effects).context, Some(copy));
    town.quoted_copy = None;
    let effects = town.types(LUIS, "That one");
    assert_eq!(relay(&effects).context, None);
}

#[test]
fn what_cannot_go_over_is_told_to_its_sender() {
    let mut town = Town::with_chat(Language::En);
    let others =
        ["order", "unsupported", "hologram"].map(|kind| Input::Other { kind: kind.into() });
    let empty = [
        Input::Contacts(Vec::new()),
        Input::Text("<script>alert(1)</script>".into()),
    ];
    for input in others.into_iter().chain(empty) {
        let effects = town.hears(ROSA, input);
        assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1));
        assert!(said(&effects).contains("can't be forwarded"));
    }
    town.flags.media_relay = false;
    let effects = town.hears(ROSA, Input::Media(media(MediaKind::Image, Some("x"))));
    assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1));
    assert!(matches!(
        town.types(ROSA, "x").as_slice(),
        [Effect::Relay(_)]
    ));
}

/// Without who says it, together again.
fn without_attribution<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts
        .map(|text| text.strip_prefix("👤 Luis: ").unwrap())
        .collect()
}

fn long_text() -> impl Strategy<Value = String> {
    let unit = prop::sample::select(vec!["x", "word ", "😀", "👩‍🔧", "e\u{301}", "\n", "ñ "]);
    prop_oneof![
        any::<String>(),
        (unit, 0usize..5000).prop_map(|(unit, times)| unit.repeat(times)),
        prop::collection::vec("[a-zñ]{0,12}[ \n]?", 0..900).prop_map(|words| words.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_loses_a_word_and_every_part_fits(raw in long_text()) {
        let mut town = Town::with_chat(Language::En);
        let expected = sanitise(&raw, Lines::Many);
        let effects = town.types(LUIS, &raw);
        let is_command = matches!(effects.first(), Some(Effect::EndChat { .. }));
        prop_assume!(!expected.is_empty() && !is_command);
        let sent = relay(&effects);
        for part in &sent.replies {
            prop_assert!(units(part.body()) <= 4096);
        }
        let together = without_attribution(sent.replies.iter().map(Reply::body));
        prop_assert!(together == expected);
        prop_assert!(sent.content == expected);
    }

    #[test]
    fn no_caption_loses_a_word_and_every_part_fits(raw in long_text()) {
        let mut town = Town::with_chat(Language::En);
        let expected = sanitise(&raw, Lines::Many);
        prop_assume!(!expected.is_empty());
        let photo = media(MediaKind::Image, Some(&raw));
        let effects = town.hears(LUIS, Input::Media(photo));
        let sent = relay(&effects);
        let (file, rest) = sent.replies.split_first().unwrap();
        prop_assert!(file.kind() == "image" && units(file.body()) <= 1024);
        for part in rest {
            prop_assert!(part.kind() == "text" && units(part.body()) <= 4096);
        }
        let together = without_attribution(sent.replies.iter().map(Reply::body));
        prop_assert!(together == expected);
    }
}
