//! Whole dialogues of customers, in both languages.

use super::world::*;
use crate::conversation::*;
use crate::domain::*;

fn picture() -> Input {
    Input::Media(Media {
        id: "1".into(),
        kind: MediaKind::Image,
        caption: None,
        filename: None,
    })
}

fn place() -> Input {
    Input::Location(Place {
        latitude: 19.43261,
        longitude: -99.13321,
        name: Some("Café Luna".into()),
        address: Some("Madero 7, Centro".into()),
    })
}

fn notice(notice: Notice) -> Input {
    Input::Notice(notice)
}

/// From the first word to the booking, with the usual slips.
fn first_booking(luis: &mut Dialogue, words: [&str; 6]) {
    let [hello, service, help, name, skip, hm] = words;
    luis.types(hello);
    luis.types(service);
    luis.types("A");
    luis.hears(picture());
    luis.types(help);
    luis.types(name);
    luis.types(hm);
    luis.taps(&format!("provider_{}", provider_id(ROSA)));
    luis.types(hm);
    luis.taps("btn_back_to_list");
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    luis.taps("btn_book_provider");
    luis.types("ab");
    luis.hears(place());
    luis.hears(picture());
    luis.types(skip);
    luis.types(hm);
}

#[test]
fn a_first_booking_in_english() {
    let mut luis = Dialogue::of_stranger(Language::En);
    let words = ["Hi", "Plumber", "HELP!", "Ana López", "skip", "hm"];
    first_booking(&mut luis, words);
    insta::assert_snapshot!(luis.transcript);
}

#[test]
fn a_first_booking_in_spanish() {
    let mut luis = Dialogue::of_stranger(Language::Es);
    let words = ["hola", "Plomería", "¿ayuda?", "Ana López", "omitir", "mmm"];
    first_booking(&mut luis, words);
    insta::assert_snapshot!(luis.transcript);
}

/// Declined, offered to somebody else, accepted, cancelled.
fn second_choice(luis: &mut Dialogue) {
    luis.taps("service_plumbing");
    luis.taps(&format!("provider_{}", provider_id(ROSA)));
    luis.taps("btn_book_provider");
    luis.types("Calle 5, Roma Norte");
    luis.types("The kitchen tap is leaking");
    let request = request_id(1);
    let one = luis.request_mut(request);
    one.status = RequestStatus::Searching;
    one.provider = None;
    one.assignment.as_mut().unwrap().status = AssignmentStatus::Rejected;
    luis.hears(notice(Notice::Declined { request }));
    luis.taps(&format!("btn_see_other_providers_{request}"));
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    luis.taps("btn_book_provider");
    let one = luis.request_mut(request);
    one.status = RequestStatus::ProviderAssigned;
    one.assignment.as_mut().unwrap().status = AssignmentStatus::Accepted;
    luis.hears(notice(Notice::Accepted { request }));
    luis.taps("btn_my_requests");
    luis.taps(&format!("req_{request}"));
    luis.types("cancel");
    luis.taps(&format!("btn_cancel_keep_{request}"));
    luis.types("Cancelar");
    luis.taps(&format!("btn_cancel_confirm_{request}"));
    luis.taps(&format!("btn_cancel_confirm_{request}"));
    luis.types("hola");
}

#[test]
fn a_second_choice_in_english() {
    let mut luis = Dialogue::of_luis(Language::En);
    second_choice(&mut luis);
    insta::assert_snapshot!(luis.transcript);
}

#[test]
fn a_second_choice_in_spanish() {
    let mut luis = Dialogue::of_luis(Language::Es);
    second_choice(&mut luis);
    insta::assert_snapshot!(luis.transcript);
}

/// Nobody there; told later; ran out of time and booked anew.
fn patience(luis: &mut Dialogue) {
    luis.types("hola");
    luis.taps("service_gardening");
    luis.taps("btn_notify_me");
    let service = ServiceType::Gardening;
    luis.hears(notice(Notice::ProviderAvailable { service }));
    luis.types("stop");
    luis.taps("btn_of_another_time");
    luis.requests = vec![request_that_is(1, RequestStatus::Cancelled)];
    let request = request_id(1);
    luis.hears(notice(Notice::TimedOut { request }));
    luis.taps(&format!("btn_see_other_providers_{request}"));
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    luis.taps("btn_book_provider");
    luis.types("modo cliente");
}

#[test]
fn patience_in_english() {
    let mut luis = Dialogue::of_luis(Language::En);
    patience(&mut luis);
    insta::assert_snapshot!(luis.transcript);
}

#[test]
fn patience_in_spanish() {
    let mut luis = Dialogue::of_luis(Language::Es);
    patience(&mut luis);
    insta::assert_snapshot!(luis.transcript);
}

#[test]
fn a_card_with_reviews() {
    let mut luis = Dialogue::of_luis(Language::En);
    luis.session.state = State::ProviderList {
        service: ServiceType::Plumbing,
        kept: Kept::default(),
    };
    let review = |stars, comment: &str, first_name: &str| Review {
        stars: Stars::new(stars).unwrap(),
        comment: comment.into(),
        first_name: first_name.into(),
    };
    let rosa = luis.cards.first_mut().unwrap();
    rosa.reviews = vec![
        review(5, "Excelente", "Luis"),
        review(4, "", "Ana"),
        review(3, "Fine", ""),
    ];
    luis.taps(&format!("provider_{}", provider_id(ROSA)));
    let pia = luis.cards.last_mut().unwrap();
    pia.provider.rating = None;
    pia.provider.total_jobs = 0;
    luis.taps("btn_back_to_list");
    luis.taps(&format!("provider_{}", provider_id(PIA)));
    insta::assert_snapshot!(luis.transcript);
}
