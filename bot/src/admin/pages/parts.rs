//! What pages are made of: tables that become cards on a phone, filters, page links, forms.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::View;
use crate::admin::records::Pagination;

/// A path with its parameters.
pub(super) fn address(path: &str, asked: &[(String, String)]) -> String {
    let mut address = path.to_owned();
    for (place, (name, value)) in asked.iter().enumerate() {
        address.push(if place == 0 { '?' } else { '&' });
        encode(&mut address, name);
        address.push('=');
        encode(&mut address, value);
    }
    address
}

fn encode(address: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
}

/// The part that renews itself.
pub(super) fn renewed(view: &View, content: &Markup) -> Markup {
    html! {
        div #data hx-get=(view.here) hx-trigger="every 8s" hx-swap="outerHTML" { (content) }
    }
}

/// A table; on a narrow screen every row is a card that names its cells.
pub(super) fn table(
    view: &View,
    caption: &str,
    columns: &[&str],
    rows: Vec<Vec<Markup>>,
) -> Markup {
    html! {
        @if rows.is_empty() {
            p.empty { (view.texts.nothing) }
        } @else {
            div.scroll {
                table {
                    caption.visually-hidden { (caption) }
                    thead { tr { @for column in columns { th scope="col" { (column) } } } }
                    tbody {
                        @for row in rows {
                            tr { @for (cell, column) in row.into_iter().zip(columns) {
                                td data-label=(column) { (cell) }
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// Which page it is, and the way to its neighbours.
pub(super) fn pages(view: &View, path: &str, at: Pagination) -> Markup {
    let to = |page: i64| {
        let mut asked = view.asked.clone();
        asked.retain(|(name, _)| name != "page");
        asked.push(("page".to_owned(), page.to_string()));
        address(path, &asked)
    };
    let texts = view.texts;
    html! {
        nav.pages aria-label=(texts.page) {
            @if at.page > 1 { a rel="prev" href=(to((at.page - 1).min(at.pages.max(1)))) { "‹ " (texts.previous) } }
            span { (texts.page) " " (at.page) " " (texts.of) " " (at.pages.max(1)) " · " (at.total) " " (texts.entries) }
            @if at.page < at.pages { a rel="next" href=(to(at.page + 1)) { (texts.next) " ›" } }
        }
    }
}

/// One field of a filter.
pub(super) enum Field<'a> {
    /// A text to type.
    Text(&'a str, &'static str),
    /// A day.
    Day(&'a str, &'static str),
    /// One of some stored words.
    Choice(&'a str, &'static str, &'a [&'a str]),
}

/// The filter above a list.
pub(super) fn filter(view: &View, path: &str, fields: &[Field<'_>]) -> Markup {
    let texts = view.texts;
    html! {
        form.filter method="get" action=(path) role="search" {
            @for field in fields {
                @match field {
                    Field::Text(name, label) => label { span { (label) }
                        input type="search" name=(name) value=(view.asked(name)) maxlength="200"; },
                    Field::Day(name, label) => label { span { (label) }
                        input type="date" name=(name) value=(view.asked(name)); },
                    Field::Choice(name, label, words) => label { span { (label) }
                        select name=(name) {
                            option value="" { (texts.all) }
                            @for word in *words {
                                option value=(word) selected[view.asked(name) == *word] { (choice(view, word)) }
                            }
                        } },
                }
            }
            button type="submit" { (texts.filter) }
            a href=(path) { (texts.reset) }
        }
    }
}

fn choice<'w>(view: &View, word: &'w str) -> &'w str {
    match word {
        "true" => view.texts.yes,
        "false" => view.texts.no,
        word => view.texts.word(word),
    }
}

/// A form that changes something. Works without scripts; with them only the renewed part is replaced.
pub(super) fn action(view: &View, to: &str, content: &Markup) -> Markup {
    html! {
        form.action method="post" action=(to) hx-post=(to) hx-target="#data" hx-swap="outerHTML" {
            (hidden(view))
            (content)
        }
    }
}

/// What every form carries: its session's mark and the way back.
pub(super) fn hidden(view: &View) -> Markup {
    html! {
        input type="hidden" name="mark" value=(view.mark);
        input type="hidden" name="back" value=(view.here);
    }
}

/// A status as a coloured word.
pub(super) fn badge(view: &View, word: &str) -> Markup {
    let tone = match word {
        "active" | "completed" | "accepted" | "read" | "delivered" | "processed" => "good",
        "blocked" | "cancelled" | "failed" | "rejected" => "bad",
        "created" | "searching" | "pending" | "held" | "received" => "waiting",
        "provider_assigned" | "sent" => "busy",
        _ => "plain",
    };
    html! { span class=(format!("badge {tone}")) { (view.texts.word(word)) } }
}

/// A time of the configured zone.
pub(super) fn time(view: &View, time: DateTime<Utc>) -> Markup {
    let local = time.with_timezone(&view.zone);
    html! { time datetime=(time.to_rfc3339()) { (local.format("%Y-%m-%d %H:%M")) } }
}

/// A time that may be missing.
pub(super) fn maybe_time(view: &View, at: Option<DateTime<Utc>>) -> Markup {
    html! { @match at { Some(at) => (time(view, at)), None => "–" } }
}

/// An average with one decimal.
pub(super) fn average(average: Option<f64>, count: i64) -> Markup {
    html! {
        @match average {
            Some(average) => { "★ " (one_decimal(average)) @if count > 0 { " (" (count) ")" } },
            None => "–",
        }
    }
}

/// Half up, as everywhere: 4.25 is 4.3.
fn one_decimal(average: f64) -> String {
    format!("{:.1}", (average * 10.0 + 1e-6).round() / 10.0)
}

/// A name, or what stands for one.
pub(super) fn name(view: &View, name: &str) -> Markup {
    html! { @if name.is_empty() { em { (view.texts.erased) } } @else { (name) } }
}

/// Pairs of names and values.
pub(super) fn facts(pairs: Vec<(&str, Markup)>) -> Markup {
    html! { dl.facts { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_half_up() {
        for (average, shown) in [(4.25, "4.3"), (4.35, "4.4"), (4.24, "4.2"), (5.0, "5.0")] {
            assert_eq!(one_decimal(average), shown);
        }
    }
}
