//! Offers and their answers: A32 to A44.

use super::written::{ids, kinds, notices, said};
use super::*;

const ACCEPT: &str = "btn_accept_request";
const DECLINE: &str = "btn_decline_request";

fn offered(language: Language) -> Town {
    let mut town = Town::new(language);
    town.request(R1, LUIS, ROSA);
    town
}

/// Offered with a place, accepted; another one declined; a third one not answered.
fn three_offers(language: Language, words: [&str; 2]) -> String {
    let [accept, decline] = words;
    let mut town = offered(language);
    town.one_mut(rid(R1)).place = Some(Place {
        latitude: 19.43261,
        longitude: -99.13321,
        name: Some("Café Luna".into()),
        address: None,
    });
    town.tells(ROSA, Notice::Offered { request: rid(R1) });
    town.types(ROSA, accept);
    town.request(R2, ANA, ROSA);
    town.types(ROSA, decline);
    town.request(3, LUIS, PIA);
    town.waits(TimeDelta::seconds(300));
    town.taps(PIA, &format!("{ACCEPT}_{}", rid(3)));
    town.transcript
}

#[test]
fn three_offers_in_english() {
    insta::assert_snapshot!(three_offers(Language::En, ["accept", "no"]));
}

#[test]
fn three_offers_in_spanish() {
    insta::assert_snapshot!(three_offers(Language::Es, ["Sí", "rechazar"]));
}

