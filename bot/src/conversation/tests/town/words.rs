//! The words of this side fit where they stand, and both languages say the same.

use super::*;
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::texts::{self, Ending, JobNews, NoChat, NoRating, Texts};
use crate::domain::text::units;

fn longest_request() -> Request {
    let mut town = Town::new(Language::En);
    town.request(R1, LUIS, ROSA);
    let mut one = town.one(R1).clone();
    one.customer.name = longest();
    one.provider.as_mut().unwrap().1.name = longest();
    one.address = "a".repeat(255);
    one.description = "d".repeat(500);
    one.place = Some(Place {
        latitude: -89.123_456,
        longitude: -179.123_456,
        name: None,
        address: None,
    });
    one
}

fn longest() -> UserName {
    name(&"W".repeat(100))
}

fn longest_profile(is_online: bool) -> Profile {
    Profile {
        id: pid(ROSA),
        name: longest(),
        services: ServiceType::ALL.to_vec(),
        bio: Bio::parse(&"b".repeat(200)).unwrap(),
        is_online,
        enabled: true,
        rating: Some(Average(467)),
        rating_count: u32::MAX,
        total_jobs: u32::MAX,
    }
}

fn everything(texts: &Texts) -> Vec<Reply> {
    let mut all = of_provider(texts);
    all.extend(of_jobs(texts));
    all.extend(of_chats(texts));
    all.extend(of_ratings(texts));
    all
}

fn of_provider(texts: &Texts) -> Vec<Reply> {
    let mut all = vec![
        texts.ask_provider_name(None),
        texts.ask_provider_name(Some(&longest())),
        texts.already_registered(),
        texts.registration_closed(),
        texts.how_to_register(),
        texts.choose_services(&[]),
        texts.choose_services(&ServiceType::ALL),
        texts.toggle_services(&ServiceType::ALL),
        texts.none_chosen(),
        texts.ask_bio(),
        texts.invalid_bio(InvalidText::TooShort { min: 10 }),
        texts.invalid_bio(InvalidText::TooLong { max: 200 }),
        texts.type_bio(),
        texts.profile_disabled(),
        texts.profile_paused(),
        texts.no_provider_requests(),
        texts.bio_saved(),
        texts.services_saved(&ServiceType::ALL),
    ];
    all.extend(texts.chosen_services(&[]));
    all.extend(texts.chosen_services(&ServiceType::ALL));
    all.extend(texts.settings());
    for is_online in [true, false] {
        let profile = longest_profile(is_online);
        all.push(texts.online(is_online));
        all.push(texts.stats(&profile));
        all.push(texts.ask_new_bio(&profile.bio));
        all.extend(texts.provider_menu(&profile));
        all.extend(texts.provider_hello(&profile));
        all.extend(texts.registered_provider(&profile.name, &profile.services, &profile.bio));
    }
    all
}

const NEWS: [JobNews; 14] = [
    JobNews::Declined,
    JobNews::Expired,
    JobNews::NoLonger,
    JobNews::AlreadyAccepted,
    JobNews::AlreadyDeclined,
    JobNews::AlreadyCompleted,
    JobNews::UseGiveUp,
    JobNews::Cancelled,
    JobNews::CancelledByAdmin,
    JobNews::Released,
    JobNews::Kept,
    JobNews::Completed,
    JobNews::CompletedByAdmin,
    JobNews::NotAssigned,
];

fn of_jobs(texts: &Texts) -> Vec<Reply> {
    let request = longest_request();
    let mut all: Vec<Reply> = NEWS
        .into_iter()
        .map(|news| texts.job_news(&request, news))
        .collect();
    for minutes in [1, 300] {
        let buttons = texts.offer_buttons(request.id);
        all.extend(texts.choices(texts.offer(&request, minutes), &buttons));
    }
    let chat = texts.chat_customer_button(request.id);
    all.extend(texts.choices(texts.accepted_job(&request), &[chat]));
    all.extend(texts.ask_release(&request));
    all
}

