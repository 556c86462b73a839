//! The API's document as a page.

use maud::{Markup, html};
use serde_json::Value;

use super::layout::document;
use crate::admin::texts;
use crate::domain::Language;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Shows an `OpenAPI` document without any script. In the document's own language, English.
pub fn api_docs(api: &Value) -> String {
    let title = text(at(api, "/info/title"));
    let content = html! {
        main #content .docs {
            h1 { (title) " " small { (text(at(api, "/info/version"))) } }
            p { (text(at(api, "/info/description"))) }
            p { a href="/api/openapi.json" { "openapi.json" } " · " a href="/admin" { "Dashboard" } }
            @for tag in list(at(api, "/tags")) {
                h2 { (text(at(tag, "/description"))) }
                @for (path, method, call) in calls(api, text(at(tag, "/name"))) {
                    (operation(path, method, call))
                }
            }
            h2 { "Schemas" }
            @for (name, schema) in entries(at(api, "/components/schemas")) { (described(name, schema)) }
        }
    };
    document(texts::of(Language::En), title, &content).into_string()
}

fn calls<'a>(api: &'a Value, tag: &str) -> Vec<(&'a str, &'static str, &'a Value)> {
    let mut found = Vec::new();
    for (path, item) in entries(at(api, "/paths")) {
        for method in METHODS {
            let call = item.get(method).unwrap_or(&Value::Null);
            if list(at(call, "/tags")).iter().any(|it| text(it) == tag) {
                found.push((path, method, call));
            }
        }
    }
    found
}

fn operation(path: &str, method: &str, call: &Value) -> Markup {
    let body = at(call, "/requestBody/content/application~1json/schema");
    html! {
        details.call {
            summary { span class=(format!("method {method}")) { (method.to_uppercase()) } " " code { (path) } " – " (text(at(call, "/summary"))) }
            p { (text(at(call, "/description"))) }
            @if !list(at(call, "/parameters")).is_empty() {
                h3 { "Parameters" }
                ul { @for parameter in list(at(call, "/parameters")) {
                    li { code { (text(at(parameter, "/name"))) } " (" (text(at(parameter, "/in"))) "): " (kind(at(parameter, "/schema"))) " " (text(at(parameter, "/description"))) }
                } }
            }
            @if !body.is_null() { h3 { "Body" } p { (kind(body)) } }
            h3 { "Answers" }
            ul { @for (status, answer) in entries(at(call, "/responses")) {
                li { code { (status) } " " (kind(at(answer, "/content/application~1json/schema"))) " " (text(at(answer, "/description"))) }
            } }
        }
    }
}

fn described(name: &str, schema: &Value) -> Markup {
    html! {
        details.call id=(anchor(name)) {
            summary { code { (name) } " – " (text(at(schema, "/description"))) }
            (fields(schema))
        }
    }
}

fn fields(schema: &Value) -> Markup {
    html! {
        @for part in list(at(schema, "/allOf")) {
            @if part.get("$ref").is_some() { p { (kind(part)) } } @else { (fields(part)) }
        }
        @if at(schema, "/properties").is_object() {
            ul { @for (name, field) in entries(at(schema, "/properties")) {
                li { code { (name) } ": " (kind(field)) " " (text(at(field, "/description"))) }
            } }
        }
    }
}

/// A schema's type in a few words, with a link to one that has a name.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = at(schema, "/$ref")
        .as_str()
        .and_then(|it| it.rsplit('/').next())
    {
        return html! { a href=(format!("#{}", anchor(name))) { (name) } };
    }
    let choices = list(at(schema, "/oneOf"));
    if !choices.is_empty() {
        return html! { @for (place, choice) in choices.iter().enumerate() {
        @if place > 0 { " or " } (kind(choice)) } };
    }
    if at(schema, "/type") == "array" {
        return html! { "list of " (kind(at(schema, "/items"))) };
    }
    let types: Vec<&str> = match at(schema, "/type") {
        Value::Array(types) => types.iter().map(text).collect(),
        one => vec![text(one)],
    };
    html! { (types.join(" or ")) @if let Some(format) = at(schema, "/format").as_str() { " (" (format) ")" } }
}

fn anchor(name: &str) -> String {
    let safe = name.chars().filter(char::is_ascii_alphanumeric);
    format!("schema-{}", safe.collect::<String>())
}

/// What a pointer (RFC 6901) names, or null.
fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object = value.as_object();
    object
        .into_iter()
        .flat_map(|object| object.iter().map(|(name, value)| (name.as_str(), value)))
}
