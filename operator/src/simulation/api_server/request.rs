//! A request as it comes over the wire: which object, and what is to be done with it.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, ApiServer, KINDS, Kind, Refusal, refuse};
use crate::names::MANAGER;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) enum Verb {
    Get,
    List,
    Create,
    Replace,
    Patch,
    Delete,
}

/// A request of the operator.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Call {
    pub(in crate::simulation) verb: Verb,
    pub(in crate::simulation) kind: &'static Kind,
    /// Empty for a list.
    pub(in crate::simulation) name: String,
    /// `status`, `log`; mostly none.
    pub(in crate::simulation) part: String,
    /// Label selector of a list.
    pub(in crate::simulation) selector: String,
    pub(in crate::simulation) body: Value,
}

impl Call {
    /// Reads a request; `None` for one that the world does not know.
    pub(in crate::simulation) fn parse(method: &Method, uri: &str, body: &[u8]) -> Option<Self> {
        let url = reqwest::Url::parse(&format!("http://api{uri}")).ok()?;
        let mut path = url
            .path_segments()?
            .skip_while(|part| *part != "namespaces");
        path.nth(1)?;
        let plural = path.next()?;
        let kind = KINDS.iter().find(|kind| kind.plural == plural)?;
        let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let name = path.next().map(str::to_owned);
        let verb = match (method.as_str(), &name) {
            ("GET", None) => Verb::List,
            ("GET", Some(_)) => Verb::Get,
            ("POST", _) => Verb::Create,
            ("PUT", _) => Verb::Replace,
            ("PATCH", _) => Verb::Patch,
            ("DELETE", _) => Verb::Delete,
            _ => return None,
        };
        let of_body = body["metadata"]["name"].as_str().map(str::to_owned);
        Some(Self {
            verb,
            kind,
            name: name.or(of_body).unwrap_or_default(),
            part: path.next().unwrap_or_default().to_owned(),
            selector: url
                .query_pairs()
                .find(|(key, _)| key == "labelSelector")
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default(),
            body,
        })
    }

    pub(in crate::simulation) fn writes(&self) -> bool {
        !matches!(self.verb, Verb::Get | Verb::List)
    }

    /// In words, for a story.
    pub(in crate::simulation) fn story(&self) -> String {
        let verb = match self.verb {
            Verb::Get => "reads",
            Verb::List => "lists",
            Verb::Create => "creates",
            Verb::Replace => "replaces",
            Verb::Patch => "patches",
            Verb::Delete => "deletes",
        };
        let part = if self.part.is_empty() { "" } else { " status" };
        format!("{verb} {}{part} {}", self.kind.name, self.name)
    }
}

impl ApiServer {
    /// Answers a request: code and body.
    pub(in crate::simulation) fn answer(&mut self, call: &Call, now: i64) -> (u16, Vec<u8>) {
        match call.verb {
            Verb::List => (200, self.list(call)),
            Verb::Get if call.part == "log" => (200, b"last words\n".to_vec()),
            Verb::Get => told(200, self.found(call)),
            Verb::Create => told(201, self.create(call.kind, call.body.clone(), now)),
            Verb::Replace => {
                let status = call.part == "status";
                told(
                    200,
                    self.replace(call.kind, &call.name, call.body.clone(), status, MANAGER),
                )
            }
            Verb::Patch => told(200, self.merge(call.kind, &call.name, &call.body, MANAGER)),
            Verb::Delete => {
                let preconditions = &call.body["preconditions"];
                told(200, self.delete(call.kind, &call.name, preconditions, now))
            }
        }
    }

    fn found(&self, call: &Call) -> Answer {
        match self.get(call.kind, &call.name) {
            Some(found) => Ok(found.clone()),
            None => refuse(404, "NotFound", &call.name),
        }
    }

    fn list(&self, call: &Call) -> Vec<u8> {
        let head = format!(
            r#"{{"kind":"{}List","apiVersion":"{}","metadata":{{"resourceVersion":"{}"}},"items":["#,
            call.kind.name, call.kind.api_version, self.version
        );
        let mut bytes = head.into_bytes();
        let wanted = self
            .all(call.kind)
            .filter(|object| matches(&object.value["metadata"]["labels"], &call.selector));
        for (index, object) in wanted.enumerate() {
            if index > 0 {
                bytes.push(b',');
            }
            bytes.extend(&object.bytes);
        }
        bytes.extend(b"]}");
        bytes
    }
}

fn told(code: u16, answer: Answer) -> (u16, Vec<u8>) {
    match answer {
        Ok(object) => (code, object.bytes.clone()),
        Err(refusal) => (refusal.code, body(&refusal)),
    }
}

/// A refusal as it goes over the wire.
fn body(refusal: &Refusal) -> Vec<u8> {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure",
        "code": refusal.code, "reason": refusal.reason, "message": refusal.message,
    });
    serde_json::to_vec(&status).unwrap()
}

/// `a=b,c in (d,e)`, the two forms that the operator uses.
fn matches(labels: &Value, selector: &str) -> bool {
    if let Some((key, values)) = selector.split_once(" in (") {
        let value = labels[key].as_str().unwrap_or_default();
        return values
            .trim_end_matches(')')
            .split(',')
            .any(|each| each == value);
    }
    selector
        .split(',')
        .filter(|each| !each.is_empty())
        .all(|each| {
            each.split_once('=')
                .is_some_and(|(key, value)| labels[key].as_str() == Some(value))
        })
}
