//! Cancelling (§4.3), and who may do what to a request.

use chrono::TimeDelta;

use super::world::*;
use crate::conversation::taps::Action;
use crate::conversation::*;
use crate::domain::*;

fn moves(effects: &[Effect]) -> usize {
    let is_move = |effect: &&Effect| matches!(effect, Effect::Move(_));
    effects.iter().filter(is_move).count()
}

#[test]
fn a_draft_goes_at_once_and_leaves_nothing() {
    let service = ServiceType::Plumbing;
    let provider = provider_id(ROSA);
    let kept = Kept::default();
    let states = [
        State::AwaitingName { service },
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
            address: Address::parse("Calle 5").unwrap(),
            place: None,
        },
    ];
    for state in states {
        for word in ["cancel", "*Cancelar*"] {
            let mut luis = Dialogue::of_luis(Language::En);
            luis.session.state = state.clone();
            let effects = luis.types(word);
            assert_eq!(kinds(&effects), "TB", "{state:?}");
            let menu = ["btn_new_service", "btn_my_requests", "btn_help"];
            assert_eq!(ids(&effects), menu);
            assert_eq!(luis.session.state, State::Welcome);
        }
    }
}

#[test]
fn a_request_is_cancelled_only_after_a_question() {
    let id = request_id(1);
    let states = [
        State::New,
        State::Welcome,
        State::AwaitingServiceSelection,
        State::BookingConfirmed { request: id },
        State::ProviderList {
            service: ServiceType::Plumbing,
            kept: Kept {
                rebook: Some(id),
                ..Kept::default()
            },
        },
    ];
    let open = [
        RequestStatus::Created,
        RequestStatus::Searching,
        RequestStatus::ProviderAssigned,
    ];
    for (state, status) in states.iter().flat_map(|s| open.map(|status| (s, status))) {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.session.state = state.clone();
        luis.requests = vec![request_that_is(1, status)];
        let effects = luis.types("cancel");
        let question = [
            format!("btn_cancel_confirm_{id}"),
            format!("btn_cancel_keep_{id}"),
        ];
        assert_eq!(ids(&effects), question, "{status} in {state:?}");
        assert_eq!(luis.session.state, *state);
        assert_eq!(moves(&luis.taps(&format!("btn_cancel_keep_{id}"))), 0);
        let effects = luis.taps(&format!("btn_cancel_confirm_{id}"));
        let expected = Move {
            request: id,
            from: status,
            to: RequestStatus::Cancelled,
            assignment: AssignmentStatus::Cancelled,
            reason: Some(CancelReason::Customer),
        };
        assert_eq!(effects.first(), Some(&Effect::Move(expected)));
        let reason = CancelReason::Customer;
        let told = Effect::Notify {
            to: party(ROSA, "Rosa").contact,
            notice: Notice::RequestCancelled {
                request: id,
                reason,
            },
        };
        let has_provider = status != RequestStatus::Searching;
        assert_eq!(effects.contains(&told), has_provider, "{status}");
        let again = luis.taps(&format!("btn_cancel_confirm_{id}"));
        assert_eq!(moves(&again), 0, "once only");
    }
}

#[test]
fn of_several_open_requests_one_is_chosen_and_with_none_there_is_nothing_to_cancel() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.requests = vec![request(1), request(2)];
    luis.session.state = State::Welcome;
    let effects = luis.types("cancel");
    assert_eq!(kinds(&effects), "L");
    let rows = [1, 2].map(|number| format!("req_{}", request_id(number)));
    assert_eq!(ids(&effects), rows);

    luis.requests.clear();
    assert_eq!(kinds(&luis.types("cancel")), "TB");
    luis.requests = vec![request_that_is(1, RequestStatus::Cancelled)];
    let request = request_id(1);
    luis.session.state = State::BookingConfirmed { request };
    assert_eq!(kinds(&luis.types("cancel")), "TB");
    assert_eq!(luis.session.state, State::Welcome);
}

#[test]
fn a_cancelled_request_takes_its_chat_along() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.requests = vec![request_that_is(1, RequestStatus::ProviderAssigned)];
    luis.chat = Some(Chat {
        request: request_id(1),
        side: Side::Customer,
        own_name: name("Luis"),
        other: party(ROSA, "Rosa"),
        has_ended: false,
        last_relay_at: now(),
    });
    let id = request_id(1);
    let effects = luis.taps(&format!("btn_cancel_confirm_{id}"));
    assert!(effects.contains(&Effect::EndChat { request: id }));
    assert!(said(&effects).contains("chat is closed"));
    assert!(luis.chat.is_none());
}

