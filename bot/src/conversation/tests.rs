//! Whole conversations as transcripts, the rules one by one, and the table in the documentation.

mod table;

use std::fmt::Write;

use super::*;
use crate::domain::ServiceType;

/// A person on the other side, as the store would keep them.
pub(super) struct Phone {
    pub(super) state: State,
    pub(super) event: Event,
    transcript: String,
}

impl Phone {
    pub(super) fn new(language: Language) -> Self {
        let event = Event {
            language,
            support_contact: Some("help@example.com".into()),
            person: Person::default(),
            input: Input::Text(String::new()),
        };
        Self {
            state: State::New,
            event,
            transcript: String::new(),
        }
    }

    fn registered(language: Language, name: &str) -> Self {
        let mut phone = Self::new(language);
        phone.event.person.name = UserName::parse(name).ok();
        phone
    }

    pub(super) fn send(&mut self, input: Input) -> Vec<Effect> {
        let sent = match &input {
            Input::Text(text) => text.clone(),
            Input::Tap { id } => format!("[{id}]"),
            Input::Other { kind } => format!("({kind})"),
        };
        writeln!(self.transcript, "> {sent}").unwrap();
        self.event.input = input;
        let (next, effects) = step(self.state, &self.event);
        for effect in &effects {
            self.transcript += &shown(effect);
            if let Effect::CreateUser { name } = effect {
                self.event.person.name = Some(name.clone());
            }
        }
        self.state = next;
        writeln!(self.transcript, "  = {}", next.name()).unwrap();
        effects
    }

    fn types(&mut self, text: &str) -> Vec<Effect> {
        self.send(Input::Text(text.into()))
    }

    fn taps(&mut self, id: &str) -> Vec<Effect> {
        self.send(Input::Tap { id: id.into() })
    }

    fn sends_a_photo(&mut self) -> Vec<Effect> {
        self.send(Input::Other {
            kind: "image".into(),
        })
    }
}

fn shown(effect: &Effect) -> String {
    let Effect::Send(reply) = effect else {
        let Effect::CreateUser { name } = effect else {
            unreachable!("two effects")
        };
        return format!("  + customer {}\n", name.as_str());
    };
    let body = reply.body().replace('\n', "\n    ");
    let choices = match reply {
        Reply::Text { .. } => String::new(),
        Reply::List {
            button,
            rows,
            footer,
            ..
        } => {
            let rows = rows
                .iter()
                .map(|row| format!("\n    {} [{}] {}", row.title, row.id, row.description));
            format!("\n    ({button}){}\n    {footer}", rows.collect::<String>())
        }
        Reply::Buttons { buttons, .. } => {
            let buttons = buttons
                .iter()
                .map(|button| format!("\n    {} [{}]", button.title, button.id));
            buttons.collect()
        }
    };
    format!("  {body}{choices}\n")
}

/// Replies as the specification writes them: `T`, `L`, `B`.
fn kinds(effects: &[Effect]) -> String {
    effects
        .iter()
        .map(|effect| match effect {
            Effect::Send(Reply::Text { .. }) => 'T',
            Effect::Send(Reply::List { .. }) => 'L',
            Effect::Send(Reply::Buttons { .. }) => 'B',
            Effect::CreateUser { .. } => '+',
        })
        .collect()
}

#[test]
fn a_first_visit_in_english() {
    let mut phone = Phone::new(Language::En);
    phone.types("Hi");
    phone.taps("service_plumbing");
    phone.types("A");
    phone.sends_a_photo();
    phone.types("Ana López");
    phone.taps("btn_try_another");
    phone.types("something odd");
    phone.types("HELP!");
    phone.types("cancel");
    insta::assert_snapshot!(phone.transcript);
}

#[test]
fn a_first_visit_in_spanish() {
    let mut phone = Phone::new(Language::Es);
    phone.types("hola");
    phone.types("Plomería");
    phone.types("😀😀");
    phone.types("ayuda");
    phone.types("Ana López");
    phone.taps("btn_cancel");
    phone.taps("btn_my_requests");
    phone.taps("btn_from_long_ago");
    insta::assert_snapshot!(phone.transcript);
}

#[test]
fn a_customer_who_comes_back_is_greeted_by_name() {
    for language in Language::ALL {
        let mut phone = Phone::registered(language, "Luis");
        let effects = phone.types("hola");
        let [Effect::Send(Reply::Buttons { body, buttons })] = effects.as_slice() else {
            panic!("one message with buttons, not {effects:?}")
        };
        assert!(body.contains("Luis") && body.contains("Handy"));
        let ids: Vec<&str> = buttons.iter().map(|button| button.id.as_str()).collect();
        assert_eq!(ids, ["btn_new_service", "btn_my_requests", "btn_help"]);
        assert_eq!(phone.state, State::Welcome);
    }
}

