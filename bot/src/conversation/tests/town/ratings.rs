//! Ratings of both sides: A59 to A61.

use super::written::{ids, kinds, notices, said};
use super::*;

fn completed(language: Language) -> Town {
    let mut town = Town::with_job(language);
    town.types(ROSA, "complete");
    town
}

fn both_rate(language: Language, skip: &str) -> String {
    let mut town = completed(language);
    town.transcript.clear();
    town.taps_of(LUIS, "rating_great");
    town.types(LUIS, "hm");
    town.types(LUIS, "5");
    town.types(LUIS, "Excelente");
    town.taps_of(ROSA, "prating_poor");
    town.taps_of(ROSA, "pstar_2");
    town.types(ROSA, skip);
    town.transcript
}

#[test]
fn both_rate_in_english() {
    insta::assert_snapshot!(both_rate(Language::En, "skip"));
}

#[test]
fn both_rate_in_spanish() {
    insta::assert_snapshot!(both_rate(Language::Es, "Omitir"));
}

#[test]
fn words_stars_and_a_comment_are_saved_once() {
    let mut town = completed(Language::En);
    town.taps_of(LUIS, "rating_great");
    assert_eq!(town.state(LUIS), "AWAITING_RATING_FINE");
    town.taps_of(LUIS, "star_5");
    assert_eq!(town.state(LUIS), "AWAITING_RATING_COMMENT");
    let thanks = town.types(LUIS, "Excelente");
    assert_eq!(town.ratings, [(true, 5, "Excelente".to_owned())]);
    assert_eq!(kinds(&thanks), "B");
    assert!(said(&thanks).contains("5/5") && said(&thanks).contains("Excelente"));
    assert_eq!(ids(&thanks), ["btn_new_service", "btn_my_requests"]);
    assert_eq!(town.state(LUIS), "WELCOME");
    let next = Notice::RateCustomer { request: rid(R1) };
    assert_eq!(notices(&thanks), [(ROSA, next)]);
    let again = town.taps_of(LUIS, "rating_poor");
    assert_eq!((kinds(&again).as_str(), again.len()), ("T", 1));
    assert!(said(&again).contains("already rated"));
}

#[test]
fn a_star_step_repeats_its_buttons_and_ok_is_three() {
    let mut town = completed(Language::En);
    town.taps_of(LUIS, "rating_poor");
    for other in ["hello", "0", "6", "55", "2.5"] {
        let again = town.types(LUIS, other);
        let id = rid(R1);
        assert_eq!(
            ids(&again),
            [format!("star_1_{id}"), format!("star_2_{id}")]
        );
    }
    let picture = Input::Media(Media {
        id: "1".into(),
        kind: MediaKind::Image,
        caption: None,
        filename: None,
    });
    assert_eq!(kinds(&town.hears(LUIS, picture.clone())), "B");
    let asked = town.taps_of(LUIS, "rating_ok");
    assert!(said(&asked).contains("3/5"));
    assert_eq!(kinds(&town.hears(LUIS, picture)), "T");
    let long = town.types(LUIS, &"x".repeat(501));
    assert!(said(&long).contains("500"));
    assert_eq!(town.state(LUIS), "AWAITING_RATING_COMMENT");
    town.types(LUIS, "skip");
    assert_eq!(town.ratings, [(true, 3, String::new())]);
}

#[test]
fn numbers_and_bare_buttons_count_as_stars() {
    for (said, stars) in [("1", 1), (" 4 ", 4), ("star_2", 2)] {
        let mut town = completed(Language::En);
        town.person_mut(LUIS).session.state = State::AwaitingRating { request: rid(R1) };
        if said.starts_with("star") {
            town.taps(LUIS, said);
        } else {
            town.types(LUIS, said);
        }
        let expected = State::AwaitingRatingComment {
            request: rid(R1),
            stars: Stars::new(stars).unwrap(),
        };
        assert_eq!(town.person(LUIS).session.state, expected, "{said}");
    }
}

