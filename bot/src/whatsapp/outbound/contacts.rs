//! Shared contacts as Meta takes them. What comes in has members that may not go out, and may lack the
//! name that must.

use serde_json::{Map, Value, json};

use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text;

const NAME: &str = "formatted_name";
/// At least one of these has to stand beside the formatted name.
const NAME_PARTS: [&str; 5] = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
const MEMBERS: [&str; 6] = ["addresses", "birthday", "emails", "org", "phones", "urls"];
/// As WhatsApp itself does.
const MOST: usize = 257;
/// No honest part of a contact is longer.
const TEXT_UNITS: usize = 1000;

pub(super) fn contacts(shared: &[Value]) -> Value {
    shared.iter().take(MOST).map(contact).collect()
}

fn contact(shared: &Value) -> Value {
    let mut contact: Map<String, Value> = MEMBERS
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), known(shared.get(member)?)?)))
        .collect();
    contact.insert("name".to_owned(), name(shared));
    Value::Object(contact)
}

/// A member that says something, cleaned like all that is passed on.
fn known(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) | Value::Number(_) => Some(value.clone()),
        Value::String(text) => {
            let text = text::cut(&sanitise(text, Lines::One), TEXT_UNITS);
            (!text.is_empty()).then_some(Value::String(text))
        }
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().filter_map(known).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(members) => {
            let members: Map<String, Value> = members
                .iter()
                .filter_map(|(key, value)| Some((key.replace('\0', ""), known(value)?)))
                .collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
    }
}

fn name(shared: &Value) -> Value {
    let part = |key: &str| -> Option<Value> {
        let text = shared.get("name")?.get(key)?.as_str()?;
        known(&Value::String(text.to_owned()))
    };
    let parts: Map<String, Value> = NAME_PARTS
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), part(key)?)))
        .collect();
    let joined = || {
        let words: Vec<&str> = ["first_name", "last_name"]
            .iter()
            .filter_map(|key| parts.get(*key)?.as_str())
            .collect();
        (!words.is_empty()).then(|| Value::String(words.join(" ")))
    };
    let phone = || known(shared.pointer("/phones/0/phone")?);
    let company = || known(shared.pointer("/org/company")?);
    let formatted = part(NAME)
        .or_else(joined)
        .or_else(company)
        .or_else(phone)
        .unwrap_or_else(|| json!("-"));
    let mut name = parts;
    if name.is_empty() {
        name.insert("first_name".to_owned(), formatted.clone());
    }
    name.insert(NAME.to_owned(), formatted);
    Value::Object(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_goes_out_without_what_meta_refuses() {
        let shared = json!({
            "name": {"formatted_name": "Eva Stone", "first_name": "Eva"},
            "phones": [{"phone": "+1 (202) 555-0161", "wa_id": "12025550161", "type": "CELL"}],
            "org": {"company": "<b>Stone</b>\u{0} Electric", "department": ""},
            "emails": [],
            "vcard": "BEGIN:VCARD",
            "origin": "other",
        });
        assert_eq!(
            contacts(&[shared]),
            json!([{
                "name": {"formatted_name": "Eva Stone", "first_name": "Eva"},
                "phones": [{"phone": "+1 (202) 555-0161", "wa_id": "12025550161", "type": "CELL"}],
                "org": {"company": "Stone Electric"},
            }])
        );
    }

    #[test]
    fn each_has_a_formatted_name_and_a_part_of_one() {
        for (shared, expected) in [
            (
                json!({"name": {"formatted_name": "Office"}}),
                json!({"formatted_name": "Office", "first_name": "Office"}),
            ),
            (
                json!({"name": {"first_name": "Eva", "last_name": "Stone"}}),
                json!({"formatted_name": "Eva Stone", "first_name": "Eva", "last_name": "Stone"}),
            ),
            (
                json!({"phones": [{"phone": "555-0163"}]}),
                json!({"formatted_name": "555-0163", "first_name": "555-0163"}),
            ),
            (
                json!({"name": {"formatted_name": " "}, "org": {"company": "Stone"}}),
                json!({"formatted_name": "Stone", "first_name": "Stone"}),
            ),
            (
                json!("odd"),
                json!({"formatted_name": "-", "first_name": "-"}),
            ),
        ] {
            assert_eq!(contacts(&[shared])[0]["name"], expected);
        }
    }
}
