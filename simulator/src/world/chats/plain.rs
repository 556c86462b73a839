//! A message as plain text, for those who wait for a word in it.

use serde_json::Value;

use crate::platform::Rendered;

/// Where readable text stands in messages of people and of the business.
const TEXTS: [&str; 25] = [
    "/text/body",
    "/interactive/header/text",
    "/interactive/body/text",
    "/interactive/footer/text",
    "/interactive/action/button",
    "/interactive/list_reply/title",
    "/interactive/list_reply/description",
    "/interactive/button_reply/title",
    "/button/text",
    "/image/caption",
    "/video/caption",
    "/document/caption",
    "/document/filename",
    "/location/name",
    "/location/address",
    "/location/latitude",
    "/location/longitude",
    "/reaction/emoji",
    "/contacts/0/name/formatted_name",
    "/contacts/0/phones/0/phone",
    "/contacts/1/name/formatted_name",
    "/contacts/1/phones/0/phone",
    "/contacts/2/name/formatted_name",
    "/contacts/2/phones/0/phone",
    "/template/name",
];

/// The message's readable parts, one a line; for a kind without any, the kind in parentheses.
pub(crate) fn plain(message: &Value, template: Option<&Rendered>) -> String {
    let mut lines = Vec::new();
    if let Some(template) = template {
        lines.push(template.body.clone());
        lines.extend(template.footer.clone());
        lines.extend(template.buttons.iter().map(|button| button.text.clone()));
    }
    for pointer in TEXTS {
        match message.pointer(pointer) {
            Some(Value::String(text)) => lines.push(text.clone()),
            Some(Value::Number(number)) => lines.push(number.to_string()),
            _ => {}
        }
    }
    let action = message.pointer("/interactive/action");
    let items = |parent: Option<&Value>, name: &str| {
        let items = parent.and_then(|parent| parent.get(name)?.as_array().cloned());
        items.unwrap_or_default()
    };
    for section in items(action, "sections") {
        for row in items(Some(&section), "rows") {
            let texts = ["title", "description"];
            let texts = texts.iter().filter_map(|name| row.get(*name)?.as_str());
            lines.extend(texts.map(str::to_owned));
        }
    }
    for button in items(action, "buttons") {
        let title = button.pointer("/reply/title").and_then(Value::as_str);
        lines.extend(title.map(str::to_owned));
    }
    if lines.is_empty() {
        let kind = message.get("type").and_then(Value::as_str);
        lines.push(format!("({})", kind.unwrap_or("message")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_readable_is_there() {
        let list = json!({"type": "interactive", "interactive": {"body": {"text": "Pick"},
            "action": {"button": "Open", "sections": [{"rows": [{"title": "A", "description": "d"}]}]}}});
        assert_eq!(plain(&list, None), "Pick\nOpen\nA\nd");
        let buttons = json!({"type": "interactive", "interactive": {"body": {"text": "Pick"},
            "action": {"buttons": [{"reply": {"title": "Yes"}}]}}});
        assert_eq!(plain(&buttons, None), "Pick\nYes");
        let place = json!({"type": "location", "location": {"latitude": 1.5, "longitude": 2}});
        assert_eq!(plain(&place, None), "1.5\n2");
        assert_eq!(
            plain(&json!({"type": "audio", "audio": {"id": "1"}}), None),
            "(audio)"
        );
    }
}
