//! The sample notifications, odd shapes, and any JSON at all.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::whatsapp::samples::samples;

/// A notification with this `value` in its only change.
fn notification(value: &Value) -> Notification {
    let body = json!({
        "object": OBJECT,
        "entry": [{"changes": [{"field": "messages", "value": value}]}],
    });
    parse(body.to_string().as_bytes()).unwrap()
}

/// What a notification holds, in the words of `expected.json`.
fn listing(found: &Notification) -> Value {
    let messages = found.messages.iter().map(|message| {
        let mut listed = json!({"id": message.wamid.as_str(), "type": message.kind});
        if let Some(sub) = &message.sub {
            listed["sub"] = json!(sub);
        }
        if let Some(from) = &message.raw_from {
            listed["from"] = json!(from);
        }
        if let Some(number) = &message.phone_number_id {
            listed["number"] = json!(number);
        }
        // The list names a user id only where the message itself does.
        let raw: Value = serde_json::from_str(message.raw.get()).unwrap();
        if raw.get("from_user_id").is_some() {
            listed["from_user_id"] = json!(message.identity.bsuid.as_ref().unwrap().as_str());
        }
        listed
    });
    let statuses = found.statuses.iter().map(|status| {
        let codes: Vec<i64> = status.errors.iter().map(|error| error.code).collect();
        json!({"id": status.wamid.as_str(), "status": status.status, "errors": codes})
    });
    let other_fields = found.ignored.iter().map(|ignored| match ignored {
        Ignored::Field(field) => field.clone(),
        Ignored::Message | Ignored::Status => format!("{ignored:?}"),
    });
    let ids: std::collections::HashSet<&Wamid> = found
        .messages
        .iter()
        .map(|message| &message.wamid)
        .collect();
    json!({
        "messages": messages.collect::<Vec<_>>(),
        "statuses": statuses.collect::<Vec<_>>(),
        "value_errors": found.value_errors.iter().map(|error| error.code).collect::<Vec<_>>(),
        "other_fields": other_fields.collect::<Vec<_>>(),
        "unique_message_ids": ids.len(),
    })
}

#[test]
fn every_sample_holds_what_is_listed_for_it() {
    let mut expected: serde_json::Map<String, Value> =
        serde_json::from_slice(include_bytes!("../../../../tests/payloads/expected.json")).unwrap();
    let samples = samples();
    assert_eq!(samples.len(), expected.len());
    for (name, body) in samples {
        let found = parse(&body).unwrap();
        assert!(found.object_is_whatsapp, "{name}");
        let listed = expected[&name].as_object_mut().unwrap();
        listed.remove("entries");
        listed.remove("changes");
        assert_eq!(listing(&found), expected[&name], "{name}");
    }
}

