//! What must be read for an input.

use super::world::*;
use crate::conversation::*;
use crate::domain::*;

fn text(text: &str) -> Input {
    Input::Text(text.into())
}

fn tap(id: impl Into<String>) -> Input {
    Input::Tap { id: id.into() }
}

fn wanted(service: Option<ServiceType>, rebook: Option<ServiceRequestId>) -> Wanted {
    Wanted { service, rebook }
}

fn of_rosa(jobs: Vec<Request>) -> Facts {
    Facts {
        user: Some(User {
            profile: Some(profile(ROSA, "Rosa")),
            ..user(ROSA, "Rosa")
        }),
        jobs,
        ..Facts::default()
    }
}

#[test]
fn lists_and_cards_are_those_that_the_answer_shows() {
    let (service, provider) = (ServiceType::Plumbing, provider_id(ROSA));
    let rebooked = Some(request_id(1));
    let kept = |rebook| Kept {
        rebook,
        ..Kept::default()
    };
    let list = |rebook| State::ProviderList {
        service,
        kept: kept(rebook),
    };
    let card = State::ProviderDetail {
        service,
        provider,
        kept: kept(rebooked),
    };
    let row = || tap(format!("provider_{provider}"));
    let others = tap(format!("btn_see_other_providers_{}", request_id(2)));
    let here = Some(wanted(Some(service), None));
    let again = Some(wanted(Some(service), rebooked));
    let repair = Some(wanted(Some(ServiceType::Repair), None));
    let theirs = Some(wanted(None, Some(request_id(2))));
    let cases = [
        (State::New, text("hola"), None, None),
        (State::New, text("plomero"), here, None),
        (State::Welcome, text("Plumber"), here, None),
        (State::Welcome, tap("service_repair"), repair, None),
        (State::AwaitingName { service }, text("Ana"), here, None),
        (list(None), text("hm"), here, None),
        (list(rebooked), text("hm"), again, None),
        (list(rebooked), row(), again, Some(provider)),
        (list(rebooked), tap("service_repair"), repair, None),
        (card, tap("btn_book_provider"), again, Some(provider)),
        (
            State::AwaitingLocation { service, provider },
            row(),
            here,
            Some(provider),
        ),
        (State::Welcome, row(), None, None),
        (State::Idle, others, theirs, None),
    ];
    for (state, input, providers, card) in cases {
        let session = Session {
            state,
            ..Session::default()
        };
        let needs = needs(&session, &Facts::default(), &input);
        assert_eq!(needs.providers, providers, "{input:?} in {session:?}");
        assert_eq!(needs.card, card, "{input:?} in {session:?}");
    }
}

#[test]
fn a_word_needs_the_only_request_that_it_can_mean() {
    let assigned = |number| request_that_is(number, RequestStatus::ProviderAssigned);
    let one = of_rosa(vec![request(1), assigned(2)]);
    let several = of_rosa(vec![request(1), request(3), assigned(2), assigned(4)]);
    for (input, number) in [
        (text("accept"), 1),
        (text("rechazar"), 1),
        (tap("btn_accept_request"), 1),
        (text("chat"), 2),
        (text("complete"), 2),
        (tap("btn_complete"), 2),
    ] {
        let idle = Session {
            mode: Mode::Provider,
            state: State::Idle,
        };
        let needed = needs(&idle, &one, &input).request;
        assert_eq!(needed, Some(request_id(number)), "{input:?}");
        assert_eq!(needs(&idle, &several, &input).request, None);
    }
    let form = Session {
        mode: Mode::Provider,
        state: State::EditBio,
    };
    assert_eq!(
        needs(&form, &one, &text("accept")).request,
        None,
        "an answer"
    );
}

#[test]
fn an_input_names_its_request_before_the_state_and_a_chat_its_own() {
    let booked = Session {
        mode: Mode::Customer,
        state: State::BookingConfirmed {
            request: request_id(1),
        },
    };
    let mut facts = Facts {
        user: Some(user(LUIS, "Luis")),
        requests: vec![request(1), request(2)],
        ..Facts::default()
    };
    let named = |facts: &Facts, input: Input| needs(&booked, facts, &input).request;
    assert_eq!(named(&facts, text("hm")), Some(request_id(1)));
    assert_eq!(named(&facts, text("cancel")), Some(request_id(1)));
    let other = tap(format!("req_{}", request_id(2)));
    assert_eq!(named(&facts, other.clone()), Some(request_id(2)));
    let request = request_id(2);
    let notice = Input::Notice(Notice::Declined { request });
    assert_eq!(named(&facts, notice), Some(request_id(2)));

    facts.chat = Some(Chat {
        request: request_id(3),
        side: Side::Customer,
        own_name: name("Luis"),
        other: party(ROSA, "Rosa"),
        has_ended: false,
        last_relay_at: now(),
    });
    assert_eq!(named(&facts, text("cancel")), Some(request_id(3)));
    assert_eq!(named(&facts, other), Some(request_id(2)));
    let listing = Session {
        mode: Mode::Customer,
        state: State::ProviderList {
            service: ServiceType::Plumbing,
            kept: Kept::default(),
        },
    };
    let said = needs(&listing, &facts, &text("hm"));
    assert_eq!(said.providers, None, "what goes over shows no list");
    assert!(
        needs(&listing, &facts, &tap("btn_help"))
            .providers
            .is_some()
    );
    let message = Wamid::parse("wamid.1").unwrap();
    let reaction = Input::Reaction {
        message: message.clone(),
        emoji: None,
    };
    assert_eq!(needs(&booked, &facts, &reaction).quoted, Some(message));
}
