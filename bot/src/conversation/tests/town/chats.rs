//! Chats as such: begun, taken, ended. A50 to A58.

use super::written::{ids, kinds, notices, said};
use super::*;

/// Both ways, with everything that stays with the bot.
fn a_chat(language: Language, words: [&str; 3]) -> String {
    let [help, complete, end] = words;
    let mut town = Town::with_job(language);
    town.taps_of(LUIS, "btn_start_chat");
    town.types(LUIS, "Hola, ¿a qué hora?");
    town.types(ROSA, "A las 10");
    town.types(LUIS, help);
    town.types(LUIS, complete);
    town.taps(LUIS, "btn_my_requests");
    town.hears(
        ROSA,
        Input::Other {
            kind: "order".into(),
        },
    );
    town.types(LUIS, end);
    town.types(LUIS, "hm");
    town.taps_of(ROSA, "btn_chat_customer");
    town.types(ROSA, complete);
    town.transcript
}

#[test]
fn a_chat_in_english() {
    insta::assert_snapshot!(a_chat(Language::En, ["help", "complete", "End chat!"]));
}

#[test]
fn a_chat_in_spanish() {
    insta::assert_snapshot!(a_chat(Language::Es, ["Ayuda", "completar", "cerrar chat"]));
}

#[test]
fn it_begins_for_both_from_either_side() {
    for (who, action, other) in [
        (LUIS, "btn_start_chat", ROSA),
        (ROSA, "btn_chat_customer", LUIS),
    ] {
        let mut town = Town::with_job(Language::En);
        let effects = town.taps_of(who, action);
        assert_eq!(kinds(&effects), "T");
        assert!(said(&effects).contains(called(other)) && said(&effects).contains("end chat"));
        let started = Notice::ChatStarted { request: rid(R1) };
        assert_eq!(notices(&effects), [(other, started)]);
        assert!(town.chat_of(LUIS).is_some() && town.chat_of(ROSA).is_some());
        let again = town.taps_of(other, "btn_start_chat");
        assert_eq!((kinds(&again).as_str(), again.len()), ("T", 1));
        assert!(said(&again).contains("already connected"));
    }
    let mut town = Town::with_job(Language::En);
    town.types(LUIS, "chat");
    assert!(town.chat_of(ROSA).is_some(), "by word");
}

#[test]
fn it_needs_an_accepted_request() {
    let mut town = Town::new(Language::En);
    town.request(R1, LUIS, ROSA);
    let early = town.taps_of(LUIS, "btn_start_chat");
    assert!(said(&early).contains("as soon as") && early.len() == 1);
    town.one_mut(rid(R1)).status = RequestStatus::Completed;
    let late = town.taps_of(LUIS, "btn_start_chat");
    assert!(said(&late).contains("has ended") && late.len() == 1);
}

#[test]
fn each_is_in_one_chat_and_who_waits_hears_when_it_ends() {
    let mut town = Town::with_chat(Language::En);
    town.request(R2, ANA, ROSA);
    // The offer came in the chat, and is accepted there without being passed on.
    let accepted = town.taps(ROSA, &format!("btn_accept_request_{}", rid(R2)));
    assert_eq!(town.status(R2), RequestStatus::ProviderAssigned);
    assert!(
        !accepted
            .iter()
            .any(|effect| matches!(effect, Effect::Relay(_)))
    );
    assert!(town.chat_of(ROSA).is_some());
    let second = format!("btn_start_chat_{}", rid(R2));
    let busy = town.taps(ANA, &second);
    assert!(said(&busy).contains("another chat"), "{busy:?}");
    let taken = town.taps(ROSA, &format!("btn_chat_customer_{}", rid(R2)));
    assert!(said(&taken).contains("end chat") && taken.len() == 1);
    town.transcript.clear();
    town.types(LUIS, "end chat");
    assert!(town.transcript.contains("Ana < 💬 *Rosa* is free"));
    let started = town.taps(ANA, &second);
    assert!(said(&started).contains("connected"));
}

#[test]
fn ending_tells_both_keeps_the_request_and_lets_it_begin_again() {
    for (ender, other) in [(LUIS, ROSA), (ROSA, LUIS)] {
        let mut town = Town::with_chat(Language::En);
        town.holds_notices = true;
        let effects = town.types(ender, "end chat");
        assert_eq!(kinds(&effects), "", "told after the other one's last words");
        // Sent before the end, and so it still goes over.
        let late = town.types(other, "One more thing");
        assert!(matches!(late.as_slice(), [Effect::Relay(_)]));
        town.transcript.clear();
        town.holds_notices = false;
        town.deliver();
        let id = rid(R1);
        for part in [
            format!("btn_start_chat_{id}"),
            "btn_my_requests".to_owned(),
            format!("btn_chat_customer_{id}"),
            format!("btn_complete_{id}"),
        ] {
            let part = part.replace("00000000-0000-0000-0000-00000000", "#");
            let times = town.transcript.matches(&part).count();
            assert_eq!(times, 1, "{part}: {}", town.transcript);
        }
        assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
        let hm = town.types(ender, "hm");
        assert!(!hm.iter().any(|effect| matches!(effect, Effect::Relay(_))));
        assert!(said(&town.types(ender, "end chat")).contains("no active chat"));
        town.taps_of(other, "btn_start_chat");
        assert!(town.chat_of(ender).is_some());
    }
}