#[test]
fn samples_are_read_alike_from_the_notification_and_from_the_stored_message() {
    for (name, body) in samples() {
        for message in parse(&body).unwrap().messages {
            let again = Content::from_json(message.raw.get().as_bytes()).unwrap();
            assert!(again == message.content, "{name}");
            assert!(!message.identity.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_profile_is_that_of_the_sender_not_the_first() {
    let found = notification(&json!({
        "contacts": [
            {"profile": {"name": "Luis"}, "wa_id": "5491100002002"},
            {"profile": {"name": " Ana\u{202e} "}, "wa_id": "5215500001001", "user_id": "MX.1"},
        ],
        "messages": [
            {"id": "a", "from": "5215500001001", "type": "text", "text": {"body": "x"}},
            {"id": "b", "from": "12025550118", "type": "text", "text": {"body": "x"}},
        ],
    }));
    let [ana, stranger] = found.messages.as_slice() else {
        panic!("two messages")
    };
    assert_eq!(ana.profile_name.as_deref(), Some("Ana"));
    assert_eq!(
        ana.identity.phone.as_ref().unwrap().digits(),
        "525500001001"
    );
    assert_eq!(ana.identity.bsuid.as_ref().unwrap().as_str(), "MX.1");
    assert_eq!(stranger.profile_name, None);
    assert_eq!(stranger.identity.bsuid, None);
}

#[test]
fn a_hidden_number_leaves_the_user_id() {
    let body = include_bytes!("../../../../tests/payloads/28-bsuid-only.json");
    let found = parse(body).unwrap();
    let [message] = found.messages.as_slice() else {
        panic!("one message")
    };
    assert_eq!(message.identity.phone, None);
    assert_eq!(
        message.identity.bsuid.as_ref().unwrap().as_str(),
        "US.3301928847712094"
    );
    assert_eq!(message.profile_name.as_deref(), Some("Noa"));
}

#[test]
fn a_group_status_names_the_participant_not_the_group() {
    let body = include_bytes!("../../../../tests/payloads/34-group-message-and-status.json");
    let found = parse(body).unwrap();
    let [status] = found.statuses.as_slice() else {
        panic!("one status")
    };
    assert_eq!(
        status.recipient.phone.as_ref().unwrap().digits(),
        "12025550118"
    );
}

#[test]
fn another_object_holds_nothing_for_us() {
    for body in [
        "[]",
        "null",
        "7",
        "\"x\"",
        "{}",
        r#"{"object":"page","entry":[{"changes":[]}]}"#,
    ] {
        let found = parse(body.as_bytes()).unwrap();
        assert!(!found.object_is_whatsapp, "{body}");
        assert!(
            found.messages.is_empty() && found.ignored.is_empty(),
            "{body}"
        );
    }
}

#[test]
fn one_broken_part_costs_only_itself() {
    let found = notification(&json!({
        "metadata": {"phone_number_id": 77},
        "contacts": [null, {"profile": 3}],
        "messages": [
            null,
            {"type": "text"},
            {"id": "bad\u{0}id", "type": "text"},
            {"id": 5, "from": 12_025_550_118_u64, "timestamp": 1_795_133_000, "type": ["?"]},
            {"id": "nobody", "type": "text", "text": {"body": "x"}},
        ],
        "statuses": [{"id": "a"}, {"id": "b", "status": "sent", "errors": "none", "timestamp": "x"}],
        "errors": [{"title": "no code"}, {"code": "130429"}],
    }));
    let [numeric, nobody] = found.messages.as_slice() else {
        panic!("two messages")
    };
    assert_eq!(numeric.wamid.as_str(), "5");
    assert_eq!(numeric.kind, "unknown");
    assert_eq!(numeric.timestamp, Some(1_795_133_000));
    assert_eq!(numeric.phone_number_id.as_deref(), Some("77"));
    assert_eq!(
        numeric.identity.phone.as_ref().unwrap().digits(),
        "12025550118"
    );
    assert!(nobody.identity.is_empty());
    assert_eq!(found.statuses.len(), 1);
    assert_eq!(
        found.value_errors,
        [ErrorDetail {
            code: 130_429,
            title: String::new()
        }]
    );
    let message = Ignored::Message;
    assert_eq!(
        found.ignored,
        [message.clone(), message.clone(), message, Ignored::Status]
    );
}

#[test]
fn the_raw_message_is_byte_for_byte_what_came() {
    let body = br#"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[{"id":"a",  "type":"text","text":{"body":"\u00e1\ud800\u0000"}}]}}]}]}"#;
    let found = parse(body).unwrap();
    let raw = found.messages[0].raw.get();
    assert_eq!(
        raw,
        r#"{"id":"a",  "type":"text","text":{"body":"\u00e1\ud800\u0000"}}"#
    );
    let Content::Text(text) = &found.messages[0].content else {
        panic!("a text")
    };
    assert!(text.starts_with('á') && text.ends_with('\0'));
}

#[test]
fn nothing_that_prints_a_notification_shows_whose_it_is_or_what_it_says() {
    let body = include_bytes!("../../../../tests/payloads/27-phone-and-bsuid.json");
    let found = parse(body).unwrap();
    let raw: Value = serde_json::from_str(found.messages[0].raw.get()).unwrap();
    let shown = format!("{found:?}");
    let text = raw["text"]["body"].as_str().unwrap();
    for secret in ["5215500001001", "525500001001", "MX.88", "Ana", text] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Values that mean something somewhere, so that random JSON gets past the first member.
const VALUES: &str = "whatsapp_business_account messages text interactive list_reply image reaction \
                      system location 12025550118 \0 ñ";
const KEYS: &str = "object entry changes field value messages statuses contacts metadata errors id \
                    from type text body interactive list_reply image reaction message_id emoji \
                    system location latitude profile name wa_id user_id status timestamp code";

fn any_json() -> impl Strategy<Value = Value> {
    let one_of = |words: &'static str| prop::sample::select(words.split(' ').collect::<Vec<_>>());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        one_of(VALUES).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 96, 6, move |inner| {
        let members = prop::collection::hash_map(one_of(KEYS), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// Places in a body, and what becomes of it there.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, Damage)>> {
    let one = prop_oneof![
        any::<u8>().prop_map(Damage::Byte),
        prop::sample::select(vec!["null", "{", "[", "\"", "\\u0000", "-1e999", "\\ud800"])
            .prop_map(Damage::Insert),
        (0..40_usize).prop_map(Damage::Cut),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), one), 1..4)
}

#[derive(Debug, Clone)]
enum Damage {
    Byte(u8),
    Insert(&'static str),
    Cut(usize),
}

fn damaged(mut body: Vec<u8>, damage: &[(prop::sample::Index, Damage)]) -> Vec<u8> {
    for (place, damage) in damage {
        let end = body.len();
        let at = place.index(end + 1);
        match damage {
            Damage::Byte(byte) => body.splice(at..(at + 1).min(end), [*byte]).for_each(drop),
            Damage::Insert(text) => body.splice(at..at, text.bytes()).for_each(drop),
            Damage::Cut(length) => drop(body.drain(at..(at + length).min(end))),
        }
    }
    body
}

/// No part is longer than its bound, and all together no longer than what came.
fn check_bounds(found: &Notification, body: &[u8]) -> Result<(), TestCaseError> {
    let raw: usize = found
        .messages
        .iter()
        .map(|message| message.raw.get().len())
        .sum();
    let parts = found.messages.len() + found.statuses.len() + found.ignored.len();
    prop_assert!(raw <= body.len() && parts <= body.len());
    for message in &found.messages {
        let name = message.profile_name.as_deref().unwrap_or_default();
        prop_assert!(text::units(name) <= PROFILE_NAME_UNITS && !name.contains('\0'));
        prop_assert!(message.kind.len() <= body.len() && !message.kind.contains('\0'));
    }
    let statuses = found.statuses.iter().flat_map(|status| &status.errors);
    for error in statuses.chain(&found.value_errors) {
        prop_assert!(text::units(&error.title) <= ERROR_TITLE_UNITS);
    }
    Ok(())
}

static SAMPLES: std::sync::LazyLock<Vec<Vec<u8>>> =
    std::sync::LazyLock::new(|| samples().into_iter().map(|(_, body)| body).collect());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn damaged_samples_are_read_or_refused(
        sample in any::<prop::sample::Index>(),
        damage in damage(),
    ) {
        let body = damaged(sample.get(&SAMPLES[..]).clone(), &damage);
        if let Ok(found) = parse(&body) {
            check_bounds(&found, &body)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn any_json_is_read(json in any_json()) {
        prop_assert!(parse(json.to_string().as_bytes()).is_ok());
        prop_assert!(Content::from_json(json.to_string().as_bytes()).is_ok());
        let found = notification(&json);
        check_bounds(&found, json.to_string().as_bytes())?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let readable = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok()
            && std::str::from_utf8(&bytes).is_ok();
        prop_assert_eq!(parse(&bytes).is_ok(), readable);
    }
}
