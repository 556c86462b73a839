//! What `POST /{phone number id}/messages` takes: reads a body and checks it against Meta's limits.
//! Lengths are counted in UTF-16 units, the strictest reading of Meta's "characters".

mod content;
mod interactive;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::GraphError;
use crate::media::MediaKind;
use crate::person::Person;

/// A request that passed the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A message to a person.
    Send {
        /// Whom it goes to.
        to: Person,
        /// The address as it was written.
        input: String,
    },
    /// A person's message was read; with `typing` the person sees that an answer is coming.
    MarkRead {
        /// The person's message.
        wamid: String,
        /// Whether the typing indicator was asked for.
        typing: bool,
    },
}

/// Reads and checks a body.
pub(crate) fn parse(body: &Value) -> Result<Request, GraphError> {
    if !body.is_object() {
        return Err(GraphError::invalid("The body must be a JSON object"));
    }
    if text(body, "messaging_product")? != "whatsapp" {
        return Err(GraphError::invalid(
            "Param messaging_product must be one of {WHATSAPP}",
        ));
    }
    if body.get("status").is_some() {
        mark_read(body)
    } else {
        send(body)
    }
}

fn mark_read(body: &Value) -> Result<Request, GraphError> {
    if text(body, "status")? != "read" {
        return Err(GraphError::invalid("Param status must be one of {READ}"));
    }
    let wamid = text(body, "message_id")?;
    if wamid.len() <= "wamid.".len() || !wamid.starts_with("wamid.") || wamid.len() > 512 {
        return Err(GraphError::not_valid(
            "Param message_id is not a valid message ID",
        ));
    }
    let typing = match body.get("typing_indicator") {
        None => false,
        Some(indicator) if text(indicator, "type")? == "text" => true,
        Some(_) => {
            return Err(GraphError::invalid(
                "Param typing_indicator['type'] must be text",
            ));
        }
    };
    Ok(Request::MarkRead {
        wamid: wamid.to_owned(),
        typing,
    })
}

fn send(body: &Value) -> Result<Request, GraphError> {
    // With both, `to` wins.
    let (name, address) = if body.get("to").is_some() {
        ("to", text(body, "to")?)
    } else if body.get("recipient").is_some() {
        ("recipient", text(body, "recipient")?)
    } else {
        return Err(GraphError::required("to"));
    };
    let to = Person::parse(address)
        .map_err(|_| GraphError::not_valid(format!("Param {name} is not a valid recipient")))?;
    if (name == "to") != to.phone().is_some() {
        return Err(GraphError::not_valid(format!(
            "Param {name} is not a valid recipient"
        )));
    }
    match body
        .get("recipient_type")
        .map(|kind| kind.as_str().unwrap_or_default())
    {
        None | Some("individual") => {}
        Some(_) => {
            return Err(GraphError::invalid(
                "Param recipient_type must be one of {INDIVIDUAL}",
            ));
        }
    }
    if body.get("biz_opaque_callback_data").is_some() {
        let data = text(body, "biz_opaque_callback_data")?;
        length("biz_opaque_callback_data", data, 0, 512)?;
    }
    if let Some(context) = body.get("context") {
        text(context, "message_id")?;
    }
    check_content(body)?;
    Ok(Request::Send {
        to,
        input: address.to_owned(),
    })
}

fn check_content(body: &Value) -> Result<(), GraphError> {
    let kind = body
        .get("type")
        .map_or(Ok("text"), |_| text(body, "type"))?;
    match kind {
        "text" => {
            let content = object(body, "text")?;
            length("text['body']", text(content, "body")?, 1, 4096)
        }
        "interactive" => interactive::check(object(body, "interactive")?),
        "location" => content::location(object(body, "location")?),
        "contacts" => content::contacts(body),
        "reaction" if body.get("context").is_some() => Err(GraphError::invalid(
            "A reaction cannot be a contextual reply",
        )),
        "reaction" => content::reaction(object(body, "reaction")?),
        "template" => content::template(object(body, "template")?),
        other => {
            if let Some(media) = MediaKind::named(other) {
                return content::media(media, object(body, other)?);
            }
            let details = format!("Message type {other:?} is not supported by this stand-in");
            Err(GraphError::new(131_051, details))
        }
    }
}

fn object<'a>(parent: &'a Value, name: &str) -> Result<&'a Value, GraphError> {
    match parent.get(name) {
        None | Some(Value::Null) => Err(GraphError::required(name)),
        Some(value) if value.is_object() => Ok(value),
        Some(_) => Err(GraphError::invalid(format!(
            "Param {name} must be a JSON object"
        ))),
    }
}

fn list<'a>(parent: &'a Value, name: &str) -> Result<&'a [Value], GraphError> {
    match parent.get(name) {
        None | Some(Value::Null) => Err(GraphError::required(name)),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(GraphError::invalid(format!(
            "Param {name} must be an array"
        ))),
    }
}

fn text<'a>(parent: &'a Value, name: &str) -> Result<&'a str, GraphError> {
    match parent.get(name) {
        None | Some(Value::Null) => Err(GraphError::required(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(GraphError::invalid(format!(
            "Param {name} must be a string"
        ))),
    }
}

/// Wrong lengths of plain parameters are code 100.
fn length(name: &str, text: &str, least: usize, most: usize) -> Result<(), GraphError> {
    let units = text.encode_utf16().count();
    if units > most {
        let details = format!("Param {name} must be at most {most} characters long.");
        return Err(GraphError::invalid(details));
    }
    if units < least || (least > 0 && text.trim().is_empty()) {
        return Err(GraphError::invalid(format!(
            "Param {name} cannot be empty."
        )));
    }
    Ok(())
}
