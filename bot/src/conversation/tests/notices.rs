//! What a customer hears from elsewhere: only what is still so, and never at the cost of a draft.

use super::world::*;
use crate::conversation::*;
use crate::domain::*;

/// Each notice to a customer, and the status in which it is said.
fn to_a_customer() -> Vec<(Notice, RequestStatus)> {
    let request = request_id(1);
    let since = now().timestamp_millis();
    let by_admin = false;
    vec![
        (
            Notice::Accepted { request },
            RequestStatus::ProviderAssigned,
        ),
        (Notice::Declined { request }, RequestStatus::Searching),
        (Notice::Undeliverable { request }, RequestStatus::Searching),
        (Notice::Released { request }, RequestStatus::Searching),
        (Notice::TimedOut { request }, RequestStatus::Cancelled),
        (
            Notice::Abandoned { request, since },
            RequestStatus::Searching,
        ),
        (
            Notice::Completed { request, by_admin },
            RequestStatus::Completed,
        ),
    ]
}

fn states() -> Vec<State> {
    vec![
        State::New,
        State::Welcome,
        State::BookingConfirmed {
            request: request_id(1),
        },
        State::AwaitingLocation {
            service: ServiceType::Repair,
            provider: provider_id(PIA),
        },
        State::AwaitingProviderName,
        State::Idle,
    ]
}

#[test]
fn a_notice_is_said_while_it_is_true_and_leaves_the_state_alone() {
    for (notice, said_in) in to_a_customer() {
        for status in RequestStatus::ALL {
            for state in states() {
                let mut luis = Dialogue::of_luis(Language::En);
                luis.session.state = state.clone();
                luis.requests = vec![request_that_is(1, status)];
                let effects = luis.hears(Input::Notice(notice.clone()));
                assert_eq!(luis.session.state, state, "{notice:?}");
                if status != said_in {
                    assert_eq!(effects, [], "{notice:?} of one that is {status}");
                    continue;
                }
                let Some(Effect::Send(message)) = effects.last() else {
                    panic!("nothing said of {notice:?}")
                };
                assert!(message.template.is_some(), "{notice:?}");
                assert!(message.reply.body().contains("Plumbing"));
            }
        }
    }
}

#[test]
fn after_an_offer_that_came_to_nothing_others_can_be_chosen() {
    let request = request_id(1);
    for (notice, status) in [
        (Notice::Declined { request }, RequestStatus::Searching),
        (Notice::Undeliverable { request }, RequestStatus::Searching),
        (Notice::Released { request }, RequestStatus::Searching),
        (Notice::TimedOut { request }, RequestStatus::Cancelled),
    ] {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.requests = vec![request_that_is(1, status)];
        let effects = luis.hears(Input::Notice(notice));
        let expected = [
            format!("btn_see_other_providers_{request}"),
            format!("btn_cancel_request_{request}"),
        ];
        assert_eq!(ids(&effects), expected);
    }
}

#[test]
fn a_search_is_dropped_a_day_after_it_began_and_not_after_an_earlier_one() {
    let request = request_id(1);
    for (since, drops) in [(now(), true), (now() - chrono::TimeDelta::hours(1), false)] {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.requests = vec![request_that_is(1, RequestStatus::Searching)];
        let since = since.timestamp_millis();
        luis.hears(Input::Notice(Notice::Abandoned { request, since }));
        let reason = luis.request_mut(request).cancel_reason;
        assert_eq!(reason, drops.then_some(CancelReason::Abandoned));
    }
}

#[test]
fn an_admin_who_cancels_is_named_and_other_reasons_are_not_told_to_the_customer() {
    let request = request_id(1);
    for (reason, count) in [(CancelReason::Admin, 1), (CancelReason::Customer, 0)] {
        let mut luis = Dialogue::of_luis(Language::En);
        let mut cancelled = request_that_is(1, RequestStatus::Cancelled);
        cancelled.cancel_reason = Some(reason);
        luis.requests = vec![cancelled];
        let effects = luis.hears(Input::Notice(Notice::RequestCancelled { request, reason }));
        assert_eq!(effects.len(), count, "{reason:?}");
    }
}

#[test]
fn who_waits_hears_of_a_provider_with_the_row_of_the_service() {
    let mut luis = Dialogue::of_luis(Language::Es);
    let service = ServiceType::Gardening;
    let effects = luis.hears(Input::Notice(Notice::ProviderAvailable { service }));
    assert_eq!(kinds(&effects), "B");
    assert_eq!(ids(&effects), ["service_gardening"]);
}

#[test]
fn a_request_to_rate_is_cancelled_where_nothing_else_can_be() {
    let request = request_id(1);
    for word in ["cancel", "skip"] {
        let mut luis = Dialogue::of_luis(Language::En);
        luis.session.state = State::BookingConfirmed { request };
        luis.requests = vec![request_that_is(1, RequestStatus::Completed)];
        let effects = luis.types(word);
        let rosa = Effect::Notify {
            to: party(ROSA, "Rosa").contact,
            notice: Notice::RateCustomer { request },
        };
        assert!(effects.contains(&rosa), "{word}");
        let rated = |effect: &Effect| matches!(effect, Effect::Rate { .. });
        assert!(!effects.iter().any(rated));
        assert_eq!(luis.session.state, State::Welcome);
    }
}
