//! The table of `docs/conversation.md`, made anew from the code and compared with the file.

use std::collections::HashMap;

use super::*;
use crate::conversation::texts;

const START: &str = "<!-- table: checked by bot/src/conversation/tests/table.rs -->\n";
const END: &str = "<!-- end of table -->\n";

/// Every state, with one service where there is one.
pub(super) fn states() -> [State; 5] {
    let service = ServiceType::Plumbing;
    [
        State::New,
        State::Welcome,
        State::AwaitingServiceSelection,
        State::AwaitingName { service },
        State::ProviderList { service },
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    let text = |text: &str| Input::Text(text.into());
    let tap = |id: &str| Input::Tap { id: id.into() };
    vec![
        ("menu", text("menu")),
        ("help, `btn_help`", text("help")),
        ("cancel, `btn_cancel`", text("cancel")),
        ("`service_*`", tap("service_repair")),
        (
            "`btn_new_service`, `btn_try_another`",
            tap("btn_new_service"),
        ),
        ("`btn_my_requests`", tap("btn_my_requests")),
        ("unknown tap", tap("btn_of_another_time")),
        ("service word", text("plumber")),
        ("other text", text("Ana López")),
        ("text that is no name", text("1")),
        (
            "anything else",
            Input::Other {
                kind: "image".into(),
            },
        ),
    ]
}

/// What each text is called in the table.
fn titles(name: &UserName) -> HashMap<String, &'static str> {
    let texts = texts::of(Language::En);
    let service = ServiceType::Plumbing;
    // A service's word is a name like any other to somebody who was asked for one.
    let plumber = UserName::parse("plumber").unwrap();
    let named = [
        (texts.welcome(), "welcome"),
        (texts.services(), "services"),
        (texts.greeting(name), "greeting [name]"),
        (texts.type_name(), "please type"),
        (texts.no_requests(), "how to book"),
        (texts.not_understood(), "not understood"),
        (texts.option_expired(), "option expired"),
        (texts.cancelled(), "cancelled"),
        (texts.nothing_to_cancel(), "nothing to cancel"),
        (texts.help(None), "help"),
        (
            texts.invalid_name(crate::domain::InvalidName::TooShort),
            "reason",
        ),
        (texts.ask_name(service), "ask name"),
        (texts.ask_name(ServiceType::Repair), "ask name"),
        (texts.no_provider(service, None), "nobody available"),
        (
            texts.no_provider(ServiceType::Repair, None),
            "nobody available",
        ),
        (
            texts.no_provider(service, Some(name)),
            "nobody available [name]",
        ),
        (
            texts.no_provider(service, Some(&plumber)),
            "nobody available [name]",
        ),
    ];
    named
        .into_iter()
        .map(|(reply, title)| (reply.body().to_owned(), title))
        .collect()
}

fn cell(state: State, input: &Input, name: Option<&UserName>) -> String {
    let ana = UserName::parse("Ana López").unwrap();
    let titles = titles(&ana);
    let event = Event {
        language: Language::En,
        support_contact: None,
        person: Person {
            name: name.cloned(),
        },
        input: input.clone(),
    };
    let (next, effects) = step(state, &event);
    let effects: Vec<String> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Send(reply) => {
                let kind = kinds(std::slice::from_ref(effect));
                format!("`{kind}` {}", titles[reply.body()])
            }
            Effect::CreateUser { .. } => "customer created".to_owned(),
        })
        .collect();
    let next = if next == state { "same" } else { next.name() };
    format!("{} → {next}", effects.join("; "))
}

fn table() -> String {
    let ana = UserName::parse("Ana López").unwrap();
    let mut table = String::new();
    for state in states() {
        writeln!(table, "\n### {}\n", state.name()).unwrap();
        table += "| Input | Stranger | Customer |\n|---|---|---|\n";
        for (title, input) in inputs() {
            let stranger = cell(state, &input, None);
            let customer = cell(state, &input, Some(&ana));
            writeln!(table, "| {title} | {stranger} | {customer} |").unwrap();
        }
    }
    table + "\n"
}

#[test]
fn the_documented_table_is_what_the_code_does() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/conversation.md");
    let document = std::fs::read_to_string(file).unwrap();
    let (_, rest) = document.split_once(START).expect("the table has a start");
    let (documented, _) = rest.split_once(END).expect("the table has an end");
    let table = table();
    assert!(
        documented == table,
        "docs/conversation.md should hold this table:\n{table}"
    );
}

#[test]
fn a_tap_and_its_keyword_do_the_same_everywhere() {
    let ana = UserName::parse("Ana López").unwrap();
    let same = [("help", "btn_help"), ("cancel", "btn_cancel")];
    for state in states() {
        for name in [None, Some(&ana)] {
            for (word, id) in same {
                let typed = cell(state, &Input::Text(word.into()), name);
                assert_eq!(cell(state, &Input::Tap { id: id.into() }, name), typed);
            }
            let tapped = |id: &str| cell(state, &Input::Tap { id: id.into() }, name);
            assert_eq!(tapped("btn_new_service"), tapped("btn_try_another"));
        }
    }
}