#[test]
fn a_stranger_gets_the_welcome_and_six_services_whatever_they_send() {
    for input in [
        Input::Text("hola".into()),
        Input::Text(String::new()),
        Input::Other {
            kind: "image".into(),
        },
        Input::Other {
            kind: "request_welcome".into(),
        },
    ] {
        let mut phone = Phone::new(Language::En);
        let effects = phone.send(input);
        let [
            Effect::Send(welcome),
            Effect::Send(Reply::List { rows, .. }),
        ] = effects.as_slice()
        else {
            panic!("a text and a list, not {effects:?}")
        };
        assert!(welcome.body().contains("Handy"));
        let ids: Vec<String> = ServiceType::ALL
            .iter()
            .map(|service| format!("service_{service}"))
            .collect();
        assert!(rows.iter().map(|row| &row.id).eq(&ids));
        assert_eq!(phone.state, State::Welcome);
    }
}

#[test]
fn a_stranger_who_names_a_service_at_once_is_asked_for_a_name() {
    let service = ServiceType::Plumbing;
    for input in [
        Input::Text("plomero".into()),
        Input::Tap {
            id: "service_plumbing".into(),
        },
    ] {
        let mut phone = Phone::new(Language::En);
        let effects = phone.send(input);
        assert_eq!(kinds(&effects), "TT");
        assert_eq!(phone.state, State::AwaitingName { service });
    }
}

#[test]
fn keywords_of_both_languages_work_in_every_state_whatever_the_bot_writes() {
    let services = || State::AwaitingServiceSelection;
    for (state, language) in table::states()
        .into_iter()
        .flat_map(|s| Language::ALL.map(|l| (s, l)))
    {
        for word in ["menu", "MENÚ!", "start", "inicio", "Empezar"] {
            let mut phone = Phone::registered(language, "Luis");
            phone.state = state;
            assert_eq!(kinds(&phone.types(word)), "L", "{word} in {state:?}");
            assert_eq!(phone.state, services(), "{word} in {state:?}");
        }
        for word in ["help", "¿Ayuda?"] {
            let mut phone = Phone::registered(language, "Luis");
            phone.state = state;
            let effects = phone.types(word);
            let Some(Effect::Send(Reply::Text { body })) = effects.first() else {
                panic!("help first, not {effects:?}")
            };
            assert!(body.contains("help@example.com"));
            assert_eq!(effects.len(), 2, "help, then the prompt of {state:?}");
            assert_eq!(phone.state, state, "{word}");
        }
    }
}

#[test]
fn cancelling_a_draft_leaves_no_trace() {
    for word in ["cancel", "Cancelar", "*cancel*"] {
        let mut phone = Phone::new(Language::En);
        phone.taps("service_repair");
        let effects = phone.types(word);
        assert_eq!(kinds(&effects), "TTL");
        assert_eq!(phone.state, State::Welcome);
        assert_eq!(phone.event.person.name, None);
    }
}

#[test]
fn another_service_tapped_while_a_name_is_asked_is_the_one_that_counts() {
    let mut phone = Phone::new(Language::En);
    phone.taps("service_repair");
    phone.taps("service_cleaning");
    let effects = phone.types("Ana");
    let service = ServiceType::Cleaning;
    assert_eq!(phone.state, State::ProviderList { service });
    assert_eq!(kinds(&effects), "+B");
}

#[test]
fn a_person_who_became_a_customer_meanwhile_is_not_created_twice() {
    let service = ServiceType::Cleaning;
    for input in [
        Input::Text("Bea".into()),
        Input::Other {
            kind: "image".into(),
        },
    ] {
        let mut phone = Phone::registered(Language::En, "Ana");
        phone.state = State::AwaitingName { service };
        assert_eq!(kinds(&phone.send(input)), "B");
        assert_eq!(phone.state, State::ProviderList { service });
    }
}

#[test]
fn nothing_printed_shows_what_people_typed() {
    let mut phone = Phone::new(Language::En);
    phone.event.input = Input::Text("my secret".into());
    phone.event.person.name = UserName::parse("Ana López").ok();
    let shown = format!("{:?}", phone.event);
    assert!(
        !shown.contains("secret") && !shown.contains("Ana"),
        "{shown}"
    );
}
