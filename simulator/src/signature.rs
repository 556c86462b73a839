//! The bytes of a webhook as Meta sends them, and their signature. Pure.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Writes JSON the way it travels: everything outside ASCII as `\uXXXX` with lower-case hex
/// digits, `/` as `\/`, and `<`, `%`, `@` escaped. Takes compact JSON text, where these
/// characters stand inside strings only.
pub fn wire_form(json: &str) -> Vec<u8> {
    let mut wire = String::with_capacity(json.len() + json.len() / 8);
    for character in json.chars() {
        match character {
            '/' => wire.push_str("\\/"),
            '<' => wire.push_str("\\u003C"),
            '%' => wire.push_str("\\u0025"),
            '@' => wire.push_str("\\u0040"),
            character if character.is_ascii() => wire.push(character),
            character => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(wire, "\\u{unit:04x}");
                }
            }
        }
    }
    wire.into_bytes()
}

/// The value of `X-Hub-Signature-256` for exactly these bytes.
pub fn sign(body: &[u8], app_secret: &SecretString) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Signatures {
        app_secret: String,
        signatures: BTreeMap<String, String>,
    }

    fn payload(name: &str) -> Vec<u8> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/payloads");
        std::fs::read(folder.join(name)).unwrap()
    }

    #[test]
    fn every_listed_payload_has_its_signature() {
        let listed: Signatures = serde_json::from_slice(&payload("signatures.json")).unwrap();
        let secret = SecretString::from(listed.app_secret);
        assert!(listed.signatures.len() >= 45);
        for (name, signature) in listed.signatures {
            assert_eq!(sign(&payload(&name), &secret), signature, "{name}");
        }
    }

    #[test]
    fn wire_form_equals_the_recorded_bytes() {
        let recorded = String::from_utf8(payload("45-raw-wire-escaped.json")).unwrap();
        let value: serde_json::Value = serde_json::from_str(&recorded).unwrap();
        let value = &value["entry"][0]["changes"][0]["value"];
        for text in [
            &value["messages"][0]["text"]["body"],
            &value["contacts"][0]["profile"]["name"],
        ] {
            let wire = String::from_utf8(wire_form(&text.to_string())).unwrap();
            assert!(recorded.contains(&wire), "{wire}");
        }
    }

    #[test]
    fn wire_form_means_the_same() {
        let value = serde_json::json!({"a/b": "<é> 100% \u{1F600} \"\\\" \n a@b \u{7}"});
        let wire = wire_form(&value.to_string());
        assert!(wire.is_ascii());
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&wire).unwrap(),
            value
        );
    }
}
