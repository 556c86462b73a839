//! Messages that Meta approved beforehand: the only ones that may go out when a person has not written
//! for a day.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::conversation::{Template, TemplateName};
use crate::domain::{Language, text};
use crate::whatsapp::outbound::{BUTTON_ID_UNITS, NOTHING, Recipient, bounded, envelope};

const PARAMETER_UNITS: usize = 200;

/// What the templates are called at Meta, and in which language they were approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    language: String,
    names: HashMap<TemplateName, String>,
}

impl Templates {
    /// Meta's code of the language, such as `es_MX`; the names are the usual ones.
    pub fn new(language: impl Into<String>) -> Self {
        Self {
            language: language.into(),
            names: HashMap::new(),
        }
    }

    /// The code that templates in a language of the bot usually have.
    pub fn usual_language(language: Language) -> &'static str {
        match language {
            Language::En => "en",
            Language::Es => "es_MX",
        }
    }

    /// Gives a template another name.
    #[must_use]
    pub fn with_name(mut self, template: TemplateName, name: impl Into<String>) -> Self {
        self.names.insert(template, name.into());
        self
    }

    fn name(&self, template: TemplateName) -> &str {
        let given = self.names.get(&template).map(String::as_str);
        given.unwrap_or_else(|| template.default_name())
    }
}

/// The body of the call that sends a template.
pub fn template(template: &Template, at_meta: &Templates, to: &Recipient) -> Value {
    let parameters: Vec<Value> = template
        .parameters
        .iter()
        .map(|text| json!({"type": "text", "text": parameter(text)}))
        .collect();
    let mut components = Vec::new();
    if !parameters.is_empty() {
        components.push(json!({"type": "body", "parameters": parameters}));
    }
    for (index, id) in template.buttons.iter().enumerate() {
        components.push(json!({
            "type": "button",
            "sub_type": "quick_reply",
            "index": index.to_string(),
            "parameters": [{"type": "payload", "payload": bounded(id, BUTTON_ID_UNITS)}],
        }));
    }
    let content = json!({
        "name": at_meta.name(template.name),
        "language": {"code": at_meta.language},
        "components": components,
    });
    envelope(to, "template", &content)
}

/// Meta refuses line breaks, tabs and runs of spaces in a parameter, and empty ones.
fn parameter(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        NOTHING.to_owned()
    } else {
        text::cut(&line, PARAMETER_UNITS)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Phone;

    fn to() -> Recipient {
        Recipient::Phone(Phone::parse("5215500001001").unwrap())
    }

    #[test]
    fn a_template_has_its_parameters_and_the_ids_of_its_buttons() {
        let offer = Template {
            name: TemplateName::NewRequest,
            parameters: vec!["Plumbing".into(), "Ana\n\tLópez".into(), String::new()],
            buttons: vec![
                "btn_accept_request_1".into(),
                "btn_decline_request_1".into(),
            ],
        };
        let sent = template(&offer, &Templates::new("es_MX"), &to());
        let button = |index: &str, id: &str| {
            json!({"type": "button", "sub_type": "quick_reply", "index": index,
                   "parameters": [{"type": "payload", "payload": id}]})
        };
        let text = |text: &str| json!({"type": "text", "text": text});
        let expected = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "525500001001",
            "type": "template",
            "template": {
                "name": "handy_new_request",
                "language": {"code": "es_MX"},
                "components": [
                    {"type": "body", "parameters": [text("Plumbing"), text("Ana López"), text("-")]},
                    button("0", "btn_accept_request_1"),
                    button("1", "btn_decline_request_1"),
                ],
            },
        });
        assert_eq!(sent, expected);
    }

    #[test]
    fn names_come_from_the_settings() {
        let bare = Template {
            name: TemplateName::JobUpdate,
            parameters: Vec::new(),
            buttons: Vec::new(),
        };
        let templates = Templates::new("en").with_name(TemplateName::JobUpdate, "acme_update");
        let sent = template(&bare, &templates, &to());
        assert_eq!(
            sent["template"],
            json!({"name": "acme_update", "language": {"code": "en"}, "components": []})
        );
        let other = Template {
            name: TemplateName::ChatWaiting,
            ..bare
        };
        let sent = template(&other, &templates, &to());
        assert_eq!(sent["template"]["name"], "handy_chat_waiting");
    }

    #[test]
    fn parameters_are_one_plain_line() {
        for (text, expected) in [
            ("a\nb\tc   d", "a b c d"),
            (" a ", "a"),
            ("", "-"),
            ("\n \t", "-"),
        ] {
            assert_eq!(parameter(text), expected);
        }
        assert_eq!(text::units(&parameter(&"x".repeat(300))), 200);
    }

    proptest! {
        #[test]
        fn no_parameter_is_refused(raw in any::<String>()) {
            let sent = parameter(&raw);
            prop_assert!((1..=PARAMETER_UNITS).contains(&text::units(&sent)));
            prop_assert!(!sent.contains(['\n', '\t']) && !sent.contains("  "));
        }
    }
}
