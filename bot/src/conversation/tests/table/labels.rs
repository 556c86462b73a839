//! What each message is called in the table.

use crate::conversation::keywords;
use crate::conversation::tests::world::*;
use crate::conversation::texts::{self, NoChat, NoRating};
use crate::conversation::{Notice, Reply, Side};
use crate::domain::*;

/// The name of the message with this text, in the world of the table.
pub(super) fn of(body: &str) -> String {
    let found = all().into_iter().find(|(reply, _)| reply.body() == body);
    let (_, label) = found.unwrap_or_else(|| panic!("a message without a name: {body}"));
    label.to_owned()
}

pub(super) fn notice(notice: &Notice) -> &'static str {
    match notice {
        Notice::Offered { .. } => "offered",
        Notice::RateCustomer { .. } => "rate customer",
        _ => "other",
    }
}

fn all() -> Vec<(Reply, &'static str)> {
    let mut all = general();
    all.extend(booking());
    all.extend(provider());
    all.extend(rating());
    all
}

/// Whatever is taken as an answer somewhere.
fn typed() -> Vec<String> {
    let mut all = keywords::all_words();
    all.extend(["Rosa Fuentes", "x", "5"].map(str::to_owned));
    all
}

fn named(replies: Vec<Reply>, label: &'static str) -> Vec<(Reply, &'static str)> {
    replies.into_iter().map(|reply| (reply, label)).collect()
}

fn general() -> Vec<(Reply, &'static str)> {
    let texts = texts::of(Language::En);
    let service = ServiceType::Plumbing;
    let mut all = vec![
        (texts.welcome(), "welcome"),
        (texts.services(), "services"),
        (texts.services_for(&name("Luis"), false), "services [name]"),
        (
            texts.services_for(&name("Rosa"), true),
            "services [name, provider mode]",
        ),
        (texts.greeting(&name("Luis")), "greeting [name]"),
        (texts.greeting(&name("Rosa")), "greeting [name]"),
        (texts.type_name(), "please type"),
        (texts.no_requests(), "how to book"),
        (texts.not_understood(), "not understood"),
        (texts.option_expired(), "option expired"),
        (texts.not_available(), "not available"),
        (texts.alerts_stopped(), "alerts stopped"),
        (texts.cancelled(), "cancelled"),
        (texts.nothing_to_cancel(), "nothing to cancel"),
        (texts.help(false, None), "help"),
        (texts.help(true, None), "help for providers"),
        (texts.invalid_name(InvalidName::TooShort), "reason"),
        (texts.ask_name(service), "ask name"),
        (texts.no_chat(NoChat::None), "no active chat"),
    ];
    let zone = rules(Language::En).zone;
    let made = request(1);
    all.push((texts.my_requests(&[&made], zone), "requests"));
    let done = request_that_is(1, RequestStatus::Completed);
    all.push((texts.my_requests(&[&done], zone), "requests"));
    all.extend(named(
        texts.greeting_with("Luis", &made),
        "greeting [name, request]",
    ));
    let status = texts.details(&made, Some(Side::Customer), zone);
    all.push((Reply::Text { body: status }, "status with actions"));
    all.extend(named(texts.ask_cancel(&made), "really cancel?"));
    all
}

fn booking() -> Vec<(Reply, &'static str)> {
    let texts = texts::of(Language::En);
    let service = ServiceType::Plumbing;
    let (rosa, pia) = (
        card(ROSA, "Rosa", &[service]),
        card(PIA, "Pia", &[service, ServiceType::Repair]),
    );
    let listed = [rosa.provider.clone(), pia.provider.clone()];
    let address = Address::parse("Calle 5").unwrap();
    let mut all = vec![
        (texts.providers(service, &listed, None), "providers"),
        (texts.card(&pia), "card"),
        (texts.provider_gone(), "no longer available"),
        (texts.will_notify(service), "alert confirmed"),
        (texts.ask_address(service), "ask address"),
        (
            texts.invalid_address(InvalidText::TooShort { min: 3 }),
            "too short",
        ),
        (texts.address_needed(), "what is needed"),
        (texts.ask_description(), "ask description [skip]"),
        (texts.description_needed(), "type or skip"),
    ];
    for thanked in typed()
        .iter()
        .filter_map(|typed| UserName::parse(typed).ok())
    {
        all.push((
            texts.providers(service, &listed, Some(&thanked)),
            "providers [name]",
        ));
    }
    all.extend(named(texts.card_buttons(&name("Rosa")), "card's buttons"));
    all.extend(named(texts.card_buttons(&name("Pia")), "card's buttons"));
    let about = (request_id(1), service, &rosa.provider.name);
    for description in [
        None,
        Some("plumber"),
        Some("Rosa Fuentes"),
        Some("x"),
        Some("stop"),
        Some("my requests"),
    ] {
        let description = description.map(|words| Description::parse(words).unwrap());
        let confirmed = texts.booked(about, &address, description.as_ref(), 5);
        all.extend(named(confirmed, "confirmation"));
    }
    all
}

