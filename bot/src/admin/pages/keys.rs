//! Keys of internal services.

use maud::html;

use super::layout::page;
use super::parts::{action, hidden, maybe_time, table, time};
use super::{Section, View};
use crate::admin::records::{KeyRow, NewKey};

/// The keys; a new one is shown this once.
pub fn keys(view: &View, keys: &[KeyRow], new: Option<&NewKey>) -> String {
    let texts = view.texts;
    let path = Section::Keys.path();
    let columns = [
        texts.name,
        texts.by,
        texts.created,
        texts.last_used,
        texts.status,
        texts.actions,
    ];
    let rows = keys.iter().map(|key| {
        let state = html! {
            @if key.revoked_at.is_some() { span.badge.bad { (texts.revoked) } }
            @else { span.badge.good { (texts.in_use) } }
        };
        let revoke = html! { button.bad #{ "revoke-" (key.id) } type="submit" aria-label=(format!("{}: {}", texts.revoke, key.name)) { (texts.revoke) } };
        vec![
            html! { (key.name) },
            html! { (key.created_by) },
            time(view, key.created_at),
            maybe_time(view, key.last_used_at),
            state,
            html! { @if key.revoked_at.is_none() { (action(view, &format!("{path}/{}/revoke", key.id), &revoke)) } @else { "–" } },
        ]
    });
    let data = table(view, texts.keys, &columns, rows.collect());
    let before = html! {
        p { (texts.key_hint) }
        @if let Some(new) = new {
            p.done role="status" { (new.name) ": " code.key { (new.key) } br; (texts.key_once) }
        }
        form.filter method="post" action=(path) {
            (hidden(view))
            label { span { (texts.name) } input name="name" required maxlength="100"; }
            button type="submit" { (texts.make_key) }
        }
    };
    page(view, Section::Keys, texts.keys, &before, &data, &html! {})
}
