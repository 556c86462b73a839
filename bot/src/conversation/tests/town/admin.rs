//! What an admin does to people and requests, as the people concerned see it.

use super::written::{kinds, notices, said};
use super::*;

#[test]
fn a_disabled_provider_loses_offers_and_keeps_jobs() {
    let mut town = Town::with_job(Language::En);
    town.request(R2, ANA, ROSA);
    town.profile_mut(ROSA).enabled = false;
    let effects = town.tells(ROSA, Notice::ProfileDisabled);
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
    assert_eq!(town.status(R2), RequestStatus::Searching);
    let released = Notice::Released { request: rid(R2) };
    assert_eq!(notices(&effects), [(ANA, released)]);
    let late = town.taps(ROSA, &format!("btn_accept_request_{}", rid(R2)));
    assert!(said(&late).contains("no longer available"));
    // Enabled again before it was heard.
    town.profile_mut(ROSA).enabled = true;
    assert!(town.tells(ROSA, Notice::ProfileDisabled).is_empty());
}

#[test]
fn an_offer_to_somebody_just_disabled_goes_back() {
    let mut town = Town::new(Language::En);
    town.profile_mut(ROSA).enabled = false;
    town.request(R1, LUIS, ROSA);
    assert_eq!(town.status(R1), RequestStatus::Searching);
    assert!(!town.transcript.contains("Rosa <"));
}

#[test]
fn more_offers_than_are_read_at_once_are_all_withdrawn() {
    let mut town = Town::new(Language::En);
    for number in 1..=23 {
        town.request(number, LUIS, ROSA);
    }
    town.profile_mut(ROSA).enabled = false;
    town.tells(ROSA, Notice::ProfileDisabled);
    for number in 1..=23 {
        assert_eq!(town.status(number), RequestStatus::Searching, "{number}");
    }
    assert_eq!(town.transcript.matches("was paused").count(), 1);
}

#[test]
fn a_blocked_person_loses_all_and_hears_nothing() {
    let mut town = Town::with_chat(Language::En);
    town.request(R2, ANA, ROSA);
    town.request(3, ROSA, PIA);
    town.transcript.clear();
    town.tells(ROSA, Notice::Blocked);
    assert_eq!(town.status(R1), RequestStatus::Searching);
    assert_eq!(town.status(R2), RequestStatus::Searching);
    assert_eq!(town.status(3), RequestStatus::Cancelled);
    assert_eq!(town.one(3).cancel_reason, Some(CancelReason::Admin));
    assert!(town.chat_of(LUIS).is_none());
    assert!(!town.transcript.contains("Rosa <"), "{}", town.transcript);
    for other in ["Luis <", "Ana <", "Pia <"] {
        assert!(town.transcript.contains(other), "{other}");
    }
    assert!(town.tells(ROSA, Notice::Blocked).is_empty());
}

#[test]
fn a_blocked_customers_chat_closes_too() {
    let mut town = Town::with_chat(Language::En);
    town.tells(LUIS, Notice::Blocked);
    assert_eq!(town.status(R1), RequestStatus::Cancelled);
    assert!(town.chat_of(ROSA).is_none());
    assert!(!town.transcript.contains("Luis <"));
    assert!(
        town.transcript
            .contains("Rosa < ❌ The Handy team cancelled")
    );
}

#[test]
fn an_admins_completion_and_cancel_are_told_with_a_template() {
    let mut town = Town::with_job(Language::Es);
    let one = town.one_mut(rid(R1));
    one.status = RequestStatus::Completed;
    one.completed_at = Some(start());
    let done = Notice::Completed {
        request: rid(R1),
        by_admin: true,
    };
    let effects = town.tells(ROSA, done.clone());
    assert_eq!(kinds(&effects), "T");
    let [Effect::Send(message), Effect::Schedule { .. }] = effects.as_slice() else {
        panic!("told, and asked later: {effects:?}")
    };
    let template = message.template.as_ref().unwrap();
    assert_eq!(template.name, TemplateName::JobUpdate);
    assert_eq!(
        template.parameters,
        ["Plomería", "el trabajo quedó completado"]
    );
    assert_eq!(kinds(&town.tells(LUIS, done)), "B");
    town.waits(TimeDelta::hours(1));
    assert!(town.one(R1).provider_asked);
    // Not true any more when it is heard.
    let cancelled = Notice::RequestCancelled {
        request: rid(R1),
        reason: CancelReason::Admin,
    };
    assert!(town.tells(ROSA, cancelled).is_empty());
}

#[test]
fn who_chats_is_told_that_an_admin_ended_the_chat_with_the_request() {
    for status in [RequestStatus::Completed, RequestStatus::Cancelled] {
        let mut town = Town::with_chat(Language::En);
        // As the admin's side leaves it behind.
        town.chats.clear();
        let one = town.one_mut(rid(R1));
        one.status = status;
        one.completed_at = (status == RequestStatus::Completed).then(start);
        for (who, other) in [(LUIS, "Rosa"), (ROSA, "Luis")] {
            let ended = Notice::ChatEnded {
                request: rid(R1),
                cause: ChatEnd::RequestEnded,
                by_admin: true,
            };
            let told = said(&town.tells(who, ended));
            assert!(
                told.contains(&format!("The chat with *{other}* is closed")),
                "{status}: {told}"
            );
        }
    }
}
