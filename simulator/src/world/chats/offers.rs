//! Finds the row or button that a tap means in what the business sent.

use serde_json::Value;

use super::{Author, Entry};
use crate::inbound::TapKind;

/// A row or button that can be tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What it is.
    pub(crate) kind: TapKind,
    /// Its id; for a template's button the payload.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// Its description, for rows.
    pub(crate) description: Option<String>,
    /// The message that offers it.
    pub(crate) message: String,
}

/// The row or button in one message that fits: its id is the text, begins with it when the text
/// ends in `*`, or its title is the text.
pub(super) fn find(entry: &Entry, wanted: &str) -> Option<Offer> {
    let offers = all(entry);
    let by_id = offers.iter().position(|offer| fits(&offer.id, wanted));
    let place = by_id.or_else(|| offers.iter().position(|offer| offer.title == wanted))?;
    offers.into_iter().nth(place)
}

fn fits(id: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => id == wanted,
    }
}

fn all(entry: &Entry) -> Vec<Offer> {
    if entry.author != Author::Business {
        return Vec::new();
    }
    let offer = |kind, id: &str, title: &str, description: Option<&str>| Offer {
        kind,
        id: id.to_owned(),
        title: title.to_owned(),
        description: description.map(str::to_owned),
        message: entry.id.clone(),
    };
    if let Some(template) = &entry.template {
        let buttons = template.buttons.iter();
        return buttons
            .map(|button| offer(TapKind::Template, &button.payload, &button.text, None))
            .collect();
    }
    let Some(action) = entry.message.pointer("/interactive/action") else {
        return Vec::new();
    };
    let sections = items(action, "sections").flat_map(|section| items(section, "rows"));
    let rows = sections.map(|row| (TapKind::List, row));
    let buttons = items(action, "buttons")
        .filter_map(|button| button.get("reply"))
        .map(|reply| (TapKind::Button, reply));
    rows.chain(buttons)
        .filter_map(|(kind, offered)| {
            let (id, title) = (text(offered, "id")?, text(offered, "title")?);
            Some(offer(kind, id, title, text(offered, "description")))
        })
        .collect()
}

fn items<'a>(parent: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    parent
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(parent: &'a Value, name: &str) -> Option<&'a str> {
    parent.get(name).and_then(Value::as_str)
}
