//! Texts fit where they stand, so that nothing is ever cut, with the longest data they can get.

use super::*;
use crate::conversation::tests::{limits, world};
use crate::conversation::{Card, Outbound, Place, Review, Side};
use crate::domain::{Address, Bio, Description, InvalidText, Stars};

fn longest_name() -> UserName {
    UserName::parse(&"W".repeat(100)).unwrap()
}

fn longest_card() -> Card {
    let mut card = world::card(world::ROSA, &"W".repeat(100), &ServiceType::ALL);
    card.provider.total_jobs = u32::MAX;
    card.bio = Bio::parse(&"b".repeat(200)).unwrap();
    card.reviews = vec![
        Review {
            stars: Stars::new(5).unwrap(),
            comment: "c".repeat(500),
            first_name: "N".repeat(100),
        };
        3
    ];
    card
}

fn longest_request(status: RequestStatus) -> Request {
    let mut request = world::request_that_is(1, status);
    request.customer.name = longest_name();
    if let Some((_, party)) = &mut request.provider {
        party.name = longest_name();
    }
    request.address = "a".repeat(255);
    request.description = "d".repeat(500);
    request.place = Some(Place {
        latitude: 1.0,
        longitude: 1.0,
        name: None,
        address: None,
    });
    request
}

/// Every message of a language, with the longest data that it can be built with.
fn everything(texts: &Texts) -> Vec<Reply> {
    let mut all = general(texts);
    all.extend(of_booking(texts));
    for status in RequestStatus::ALL {
        all.extend(of_request(texts, &longest_request(status)));
    }
    all
}

fn general(texts: &Texts) -> Vec<Reply> {
    let longest = longest_name();
    let contact = "https://example.com/help or +52 55 0000 0000";
    let mut all = vec![
        texts.welcome(),
        texts.services(),
        texts.services_for(&longest, false),
        texts.services_for(&longest, true),
        texts.greeting(&longest),
        texts.type_name(),
        texts.no_requests(),
        texts.not_understood(),
        texts.option_expired(),
        texts.not_available(),
        texts.alerts_stopped(),
        texts.cancelled(),
        texts.nothing_to_cancel(),
        texts.help(false, None),
        texts.help(false, Some(contact)),
        texts.help(true, Some(contact)),
    ];
    let reasons = [
        InvalidName::TooShort,
        InvalidName::TooLong,
        InvalidName::TooFewLetters,
    ];
    all.extend(reasons.map(|reason| texts.invalid_name(reason)));
    all.extend(ServiceType::ALL.map(|service| texts.ask_name(service)));
    all.extend(texts.choices(
        "x".repeat(2000),
        &[(Tap::Plain(Plain::Help), texts.help_button)],
    ));
    all
}

fn of_booking(texts: &Texts) -> Vec<Reply> {
    let name = longest_name();
    let card = longest_card();
    let mut unrated = longest_card();
    unrated.provider.rating = None;
    unrated.provider.id = world::provider_id(world::PIA);
    let listed = [card.provider.clone(), unrated.provider.clone()];
    let address = Address::parse(&"a".repeat(255)).unwrap();
    let description = Description::parse(&"d".repeat(500)).unwrap();
    let mut all = vec![
        texts.card(&card),
        texts.card(&unrated),
        texts.provider_gone(),
        texts.address_needed(),
        texts.ask_description(),
        texts.description_needed(),
    ];
    for reason in [
        InvalidText::TooShort { min: 3 },
        InvalidText::TooLong { max: 255 },
    ] {
        all.push(texts.invalid_address(reason));
        all.push(texts.invalid_description(reason));
    }
    all.extend(texts.card_buttons(&name));
    all.extend(texts.too_many_open());
    all.extend(texts.already_booked(&name));
    for service in ServiceType::ALL {
        all.push(texts.providers(service, &listed, None));
        all.push(texts.providers(service, &listed, Some(&name)));
        all.extend(texts.no_provider(service, None, false, true));
        all.extend(texts.no_provider(service, Some(&name), true, false));
        all.push(texts.will_notify(service));
        all.push(texts.ask_address(service));
        let about = (world::request_id(1), service, &name);
        all.extend(texts.booked(about, &address, None, 1));
        all.extend(texts.booked(about, &address, Some(&description), 300));
    }
    all
}

