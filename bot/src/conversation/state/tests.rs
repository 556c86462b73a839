//! The stored form of sessions.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn stored(state: State) -> Value {
    let mode = Mode::Customer;
    serde_json::to_value(Session { mode, state }).unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one case a state")]
fn the_stored_form_never_changes() {
    let service = ServiceType::Plumbing;
    let nil = "00000000-0000-0000-0000-000000000000";
    let provider = ProviderId(Uuid::nil());
    let request = ServiceRequestId(Uuid::nil());
    let kept = Kept::default();
    let address = Address::parse("Calle 5").unwrap();
    let name = UserName::parse("Ana").unwrap();
    let chosen = vec![service];
    let stars = Stars::new(4).unwrap();
    let place = Some(Place {
        latitude: 19.5,
        longitude: -99.25,
        name: None,
        address: None,
    });
    let rebooked = Kept {
        rebook: Some(request),
        ..Kept::default()
    };
    let cases = [
        (State::New, json!({})),
        (State::Welcome, json!({})),
        (State::AwaitingServiceSelection, json!({})),
        (
            State::AwaitingName { service },
            json!({"service": "plumbing"}),
        ),
        (
            State::ProviderList {
                service,
                kept: kept.clone(),
            },
            json!({"service": "plumbing"}),
        ),
        (
            State::ProviderList {
                service,
                kept: rebooked,
            },
            json!({"service": "plumbing", "rebook": nil}),
        ),
        (
            State::ProviderDetail {
                service,
                provider,
                kept,
            },
            json!({"service": "plumbing", "provider": nil}),
        ),
        (
            State::AwaitingLocation { service, provider },
            json!({"service": "plumbing", "provider": nil}),
        ),
        (
            State::AwaitingDescription {
                service,
                provider,
                address,
                place,
            },
            json!({"service": "plumbing", "provider": nil, "address": "Calle 5",
                   "place": {"latitude": 19.5, "longitude": -99.25}}),
        ),
        (State::BookingConfirmed { request }, json!({"request": nil})),
        (State::AwaitingRating { request }, json!({"request": nil})),
        (
            State::AwaitingRatingFine {
                request,
                great: true,
            },
            json!({"request": nil, "great": true}),
        ),
        (
            State::AwaitingRatingComment { request, stars },
            json!({"request": nil, "stars": 4}),
        ),
        (State::AwaitingProviderName, json!({})),
        (
            State::AwaitingServiceTypes {
                name: name.clone(),
                chosen: chosen.clone(),
            },
            json!({"name": "Ana", "chosen": ["plumbing"]}),
        ),
        (
            State::AwaitingBio {
                name,
                chosen: chosen.clone(),
            },
            json!({"name": "Ana", "chosen": ["plumbing"]}),
        ),
        (State::Idle, json!({})),
        (State::EditBio, json!({})),
        (
            State::EditServices { chosen },
            json!({"chosen": ["plumbing"]}),
        ),
        (
            State::AwaitingProviderRating { request },
            json!({"request": nil}),
        ),
        (
            State::AwaitingProviderRatingFine {
                request,
                great: false,
            },
            json!({"request": nil, "great": false}),
        ),
        (
            State::AwaitingProviderRatingComment { request, stars },
            json!({"request": nil, "stars": 4}),
        ),
    ];
    for (state, mut expected) in cases {
        expected["version"] = json!(1);
        expected["mode"] = json!("customer");
        expected["state"] = json!(state.name());
        let value = stored(state.clone());
        assert_eq!(value, expected);
        assert_eq!(
            serde_json::from_value::<Session>(value).unwrap().state,
            state
        );
    }
}

#[test]
fn what_has_no_mode_yet_and_fields_added_later_are_read() {
    let stored = json!({"version": 1, "state": "WELCOME", "added": {"later": true}});
    let session = serde_json::from_value::<Session>(stored).unwrap();
    assert_eq!(
        (session.mode, session.state),
        (Mode::Customer, State::Welcome)
    );
}

#[test]
fn a_later_version_and_an_unknown_state_are_errors_not_guesses() {
    let later = json!({"version": 2, "state": "WELCOME"});
    let error = serde_json::from_value::<Session>(later)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the stored state has version 2, this revision reads up to 1"
    );
    let unknown = json!({"version": 1, "state": "DANCING"});
    assert!(serde_json::from_value::<Session>(unknown).is_err());
}
