//! From the list to the offer (§6.1, §6.2, §6.5).

use chrono::TimeDelta;

use super::world::*;
use crate::conversation::*;
use crate::domain::*;

fn at_list(luis: &mut Dialogue) {
    luis.session.state = State::ProviderList {
        service: ServiceType::Plumbing,
        kept: Kept::default(),
    };
}

fn at_card(luis: &mut Dialogue, of: u128) {
    luis.session.state = State::ProviderDetail {
        service: ServiceType::Plumbing,
        provider: provider_id(of),
        kept: Kept::default(),
    };
}

fn describing(luis: &mut Dialogue, of: u128) {
    luis.session.state = State::AwaitingDescription {
        service: ServiceType::Plumbing,
        provider: provider_id(of),
        address: Address::parse("Calle 5").unwrap(),
        place: None,
    };
}

fn books(effects: &[Effect]) -> Option<&Booking> {
    effects.iter().find_map(|effect| match effect {
        Effect::Book(booking) => Some(booking),
        _ => None,
    })
}

fn offers(effects: &[Effect]) -> bool {
    let is_offer = |effect: &Effect| matches!(effect, Effect::Offer { .. });
    effects.iter().any(is_offer)
}

#[test]
fn a_list_has_ten_rows_in_the_order_given() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.cards = (0..12)
        .map(|n| {
            let called = "A very long name of a plumber with many words";
            card(0x100 + n * 0x10, called, &ServiceType::ALL)
        })
        .collect();
    let effects = luis.taps("service_plumbing");
    let expected = (0..10).map(|n| format!("provider_{}", provider_id(0x100 + n * 0x10)));
    assert_eq!(ids(&effects), expected.collect::<Vec<_>>());
    super::limits::hold_for_all(&effects);
}

#[test]
fn where_nobody_is_there_other_ways_are_offered() {
    let mut luis = Dialogue::of_luis(Language::En);
    let effects = luis.taps("service_gardening");
    assert_eq!(kinds(&effects), "B");
    let all = ["btn_try_another", "btn_notify_me", "btn_cancel"];
    assert_eq!(ids(&effects), all);
    assert!(said(&effects).contains("Gardening"));

    luis.flags.notify_me = false;
    let effects = luis.taps("service_gardening");
    assert_eq!(ids(&effects), ["btn_try_another", "btn_cancel"]);
    let effects = luis.taps("btn_notify_me");
    assert_eq!(kinds(&effects), "TB", "switched off meanwhile");
}

#[test]
fn a_provider_does_not_see_a_card_of_their_own() {
    let mut rosa = Dialogue::of_luis(Language::En);
    rosa.user.as_mut().unwrap().profile = Some(profile(ROSA, "Rosa"));
    at_list(&mut rosa);
    let effects = rosa.taps(&format!("provider_{}", provider_id(ROSA)));
    assert_eq!(kinds(&effects), "TL");
}

#[test]
fn a_row_without_a_chosen_service_or_a_name_begins_anew() {
    let row = format!("provider_{}", provider_id(ROSA));
    let mut luis = Dialogue::of_luis(Language::En);
    assert_eq!(kinds(&luis.taps(&row)), "B");
    assert_eq!(luis.session.state, State::Welcome);
    let mut stranger = Dialogue::of_stranger(Language::En);
    at_list(&mut stranger);
    assert_eq!(kinds(&stranger.taps(&row)), "TL");
    assert_eq!(stranger.session.state, State::Welcome);
}

#[test]
fn who_is_gone_can_be_neither_looked_at_nor_booked() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.cards.first_mut().unwrap().is_visible = false;
    at_list(&mut luis);
    let row = format!("provider_{}", provider_id(ROSA));
    assert_eq!(kinds(&luis.taps(&row)), "TL");
    at_card(&mut luis, ROSA);
    let effects = luis.taps("btn_book_provider");
    assert_eq!(kinds(&effects), "TL");
    assert_eq!(ids(&effects), [format!("provider_{}", provider_id(PIA))]);
    assert_eq!(luis.session.state.name(), "PROVIDER_LIST");
}

