//! Accepted jobs: given up, kept, completed.

use super::written::{ids, kinds, notices, said};
use super::*;

#[test]
fn giving_up_asks_first_and_gives_the_request_back() {
    let mut town = Town::with_job(Language::En);
    let asked = town.taps_of(ROSA, "btn_release");
    assert_eq!(kinds(&asked), "B");
    let id = rid(R1);
    assert_eq!(
        ids(&asked),
        [
            format!("btn_release_confirm_{id}"),
            format!("btn_cancel_keep_{id}")
        ]
    );
    let kept = town.taps_of(ROSA, "btn_cancel_keep");
    assert_eq!((kinds(&kept).as_str(), kept.len()), ("T", 1));
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
    let released = town.taps_of(ROSA, "btn_release_confirm");
    assert_eq!(kinds(&released), "T");
    assert_eq!(town.status(R1), RequestStatus::Searching);
    assert_eq!(
        notices(&released),
        [(LUIS, Notice::Released { request: id })]
    );
    let again = town.taps_of(ROSA, "btn_release_confirm");
    assert_eq!(again.len(), 1, "{again:?}");
}

#[test]
fn completing_works_by_word_and_button_without_a_chat_and_once() {
    for how in ["complete", "Completar", "btn_complete"] {
        let mut town = Town::with_job(Language::En);
        let effects = if how.starts_with("btn") {
            town.taps_of(ROSA, how)
        } else {
            town.types(ROSA, how)
        };
        assert_eq!(kinds(&effects), "T");
        let done = Notice::Completed {
            request: rid(R1),
            by_admin: false,
        };
        assert_eq!(notices(&effects), [(LUIS, done)]);
        assert_eq!(town.status(R1), RequestStatus::Completed);
        assert!(town.transcript.contains("[rating_great_"));
        let again = town.taps_of(ROSA, "btn_complete");
        assert_eq!((kinds(&again).as_str(), again.len()), ("T", 1));
        assert!(said(&again).contains("already completed"));
    }
}

#[test]
fn nobody_else_completes_or_gives_up() {
    let mut town = Town::with_job(Language::En);
    for action in ["btn_complete", "btn_release", "btn_release_confirm"] {
        for who in [LUIS, PIA, ANA, STRANGER] {
            let effects = town.taps_of(who, action);
            assert_eq!(effects.len(), 1);
            assert!(said(&effects).contains("not available"), "{who:x} {action}");
        }
    }
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
}

#[test]
fn a_customers_cancel_reaches_the_provider_and_closes_the_chat() {
    let mut town = Town::with_chat(Language::En);
    town.taps_of(LUIS, "btn_cancel_request");
    town.taps_of(LUIS, "btn_cancel_confirm");
    assert_eq!(town.one(R1).cancel_reason, Some(CancelReason::Customer));
    assert!(town.chat_of(LUIS).is_none() && town.chat_of(ROSA).is_none());
    assert!(
        town.transcript.contains("Rosa < ❌ *Luis* cancelled")
            || town.transcript.contains("Rosa < ❌ Luis cancelled")
    );
    assert!(!town.transcript.contains("rating_"));
    // What Rosa writes now is for the bot.
    assert_eq!(kinds(&town.types(ROSA, "Hello?")), "B");
}
