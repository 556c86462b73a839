//! Where words are commands (§3).

use super::world::*;
use crate::conversation::*;
use crate::domain::*;

/// States that wait for an answer in words, with a customer's mode.
fn forms() -> Vec<State> {
    let (service, provider) = (ServiceType::Plumbing, provider_id(ROSA));
    vec![
        State::AwaitingLocation { service, provider },
        State::AwaitingDescription {
            service,
            provider,
            address: Address::parse("Calle 5").unwrap(),
            place: None,
        },
        State::AwaitingProviderName,
    ]
}

fn resting() -> Vec<State> {
    let (service, provider) = (ServiceType::Plumbing, provider_id(ROSA));
    let kept = Kept::default();
    vec![
        State::New,
        State::Welcome,
        State::AwaitingServiceSelection,
        State::ProviderList {
            service,
            kept: kept.clone(),
        },
        State::ProviderDetail {
            service,
            provider,
            kept,
        },
        State::BookingConfirmed {
            request: request_id(1),
        },
    ]
}

fn at(state: &State, language: Language) -> Dialogue {
    let mut luis = Dialogue::of_luis(language);
    luis.session.state = state.clone();
    luis
}

fn of_rosa(state: &State, mode: Mode) -> Dialogue {
    let mut rosa = at(state, Language::En);
    rosa.user = Some(User {
        profile: Some(profile(ROSA, "Rosa")),
        ..user(ROSA, "Rosa")
    });
    rosa.session.mode = mode;
    rosa
}

#[test]
fn menu_works_everywhere_in_both_languages_whatever_the_bot_writes() {
    for state in forms().into_iter().chain(resting()) {
        for language in Language::ALL {
            for word in ["menu", "MENÚ!", "start", "inicio", "Empezar"] {
                let mut luis = at(&state, language);
                let effects = luis.types(word);
                assert_eq!(kinds(&effects), "L", "{word} in {state:?}");
                assert!(said(&effects).contains("Luis"));
                assert_eq!(luis.session.state, State::AwaitingServiceSelection);
            }
        }
    }
}

#[test]
fn the_menu_of_a_provider_who_books_tells_the_way_back() {
    let mut rosa = of_rosa(&State::Welcome, Mode::Customer);
    assert!(said(&rosa.types("menu")).contains("provider mode"));
    let mut luis = at(&State::Welcome, Language::En);
    assert!(!said(&luis.types("menu")).contains("provider mode"));
}

#[test]
fn help_shows_where_to_ask_and_repeats_the_question() {
    for state in forms().into_iter().chain(resting()) {
        for word in ["help", "¿Ayuda?"] {
            let mut luis = at(&state, Language::En);
            luis.requests = vec![request(1)];
            let effects = luis.types(word);
            assert!(said(&effects).contains("help@example.com"));
            assert_eq!(kinds(&effects).len(), 2, "help and the prompt of {state:?}");
            assert_eq!(luis.session.state, state);
        }
    }
}

#[test]
fn a_word_is_an_answer_where_it_is_no_command() {
    let mut luis = at(&forms()[0], Language::En);
    for word in ["yes", "settings", "stop"] {
        luis.session.state = forms()[0].clone();
        assert_eq!(kinds(&luis.types(word)), "T", "{word}");
        let state = luis.session.state.name();
        assert_eq!(state, "AWAITING_DESCRIPTION", "{word} is an address");
    }
}

#[test]
fn stop_ends_all_alerts_where_nothing_is_asked() {
    for state in resting() {
        for word in ["stop", "Baja."] {
            let mut luis = at(&state, Language::En);
            luis.requests = vec![request(1)];
            let effects = luis.types(word);
            assert_eq!(effects.first(), Some(&Effect::Unsubscribe));
            assert_eq!(kinds(&effects), "+T");
            assert_eq!(luis.session.state, state);
        }
    }
}

#[test]
fn my_requests_shows_open_ones_first_then_the_newest() {
    let mut luis = at(&State::Welcome, Language::En);
    assert_eq!(kinds(&luis.types("mis solicitudes")), "T", "none yet");
    for number in 1..=12 {
        let mut made = request_that_is(number, RequestStatus::Completed);
        made.created_at = now() + chrono::TimeDelta::minutes(i64::try_from(number).unwrap());
        luis.requests.push(made);
    }
    luis.requests.first_mut().unwrap().status = RequestStatus::Created;
    let effects = luis.types("my requests");
    let expected = [1, 12, 11, 10, 9, 8, 7, 6, 5, 4];
    let expected = expected.map(|number| format!("req_{}", request_id(number)));
    assert_eq!(ids(&effects), expected);
    assert_eq!(luis.session.state, State::Welcome);
}

