//! Templates that Meta approved, and messages made of them. Pure.

mod defaults;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::GraphError;

/// A template in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its language's code, such as `en`.
    pub language: String,
    /// Its text with `{{1}}`, `{{2}}`, … where parameters go.
    pub body: String,
    /// The line under the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Labels of its quick-reply buttons.
    #[serde(default)]
    pub buttons: Vec<String>,
    /// Whether it can be sent. Default approved.
    #[serde(default)]
    pub status: TemplateStatus,
}

/// What Meta thinks of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateStatus {
    /// It can be sent.
    #[default]
    Approved,
    /// Sends fail with code 132015.
    Paused,
    /// Sends fail with code 132016.
    Disabled,
    /// Sends fail with code 132001.
    Rejected,
}

/// A template with its parameters, as the phone shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rendered {
    /// The text.
    pub body: String,
    /// The line under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Its quick-reply buttons.
    pub buttons: Vec<RenderedButton>,
}

/// A quick-reply button of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RenderedButton {
    /// Its label.
    pub text: String,
    /// What a tap sends.
    pub payload: String,
}

#[derive(Debug)]
pub(crate) struct Registry(BTreeMap<(String, String), Template>);

impl Default for Registry {
    fn default() -> Self {
        let templates = defaults::all().map(|template| (key(&template), template));
        Self(templates.collect())
    }
}

impl Registry {
    /// All templates by name and language.
    pub(crate) fn list(&self) -> Vec<Template> {
        self.0.values().cloned().collect()
    }

    /// Adds or replaces a template.
    pub(crate) fn put(&mut self, template: Template) {
        self.0.insert(key(&template), template);
    }

    /// Changes the status of a template, in one language or in all. Says how many there were.
    pub(crate) fn set_status(
        &mut self,
        name: &str,
        language: Option<&str>,
        status: TemplateStatus,
    ) -> usize {
        let chosen = self.0.values_mut().filter(|template| {
            template.name == name && language.is_none_or(|language| template.language == language)
        });
        chosen.map(|template| template.status = status).count()
    }

    /// Reads a message's `template` object, whose form was checked.
    pub(super) fn render(&self, content: &Value) -> Result<Rendered, GraphError> {
        let text = |pointer: &str| content.pointer(pointer).and_then(Value::as_str);
        let name = text("/name").unwrap_or_default();
        let language = text("/language/code").unwrap_or_default();
        let found = self.0.get(&(name.to_owned(), language.to_owned()));
        let template = found.filter(|template| template.status != TemplateStatus::Rejected);
        let Some(template) = template else {
            let details = format!("template name ({name}) does not exist in {language}");
            return Err(GraphError::new(132_001, details));
        };
        match template.status {
            TemplateStatus::Paused => return Err(GraphError::new(132_015, "Template is paused")),
            TemplateStatus::Disabled => {
                return Err(GraphError::new(132_016, "Template is disabled"));
            }
            TemplateStatus::Approved | TemplateStatus::Rejected => {}
        }
        let components = content.get("components").and_then(Value::as_array);
        let components = components.map_or(&[][..], Vec::as_slice);
        let of = |kind: &'static str| {
            components.iter().filter(move |component| {
                let found = component.get("type").and_then(Value::as_str);
                found.is_some_and(|found| found.eq_ignore_ascii_case(kind))
            })
        };
        let parameters = of("body").flat_map(|component| parameters(component, "text"));
        let parameters: Vec<_> = parameters.collect();
        mismatch("body", parameters.len(), placeholders(&template.body))?;
        mismatch("header", of("header").count(), 0)?;
        let body = fill(&template.body, &parameters);
        if body.encode_utf16().count() > 1024 {
            return Err(GraphError::new(132_005, "Translated text too long"));
        }
        let mut buttons: Vec<_> = template
            .buttons
            .iter()
            .map(|text| RenderedButton {
                text: text.clone(),
                payload: text.clone(),
            })
            .collect();
        for component in of("button") {
            let payload = self::parameters(component, "payload").next();
            let button = index(component).and_then(|index| buttons.get_mut(index));
            let (Some(button), Some(payload)) = (button, payload) else {
                let details = "button: no quick-reply button of the template has this index";
                return Err(GraphError::new(132_018, details));
            };
            payload.clone_into(&mut button.payload);
        }
        Ok(Rendered {
            body,
            footer: template.footer.clone(),
            buttons,
        })
    }
}

fn key(template: &Template) -> (String, String) {
    (template.name.clone(), template.language.clone())
}

/// The values of a component's parameters of one type.
fn parameters<'a>(component: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a str> {
    let parameters = component.get("parameters").and_then(Value::as_array);
    let parameters = parameters.into_iter().flatten();
    parameters.filter_map(move |parameter| parameter.get(kind)?.as_str())
}

/// Meta takes the index as text and as number.
fn index(component: &Value) -> Option<usize> {
    let index = component.get("index")?;
    match index.as_str() {
        Some(text) => text.parse().ok(),
        None => index.as_u64()?.try_into().ok(),
    }
}

fn mismatch(part: &str, given: usize, wanted: usize) -> Result<(), GraphError> {
    if given == wanted {
        return Ok(());
    }
    let details = format!(
        "{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    );
    Err(GraphError::new(132_000, details))
}

/// How many parameters the text takes: the highest number in it.
fn placeholders(body: &str) -> usize {
    let numbers = body
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}")?.0.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Puts parameters in, in one pass: what looks like a placeholder inside a parameter stays.
fn fill(body: &str, parameters: &[&str]) -> String {
    let mut parts = body.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found = part.split_once("}}").and_then(|(number, rest)| {
            let place = number.parse::<usize>().ok()?.checked_sub(1)?;
            Some((parameters.get(place)?, rest))
        });
        if let Some((parameter, rest)) = found {
            filled.push_str(parameter);
            filled.push_str(rest);
        } else {
            filled.push_str("{{");
            filled.push_str(part);
        }
    }
    filled
}
