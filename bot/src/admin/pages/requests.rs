//! Service requests.

use maud::{Markup, html};

use super::layout::page;
use super::parts::{Field, badge, facts, filter, hidden, maybe_time, name, pages, table, time};
use super::{Section, View};
use crate::admin::records::{List, Person, RequestDetail, RequestRow};
use crate::domain::{RequestStatus, ServiceType};

/// The requests.
pub fn requests(view: &View, list: &List<RequestRow>) -> String {
    let texts = view.texts;
    let path = Section::Requests.path();
    let statuses = RequestStatus::ALL.map(RequestStatus::as_str);
    let services = ServiceType::ALL.map(ServiceType::id);
    let fields = [
        Field::Choice("status", texts.status, &statuses),
        Field::Choice("service_type", texts.service, &services),
        Field::Day("from", texts.from),
        Field::Day("to", texts.to),
    ];
    let data = html! {
        (request_table(view, &list.data))
        (pages(view, path, list.pagination))
    };
    page(
        view,
        Section::Requests,
        texts.requests,
        &filter(view, path, &fields),
        &data,
        &html! {},
    )
}

/// Requests as a table.
pub(super) fn request_table(view: &View, rows: &[RequestRow]) -> Markup {
    let texts = view.texts;
    let columns = [
        texts.service,
        texts.customer,
        texts.provider,
        texts.status,
        texts.address,
        texts.time,
    ];
    let rows = rows.iter().map(|request| {
        vec![
            html! { a href=(format!("{}/{}", Section::Requests.path(), request.id)) { (texts.word(&request.service_type)) } },
            person(view, &request.customer),
            provider(view, request),
            status(view, request),
            html! { (request.address) },
            time(view, request.created_at),
        ]
    });
    table(view, texts.requests, &columns, rows.collect())
}

fn person(view: &View, person: &Person) -> Markup {
    html! { a href=(format!("{}/{}", Section::Users.path(), person.id)) { (name(view, &person.name)) } }
}

fn provider(view: &View, request: &RequestRow) -> Markup {
    html! {
        @if let Some(provider) = &request.provider { (person(view, provider)) }
        @else { (view.texts.nobody) }
    }
}

fn status(view: &View, request: &RequestRow) -> Markup {
    html! {
        (badge(view, &request.status))
        @if let Some(reason) = &request.cancel_reason { " (" (view.texts.word(reason)) ")" }
    }
}

/// One request.
pub fn request(view: &View, detail: &RequestDetail) -> String {
    let texts = view.texts;
    let request = &detail.request;
    let place = detail.latitude.zip(detail.longitude);
    let data = html! {
        (facts(vec![
            (texts.status, status(view, request)),
            (texts.customer, person(view, &request.customer)),
            (texts.provider, provider(view, request)),
            (texts.address, html! {
                (request.address)
                @if let Some((latitude, longitude)) = place { " (" (latitude) ", " (longitude) ")" }
            }),
            (texts.description, html! { @if detail.description.is_empty() { "–" } @else { (detail.description) } }),
            (texts.created, time(view, request.created_at)),
            (texts.offered, time(view, request.offered_at)),
            (texts.accepted, maybe_time(view, request.accepted_at)),
            (texts.completed, maybe_time(view, request.completed_at)),
            (texts.updated, time(view, request.updated_at)),
        ]))
        section { h2 { (texts.assignments) } (assignments(view, detail)) }
        section { h2 { (texts.reviews) } (ratings(view, detail)) }
        section { h2 { (texts.chat) } (chat(view, detail)) }
    };
    let title = format!("{}: {}", texts.request, texts.word(&request.service_type));
    page(
        view,
        Section::Requests,
        &title,
        &html! {},
        &data,
        &actions(view, request),
    )
}

fn assignments(view: &View, detail: &RequestDetail) -> Markup {
    let texts = view.texts;
    let columns = [texts.provider, texts.status, texts.offered, texts.answered];
    let rows = detail.assignments.iter().map(|offer| {
        vec![
            person(view, &offer.provider),
            html! { (badge(view, &offer.status))
            @if let Some(reason) = &offer.reason { " (" (texts.word(reason)) ")" } },
            time(view, offer.offered_at),
            maybe_time(view, offer.answered_at),
        ]
    });
    table(view, texts.assignments, &columns, rows.collect())
}

fn ratings(view: &View, detail: &RequestDetail) -> Markup {
    let texts = view.texts;
    let columns = [texts.rater, texts.ratee, texts.stars, texts.comment];
    let rows = detail.ratings.iter().map(|rating| {
        vec![
            person(view, &rating.rater),
            person(view, &rating.ratee),
            stars(rating.stars),
            html! { (rating.comment) },
        ]
    });
    table(view, texts.reviews, &columns, rows.collect())
}

/// Stars to look at and a number to hear.
pub(super) fn stars(stars: i64) -> Markup {
    let full = usize::try_from(stars).unwrap_or(0).min(5);
    html! {
        span.stars role="img" aria-label=(format!("{stars}/5")) { ("★".repeat(full)) ("☆".repeat(5 - full)) }
    }
}

fn chat(view: &View, detail: &RequestDetail) -> Markup {
    let provider = detail.request.provider.as_ref();
    let who = |sender: &str| match sender {
        "customer" => detail.request.customer.name.clone(),
        _ => provider
            .map(|provider| provider.name.clone())
            .unwrap_or_default(),
    };
    html! {
        @if detail.chat.is_empty() { p.empty { (view.texts.nothing) } } @else {
            ol.chat {
                @for message in &detail.chat {
                    li class=(message.sender) {
                        strong { (name(view, &who(&message.sender))) } " " (time(view, message.created_at))
                        @if message.kind != "text" { " · " (message.kind) }
                        p { (message.content) }
                    }
                }
            }
        }
    }
}

fn actions(view: &View, request: &RequestRow) -> Markup {
    let texts = view.texts;
    let from = RequestStatus::from_word(&request.status);
    let offered = [
        (RequestStatus::Completed, texts.complete_request, ""),
        (RequestStatus::Cancelled, texts.cancel_request, "bad"),
    ];
    let offered: Vec<_> = offered
        .into_iter()
        .filter(|(to, _, _)| from.is_some_and(|from| from.may_become(*to)))
        .collect();
    if offered.is_empty() {
        return html! {};
    }
    let to = format!("{}/{}/status", Section::Requests.path(), request.id);
    html! {
        section.danger aria-labelledby="actions" {
            h2 #actions { (texts.actions) }
            @for (status, label, class) in offered {
                form method="post" action=(to) {
                    (hidden(view))
                    input type="hidden" name="status" value=(status.as_str());
                    button class=(class) type="submit" { (label) }
                }
            }
        }
    }
}