#[test]
fn words_for_the_bot_go_over_except_the_few() {
    let mut town = Town::with_chat(Language::En);
    for word in [
        "menu",
        "help",
        "cancel",
        "yes",
        "register provider",
        "MENÚ!",
        "5",
    ] {
        for who in [LUIS, ROSA] {
            let effects = town.types(who, word);
            assert!(matches!(effects.as_slice(), [Effect::Relay(_)]), "{word}");
        }
    }
    let effects = town.types(LUIS, "complete");
    assert!(matches!(effects.as_slice(), [Effect::Relay(_)]));
    let effects = town.types(ROSA, "completar");
    assert_eq!(kinds(&effects), "T");
    assert_eq!(town.status(R1), RequestStatus::Completed);
    assert!(town.chat_of(LUIS).is_none());
}

#[test]
fn taps_act_but_those_that_lead_to_typing_wait() {
    let mut town = Town::with_chat(Language::En);
    let id = rid(R1);
    for tap in [
        "btn_edit_bio".to_owned(),
        format!("prating_great_{id}"),
        format!("pstar_5_{id}"),
    ] {
        let effects = town.taps(ROSA, &tap);
        assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1), "{tap}");
        assert!(said(&effects).contains("end chat"), "{tap}");
        assert_eq!(town.state(ROSA), "IDLE");
    }
    town.person_mut(LUIS).session.state = State::ProviderDetail {
        service: ServiceType::Plumbing,
        provider: pid(PIA),
        kept: Kept::default(),
    };
    let effects = town.taps(LUIS, "btn_book_provider");
    assert!(said(&effects).contains("end chat") && effects.len() == 1);
    for tap in [
        "btn_provider_dashboard",
        "btn_go_offline",
        "btn_my_requests",
    ] {
        let effects = town.taps(ROSA, tap);
        assert!(!said(&effects).contains("end chat"), "{tap}");
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Relay(_)))
        );
    }
    // Afterwards it works.
    town.types(ROSA, "end chat");
    town.taps(ROSA, "btn_edit_bio");
    assert_eq!(town.state(ROSA), "EDIT_BIO");
}

#[test]
fn a_form_below_is_kept_and_asked_again() {
    let mut town = Town::with_job(Language::En);
    town.taps(ROSA, "btn_edit_bio");
    town.taps_of(LUIS, "btn_start_chat");
    town.types(ROSA, "This goes over and is no bio");
    assert_eq!(town.state(ROSA), "EDIT_BIO");
    town.transcript.clear();
    town.types(LUIS, "end chat");
    assert!(
        town.transcript.contains("Type the new one"),
        "{}",
        town.transcript
    );
    town.types(ROSA, "Thirty years of experience");
    assert_eq!(town.state(ROSA), "IDLE");
}

#[test]
fn a_silent_chat_is_closed_and_talk_keeps_it_open() {
    let mut town = Town::with_chat(Language::En);
    town.waits(TimeDelta::hours(20));
    town.types(ROSA, "On my way");
    town.waits(TimeDelta::hours(20));
    assert!(town.chat_of(LUIS).is_some());
    town.transcript.clear();
    town.waits(TimeDelta::hours(4));
    assert!(town.chat_of(LUIS).is_none());
    assert_eq!(town.transcript.matches("nobody wrote").count(), 2);
    assert_eq!(town.status(R1), RequestStatus::ProviderAssigned);
}

#[test]
fn giving_up_in_a_chat_closes_it_for_both() {
    let mut town = Town::with_chat(Language::En);
    let effects = town.taps_of(ROSA, "btn_release_confirm");
    let id = rid(R1);
    let told = [
        (
            LUIS,
            Notice::ChatEnded {
                request: id,
                cause: ChatEnd::RequestEnded,
                by_admin: false,
            },
        ),
        (LUIS, Notice::Released { request: id }),
    ];
    assert_eq!(notices(&effects), told);
    assert!(town.chat_of(LUIS).is_none());
    assert!(ids(&effects).is_empty());
    assert!(town.transcript.contains("is closed"));
}

#[test]
fn the_delivery_reports_to_the_sender() {
    let mut town = Town::with_chat(Language::En);
    let request = rid(R1);
    for (notice, words) in [
        (
            Notice::RelayFailed {
                request,
                file: false,
            },
            "could not be delivered",
        ),
        (
            Notice::RelayFailed {
                request,
                file: true,
            },
            "file could not be forwarded",
        ),
        (Notice::RelayHeld { request }, "has not been here"),
    ] {
        let effects = town.tells(LUIS, notice);
        assert_eq!(kinds(&effects), "T");
        assert!(said(&effects).contains(words) && said(&effects).contains("Rosa"));
    }
    assert!(
        file_not_forwarded(Language::Es)
            .body()
            .contains("no se pudo")
    );
}
