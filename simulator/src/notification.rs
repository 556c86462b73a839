//! Webhook bodies as Meta writes them: one person's message, or the progress of one of ours. Pure.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::graph::{details_of, title_of};
use crate::json::object;
use crate::person::Person;
use crate::settings::Settings;

/// The business account (WABA) that the number belongs to.
const ACCOUNT: &str = "102290129340398";

/// A progress report for a message of the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Meta took it on.
    Sent,
    /// It is on the person's phone.
    Delivered,
    /// The person saw it.
    Read,
    /// It failed, with this code.
    Failed(u32),
}

impl Progress {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed(_) => "failed",
        }
    }
}

/// The whole notification for one message of a person.
pub(crate) fn of_message(
    settings: &Settings,
    from: &Person,
    profile: &str,
    message: &Value,
) -> Value {
    envelope(
        settings,
        Some(&contact(from, Some(profile))),
        ("messages", message.clone()),
    )
}

/// The message object: what the person said, with sender, id and time where they are missing.
pub(crate) fn message(
    from: &Person,
    wamid: &str,
    now: DateTime<Utc>,
    content: Map<String, Value>,
) -> Value {
    let mut message = content;
    if let Some(phone) = from.phone() {
        message.entry("from").or_insert_with(|| phone.into());
    }
    message
        .entry("from_user_id")
        .or_insert_with(|| from.bsuid().into());
    message.entry("id").or_insert_with(|| wamid.into());
    message
        .entry("timestamp")
        .or_insert_with(|| now.timestamp().to_string().into());
    Value::Object(message)
}

/// What a status webhook reports.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    /// Whom the message went to.
    pub(crate) to: Person,
    /// The message's id.
    pub(crate) wamid: String,
    /// How far it got.
    pub(crate) progress: Progress,
    /// What the sender asked to have echoed.
    pub(crate) callback_data: Option<String>,
}

/// The whole notification for the progress of one message of the business.
pub(crate) fn of_status(settings: &Settings, report: &Status, now: DateTime<Utc>) -> Value {
    let to = &report.to;
    let failed = matches!(report.progress, Progress::Failed(_));
    let priced = matches!(report.progress, Progress::Sent | Progress::Delivered);
    let pricing = json!({"billable": false, "pricing_model": "PMP",
        "type": "free_customer_service", "category": "service"});
    // A failed send to a phone number names no user id.
    let user_id = (!failed || to.phone().is_none()).then(|| to.bsuid().into());
    let status = object([
        ("id", Some(report.wamid.as_str().into())),
        ("status", Some(report.progress.name().into())),
        ("timestamp", Some(now.timestamp().to_string().into())),
        ("recipient_id", to.phone().map(Value::from)),
        ("recipient_user_id", user_id),
        ("pricing", priced.then_some(pricing)),
        (
            "biz_opaque_callback_data",
            report.callback_data.as_deref().map(Value::from),
        ),
        ("errors", errors(report.progress)),
    ]);
    let contact = (!failed).then(|| contact(to, None));
    envelope(
        settings,
        contact.as_ref(),
        ("statuses", Value::Object(status)),
    )
}

fn errors(progress: Progress) -> Option<Value> {
    let Progress::Failed(code) = progress else {
        return None;
    };
    let title = title_of(code);
    Some(json!([{
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details_of(code)},
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    }]))
}

fn contact(person: &Person, profile: Option<&str>) -> Map<String, Value> {
    object([
        ("profile", profile.map(|name| json!({ "name": name }))),
        ("wa_id", person.phone().map(Value::from)),
        ("user_id", Some(person.bsuid().into())),
    ])
}

fn envelope(
    settings: &Settings,
    contact: Option<&Map<String, Value>>,
    (name, item): (&str, Value),
) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": settings.display_phone_number,
            "phone_number_id": settings.phone_number_id,
        },
        name: [item],
    });
    if let (Some(contact), Some(value)) = (contact, value.as_object_mut()) {
        value.insert("contacts".to_owned(), json!([contact]));
    }
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT, "changes": [{"value": value, "field": "messages"}]}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_number_stays_hidden() {
        let settings = Settings::default();
        let noa = Person::Bsuid("US.5501".into());
        let content = json!({"type": "text", "text": {"body": "hi"}})
            .as_object()
            .unwrap()
            .clone();
        let message = message(&noa, "wamid.A", DateTime::UNIX_EPOCH, content);
        let value = of_message(&settings, &noa, "Noa", &message);
        let value = &value["entry"][0]["changes"][0]["value"];
        assert_eq!(
            value["contacts"][0],
            json!({"user_id": "US.5501", "profile": {"name": "Noa"}})
        );
        assert_eq!(value["messages"][0]["from"], Value::Null);
        assert_eq!(value["messages"][0]["from_user_id"], "US.5501");
        assert_eq!(value["messages"][0]["timestamp"], "0");
    }

    #[test]
    fn a_status_names_its_message_and_recipient() {
        let report = Status {
            to: Person::Phone("5215500001001".into()),
            wamid: "wamid.B".into(),
            progress: Progress::Delivered,
            callback_data: Some("outbox 7".into()),
        };
        let value = of_status(&Settings::default(), &report, DateTime::UNIX_EPOCH);
        let status = &value["entry"][0]["changes"][0]["value"]["statuses"][0];
        assert_eq!(status["status"], "delivered");
        assert_eq!(status["recipient_id"], "5215500001001");
        assert_eq!(status["biz_opaque_callback_data"], "outbox 7");
    }
    #[test]
    fn a_failure_has_its_code_and_no_contact() {
        let report = Status {
            to: Person::Phone("5215500001001".into()),
            wamid: "wamid.B".into(),
            progress: Progress::Failed(131_047),
            callback_data: None,
        };
        let value = of_status(&Settings::default(), &report, DateTime::UNIX_EPOCH);
        let value = &value["entry"][0]["changes"][0]["value"];
        assert_eq!(value["contacts"], Value::Null);
        let status = &value["statuses"][0];
        assert_eq!(status["status"], "failed");
        assert_eq!(status["recipient_user_id"], Value::Null);
        assert_eq!(status["errors"][0]["code"], 131_047);
        assert_eq!(status["errors"][0]["title"], "Re-engagement message");
    }
}
