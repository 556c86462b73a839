//! The message log and the reviews.

use maud::html;

use super::layout::page;
use super::parts::{Field, badge, filter, name, pages, table, time};
use super::requests::stars;
use super::{Section, View};
use crate::admin::query::MESSAGE_STATES;
use crate::admin::records::{List, MessageRow, RatingRow};

const KINDS: [&str; 12] = [
    "text",
    "interactive",
    "button",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "template",
];

/// The message log.
pub fn messages(view: &View, list: &List<MessageRow>) -> String {
    let texts = view.texts;
    let path = Section::Messages.path();
    let fields = [
        Field::Text("search", texts.search),
        Field::Text("phone", texts.phone),
        Field::Choice("direction", texts.direction, &["in", "out"]),
        Field::Choice("type", texts.kind, &KINDS),
        Field::Choice("status", texts.status, &MESSAGE_STATES),
        Field::Day("from", texts.from),
        Field::Day("to", texts.to),
    ];
    let columns = [
        texts.time,
        texts.phone,
        texts.direction,
        texts.kind,
        texts.content,
        texts.status,
        texts.error,
    ];
    let rows = list.data.iter().map(|message| {
        vec![
            time(view, message.time),
            html! { (message.phone) },
            html! { (texts.word(&message.direction)) },
            html! { (message.kind) },
            html! { span.content { (message.content) } },
            badge(view, &message.status),
            html! { (message.error.as_deref().unwrap_or("–")) },
        ]
    });
    let data = html! {
        (table(view, texts.messages, &columns, rows.collect()))
        (pages(view, path, list.pagination))
    };
    page(
        view,
        Section::Messages,
        texts.messages,
        &filter(view, path, &fields),
        &data,
        &html! {},
    )
}

/// The reviews.
pub fn reviews(view: &View, list: &List<RatingRow>) -> String {
    let texts = view.texts;
    let path = Section::Reviews.path();
    let fields = [
        Field::Choice(
            "direction",
            texts.direction,
            &["customer_to_provider", "provider_to_customer"],
        ),
        Field::Choice("stars", texts.stars, &["5", "4", "3", "2", "1"]),
    ];
    let columns = [
        texts.stars,
        texts.comment,
        texts.rater,
        texts.ratee,
        texts.time,
    ];
    let person = |person: &crate::admin::records::Person| {
        html! { a href=(format!("{}/{}", Section::Users.path(), person.id)) { (name(view, &person.name)) } }
    };
    let rows = list.data.iter().map(|rating| {
        vec![
            stars(rating.stars),
            html! { @if rating.comment.is_empty() { "–" } @else { (rating.comment) } },
            person(&rating.rater),
            person(&rating.ratee),
            time(view, rating.created_at),
        ]
    });
    let data = html! {
        (table(view, texts.reviews, &columns, rows.collect()))
        (pages(view, path, list.pagination))
    };
    page(
        view,
        Section::Reviews,
        texts.reviews,
        &filter(view, path, &fields),
        &data,
        &html! {},
    )
}