#[test]
fn a_draft_survives_the_cancelling_of_another_request() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.requests = vec![request(1)];
    let draft = State::AwaitingLocation {
        service: ServiceType::Repair,
        provider: provider_id(PIA),
    };
    luis.session.state = draft.clone();
    luis.taps(&format!("btn_cancel_confirm_{}", request_id(1)));
    assert_eq!(luis.session.state, draft);
}

#[test]
fn somebody_else_gets_nothing_done_and_nothing_told() {
    for action in Action::ALL {
        for status in RequestStatus::ALL {
            let mut eve = Dialogue::of_luis(Language::En);
            eve.user = Some(User {
                profile: Some(profile(0x50, "Eve")),
                ..user(0x50, "Eve")
            });
            eve.requests = vec![request_that_is(1, status)];
            let id = taps::Tap::Request(*action, request_id(1)).to_string();
            for taps in [id.clone(), format!("{id}0")] {
                let before = eve.session.clone();
                let effects = eve.taps(&taps);
                let kinds = kinds(&effects);
                assert!(kinds.chars().all(|kind| kind != '+'), "{taps}");
                let told = said(&effects);
                assert!(
                    !told.contains("Calle 5") && !told.contains("Luis"),
                    "{told}"
                );
                if taps == id {
                    assert_eq!(kinds, "T", "{id}");
                    assert_eq!(eve.session, before);
                }
            }
        }
    }
}

#[test]
fn an_unknown_request_is_not_available() {
    let mut luis = Dialogue::of_luis(Language::En);
    for action in Action::ALL {
        let id = taps::Tap::Request(*action, request_id(9)).to_string();
        let effects = luis.taps(&id);
        assert_eq!(kinds(&effects), "T", "{id}");
        assert!(said(&effects).contains("not available"));
    }
}

#[test]
fn details_offer_what_can_be_done() {
    let rating = ["rating_poor_", "rating_ok_", "rating_great_"].as_slice();
    let customers = [
        (RequestStatus::Created, ["btn_cancel_request_"].as_slice()),
        (
            RequestStatus::Searching,
            &["btn_see_other_providers_", "btn_cancel_request_"],
        ),
        (
            RequestStatus::ProviderAssigned,
            &["btn_start_chat_", "btn_cancel_request_"],
        ),
        (RequestStatus::Completed, rating),
        (RequestStatus::Cancelled, &[]),
    ];
    let providers = [
        (
            RequestStatus::Created,
            ["btn_accept_request_", "btn_decline_request_"].as_slice(),
        ),
        (RequestStatus::Searching, &[]),
        (
            RequestStatus::ProviderAssigned,
            &["btn_chat_customer_", "btn_complete_", "btn_release_"],
        ),
        (RequestStatus::Completed, &[]),
        (RequestStatus::Cancelled, &[]),
    ];
    let id = request_id(1);
    let shown = |dialogue: &mut Dialogue, status| {
        dialogue.requests = vec![request_that_is(1, status)];
        dialogue.taps(&format!("req_{id}"))
    };
    for (status, prefixes) in customers {
        let effects = shown(&mut Dialogue::of_luis(Language::En), status);
        let expected: Vec<String> = prefixes.iter().map(|one| format!("{one}{id}")).collect();
        assert_eq!(ids(&effects), expected, "{status}");
        for word in ["Plumbing", "Calle 5", "5 Mar 2026"] {
            assert!(said(&effects).contains(word), "{word}");
        }
    }
    for (status, prefixes) in providers {
        let mut rosa = Dialogue::of_luis(Language::En);
        rosa.user = Some(User {
            profile: Some(profile(ROSA, "Rosa")),
            ..user(ROSA, "Rosa")
        });
        let effects = shown(&mut rosa, status);
        let expected: Vec<String> = prefixes.iter().map(|one| format!("{one}{id}")).collect();
        assert_eq!(ids(&effects), expected, "{status}");
        // Who declined is not told where the customer lives.
        let knows = status != RequestStatus::Searching;
        assert_eq!(said(&effects).contains("Calle 5"), knows, "{status}");
    }
}

#[test]
fn ratings_are_offered_for_thirty_days_and_once() {
    let id = request_id(1);
    let buttons = |change: fn(&mut Request)| {
        let mut luis = Dialogue::of_luis(Language::En);
        let mut done = request_that_is(1, RequestStatus::Completed);
        change(&mut done);
        luis.requests = vec![done];
        ids(&luis.taps(&format!("req_{id}"))).len()
    };
    assert_eq!(buttons(|_| {}), 3);
    assert_eq!(
        buttons(|done| done.completed_at = Some(now() - TimeDelta::days(30))),
        3
    );
    assert_eq!(
        buttons(|done| done.completed_at = Some(now() - TimeDelta::days(31))),
        0
    );
    assert_eq!(buttons(|done| done.customer_stars = Stars::new(4)), 0);
}