#[test]
fn what_was_typed_is_not_asked_again_when_the_provider_has_gone() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.cards.first_mut().unwrap().is_visible = false;
    describing(&mut luis, ROSA);
    let effects = luis.types("A leak");
    assert_eq!(kinds(&effects), "TL");
    assert!(luis.requests.is_empty());
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    let effects = luis.taps("btn_book_provider");
    let booking = books(&effects).expect("booked at once");
    assert_eq!(booking.provider, provider_id(PIA));
    assert_eq!(booking.address.as_str(), "Calle 5");
    assert_eq!(booking.description.as_ref().unwrap().as_str(), "A leak");
    assert_eq!(luis.session.state.name(), "BOOKING_CONFIRMED");
}

#[test]
fn a_booking_is_offered_until_its_deadline() {
    let mut luis = Dialogue::of_luis(Language::En);
    describing(&mut luis, ROSA);
    let effects = luis.types("skip");
    let booking = books(&effects).unwrap();
    let deadline = now() + TimeDelta::seconds(300);
    assert_eq!(booking.deadline, deadline);
    assert_eq!(booking.description, None);
    let (rosa, request) = (party(ROSA, "Rosa").contact, booking.request);
    let offered_at = now().timestamp_millis();
    let expected = [
        Effect::Notify {
            to: rosa,
            notice: Notice::Offered { request },
        },
        Effect::Schedule {
            to: rosa,
            notice: Notice::OfferDeadline {
                request,
                offered_at,
            },
            at: deadline,
        },
    ];
    assert_eq!(effects.get(1..3), Some(expected.as_slice()));
    assert_eq!(ids(&effects), [format!("btn_cancel_request_{request}")]);
    for word in ["Plumbing", "Rosa", "Calle 5"] {
        assert!(said(&effects).contains(word), "{word}");
    }
    assert_eq!(luis.session.state, State::BookingConfirmed { request });
}

#[test]
fn nobody_has_more_than_three_open_requests_or_two_with_one_provider() {
    let open = |count: u128| {
        let mut luis = Dialogue::of_luis(Language::En);
        for number in 1..=count {
            let mut other = request(number);
            other.provider = Some((provider_id(PIA), party(PIA, "Pia")));
            luis.requests.push(other);
        }
        describing(&mut luis, ROSA);
        luis
    };
    assert!(books(&open(2).types("skip")).is_some());
    let mut luis = open(3);
    let effects = luis.types("skip");
    assert!(books(&effects).is_none());
    assert_eq!(kinds(&effects), "B");
    assert_eq!(luis.session.state, State::Welcome);

    let mut luis = open(1);
    describing(&mut luis, PIA);
    let effects = luis.types("skip");
    assert!(books(&effects).is_none());
    assert!(said(&effects).contains("Pia"));

    let mut luis = open(3);
    for done in &mut luis.requests {
        done.status = RequestStatus::Completed;
    }
    assert!(books(&luis.types("skip")).is_some(), "none of them is open");
}

#[test]
fn places_become_addresses() {
    let long = "x".repeat(300);
    let place = |latitude, longitude, name: &str, address: &str| Place {
        latitude,
        longitude,
        name: (!name.is_empty()).then(|| name.to_owned()),
        address: (!address.is_empty()).then(|| address.to_owned()),
    };
    let cut = format!("{}…", "x".repeat(254));
    let cases = [
        (
            place(19.4326, -99.1332, "Café", "Calle 5"),
            Some("Café, Calle 5"),
        ),
        (place(19.4326, -99.1332, "", "Calle 5"), Some("Calle 5")),
        (place(19.4326, -99.1332, "Café", ""), Some("Café")),
        (
            place(19.432_608, -99.133_21, "", ""),
            Some("19.43261, -99.13321"),
        ),
        (place(19.0, -99.0, "x", ""), Some("19.00000, -99.00000")),
        (
            place(19.0, -99.0, "<b></b>", "\u{202e}"),
            Some("19.00000, -99.00000"),
        ),
        (place(19.0, -99.0, "", &long), Some(cut.as_str())),
        (place(90.0, -180.0, "Pole", ""), Some("Pole")),
        (place(90.1, 0.0, "Nowhere", ""), None),
        (place(0.0, 180.1, "Nowhere", ""), None),
        (place(f64::NAN, 0.0, "Nowhere", ""), None),
    ];
    for (sent, expected) in cases {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.session.state = State::AwaitingLocation {
            service: ServiceType::Plumbing,
            provider: provider_id(ROSA),
        };
        let effects = luis.hears(Input::Location(sent.clone()));
        assert_eq!(kinds(&effects), "T");
        match (&luis.session.state, expected) {
            (State::AwaitingDescription { address, place, .. }, Some(expected)) => {
                assert_eq!(address.as_str(), expected);
                let kept = place.as_ref().unwrap();
                assert!((kept.latitude - sent.latitude).abs() < f64::EPSILON);
            }
            (State::AwaitingLocation { .. }, None) => {}
            (state, _) => panic!("{} for {expected:?}", state.name()),
        }
    }
}

