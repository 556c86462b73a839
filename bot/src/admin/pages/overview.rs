//! Numbers and charts.

use maud::{Markup, html};

use super::chart::{self, Columns};
use super::layout::page;
use super::parts::table;
use super::{Section, View};
use crate::admin::records::{Overview, PeriodRow};

/// The first page: how the service stands.
pub fn overview(
    view: &View,
    now: &Overview,
    days: &[PeriodRow],
    demand: &[(String, i64)],
) -> String {
    let texts = view.texts;
    let data = html! {
        ul.cards {
            @for (name, number, section) in cards(view, now) {
                li { a href=(section.path()) { span.number { (number) } span { (name) } } }
            }
        }
        div.charts {
            section aria-labelledby="by-day" {
                h2 #by-day { (texts.by_day) }
                (by_day(view, days))
            }
            section aria-labelledby="by-service" {
                h2 #by-service { (texts.by_service) }
                (by_service(view, demand))
            }
        }
    };
    page(
        view,
        Section::Overview,
        texts.overview,
        &html! {},
        &data,
        &html! {},
    )
}

fn cards(view: &View, now: &Overview) -> [(&'static str, String, Section); 8] {
    let texts = view.texts;
    let rating = match now.average_rating {
        Some(average) => format!("★ {average:.2}"),
        None => "–".to_owned(),
    };
    [
        (
            texts.total_users,
            now.total_users.to_string(),
            Section::Users,
        ),
        (
            texts.providers,
            now.total_providers.to_string(),
            Section::Providers,
        ),
        (
            texts.online_now,
            now.providers_online.to_string(),
            Section::Providers,
        ),
        (
            texts.active_requests,
            now.active_requests.to_string(),
            Section::Requests,
        ),
        (
            texts.completed_today,
            now.completed_today.to_string(),
            Section::Requests,
        ),
        (
            texts.cancelled_today,
            now.cancelled_today.to_string(),
            Section::Requests,
        ),
        (
            texts.messages_today,
            now.messages_today.to_string(),
            Section::Messages,
        ),
        (texts.average_rating, rating, Section::Reviews),
    ]
}

fn by_day(view: &View, days: &[PeriodRow]) -> Markup {
    let texts = view.texts;
    let series = [
        (texts.created, "created"),
        (texts.completed, "completed"),
        (texts.cancelled, "cancelled"),
    ];
    let groups = days.iter().map(|day| {
        let numbers = vec![day.created, day.completed, day.cancelled];
        ((texts.short_day)(day.period), numbers)
    });
    let chart = Columns {
        title: texts.by_day,
        series: &series,
        groups: groups.collect(),
    };
    let rows = days.iter().map(|day| {
        vec![
            html! { (day.period) },
            html! { (day.created) },
            html! { (day.completed) },
            html! { (day.cancelled) },
        ]
    });
    let columns = [texts.day, texts.created, texts.completed, texts.cancelled];
    html! {
        (chart::columns(&chart))
        details { summary { (texts.numbers) } (table(view, texts.by_day, &columns, rows.collect())) }
    }
}

fn by_service(view: &View, demand: &[(String, i64)]) -> Markup {
    let texts = view.texts;
    let rows: Vec<(&str, i64)> = demand
        .iter()
        .map(|(service, count)| (texts.word(service), *count))
        .collect();
    let cells = rows
        .iter()
        .map(|(name, count)| vec![html! { (name) }, html! { (count) }]);
    html! {
        @if rows.is_empty() { p.empty { (texts.nothing) } } @else {
            (chart::bars(texts.by_service, &rows))
            details { summary { (texts.numbers) }
                (table(view, texts.by_service, &[texts.service, texts.count], cells.collect())) }
        }
    }
}
