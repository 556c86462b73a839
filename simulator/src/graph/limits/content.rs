//! Limits of media, places, contacts, reactions and templates.

use serde_json::Value;

use super::{length, list, object, text};
use crate::graph::GraphError;
use crate::media::MediaKind;

/// A file by id or link; some kinds take a caption or a file name.
pub(super) fn media(kind: MediaKind, content: &Value) -> Result<(), GraphError> {
    let name = kind.name();
    let (id, link) = (content.get("id"), content.get("link"));
    match (id, link) {
        (Some(_), None) => length(&format!("{name}['id']"), text(content, "id")?, 1, 200)?,
        (None, Some(_)) => {
            let link = text(content, "link")?;
            if !link.starts_with("https://") && !link.starts_with("http://") {
                let details = format!("Param {name}['link'] is not a valid URL");
                return Err(GraphError::invalid(details));
            }
        }
        (None, None) => return Err(GraphError::required(&format!("{name}['id'] or ['link']"))),
        (Some(_), Some(_)) => {
            let details = format!("Param {name}: exactly one of id and link must be given");
            return Err(GraphError::invalid(details));
        }
    }
    if content.get("caption").is_some() {
        if matches!(kind, MediaKind::Audio | MediaKind::Sticker) {
            let details = format!("Param {name}['caption'] is not allowed");
            return Err(GraphError::invalid(details));
        }
        let caption = text(content, "caption")?;
        length(&format!("{name}['caption']"), caption, 0, 1024)?;
    }
    if content.get("filename").is_some() {
        if kind != MediaKind::Document {
            let details = format!("Param {name}['filename'] is not allowed");
            return Err(GraphError::invalid(details));
        }
        length("document['filename']", text(content, "filename")?, 1, 240)?;
    }
    Ok(())
}

/// A place on the earth.
pub(super) fn location(content: &Value) -> Result<(), GraphError> {
    for (name, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let value = content.get(name).unwrap_or(&Value::Null);
        if value.is_null() {
            return Err(GraphError::required(&format!("location['{name}']")));
        }
        // Meta's samples write them as texts, too.
        let text = value.as_str().and_then(|text| text.parse::<f64>().ok());
        let number = value.as_f64().or(text);
        if !number.is_some_and(|number| number.abs() <= most) {
            let details = format!("Param location['{name}'] is not a number within {most}");
            return Err(GraphError::not_valid(details));
        }
    }
    for name in ["name", "address"] {
        if content.get(name).is_some_and(|value| !value.is_null()) {
            length(
                &format!("location['{name}']"),
                text(content, name)?,
                0,
                1000,
            )?;
        }
    }
    Ok(())
}

/// Contacts, each with a name to show.
pub(super) fn contacts(message: &Value) -> Result<(), GraphError> {
    let contacts = list(message, "contacts")?;
    if contacts.is_empty() || contacts.len() > 257 {
        return Err(GraphError::not_valid(
            "Param contacts must have 1 to 257 items",
        ));
    }
    for contact in contacts {
        let name = text(object(contact, "name")?, "formatted_name")?;
        length("contacts['name']['formatted_name']", name, 1, 1024)?;
        for (member, value) in [("phones", "phone"), ("emails", "email"), ("urls", "url")] {
            if contact.get(member).is_some() {
                for item in list(contact, member)? {
                    text(item, value)?;
                }
            }
        }
    }
    Ok(())
}

/// A reaction on a message; an empty emoji takes it back.
pub(super) fn reaction(content: &Value) -> Result<(), GraphError> {
    if !text(content, "message_id")?.starts_with("wamid.") {
        return Err(GraphError::not_valid(
            "Param reaction['message_id'] is not a message",
        ));
    }
    let emoji = text(content, "emoji")?;
    // The longest emoji are flags and families, sequences of several characters.
    if emoji.chars().count() > 16 || emoji.chars().any(char::is_alphabetic) {
        return Err(GraphError::not_valid(
            "Param reaction['emoji'] is not an emoji",
        ));
    }
    Ok(())
}

/// The form of a template; whether it exists and has these parameters is for the registry.
pub(super) fn template(content: &Value) -> Result<(), GraphError> {
    length("template['name']", text(content, "name")?, 1, 512)?;
    let language = object(content, "language")?;
    length(
        "template['language']['code']",
        text(language, "code")?,
        1,
        20,
    )?;
    if content.get("components").is_none() {
        return Ok(());
    }
    for component in list(content, "components")? {
        let kind = text(component, "type")?.to_ascii_lowercase();
        match kind.as_str() {
            "body" | "header" => body_parameters(component)?,
            "button" => button(component)?,
            other => {
                let details =
                    format!("Component type {other:?} is not one of header, body, button");
                return Err(GraphError::invalid(details));
            }
        }
    }
    Ok(())
}

fn body_parameters(component: &Value) -> Result<(), GraphError> {
    if component.get("parameters").is_none() {
        return Ok(());
    }
    for parameter in list(component, "parameters")? {
        if text(parameter, "type")? != "text" {
            let details = "Parameters of this template must be of type text";
            return Err(GraphError::new(132_012, details));
        }
        let value = text(parameter, "text")?;
        length("parameters['text']", value, 1, 1024)?;
        if value.contains(['\n', '\t']) || value.contains("     ") {
            let details =
                "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
            return Err(GraphError::new(132_018, details));
        }
    }
    Ok(())
}

fn button(component: &Value) -> Result<(), GraphError> {
    if !text(component, "sub_type")?.eq_ignore_ascii_case("quick_reply") {
        let details = "Buttons of this template must be of sub_type quick_reply";
        return Err(GraphError::new(132_018, details));
    }
    if component.get("index").is_none() {
        return Err(GraphError::required("components['index']"));
    }
    let parameters = list(component, "parameters")?;
    let [parameter] = parameters else {
        let details = "A quick-reply button takes exactly one parameter";
        return Err(GraphError::new(132_018, details));
    };
    if text(parameter, "type")? != "payload" {
        let details = "A quick-reply button takes a parameter of type payload";
        return Err(GraphError::new(132_018, details));
    }
    length("parameters['payload']", text(parameter, "payload")?, 1, 256)
}

#[cfg(test)]
mod tests;
