//! Registration, menu and settings: A45 to A49.

use super::written::{ids, kinds, said};
use super::*;

fn registration(language: Language, words: [&str; 5]) -> String {
    let [register, service, done, help, edit] = words;
    let mut town = Town::new(language);
    town.types(STRANGER, register);
    town.types(STRANGER, "A");
    town.types(STRANGER, "Marta Ruiz");
    town.types(STRANGER, done);
    town.types(STRANGER, service);
    town.taps(STRANGER, "btn_add_more");
    town.taps(STRANGER, "service_repair");
    town.types(STRANGER, "hm");
    town.taps(STRANGER, "btn_continue");
    town.types(STRANGER, "too short");
    town.types(STRANGER, "Ten years of leaking taps");
    town.taps(STRANGER, "btn_go_online");
    town.types(STRANGER, help);
    town.types(STRANGER, "hm");
    town.taps(STRANGER, "btn_provider_dashboard");
    town.types(STRANGER, edit);
    town.taps(STRANGER, "btn_edit_services");
    town.taps(STRANGER, "service_plumbing");
    town.types(STRANGER, done);
    town.types(STRANGER, "my stats");
    town.types(STRANGER, "my requests");
    town.transcript
}

#[test]
fn a_registration_in_english() {
    let words = ["Register provider", "plumber", "done", "help", "settings"];
    insta::assert_snapshot!(registration(Language::En, words));
}

#[test]
fn a_registration_in_spanish() {
    let words = [
        "registrar proveedor",
        "Plomería",
        "listo",
        "ayuda",
        "ajustes",
    ];
    insta::assert_snapshot!(registration(Language::Es, words));
}

#[test]
fn a_new_profile_is_offline_and_has_what_was_chosen() {
    let mut town = Town::new(Language::En);
    let asked = town.types(LUIS, "register provider");
    assert!(said(&asked).contains("Luis"), "the known name is told");
    town.types(LUIS, "Luis the Fixer");
    town.taps(LUIS, "service_repair");
    town.taps(LUIS, "service_repair");
    town.types(LUIS, "jardín");
    town.types(LUIS, "continue");
    for (bio, fits) in [
        ("123456789", false),
        (&"x".repeat(201)[..], false),
        ("Does it all", true),
    ] {
        let effects = town.types(LUIS, bio);
        assert_eq!(kinds(&effects), if fits { "B" } else { "T" }, "{bio}");
    }
    let user = town.person(LUIS).user.clone().unwrap();
    assert_eq!(user.name.as_str(), "Luis");
    let profile = user.profile.unwrap();
    assert_eq!(profile.name.as_str(), "Luis the Fixer");
    assert_eq!(
        profile.services,
        [ServiceType::Repair, ServiceType::Gardening]
    );
    assert!(!profile.is_online);
    assert_eq!(town.state(LUIS), "IDLE");
    let again = town.types(LUIS, "registrar proveedor");
    assert!(said(&again).contains("already registered") && kinds(&again) == "TB");
}

#[test]
fn registration_can_be_cancelled_and_switched_off() {
    let mut town = Town::new(Language::En);
    town.types(LUIS, "register provider");
    town.types(LUIS, "cancel");
    assert_eq!(town.state(LUIS), "WELCOME");
    assert!(town.person(LUIS).user.as_ref().unwrap().profile.is_none());
    town.flags.provider_registration = false;
    let effects = town.types(LUIS, "register provider");
    assert!(said(&effects).contains("not taking"));
    assert_eq!(town.state(LUIS), "WELCOME");
    assert!(said(&town.types(LUIS, "provider mode")).contains("not taking"));
}

#[test]
fn without_a_profile_there_is_nothing_to_manage() {
    let mut town = Town::new(Language::En);
    for input in [
        "btn_go_online",
        "btn_go_offline",
        "btn_settings",
        "btn_provider_dashboard",
    ] {
        let effects = town.taps(LUIS, input);
        assert!(said(&effects).contains("register provider"), "{input}");
    }
}

#[test]
fn online_and_offline_by_word_and_button_announced_once() {
    let mut town = Town::new(Language::En);
    town.types(ROSA, "desconectar");
    assert!(!town.profile_mut(ROSA).is_online);
    assert!(town.announced.is_empty());
    let menu = town.types(ROSA, "menu");
    assert_eq!(
        ids(&menu),
        ["btn_go_online", "btn_my_requests", "btn_settings"]
    );
    town.taps(ROSA, "btn_go_online");
    town.types(ROSA, "go online");
    assert!(town.profile_mut(ROSA).is_online);
    assert_eq!(town.announced, [ServiceType::Plumbing]);
    let menu = town.types(ROSA, "menu");
    assert_eq!(ids(&menu).first().unwrap(), "btn_go_offline");
}

#[test]
fn somebody_disabled_is_told_and_nothing_changes() {
    let mut town = Town::new(Language::En);
    town.profile_mut(ROSA).enabled = false;
    town.profile_mut(ROSA).is_online = false;
    for word in ["go online", "go offline"] {
        let effects = town.types(ROSA, word);
        assert_eq!((kinds(&effects).as_str(), effects.len()), ("T", 1));
        assert!(said(&effects).contains("paused"));
    }
    assert!(!town.profile_mut(ROSA).is_online);
}

#[test]
fn a_form_takes_words_for_its_answer() {
    let mut town = Town::new(Language::En);
    town.taps(ROSA, "btn_edit_bio");
    town.types(ROSA, "go offline");
    assert!(town.profile_mut(ROSA).is_online);
    assert_eq!(town.profile_mut(ROSA).bio.as_str(), "go offline");
}

#[test]
fn services_are_toggled_and_one_must_stay() {
    let mut town = Town::new(Language::En);
    town.types(ROSA, "settings");
    town.taps(ROSA, "btn_edit_services");
    town.taps(ROSA, "service_plumbing");
    let none = town.taps(ROSA, "btn_continue");
    assert_eq!(kinds(&none), "TL");
    assert_eq!(town.state(ROSA), "EDIT_SERVICES");
    town.types(ROSA, "plumber");
    town.types(ROSA, "cleaning");
    town.taps(ROSA, "btn_continue");
    let services = [ServiceType::Plumbing, ServiceType::Cleaning];
    assert_eq!(town.profile_mut(ROSA).services, services);
    assert_eq!(town.announced, [ServiceType::Cleaning], "only the new one");
    assert_eq!(town.state(ROSA), "IDLE");
}

#[test]
fn requests_are_listed_with_what_can_be_done() {
    let mut town = Town::new(Language::En);
    assert_eq!(kinds(&town.types(ROSA, "my requests")), "T");
    town.request(R1, LUIS, ROSA);
    let listed = town.types(ROSA, "mis solicitudes");
    assert_eq!(ids(&listed), [format!("req_{}", rid(R1))]);
    let details = town.taps_of(ROSA, "req");
    assert!(ids(&details).contains(&format!("btn_accept_request_{}", rid(R1))));
    let stats = said(&town.types(ROSA, "my stats"));
    for part in ["4.7", "3", "12", "online"] {
        assert!(stats.contains(part), "{part}");
    }
}

#[test]
fn buttons_of_another_state_have_expired() {
    let mut town = Town::new(Language::En);
    for tap in ["btn_add_more", "btn_continue", "btn_notify_me"] {
        let effects = town.taps(ROSA, tap);
        assert_eq!(kinds(&effects), "TB", "{tap}");
        assert!(said(&effects).contains("expired"));
    }
}
