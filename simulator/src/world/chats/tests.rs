//! Bounds, ticks and the ways to name one person.

use serde_json::json;

use super::*;
use crate::inbound::TapKind;
use crate::platform::RenderedButton;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn person(number: &str) -> Person {
    Person::parse(number).unwrap()
}

fn say(chats: &mut Chats, number: &str, id: &str) {
    chats.push_said(NOW, &person(number), None, json!({ "id": id }));
}

#[test]
fn oldest_messages_and_quiet_chats_are_forgotten() {
    let mut chats = Chats::new(2, 2);
    for id in ["a", "b", "c"] {
        say(&mut chats, "11111111", id);
    }
    let ids: Vec<_> = chats
        .view(&person("11111111"))
        .entries
        .into_iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(ids, ["b", "c"]);
    assert!(chats.update("a", Tick::Sent, None).is_none());
    say(&mut chats, "22222222", "d");
    say(&mut chats, "11111111", "e");
    say(&mut chats, "33333333", "f");
    assert_eq!(chats.len(), 2);
    assert!(chats.view(&person("22222222")).entries.is_empty());
    assert_eq!((chats.messages.len(), chats.user_ids.len()), (3, 2));
}

#[test]
fn reading_a_message_reads_those_before() {
    let mut chats = Chats::new(2, 9);
    for id in ["a", "b", "c"] {
        say(&mut chats, "11111111", id);
        chats.update(id, Tick::Sent, None);
    }
    let (_, changed) = chats.mark_read("b");
    assert_eq!(
        changed.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert!(chats.mark_read("b").1.is_empty());
    // The webhook's answer may come after the read mark.
    let (_, late) = chats.update("b", Tick::Sent, None).unwrap();
    assert_eq!(late.tick, Tick::Read);
}

#[test]
fn replies_reach_the_phone_by_every_name() {
    let mut chats = Chats::new(9, 9);
    let ana = person("5215500001001");
    say(&mut chats, "5215500001001", "a");
    for to in [person("525500001001"), Person::Bsuid(ana.bsuid())] {
        let (reached, _) = chats.push_sent(NOW, &to, "b", json!({}), None);
        assert_eq!(reached, ana);
    }
    assert_eq!(chats.view(&ana).entries.len(), 3);
}

#[test]
fn messages_are_reported_read_once() {
    let mut chats = Chats::new(9, 9);
    let payload = json!({"biz_opaque_callback_data": "7"});
    chats.push_sent(NOW, &person("11111111"), "b", payload, None);
    let seen = chats.see("11111111");
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].callback_data.as_deref(), Some("7"));
    assert!(chats.see("11111111").is_empty());
    // Neither reactions nor what was reported as read before.
    chats.push_sent(
        NOW,
        &person("11111111"),
        "c",
        json!({"type": "reaction"}),
        None,
    );
    chats.push_sent(NOW, &person("11111111"), "d", json!({}), None);
    chats.update("d", Tick::Read, None);
    assert!(chats.see("11111111").is_empty());
}

#[test]
fn taps_find_the_newest_offer() {
    let mut chats = Chats::new(9, 9);
    let list = |title: &str| {
        json!({"interactive": {"action": {"sections": [{"rows":
            [{"id": "service_other", "title": title, "description": "d"}]}]}}})
    };
    let tom = person("11111111");
    chats.push_sent(NOW, &tom, "b", list("Other"), None);
    chats.push_sent(NOW, &tom, "c", list("Otro"), None);
    let buttons = json!({"interactive": {"action": {"buttons":
        [{"type": "reply", "reply": {"id": "btn_help", "title": "Help"}}]}}});
    chats.push_sent(NOW, &tom, "d", buttons, None);
    let offer = chats.offer("11111111", "service_other").unwrap();
    assert_eq!(
        (offer.kind, offer.title.as_str(), offer.message.as_str()),
        (TapKind::List, "Otro", "c")
    );
    assert_eq!(
        chats.offer("11111111", "btn_help").unwrap().kind,
        TapKind::Button
    );
    assert!(chats.offer("11111111", "btn_gone").is_none());
    assert_eq!(chats.offer("11111111", "btn_*").unwrap().id, "btn_help");
    assert_eq!(chats.offer("11111111", "Help").unwrap().id, "btn_help");
    let template = Rendered {
        body: "Rosa wrote".into(),
        footer: None,
        buttons: vec![RenderedButton {
            text: "Open".into(),
            payload: "btn_start_chat_7".into(),
        }],
    };
    chats.push_sent(NOW, &tom, "e", json!({"type": "template"}), Some(template));
    let offer = chats.offer("11111111", "btn_start_chat_*").unwrap();
    assert_eq!(
        (offer.kind, offer.message.as_str()),
        (TapKind::Template, "e")
    );
    let quoted = chats.containing("11111111", "Rosa").unwrap();
    assert_eq!(quoted, "e");
}

#[test]
fn a_failure_wins_and_is_not_seen() {
    let mut chats = Chats::new(9, 9);
    let tom = person("11111111");
    chats.push_sent(NOW, &tom, "b", json!({}), None);
    chats.update("b", Tick::Delivered, None);
    let (_, failed) = chats.fail("b", "131026".into()).unwrap();
    assert_eq!(failed.tick, Tick::Failed);
    assert!(chats.see("11111111").is_empty());
    assert_eq!(chats.recipient("b"), Some((tom, None)));
    assert_eq!(chats.recipient("c"), None);
}
