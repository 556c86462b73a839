//! Templates with right and wrong parameters.

use serde_json::json;

use super::*;

fn content(name: &str, language: &str, parameters: &[&str]) -> Value {
    let parameters: Vec<_> = parameters
        .iter()
        .map(|text| json!({"type": "text", "text": text}))
        .collect();
    json!({"name": name, "language": {"code": language},
        "components": [{"type": "body", "parameters": parameters}]})
}

fn code(registry: &Registry, content: &Value) -> Option<u32> {
    registry.render(content).err().map(|error| error.code)
}

#[test]
fn the_seven_are_there_in_both_languages() {
    let templates = Registry::default().list();
    assert_eq!(templates.len(), 14);
    let counts: Vec<_> = templates
        .iter()
        .step_by(2)
        .map(|t| (t.name.as_str(), placeholders(&t.body), t.buttons.len()))
        .collect();
    let expected = [
        ("handy_chat_waiting", 1, 1),
        ("handy_job_update", 2, 0),
        ("handy_new_request", 4, 2),
        ("handy_provider_available", 1, 1),
        ("handy_rate_service", 1, 3),
        ("handy_request_accepted", 1, 1),
        ("handy_request_update", 2, 1),
    ];
    assert_eq!(counts, expected);
    for pair in templates.chunks(2) {
        assert_eq!(placeholders(&pair[0].body), placeholders(&pair[1].body));
        assert_eq!(pair[0].buttons.len(), pair[1].buttons.len());
    }
}

#[test]
fn parameters_and_payloads_are_put_in() {
    let mut message = content(
        "handy_new_request",
        "en",
        &["a {{2}}", "Luis", "Av. 1", "5"],
    );
    for (index, payload) in [(json!("0"), "btn_accept_request_7"), (json!(1), "no")] {
        let button = json!({"type": "button", "sub_type": "quick_reply", "index": index,
            "parameters": [{"type": "payload", "payload": payload}]});
        message["components"].as_array_mut().unwrap().push(button);
    }
    let rendered = Registry::default().render(&message).unwrap();
    assert_eq!(
        rendered.body,
        "New request: a {{2}} for Luis at Av. 1. Please answer within 5 minutes."
    );
    let buttons: Vec<_> = rendered
        .buttons
        .iter()
        .map(|b| (b.text.as_str(), b.payload.as_str()))
        .collect();
    assert_eq!(
        buttons,
        [("Accept", "btn_accept_request_7"), ("Decline", "no")]
    );
}

#[test]
fn wrong_ones_are_refused_with_metas_codes() {
    let mut registry = Registry::default();
    let chat = |language| content("handy_chat_waiting", language, &["Rosa"]);
    assert_eq!(code(&registry, &chat("en")), None);
    assert_eq!(code(&registry, &chat("fr")), Some(132_001));
    assert_eq!(code(&registry, &content("other", "en", &[])), Some(132_001));
    let none = content("handy_chat_waiting", "en", &[]);
    assert_eq!(code(&registry, &none), Some(132_000));
    let two = content("handy_chat_waiting", "en", &["a", "b"]);
    assert_eq!(code(&registry, &two), Some(132_000));
    let long = content("handy_chat_waiting", "en", &[&"x".repeat(1024)]);
    assert_eq!(code(&registry, &long), Some(132_005));
    let mut button = chat("en");
    let wrong = json!({"type": "button", "sub_type": "quick_reply", "index": "1",
        "parameters": [{"type": "payload", "payload": "x"}]});
    button["components"].as_array_mut().unwrap().push(wrong);
    assert_eq!(code(&registry, &button), Some(132_018));
    for (status, expected) in [
        (TemplateStatus::Paused, Some(132_015)),
        (TemplateStatus::Disabled, Some(132_016)),
        (TemplateStatus::Rejected, Some(132_001)),
        (TemplateStatus::Approved, None),
    ] {
        let name = "handy_chat_waiting";
        assert_eq!(registry.set_status(name, Some("en"), status), 1);
        assert_eq!(code(&registry, &chat("en")), expected, "{status:?}");
        assert_eq!(code(&registry, &chat("es")), None);
    }
    assert_eq!(registry.set_status("none", None, TemplateStatus::Paused), 0);
    registry.put(Template {
        name: "own".into(),
        language: "en".into(),
        body: "Hi".into(),
        footer: None,
        buttons: Vec::new(),
        status: TemplateStatus::Approved,
    });
    assert_eq!(code(&registry, &content("own", "en", &[])), None);
}
