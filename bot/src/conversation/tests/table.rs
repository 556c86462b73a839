//! The table of `docs/conversation.md`, made anew from the code and compared with the file.

mod inputs;
mod labels;

use std::fmt::Write;

use super::world::*;
use crate::conversation::*;
use crate::domain::*;
use inputs::{Inputs, tap, text};

const START: &str = "<!-- table: checked by bot/src/conversation/tests/table.rs -->\n";
const END: &str = "<!-- end of table -->\n";

/// Who stands in a state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Stranger,
    Customer,
    Provider,
}

impl Who {
    fn title(self) -> &'static str {
        match self {
            Self::Stranger => "Stranger",
            Self::Customer => "Customer",
            Self::Provider => "Provider",
        }
    }

    fn dialogue(self, state: &State) -> Dialogue {
        let mut dialogue = match self {
            Self::Stranger => Dialogue::of_stranger(Language::En),
            Self::Customer => Dialogue::of_luis(Language::En),
            Self::Provider => {
                let mut rosa = Dialogue::of_luis(Language::En);
                rosa.user = Some(User {
                    profile: Some(profile(ROSA, "Rosa")),
                    ..user(ROSA, "Rosa")
                });
                rosa.session.mode = Mode::Provider;
                rosa
            }
        };
        dialogue.rules.support_contact = None;
        dialogue.requests = match state {
            State::BookingConfirmed { .. } => vec![request(1)],
            state if state.request().is_some() => {
                let mut done = request_that_is(1, RequestStatus::Completed);
                done.provider_asked = true;
                vec![done]
            }
            _ => Vec::new(),
        };
        dialogue.session.state = state.clone();
        dialogue
    }
}

/// Every state with those who can be in it, and the inputs that make a difference there.
fn states() -> Vec<(State, Vec<Who>, Inputs)> {
    let both = [Who::Stranger, Who::Customer].as_slice();
    let (customer, provider) = ([Who::Customer].as_slice(), [Who::Provider].as_slice());
    let mut all = Vec::new();
    let mut add = |states: Vec<State>, who: &[Who], inputs: fn() -> Inputs| {
        all.extend(
            states
                .into_iter()
                .map(|state| (state, who.to_vec(), inputs())),
        );
    };
    add(vec![State::New], both, inputs::booking);
    add(vec![State::New], provider, inputs::provider);
    add(
        vec![State::Welcome, State::AwaitingServiceSelection],
        both,
        inputs::booking,
    );
    let service = ServiceType::Plumbing;
    add(
        vec![State::AwaitingName { service }],
        &[Who::Stranger],
        inputs::booking,
    );
    add(booking_states(), customer, inputs::booking);
    let request = request_id(1);
    let (stars, great) = (Stars::new(4).unwrap(), true);
    let ratings = vec![
        State::AwaitingRating { request },
        State::AwaitingRatingFine { request, great },
        State::AwaitingRatingComment { request, stars },
    ];
    add(ratings, customer, inputs::rating);
    let (name, chosen) = (name("Rosa"), vec![service]);
    let registration = vec![
        State::AwaitingProviderName,
        State::AwaitingServiceTypes {
            name: name.clone(),
            chosen: chosen.clone(),
        },
        State::AwaitingBio {
            name,
            chosen: chosen.clone(),
        },
    ];
    add(registration, customer, inputs::provider);
    let own = vec![State::Idle, State::EditBio, State::EditServices { chosen }];
    add(own, provider, inputs::provider);
    let ratings = vec![
        State::AwaitingProviderRating { request },
        State::AwaitingProviderRatingFine { request, great },
        State::AwaitingProviderRatingComment { request, stars },
    ];
    add(ratings, provider, inputs::rating);
    all
}