fn of_chats(texts: &Texts) -> Vec<Reply> {
    let other = longest();
    let mut all = vec![
        texts.chat_started(&other, Side::Customer),
        texts.chat_started(&other, Side::Provider),
        texts.chat_already(&other),
        texts.end_chat_first(),
        texts.chat_busy(&other),
        texts.no_chat(NoChat::NotAccepted),
        texts.no_chat(NoChat::Over),
        texts.no_chat(NoChat::None),
        texts.cannot_forward(),
        texts.no_files(),
        texts.not_delivered(Some(&other)),
        texts.not_delivered(None),
        texts.file_failed(Some(&other)),
        texts.file_failed(None),
        texts.file_lost(),
        texts.relays_held(Some(&other)),
        texts.relays_held(None),
        texts::text(texts.chat_ended(None, Ending::WithRequest)),
    ];
    let start = [texts.chat_button(Side::Customer, rid(R1))];
    all.extend(texts.choices(texts.chat_free(&other), &start));
    for ending in [
        Ending::ByOther,
        Ending::BySelf,
        Ending::Idle,
        Ending::WithRequest,
    ] {
        let buttons = [
            texts.chat_button(Side::Provider, rid(R1)),
            texts.complete_button(rid(R1)),
        ];
        all.extend(texts.choices(texts.chat_ended(Some(&other), ending), &buttons));
    }
    all
}

fn of_ratings(texts: &Texts) -> Vec<Reply> {
    let request = longest_request();
    let comment = Comment::parse(&"c".repeat(500)).unwrap();
    let five = Stars::new(5).unwrap();
    let mut all = vec![
        texts.ask_comment(five),
        texts.comment_too_long(),
        texts.type_comment(),
    ];
    for rater in [Side::Customer, Side::Provider] {
        let buttons = texts.rating_buttons(request.id, rater);
        all.extend(texts.choices(texts.ask_rating(&request, rater), &buttons));
        for great in [true, false] {
            all.extend(texts.ask_stars(request.id, rater, great));
        }
        all.extend(texts.rated(rater, five, Some(&comment)));
        all.extend(texts.rated(rater, five, None));
    }
    all.extend(texts.rating_left_out());
    for why in [
        NoRating::Skipped,
        NoRating::Already,
        NoRating::TooLate,
        NoRating::NotDone,
    ] {
        all.push(texts.no_rating(why));
    }
    all
}

#[test]
fn every_text_fits_without_a_cut() {
    for language in Language::ALL {
        for reply in everything(texts::of(language)) {
            let most = if reply.kind() == "text" { 4096 } else { 1024 };
            assert!((1..=most).contains(&units(reply.body())), "{reply:?}");
            if let Reply::Buttons { buttons, .. } = &reply {
                assert!((1..=3).contains(&buttons.len()));
                for button in buttons {
                    assert!((1..=20).contains(&units(&button.title)), "{button:?}");
                }
            }
            if let Reply::List { rows, .. } = &reply {
                assert!(rows.iter().all(|row| units(&row.title) <= 24), "{rows:?}");
            }
        }
    }
}

#[test]
fn both_languages_say_the_same_in_other_words() {
    let [english, spanish] = Language::ALL.map(|language| everything(texts::of(language)));
    assert_eq!(english.len(), spanish.len());
    for (english, spanish) in english.iter().zip(&spanish) {
        assert_ne!(english.body(), spanish.body());
        assert_eq!(english.kind(), spanish.kind());
    }
    for news in NEWS {
        let [english, spanish] =
            Language::ALL.map(|language| texts::of(language).job_news_short(news));
        assert_eq!(english.is_some(), spanish.is_some());
        assert!(english.is_none() || english != spanish);
    }
    for kind in [MediaKind::Image, MediaKind::Document, MediaKind::Sticker] {
        let [english, spanish] = Language::ALL.map(|language| texts::of(language).file_word(kind));
        assert_ne!(english, spanish);
    }
}

#[test]
fn the_ids_are_the_ones_of_the_specification() {
    let texts = texts::of(Language::En);
    let id = rid(R1);
    let tap = |(tap, _): (Tap, &str)| tap.to_string();
    assert_eq!(
        tap(texts.chat_button(Side::Customer, id)),
        format!("btn_start_chat_{id}")
    );
    assert_eq!(
        tap(texts.chat_button(Side::Provider, id)),
        format!("btn_chat_customer_{id}")
    );
    assert_eq!(tap(texts.complete_button(id)), format!("btn_complete_{id}"));
    assert_eq!(
        tap(texts.online_button(true)),
        Tap::Plain(Plain::GoOnline).to_string()
    );
    let buttons = texts.rating_buttons(id, Side::Provider).map(tap);
    let expected = ["poor", "ok", "great"].map(|word| format!("prating_{word}_{id}"));
    assert_eq!(buttons, expected);
}