fn of_request(texts: &Texts, request: &Request) -> Vec<Reply> {
    let zone = world::rules(Language::En).zone;
    let mut all = texts.greeting_with(longest_name().as_str(), request);
    all.push(texts.my_requests(&[request], zone));
    all.push(texts.which_request(&[(request, Some(Side::Provider))], zone));
    all.extend(texts.ask_cancel(request));
    all.extend(texts.request_cancelled(request, true));
    for side in [None, Some(Side::Customer), Some(Side::Provider)] {
        let body = texts.details(request, side, zone);
        let body = format!("{}\n\n{body}", texts.request_kept());
        for actions in [
            [Action::SeeOthers, Action::Cancel, Action::StartChat],
            [Action::ChatCustomer, Action::Complete, Action::Release],
            [Action::RatingPoor, Action::RatingOk, Action::RatingGreat],
            [Action::Accept, Action::Decline, Action::CancelKeep],
        ] {
            let buttons = texts.request_buttons(request, &actions);
            assert_eq!(buttons.len(), 3);
            all.extend(texts.choices(body.clone(), &buttons));
        }
    }
    let said = texts.accepted(request).into_iter();
    let said = said.chain(
        [
            Happening::Declined,
            Happening::TimedOut,
            Happening::Undeliverable,
            Happening::Released,
            Happening::CancelledByAdmin,
            Happening::Abandoned,
        ]
        .into_iter()
        .flat_map(|happening| texts.happened(happening, request)),
    );
    let said = said.chain(texts.available(request.service));
    all.extend(said.map(|message: Outbound| {
        assert!(
            message.template.is_some(),
            "what comes unasked has a template"
        );
        message.reply
    }));
    all
}

#[test]
fn every_text_fits_without_a_cut() {
    for language in Language::ALL {
        everything(of(language)).iter().for_each(limits::hold);
    }
}

#[test]
fn ids_are_the_same_in_every_language() {
    let ids = |language| -> Vec<Vec<String>> {
        let ids = |reply: Reply| match reply {
            Reply::List { rows, .. } => rows.into_iter().map(|row| row.id).collect(),
            Reply::Buttons { buttons, .. } => buttons.into_iter().map(|button| button.id).collect(),
            Reply::Text { .. }
            | Reply::Location(_)
            | Reply::Media(_)
            | Reply::Contacts(_)
            | Reply::Reaction { .. } => Vec::new(),
        };
        everything(of(language)).into_iter().map(ids).collect()
    };
    assert_eq!(ids(Language::En), ids(Language::Es));
}

#[test]
fn languages_differ_in_every_text() {
    let (english, spanish) = (everything(of(Language::En)), everything(of(Language::Es)));
    assert_eq!(english.len(), spanish.len());
    let same: Vec<&str> = english
        .iter()
        .zip(&spanish)
        .filter(|(english, spanish)| english.body() == spanish.body())
        .map(|(english, _)| english.body())
        .collect();
    // The text that the length was tried with.
    assert_eq!(same, ["x".repeat(2000)]);
}

#[test]
fn the_fixed_words_stand_where_the_product_has_them() {
    for language in Language::ALL {
        let texts = of(language);
        let name = UserName::parse("Ana López").unwrap();
        assert!(texts.welcome().body().contains("Handy"));
        assert!(texts.greeting(&name).body().contains("Ana López"));
        let thanked = texts.no_provider(ServiceType::Other, Some(&name), true, false);
        assert!(thanked.first().unwrap().body().contains("Ana López"));
        assert!(texts.help(true, Some("call us")).body().contains("call us"));
        let card = world::card(world::ROSA, "Rosa", &[ServiceType::Plumbing]);
        let Reply::List { footer, rows, .. } = texts.providers(
            ServiceType::Plumbing,
            std::slice::from_ref(&card.provider),
            None,
        ) else {
            panic!("a list")
        };
        assert_eq!(footer, "Powered by Handy");
        assert_eq!(rows.first().unwrap().title, "⭐4.8 Rosa");
        assert!(texts.card(&card).body().contains("4.8/5.0"));
    }
}

#[test]
fn days_are_those_of_the_zone() {
    let texts = of(Language::Es);
    let late = "2026-01-02T03:00:00Z".parse().unwrap();
    let zone = world::rules(Language::Es).zone;
    assert_eq!(texts.day(late, zone), "1 ene 2026");
}