#[test]
fn an_offer_says_what_is_asked_and_goes_as_template_outside_the_window() {
    let mut town = offered(Language::En);
    town.one_mut(rid(R1)).description = "Leak\n  below".into();
    let effects = town.tells(ROSA, Notice::Offered { request: rid(R1) });
    let all = said(&effects);
    for part in [
        "Plumbing",
        "Luis",
        "Calle 5, Roma Norte",
        "Leak",
        "5 minutes",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(!all.contains("maps"));
    let [Effect::Send(offer)] = effects.as_slice() else {
        panic!("one message: {effects:?}")
    };
    let id = rid(R1);
    let buttons = [format!("{ACCEPT}_{id}"), format!("{DECLINE}_{id}")];
    assert_eq!(ids(&effects), buttons);
    let template = offer.template.as_ref().unwrap();
    assert_eq!(template.name, TemplateName::NewRequest);
    let parameters = ["Plumbing", "Luis", "Calle 5, Roma Norte", "5"];
    assert_eq!(template.parameters, parameters);
    assert_eq!(template.buttons, buttons);
    assert_eq!(offer.expires_at, Some(start() + TimeDelta::seconds(300)));
    let failed = Notice::OfferFailed {
        request: id,
        offered_at: start().timestamp_millis(),
    };
    assert_eq!(offer.on_failure, Some((contact(ROSA), failed)));
}

#[test]
fn an_offer_too_long_for_its_buttons_loses_nothing() {
    let mut town = offered(Language::Es);
    let one = town.one_mut(rid(R1));
    one.description = "d".repeat(500);
    one.address = "a".repeat(255);
    one.customer.name = name(&"W".repeat(100));
    one.place = Some(Place {
        latitude: -89.123_456_7,
        longitude: -179.123_456_7,
        name: None,
        address: None,
    });
    let effects = town.tells(ROSA, Notice::Offered { request: rid(R1) });
    assert!(said(&effects).contains(&"d".repeat(500)));
    assert!(said(&effects).contains("https://maps.google.com/?q=-89.123457,-179.123457"));
    let [.., Effect::Send(last)] = effects.as_slice() else {
        panic!("messages: {effects:?}")
    };
    assert!(last.template.is_some() && last.on_failure.is_some());
    for effect in &effects {
        if let Effect::Send(message) = effect {
            assert!(message.expires_at.is_some());
        }
    }
}

#[test]
fn accepting_assigns_tells_both_once_and_gives_the_place() {
    for how in ["accept", "yes", "acepto", "button", "bare button"] {
        let mut town = offered(Language::En);
        town.one_mut(rid(R1)).place = Some(Place {
            latitude: 1.0,
            longitude: 2.0,
            name: None,
            address: None,
        });
        let effects = match how {
            "button" => town.taps_of(ROSA, ACCEPT),
            "bare button" => town.taps(ROSA, ACCEPT),
            word => town.types(ROSA, word),
        };
        assert_eq!(town.status(R1), RequestStatus::ProviderAssigned, "{how}");
        assert_eq!(kinds(&effects), "BO", "{how}");
        assert_eq!(ids(&effects), [format!("btn_chat_customer_{}", rid(R1))]);
        for part in ["Luis", "Calle 5", "Leaking tap"] {
            assert!(said(&effects).contains(part), "{part}");
        }
        let accepted = Notice::Accepted { request: rid(R1) };
        assert_eq!(notices(&effects), [(LUIS, accepted)], "{how}");
        let again = town.taps_of(ROSA, ACCEPT);
        assert_eq!((kinds(&again).as_str(), notices(&again).len()), ("T", 0));
    }
}

#[test]
fn a_button_works_without_a_session_in_any_mode_and_leaves_a_draft_alone() {
    let draft = State::AwaitingLocation {
        service: ServiceType::Repair,
        provider: pid(PIA),
    };
    for (mode, state) in [
        (Mode::Provider, State::New),
        (Mode::Customer, State::Welcome),
        (Mode::Customer, draft),
        (Mode::Provider, State::EditBio),
    ] {
        let mut town = offered(Language::En);
        town.person_mut(ROSA).session = Session {
            mode,
            state: state.clone(),
        };
        town.taps_of(ROSA, ACCEPT);
        assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
        assert_eq!(town.person(ROSA).session.state, state);
    }
}

#[test]
fn declining_gives_the_request_back_to_its_customer() {
    let mut town = offered(Language::En);
    let effects = town.taps_of(ROSA, DECLINE);
    assert_eq!(kinds(&effects), "T");
    assert_eq!(town.status(R1), RequestStatus::Searching);
    let offer = town.one(R1).assignment.unwrap();
    assert_eq!(offer.status, AssignmentStatus::Rejected);
    let declined = Notice::Declined { request: rid(R1) };
    assert_eq!(notices(&effects), [(LUIS, declined)]);
    // After that, accepting changes nothing.
    let late = town.taps_of(ROSA, ACCEPT);
    assert_eq!((kinds(&late).as_str(), late.len()), ("T", 1));
    assert!(said(&late).contains("already declined"));
    // Nobody chosen for a day.
    town.waits(TimeDelta::hours(24));
    assert_eq!(town.one(R1).cancel_reason, Some(CancelReason::Abandoned));
}

#[test]
fn the_deadline_ends_it_once_for_both_whoever_comes_first() {
    for timer_first in [true, false] {
        let mut town = offered(Language::En);
        town.transcript.clear();
        if timer_first {
            town.waits(TimeDelta::seconds(300));
        } else {
            town.now += TimeDelta::seconds(300);
        }
        let late = town.taps_of(ROSA, ACCEPT);
        assert!(said(&late).contains("expired"), "{late:?}");
        town.waits(TimeDelta::seconds(60));
        let one = town.one(R1);
        assert_eq!(one.status, RequestStatus::Cancelled);
        assert_eq!(one.cancel_reason, Some(CancelReason::Timeout));
        let told = town.transcript.matches("TimedOut").count();
        assert_eq!(told, 1, "{}", town.transcript);
        assert!(!town.transcript.contains("Accepted {"));
    }
}

#[test]
fn a_second_before_the_deadline_is_in_time_and_an_early_timer_waits() {
    let mut town = offered(Language::En);
    town.now += TimeDelta::seconds(299);
    let offered_at = start().timestamp_millis();
    let request = rid(R1);
    let early = town.tells(
        ROSA,
        Notice::OfferDeadline {
            request,
            offered_at,
        },
    );
    assert!(matches!(early.as_slice(), [Effect::Schedule { .. }]));
    town.taps_of(ROSA, ACCEPT);
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
}

#[test]
fn a_timer_of_an_earlier_offer_does_nothing() {
    let mut town = offered(Language::En);
    let request = rid(R1);
    town.now += TimeDelta::seconds(400);
    let old = Notice::OfferDeadline {
        request,
        offered_at: 1,
    };
    assert!(town.tells(ROSA, old).is_empty());
    let failed = Notice::OfferFailed {
        request,
        offered_at: 1,
    };
    assert!(town.tells(ROSA, failed).is_empty());
}

#[test]
fn an_offer_that_cannot_be_delivered_goes_back_at_once() {
    let mut town = offered(Language::En);
    let failed = Notice::OfferFailed {
        request: rid(R1),
        offered_at: start().timestamp_millis(),
    };
    let effects = town.tells(ROSA, failed.clone());
    assert_eq!(kinds(&effects), "");
    assert_eq!(town.status(R1), RequestStatus::Searching);
    let told = Notice::Undeliverable { request: rid(R1) };
    assert_eq!(notices(&effects), [(LUIS, told)]);
    assert!(town.tells(ROSA, failed).is_empty());
}

#[test]
fn two_offers_are_two_and_a_bare_word_asks_which() {
    let mut town = offered(Language::En);
    town.request(R2, ANA, ROSA);
    let asked = town.types(ROSA, "accept");
    assert_eq!(kinds(&asked), "L");
    assert_eq!(
        ids(&asked),
        [format!("req_{}", rid(R1)), format!("req_{}", rid(R2))]
    );
    town.taps_of(ROSA, ACCEPT);
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
    assert_eq!(town.status(R2), RequestStatus::Created);
}

#[test]
fn others_and_late_ones_get_nothing_done() {
    let mut town = offered(Language::En);
    for stranger in [PIA, ANA, LUIS, STRANGER] {
        let effects = town.taps_of(stranger, ACCEPT);
        assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1));
        assert!(said(&effects).contains("not available"), "{stranger:x}");
    }
    assert_eq!(town.status(R1), RequestStatus::Created);
    let one = town.one_mut(rid(R1));
    one.status = RequestStatus::Cancelled;
    one.cancel_reason = Some(CancelReason::Customer);
    one.assignment.as_mut().unwrap().status = AssignmentStatus::Cancelled;
    let cancelled = Notice::RequestCancelled {
        request: rid(R1),
        reason: CancelReason::Customer,
    };
    let told = town.tells(ROSA, cancelled);
    assert!(said(&told).contains("cancelled") && kinds(&told) == "T");
    let late = town.taps_of(ROSA, ACCEPT);
    assert!(said(&late).contains("no longer available"));
    assert_eq!(late.len(), 1);
}

#[test]
fn declining_an_accepted_one_names_the_way_out() {
    let mut town = Town::with_job(Language::En);
    let effects = town.taps_of(ROSA, DECLINE);
    assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1));
    assert!(said(&effects).contains("Give up"));
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
}

#[test]
fn going_offline_keeps_the_offer() {
    let mut town = offered(Language::En);
    town.types(ROSA, "go offline");
    town.types(ROSA, "accept");
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
}
