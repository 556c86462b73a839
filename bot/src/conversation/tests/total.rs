//! What holds for every session, input and fact: an answer, within Meta's limits, and nothing typed in
//! a log.

mod dice;

use std::fmt::Write;

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::world::*;
use crate::conversation::taps::Tap;
use crate::conversation::*;
use crate::domain::*;
use dice::Dice;

fn scene() -> impl Strategy<Value = (Rules, Session, Event)> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..160);
    (bytes, any::<String>()).prop_map(|(bytes, text)| {
        let mut dice = Dice(bytes.into_iter());
        let language = dice.one(&Language::ALL);
        let session = Session {
            mode: dice.one(&[Mode::Customer, Mode::Provider]),
            state: dice.state(),
        };
        let input = dice.input(&text);
        let facts = dice.facts();
        let flags = Flags {
            notify_me: dice.flip(),
            media_relay: dice.flip(),
            templates: dice.flip(),
            provider_registration: dice.flip(),
        };
        let event = Event {
            now: now() + TimeDelta::minutes(dice.one(&[0, 4, 5, 20])),
            received_at: now(),
            fresh: Uuid::from_u128(7),
            input,
            wamid: None,
            quoted: None,
            flags,
            facts,
        };
        (rules(language), session, event)
    })
}

fn expects_an_answer(event: &Event) -> bool {
    let from_the_person = !matches!(event.input, Input::Notice(_) | Input::Reaction { .. });
    from_the_person && event.facts.chat.is_none()
}

