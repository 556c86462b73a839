//! Limits of interactive messages: lists and reply buttons.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{content, list, object, text};
use crate::graph::GraphError;
use crate::media::MediaKind;

/// Checks the `interactive` object.
pub(super) fn check(interactive: &Value) -> Result<(), GraphError> {
    let kind = text(interactive, "type")?;
    let (body_limit, action) = match kind {
        "list" => (4096, list_action as fn(&Value) -> Result<(), GraphError>),
        "button" => (1024, button_action as _),
        other => {
            let details = format!("Interactive type {other:?} is not supported by this stand-in");
            return Err(GraphError::new(131_051, details));
        }
    };
    part(
        "Body text",
        text(object(interactive, "body")?, "text")?,
        1,
        body_limit,
    )?;
    if let Some(footer) = interactive.get("footer") {
        part("Footer text", text(footer, "text")?, 1, 60)?;
    }
    if let Some(header) = interactive.get("header") {
        check_header(kind, header)?;
    }
    action(object(interactive, "action")?)
}

/// Lists take a text only; buttons also a picture, a film or a document.
fn check_header(kind: &str, header: &Value) -> Result<(), GraphError> {
    match (text(header, "type")?, kind) {
        ("text", _) => part("Header text", text(header, "text")?, 1, 60),
        (media @ ("image" | "video" | "document"), "button") => {
            let media = MediaKind::named(media).unwrap_or_default();
            content::media(media, object(header, media.name())?)
        }
        _ => Err(GraphError::not_valid(
            "Header type is not supported for this message",
        )),
    }
}

fn list_action(action: &Value) -> Result<(), GraphError> {
    part("Button label", text(action, "button")?, 1, 20)?;
    let sections = list(action, "sections")?;
    count("Section", sections.len(), 1, 10)?;
    let mut ids = BTreeSet::new();
    let mut total = 0;
    for section in sections {
        match section.get("title") {
            Some(_) => part("Section title", text(section, "title")?, 1, 24)?,
            None if sections.len() > 1 => return Err(GraphError::required("sections['title']")),
            None => {}
        }
        let rows = list(section, "rows")?;
        total += rows.len();
        for row in rows {
            check_row(row)?;
            if !ids.insert(text(row, "id")?) {
                return Err(GraphError::not_valid("Duplicated row id"));
            }
        }
    }
    count("Total row", total, 1, 10)
}

fn check_row(row: &Value) -> Result<(), GraphError> {
    part("Row id", text(row, "id")?, 1, 200)?;
    part("Row title", text(row, "title")?, 1, 24)?;
    if row.get("description").is_some() {
        part("Row description", text(row, "description")?, 0, 72)?;
    }
    Ok(())
}

fn button_action(action: &Value) -> Result<(), GraphError> {
    let buttons = list(action, "buttons")?;
    count("Buttons", buttons.len(), 1, 3)?;
    let (mut ids, mut titles) = (BTreeSet::new(), BTreeSet::new());
    for button in buttons {
        if text(button, "type")? != "reply" {
            return Err(GraphError::not_valid("Button type must be reply"));
        }
        let reply = object(button, "reply")?;
        let (id, title) = (text(reply, "id")?, text(reply, "title")?);
        part("Button reply id", id, 1, 256)?;
        part("Button title", title, 1, 20)?;
        if !ids.insert(id) {
            return Err(GraphError::not_valid("Duplicated button reply id"));
        }
        if !titles.insert(title) {
            return Err(GraphError::not_valid("Duplicated button title"));
        }
    }
    Ok(())
}

/// Wrong lengths inside interactive messages are code 131009.
fn part(name: &str, text: &str, least: usize, most: usize) -> Result<(), GraphError> {
    let units = text.encode_utf16().count();
    if units < least || units > most || (least > 0 && text.trim().is_empty()) {
        let details = format!("{name} length invalid. Min length: {least}, Max length: {most}");
        return Err(GraphError::not_valid(details));
    }
    Ok(())
}

fn count(name: &str, number: usize, least: usize, most: usize) -> Result<(), GraphError> {
    if number < least || number > most {
        let details = format!("{name} count invalid. Min: {least}, max allowed count: {most}");
        return Err(GraphError::not_valid(details));
    }
    Ok(())
}