fn booking_states() -> Vec<State> {
    let (service, provider) = (ServiceType::Plumbing, provider_id(ROSA));
    let kept = Kept::default();
    let address = Address::parse("Calle 5").unwrap();
    let place = None;
    vec![
        State::ProviderList {
            service,
            kept: kept.clone(),
        },
        State::ProviderDetail {
            service,
            provider,
            kept,
        },
        State::AwaitingLocation { service, provider },
        State::AwaitingDescription {
            service,
            provider,
            address,
            place,
        },
        State::BookingConfirmed {
            request: request_id(1),
        },
    ]
}

fn cell(who: Who, state: &State, input: &Input) -> String {
    let mut dialogue = who.dialogue(state);
    let mode = dialogue.session.mode;
    let effects = dialogue.hears(input.clone());
    let mut said: Vec<String> = Vec::new();
    for effect in &effects {
        match effect {
            Effect::Send(message) => {
                let kind = kinds(std::slice::from_ref(effect));
                said.push(format!("`{kind}` {}", labels::of(message.reply.body())));
            }
            Effect::CreateUser { .. } => said.push("customer created".to_owned()),
            Effect::CreateProfile { .. } => said.push("profile created".to_owned()),
            Effect::SetBio(_) | Effect::SetServices(_) => said.push("profile changed".to_owned()),
            Effect::SetOnline(true) => said.push("online".to_owned()),
            Effect::SetOnline(false) => said.push("offline".to_owned()),
            Effect::Subscribe(_) => said.push("alert stored".to_owned()),
            Effect::Unsubscribe => said.push("alerts removed".to_owned()),
            Effect::Book(_) => said.push("request created".to_owned()),
            Effect::Rate { .. } => said.push("rating saved".to_owned()),
            Effect::Notify { notice, .. } => {
                said.push(format!("notice *{}*", labels::notice(notice)));
            }
            Effect::Schedule { .. } => {}
            other => said.push(format!("{other:?}")),
        }
    }
    let next = &dialogue.session.state;
    let changed = std::mem::discriminant(next) != std::mem::discriminant(state);
    let to = if changed { next.name() } else { "same" };
    let role = match (mode, dialogue.session.mode) {
        (Mode::Provider, Mode::Customer) => " as customer",
        (Mode::Customer, Mode::Provider) => " as provider",
        _ => "",
    };
    format!("{} → {to}{role}", said.join("; "))
}

fn table() -> String {
    let mut table = String::new();
    for (state, whose, inputs) in states() {
        let role = match whose.as_slice() {
            [Who::Provider] if state == State::New => " of a provider",
            _ => "",
        };
        writeln!(table, "\n### {}{role}\n", state.name()).unwrap();
        let titles: Vec<&str> = whose.iter().map(|who| who.title()).collect();
        writeln!(table, "| Input | {} |", titles.join(" | ")).unwrap();
        writeln!(table, "|---|{}", "---|".repeat(titles.len())).unwrap();
        // Inputs with the same answer share a row.
        let mut rows: Vec<(Vec<&str>, String)> = Vec::new();
        for (title, input) in inputs {
            let cells: Vec<String> = whose.iter().map(|who| cell(*who, &state, &input)).collect();
            let cells = cells.join(" | ");
            match rows.iter_mut().find(|(_, same)| *same == cells) {
                Some((titles, _)) => titles.push(title),
                None => rows.push((vec![title], cells)),
            }
        }
        for (titles, cells) in rows {
            writeln!(table, "| {} | {cells} |", titles.join("; ")).unwrap();
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
fn a_button_and_its_word_do_the_same_everywhere() {
    let same = [
        ("help", "btn_help"),
        ("cancel", "btn_cancel"),
        ("customer mode", "btn_customer_mode"),
        ("provider mode", "btn_provider_dashboard"),
    ];
    for (state, whose, _) in states() {
        for who in whose {
            for (word, id) in same {
                let typed = cell(who, &state, &text(word));
                assert_eq!(cell(who, &state, &tap(id)), typed, "{id} in {state:?}");
            }
            let tapped = |id| cell(who, &state, &tap(id));
            assert_eq!(tapped("btn_new_service"), tapped("btn_try_another"));
        }
    }
}