/// Requests move as they may, and only registered people book.
fn is_allowed(effect: &Effect, facts: &Facts) -> Result<(), TestCaseError> {
    match effect {
        Effect::Move(moved) => {
            let lists = facts.requests.iter().chain(&facts.jobs);
            let mut read = facts.request.iter().chain(lists);
            let known = read.any(|one| one.id == moved.request && one.status == moved.from);
            prop_assert!(known && moved.from.may_become(moved.to), "{moved:?}");
        }
        Effect::CreateUser { .. } => prop_assert!(facts.user.is_none()),
        Effect::Book(booking) => {
            let open = facts.requests.iter().filter(|one| one.status.is_open());
            prop_assert!(facts.user.is_some() && open.count() < 3);
            let card = facts.card.as_ref().filter(|card| card.is_visible);
            prop_assert_eq!(card.map(|card| card.provider.id), Some(booking.provider));
        }
        Effect::Offer { request, .. } => {
            let named = facts.request.as_ref();
            let searching = RequestStatus::Searching;
            prop_assert!(named.is_some_and(|one| one.id == *request && one.status == searching));
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn everything_has_an_answer_that_keeps_the_limits((rules, session, event) in scene()) {
        let _ = needs(&session, &event.facts, &event.input);
        let (next, effects) = step(&rules, session.clone(), &event);
        super::limits::hold_for_all(&effects);
        let says = effects.iter().any(|effect| matches!(effect, Effect::Send(_)));
        prop_assert!(says || !expects_an_answer(&event), "no answer in {:?}", session.state);
        for effect in &effects {
            is_allowed(effect, &event.facts)?;
        }
        if let Input::Notice(_) = event.input {
            prop_assert_eq!(next, session, "a notice moved the conversation");
        }
    }

    #[test]
    fn what_is_needed_is_what_the_input_or_the_state_names((_, session, event) in scene()) {
        let needs = needs(&session, &event.facts, &event.input);
        if let Input::Tap { id } = &event.input
            && let Tap::Request(_, request) = Tap::from_id(id)
        {
            prop_assert_eq!(needs.request, Some(request));
        }
        if let Input::Notice(notice) = &event.input
            && notice.request().is_some()
        {
            prop_assert_eq!(needs.request, notice.request());
        }
        prop_assert!(needs.card.is_none() || needs.providers.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_long_dialogue_keeps_the_rules_of_booking(steps in proptest::collection::vec(0..40_u8, 1..60)) {
        let mut luis = Dialogue::of_luis(Language::En);
        for step in steps {
            walk(&mut luis, step);
            let open: Vec<&Request> = luis.requests.iter().filter(|one| one.status.is_open()).collect();
            prop_assert!(open.len() <= 3);
            let mut providers: Vec<ProviderId> =
                open.iter().filter_map(|one| one.provider.as_ref()).map(|(id, _)| *id).collect();
            providers.sort();
            let all = providers.len();
            providers.dedup();
            prop_assert_eq!(all, providers.len(), "twice with one provider");
        }
    }
}

/// One thing that Luis does, or that happens to him; the steps of a booking come most often.
fn walk(luis: &mut Dialogue, step: u8) {
    let newest = luis.requests.last().map(|one| one.id);
    let id = newest.unwrap_or(request_id(1));
    let effects = match step {
        0..4 => luis.taps("service_plumbing"),
        4..8 => luis.taps(&format!("provider_{}", provider_id(ROSA))),
        8..12 => luis.taps(&format!("provider_{}", provider_id(PIA))),
        12..18 => luis.taps("btn_book_provider"),
        18..24 => luis.types("Calle 5"),
        24..27 => luis.types("skip"),
        27 => luis.taps("btn_back_to_list"),
        28 => luis.types("cancel"),
        29 => luis.taps(&format!("btn_cancel_confirm_{id}")),
        30..33 => luis.taps(&format!("btn_see_other_providers_{id}")),
        33 => luis.types("menu"),
        34 => luis.types("help"),
        35 => luis.taps("btn_my_requests"),
        _ => return happen(luis, step, id),
    };
    super::limits::hold_for_all(&effects);
    assert!(kinds(&effects).contains(['T', 'B', 'L']), "no answer");
}

/// What the provider or the clock does to a request that is offered.
fn happen(luis: &mut Dialogue, step: u8, request: ServiceRequestId) {
    let is_offered = |one: &&mut Request| one.id == request && one.status == RequestStatus::Created;
    let Some(one) = luis.requests.iter_mut().find(is_offered) else {
        return;
    };
    let (status, notice) = match step {
        36 => (
            RequestStatus::ProviderAssigned,
            Notice::Accepted { request },
        ),
        37 => (RequestStatus::Cancelled, Notice::TimedOut { request }),
        _ => (RequestStatus::Searching, Notice::Declined { request }),
    };
    one.status = status;
    one.cancel_reason = (step == 37).then_some(CancelReason::Timeout);
    if status == RequestStatus::Searching {
        one.provider = None;
    }
    let effects = luis.hears(Input::Notice(notice));
    assert_eq!(kinds(&effects), "B");
}

#[test]
fn nothing_that_people_say_is_printed() {
    let secret = "Xochitl";
    let mut luis = Dialogue::of_luis(Language::En);
    luis.cards = vec![card(ROSA, secret, &[ServiceType::Plumbing])];
    luis.cards.first_mut().unwrap().reviews = vec![Review {
        stars: Stars::new(5).unwrap(),
        comment: secret.into(),
        first_name: secret.into(),
    }];
    let mut theirs = request(1);
    theirs.address = secret.into();
    theirs.description = secret.into();
    theirs.customer.name = name(secret);
    theirs.provider = Some((provider_id(PIA), party(PIA, secret)));
    theirs.place = Some(Place {
        latitude: 1.0,
        longitude: 1.0,
        name: Some(secret.into()),
        address: None,
    });
    luis.requests = vec![theirs];
    let mut shown = String::new();
    let inputs = [
        Input::Text(secret.into()),
        Input::Tap { id: secret.into() },
        Input::Tap {
            id: "service_plumbing".into(),
        },
        Input::Tap {
            id: format!("provider_{}", provider_id(ROSA)),
        },
        Input::Tap {
            id: "btn_book_provider".into(),
        },
        Input::Text(secret.into()),
        Input::Text(secret.into()),
        Input::Tap {
            id: format!("req_{}", request_id(1)),
        },
        Input::Notice(Notice::Offered {
            request: request_id(1),
        }),
    ];
    for input in inputs {
        write!(shown, "{input:?}").unwrap();
        let effects = luis.hears(input);
        write!(shown, "{effects:?} {:?} {:?}", luis.session, luis.requests).unwrap();
    }
    write!(shown, "{:?}", luis.cards).unwrap();
    assert!(
        shown.contains("BookingConfirmed") && !shown.contains(secret),
        "{shown}"
    );
}
