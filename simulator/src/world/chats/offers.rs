//! Finds the row or button that a tap means in what the business sent.

use serde_json::Value;

use super::{Author, Entry};
use crate::inbound::TapKind;

/// A row or button that can be tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What it is.
    pub(crate) kind: TapKind,
    /// Its title.
    pub(crate) title: String,
    /// Its description, for rows.
    pub(crate) description: Option<String>,
    /// The message that offers it.
    pub(crate) message: String,
}

/// The row or button of this id in one message.
pub(super) fn find(entry: &Entry, id: &str) -> Option<Offer> {
    if entry.author != Author::Business {
        return None;
    }
    let action = entry.message.get("interactive")?.get("action")?;
    let sections = items(action, "sections").flat_map(|section| items(section, "rows"));
    let rows = sections.map(|row| (TapKind::List, row));
    let buttons = items(action, "buttons")
        .filter_map(|button| button.get("reply"))
        .map(|reply| (TapKind::Button, reply));
    let (kind, offered) = rows
        .chain(buttons)
        .find(|(_, offered)| text(offered, "id") == Some(id))?;
    Some(Offer {
        kind,
        title: text(offered, "title")?.to_owned(),
        description: text(offered, "description").map(str::to_owned),
        message: entry.id.clone(),
    })
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