fn provider() -> Vec<(Reply, &'static str)> {
    let texts = texts::of(Language::En);
    let service = ServiceType::Plumbing;
    let rosa = profile(ROSA, "Rosa");
    let mut all = vec![
        (texts.how_to_register(), "how to register"),
        (texts.already_registered(), "already registered"),
        (texts.ask_provider_name(None), "ask provider name"),
        (
            texts.ask_provider_name(Some(&name("Luis"))),
            "ask provider name [name]",
        ),
        (texts.choose_services(&[service]), "services to offer"),
        (
            texts.toggle_services(&[service]),
            "services to add or remove",
        ),
        (texts.none_chosen(), "none chosen"),
        (texts.ask_bio(), "ask bio"),
        (
            texts.invalid_bio(InvalidText::TooShort { min: 10 }),
            "too short",
        ),
        (texts.type_bio(), "please type"),
        (texts.online(true), "online"),
        (texts.online(false), "offline"),
        (texts.no_provider_requests(), "no requests"),
        (texts.stats(&rosa), "stats"),
        (texts.ask_new_bio(&rosa.bio), "ask new bio"),
        (texts.bio_saved(), "bio saved"),
        (texts.services_saved(&[service]), "services saved"),
    ];
    all.extend(named(texts.chosen_services(&[service]), "chosen so far"));
    all.extend(named(texts.chosen_services(&[]), "chosen so far"));
    all.extend(named(texts.provider_menu(&rosa), "provider menu"));
    all.extend(named(
        texts.provider_hello(&rosa),
        "provider greeting [name]",
    ));
    all.extend(named(texts.settings(), "settings"));
    for bio in typed().iter().filter_map(|typed| Bio::parse(typed).ok()) {
        let profile = texts.registered_provider(&name("Rosa"), &[service], &bio);
        all.extend(named(profile, "profile"));
    }
    let done = request_that_is(1, RequestStatus::Completed);
    let row = texts.request_row(
        &done,
        Some(Side::Provider),
        Some("Luis"),
        rules(Language::En).zone,
    );
    all.push((texts.provider_requests(vec![row]), "requests"));
    all
}

fn rating() -> Vec<(Reply, &'static str)> {
    let texts = texts::of(Language::En);
    let done = request_that_is(1, RequestStatus::Completed);
    let mut all = vec![
        (texts.type_comment(), "please type"),
        (texts.no_rating(NoRating::Skipped), "no rating"),
    ];
    for side in [Side::Customer, Side::Provider] {
        let body = texts.ask_rating(&done, side);
        all.push((Reply::Text { body }, "poor, ok, great?"));
        for great in [true, false] {
            all.extend(named(
                texts.ask_stars(done.id, side, great),
                "how many stars?",
            ));
        }
        for comment in [
            None,
            Some("plumber"),
            Some("Rosa Fuentes"),
            Some("x"),
            Some("5"),
            Some("stop"),
            Some("my requests"),
        ] {
            let comment = comment.map(|words| Comment::parse(words).unwrap());
            for stars in 1..=5 {
                let stars = Stars::new(stars).unwrap();
                let thanks = texts.rated(side, stars, comment.as_ref());
                all.extend(named(thanks, "thanks [n/5]"));
            }
        }
    }
    for stars in 1..=5 {
        all.push((
            texts.ask_comment(Stars::new(stars).unwrap()),
            "ask comment [skip]",
        ));
    }
    all.extend(named(texts.rating_left_out(), "no rating"));
    all
}