#[test]
fn addresses_and_descriptions_have_their_lengths() {
    let typed = [
        ("ab", false),
        ("abc", true),
        ("<b>ab</b>", false),
        ("menu please", true),
    ];
    let (longest, too_long) = ("x".repeat(255), "x".repeat(256));
    let addresses = [(longest.as_str(), true), (too_long.as_str(), false)];
    for (text, taken) in typed.into_iter().chain(addresses) {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.session.state = State::AwaitingLocation {
            service: ServiceType::Plumbing,
            provider: provider_id(ROSA),
        };
        assert_eq!(kinds(&luis.types(text)), "T");
        let went_on = luis.session.state.name() == "AWAITING_DESCRIPTION";
        assert_eq!(went_on, taken, "{text}");
    }
    let (longest, too_long) = ("x".repeat(500), "x".repeat(501));
    let typed = [
        ("Omitir!", true),
        ("x", true),
        ("<script>a</script>", false),
    ];
    let descriptions = [(longest.as_str(), true), (too_long.as_str(), false)];
    for (text, taken) in typed.into_iter().chain(descriptions) {
        let mut luis = Dialogue::of_luis(Language::En);
        describing(&mut luis, ROSA);
        assert_eq!(books(&luis.types(text)).is_some(), taken, "{text}");
    }
}

/// After "see others" of a request with this status.
fn others_of(status: RequestStatus) -> (Dialogue, Vec<Effect>) {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.requests = vec![request_that_is(1, status)];
    let effects = luis.taps(&format!("btn_see_other_providers_{}", request_id(1)));
    (luis, effects)
}

#[test]
fn a_searching_request_is_offered_again_and_one_that_timed_out_is_made_anew() {
    for status in [RequestStatus::Searching, RequestStatus::Cancelled] {
        let (mut luis, effects) = others_of(status);
        assert_eq!(ids(&effects), [format!("provider_{}", provider_id(PIA))]);
        let effects = luis.taps(&format!("provider_{}", provider_id(PIA)));
        assert_eq!(kinds(&effects), "TB");
        let effects = luis.taps("btn_book_provider");
        assert!(said(&effects).contains("Calle 5") && said(&effects).contains("Leaking tap"));
        let is_new = status == RequestStatus::Cancelled;
        assert_eq!(books(&effects).is_some(), is_new);
        assert_eq!(offers(&effects), !is_new);
        let request = request_id(if is_new { 2 } else { 1 });
        assert_eq!(luis.session.state, State::BookingConfirmed { request });
    }
}

#[test]
fn others_are_shown_for_nothing_else() {
    for status in [
        RequestStatus::Created,
        RequestStatus::ProviderAssigned,
        RequestStatus::Completed,
    ] {
        let (luis, effects) = others_of(status);
        assert!(said(&effects).contains("Rosa"), "{status}");
        assert_eq!(luis.session.state, State::New, "{status}");
    }
    // A request that moved on while its list was open.
    let (mut luis, _) = others_of(RequestStatus::Searching);
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    luis.requests = vec![request_that_is(1, RequestStatus::ProviderAssigned)];
    let effects = luis.taps("btn_book_provider");
    assert_eq!(kinds(&effects), "B");
    let request = request_id(1);
    assert_eq!(luis.session.state, State::BookingConfirmed { request });
}

#[test]
fn a_second_request_with_the_same_provider_is_refused_also_when_booked_anew() {
    let (mut luis, _) = others_of(RequestStatus::Searching);
    let mut other = request(2);
    other.provider = Some((provider_id(PIA), party(PIA, "Pia")));
    luis.requests.push(other);
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    let effects = luis.taps("btn_book_provider");
    assert!(!offers(&effects));
    assert!(said(&effects).contains("Pia"));
}

#[test]
fn both_sides_are_told_the_same_time_to_answer() {
    for (seconds, minutes) in [(1, 1), (60, 1), (90, 2), (300, 5), (301, 6)] {
        assert_eq!(offers::minutes(TimeDelta::seconds(seconds)), minutes);
    }
}