#[test]
fn accepting_and_chatting_among_several_asks_which() {
    let mut rosa = of_rosa(&State::Idle, Mode::Provider);
    rosa.requests = vec![request(1), request(2)];
    for word in ["accept", "sí", "no", "rechazar"] {
        let effects = rosa.types(word);
        assert_eq!(kinds(&effects), "L", "{word}");
        let rows = [1, 2].map(|number| format!("req_{}", request_id(number)));
        assert_eq!(ids(&effects), rows);
    }
    let assigned = |number| request_that_is(number, RequestStatus::ProviderAssigned);
    rosa.requests = vec![assigned(1), assigned(2)];
    for word in ["chat", "complete"] {
        assert_eq!(kinds(&rosa.types(word)), "L", "{word}");
    }
    let mut luis = at(&State::Welcome, Language::En);
    luis.requests = vec![assigned(1), assigned(2)];
    assert_eq!(kinds(&luis.types("iniciar chat")), "L");
}

#[test]
fn a_word_or_a_bare_id_acts_on_the_only_request_it_can_mean() {
    let moved = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Move(moved) => Some(moved.to),
            _ => None,
        })
    };
    let cases = [
        (
            "accept",
            "btn_accept_request",
            RequestStatus::ProviderAssigned,
        ),
        ("no", "btn_decline_request", RequestStatus::Searching),
    ];
    for mode in [Mode::Customer, Mode::Provider] {
        for (word, id, expected) in cases {
            let mut rosa = of_rosa(&State::New, mode);
            rosa.requests = vec![request(1), request_that_is(2, RequestStatus::Cancelled)];
            assert_eq!(moved(&rosa.types(word)), Some(expected), "{word}");
            let mut rosa = of_rosa(&State::New, mode);
            rosa.requests = vec![request(1)];
            assert_eq!(moved(&rosa.taps(id)), Some(expected), "{id}");
        }
    }
    let mut luis = at(&State::Welcome, Language::En);
    luis.requests = vec![request_that_is(1, RequestStatus::ProviderAssigned)];
    let typed = luis.types("chat");
    assert!(
        typed
            .iter()
            .any(|effect| matches!(effect, Effect::StartChat { .. }))
    );
    assert_eq!(luis.taps("btn_start_chat"), typed);
}

#[test]
fn words_without_anything_to_act_on_are_not_understood() {
    for word in ["yes", "no", "chat", "complete", "go online", "settings"] {
        let mut luis = at(&State::Welcome, Language::En);
        luis.requests = vec![request(1)];
        assert_eq!(kinds(&luis.types(word)), "TL", "{word}");
    }
    for id in ["btn_accept_request", "btn_release_confirm", "rating_great"] {
        let mut luis = at(&State::Welcome, Language::En);
        assert_eq!(kinds(&luis.taps(id)), "TL", "{id}");
    }
}

#[test]
fn roles_change_by_word_and_by_button() {
    for way in ["customer mode", "Soy cliente", "btn_customer_mode"] {
        let mut rosa = of_rosa(&State::Idle, Mode::Provider);
        let effects = match way.strip_prefix("btn") {
            Some(_) => rosa.taps(way),
            None => rosa.types(way),
        };
        assert_eq!(kinds(&effects), "B", "{way}");
        assert_eq!(rosa.session.mode, Mode::Customer);
        assert_eq!(rosa.session.state, State::Welcome);
    }
    for way in ["provider mode", "Modo proveedor", "btn_provider_dashboard"] {
        let mut rosa = of_rosa(&State::Welcome, Mode::Customer);
        match way.strip_prefix("btn") {
            Some(_) => rosa.taps(way),
            None => rosa.types(way),
        };
        assert_eq!(rosa.session.mode, Mode::Provider, "{way}");
        assert_eq!(rosa.session.state, State::Idle);
    }
    let mut luis = at(&State::Welcome, Language::En);
    assert!(said(&luis.types("provider mode")).contains("register provider"));
    assert_eq!(luis.session.mode, Mode::Customer);
    let mut rosa = of_rosa(&State::Idle, Mode::Provider);
    rosa.taps("service_plumbing");
    assert_eq!(
        rosa.session.mode,
        Mode::Customer,
        "a service is for customers"
    );
}

#[test]
fn what_needs_a_profile_tells_others_how_to_get_one() {
    for id in [
        "btn_go_online",
        "btn_go_offline",
        "btn_settings",
        "btn_provider_dashboard",
    ] {
        let mut luis = at(&State::Welcome, Language::En);
        assert!(said(&luis.taps(id)).contains("register provider"), "{id}");
    }
}