#[test]
fn cancel_and_skip_by_step_and_side() {
    let id = rid(R1);
    let five = Stars::new(5).unwrap();
    let star_steps = |customer: bool| {
        if customer {
            [
                State::AwaitingRating { request: id },
                State::AwaitingRatingFine {
                    request: id,
                    great: true,
                },
            ]
        } else {
            [
                State::AwaitingProviderRating { request: id },
                State::AwaitingProviderRatingFine {
                    request: id,
                    great: true,
                },
            ]
        }
    };
    for (who, customer, home) in [(LUIS, true, "WELCOME"), (ROSA, false, "IDLE")] {
        for state in star_steps(customer) {
            for word in ["cancel", "skip", "omitir"] {
                let mut town = completed(Language::En);
                town.person_mut(who).session.state = state.clone();
                let effects = town.types(who, word);
                assert!(town.ratings.is_empty());
                assert_eq!(town.state(who), home);
                assert!(kinds(&effects).ends_with('B'), "{}", kinds(&effects));
                let next = notices(&effects).len();
                assert_eq!(next, usize::from(customer));
            }
        }
        let comment = if customer {
            State::AwaitingRatingComment {
                request: id,
                stars: five,
            }
        } else {
            State::AwaitingProviderRatingComment {
                request: id,
                stars: five,
            }
        };
        for (word, saved) in [("skip", 1), ("cancel", 0)] {
            let mut town = completed(Language::En);
            town.person_mut(who).session.state = comment.clone();
            town.types(who, word);
            assert_eq!(town.ratings.len(), saved, "{word}");
            assert_eq!(town.state(who), home);
        }
    }
}

#[test]
fn a_customer_who_cancels_after_the_question_leaves_it_to_the_provider() {
    let mut town = completed(Language::En);
    town.person_mut(LUIS).session.state = State::BookingConfirmed { request: rid(R1) };
    let again = town.types(LUIS, "hm");
    assert!(ids(&again).contains(&format!("rating_ok_{}", rid(R1))));
    town.transcript.clear();
    town.types(LUIS, "cancel");
    assert!(town.ratings.is_empty());
    assert!(
        town.transcript.contains("Rosa < *Plumbing* is done"),
        "{}",
        town.transcript
    );
    let skipped = town.taps_of(ROSA, "prating_skip");
    assert_eq!(ids(&skipped), ["btn_go_online", "btn_provider_dashboard"]);
    assert!(town.ratings.is_empty());
    // Nothing is asked twice.
    town.transcript.clear();
    town.waits(TimeDelta::hours(2));
    town.types(LUIS, "cancel");
    assert!(!town.transcript.contains("Rosa <"), "{}", town.transcript);
}

#[test]
fn the_provider_is_asked_once_at_the_latest_after_an_hour() {
    let mut town = completed(Language::En);
    town.transcript.clear();
    town.waits(TimeDelta::minutes(59));
    assert!(!town.transcript.contains("Rosa <"));
    town.waits(TimeDelta::minutes(2));
    assert_eq!(town.transcript.matches("Rosa <").count(), 1);
    assert!(town.one(R1).provider_asked);
    town.taps_of(LUIS, "star_4");
    town.types(LUIS, "skip");
    assert_eq!(town.transcript.matches("Rosa < *Plumbing*").count(), 1);
}

#[test]
fn ratings_are_possible_for_thirty_days_and_only_by_the_two() {
    let mut town = completed(Language::En);
    for who in [PIA, ANA, STRANGER] {
        let effects = town.taps_of(who, "rating_great");
        assert!(said(&effects).contains("not available") && effects.len() == 1);
    }
    // Each side has its own buttons.
    assert!(said(&town.taps_of(ROSA, "star_5")).contains("not available"));
    assert!(said(&town.taps_of(LUIS, "pstar_5")).contains("not available"));
    town.now += TimeDelta::days(30) + TimeDelta::seconds(1);
    let late = town.taps_of(LUIS, "rating_great");
    assert!(said(&late).contains("30 days") && late.len() == 1);
    assert_eq!(town.state(LUIS), "WELCOME");
    let mut town = Town::with_job(Language::En);
    assert!(said(&town.taps_of(LUIS, "rating_great")).contains("once the job is completed"));
}

#[test]
fn a_tap_works_in_any_state_and_drops_a_draft() {
    let mut town = completed(Language::En);
    town.person_mut(LUIS).session = Session {
        mode: Mode::Customer,
        state: State::AwaitingName {
            service: ServiceType::Other,
        },
    };
    town.taps_of(LUIS, "star_1");
    assert_eq!(town.state(LUIS), "AWAITING_RATING_COMMENT");
    town.types(LUIS, "Late, and rude");
    assert_eq!(town.ratings, [(true, 1, "Late, and rude".to_owned())]);
}

#[test]
fn a_request_that_is_gone_ends_the_rating() {
    let mut town = completed(Language::En);
    town.taps_of(LUIS, "rating_great");
    town.requests.clear();
    let effects = town.types(LUIS, "5");
    assert_eq!(kinds(&effects), "TB");
    assert_eq!(town.state(LUIS), "WELCOME");
}
