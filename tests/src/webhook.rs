//! Webhooks as Meta sends them: one text message, signed over the raw bytes.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

/// A message of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Id of the message.
    pub wamid: String,
    /// The sender's number, digits.
    pub from: String,
    /// What they typed.
    pub text: String,
}

/// The notification's bytes.
pub fn body(phone_number_id: &str, message: &Message) -> Vec<u8> {
    let content = json!({ "type": "text", "text": { "body": message.text } });
    notification(phone_number_id, &message.wamid, &message.from, content)
}

/// The bytes of a notification of one message with this type and content.
pub fn notification(
    phone_number_id: &str,
    wamid: &str,
    from: &str,
    mut message: serde_json::Value,
) -> Vec<u8> {
    let now = chrono::Utc::now().timestamp().to_string();
    if let Some(members) = message.as_object_mut() {
        for (name, value) in [("from", from), ("id", wamid), ("timestamp", &now)] {
            members.insert(name.to_owned(), value.into());
        }
    }
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "203118846027591", "changes": [{ "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "12025550142", "phone_number_id": phone_number_id },
            "contacts": [{ "profile": { "name": "Ana" }, "wa_id": from }],
            "messages": [message],
        }}]}],
    })
    .to_string()
    .into_bytes()
}

/// Value of `X-Hub-Signature-256` for a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of every length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("any key length"));
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_equals_a_published_vector() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
