//! Feature flags, and who changed what.

use maud::{Markup, html};

use super::layout::page;
use super::parts::{hidden, pages, table, time};
use super::{Section, View};
use crate::admin::records::{AuditRow, FlagRow, List};

/// The flags: how they stand, and a form for each. Only the former renews itself.
pub fn flags(view: &View, flags: &[FlagRow]) -> String {
    let texts = view.texts;
    let columns = [
        texts.name,
        texts.enabled,
        texts.share,
        texts.updated,
        texts.by,
    ];
    let rows = flags.iter().map(|flag| {
        vec![
            html! { (texts.word(&flag.name)) },
            html! { (if flag.enabled { texts.yes } else { texts.no }) },
            html! { (flag.percentage) @if !flag.allowed.is_empty() { " + " (flag.allowed.len()) } },
            time(view, flag.updated_at),
            html! { (flag.updated_by) },
        ]
    });
    let data = table(view, texts.flags, &columns, rows.collect());
    let before = html! { p { (texts.flag_hint) } };
    let after = html! { div.flags { @for flag in flags { (form(view, flag)) } } };
    page(view, Section::Flags, texts.flags, &before, &data, &after)
}

fn form(view: &View, flag: &FlagRow) -> Markup {
    let texts = view.texts;
    let allowed: Vec<String> = flag.allowed.iter().map(ToString::to_string).collect();
    html! {
        form method="post" action=(format!("{}/{}", Section::Flags.path(), flag.name)) aria-labelledby=(flag.name) {
            h2 id=(flag.name) { (texts.word(&flag.name)) }
            (hidden(view))
            label.tick { input type="checkbox" name="enabled" value="true" checked[flag.enabled]; (texts.enabled) }
            label { span { (texts.share) }
                input type="number" name="percentage" min="0" max="100" required value=(flag.percentage); }
            label { span { (texts.allowed) }
                textarea name="allowed" rows="2" spellcheck="false" { (allowed.join("\n")) } }
            button type="submit" { (texts.save) }
        }
    }
}

/// The audit trail.
pub fn audit(view: &View, list: &List<AuditRow>) -> String {
    let texts = view.texts;
    let columns = [
        texts.time,
        texts.by,
        texts.action,
        texts.subject,
        texts.before,
        texts.after,
    ];
    let value = |value: &Option<serde_json::Value>| match value {
        Some(value) if !value.is_null() => html! { code { (value) } },
        _ => html! { "–" },
    };
    let rows = list.data.iter().map(|entry| {
        vec![
            time(view, entry.created_at),
            html! { (entry.actor) },
            html! { (texts.word(&entry.action)) },
            html! { code { (entry.subject) } },
            value(&entry.before),
            value(&entry.after),
        ]
    });
    let data = html! {
        (table(view, texts.audit, &columns, rows.collect()))
        (pages(view, Section::Audit.path(), list.pagination))
    };
    page(
        view,
        Section::Audit,
        texts.audit,
        &html! {},
        &data,
        &html! {},
    )
}
