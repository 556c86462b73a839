//! The signature by which a notification is known to come from Meta: an HMAC-SHA256 of the raw body
//! under the app secret.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

const PREFIX: &str = "sha256=";

/// The value of `X-Hub-Signature-256` for a body.
pub fn sign(body: &[u8], secret: &SecretString) -> String {
    format!(
        "{PREFIX}{}",
        hex::encode(mac(body, secret).finalize().into_bytes())
    )
}

/// Whether the header's signature is that of the body under any of the secrets. Takes the same time
/// whichever byte or secret differs.
pub fn verify(body: &[u8], header: Option<&str>, secrets: &[SecretString]) -> bool {
    let claimed = header
        .and_then(|header| header.trim().strip_prefix(PREFIX))
        .and_then(|digits| hex::decode(digits).ok());
    let Some(claimed) = claimed else {
        return false;
    };
    let matches = |secret| mac(body, secret).verify_slice(&claimed).is_ok();
    // Without a short cut: all secrets are tried.
    secrets
        .iter()
        .fold(false, |found, secret| found | matches(secret))
}

fn mac(body: &[u8], secret: &SecretString) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::whatsapp::samples::samples;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn every_sample_has_the_signature_listed_for_it() {
        let samples = samples();
        let listed: serde_json::Value =
            serde_json::from_slice(include_bytes!("../../../tests/payloads/signatures.json"))
                .unwrap();
        let key = secret(listed["app_secret"].as_str().unwrap());
        let signatures = listed["signatures"].as_object().unwrap();
        assert_eq!(signatures.len(), samples.len());
        for (name, body) in samples {
            let header = signatures[&name].as_str().unwrap();
            assert_eq!(sign(&body, &key), header, "{name}");
            assert!(
                verify(&body, Some(header), std::slice::from_ref(&key)),
                "{name}"
            );
            assert!(!verify(&body, Some(header), &[secret("another")]), "{name}");
        }
    }

    #[test]
    fn a_body_written_anew_no_longer_matches() {
        let body = include_bytes!("../../../tests/payloads/45-raw-wire-escaped.json");
        let key = secret("example-app-secret");
        let header = sign(body, &key);
        let again = serde_json::from_slice::<serde_json::Value>(body)
            .unwrap()
            .to_string();
        assert!(verify(body, Some(&header), std::slice::from_ref(&key)));
        assert!(!verify(again.as_bytes(), Some(&header), &[key]));
    }

    #[test]
    fn the_current_and_the_previous_secret_both_count() {
        let header = sign(b"x", &secret("old"));
        assert!(verify(b"x", Some(&header), &[secret("new"), secret("old")]));
        assert!(verify(b"x", Some(&header), &[secret("old"), secret("new")]));
        assert!(!verify(b"x", Some(&header), &[secret("new")]));
        assert!(!verify(b"x", Some(&header), &[]));
    }

    #[test]
    fn malformed_headers_are_refused() {
        let key = [secret("s")];
        let good = sign(b"x", &key[0]);
        let upper = format!("sha256={}", good["sha256=".len()..].to_uppercase());
        assert!(verify(b"x", Some(&upper), &key));
        for bad in [
            None,
            Some(""),
            Some("sha256="),
            Some("sha1=00"),
            Some(&good["sha256=".len()..]),
            Some(&good[..good.len() - 1]),
            Some(&good[..good.len() - 2]),
            Some("sha256=zz"),
        ] {
            assert!(!verify(b"x", bad, &key), "{bad:?}");
        }
    }

    /// Whatever may stand in the header: anything, digits, the right value, and that with one change.
    fn header(right: &str) -> impl Strategy<Value = String> + use<> {
        let right = right.to_owned();
        let (upper, changed) = (right.to_uppercase(), right.clone());
        prop_oneof![
            any::<String>(),
            "sha256=[0-9a-fA-F]{0,70}",
            " {0,2}sha(1|256)=[0-9a-f]{64} {0,2}",
            Just(format!(" {right}\t")),
            Just(upper.replacen("SHA", "sha", 1)),
            (0..right.len(), any::<char>()).prop_map(move |(at, with)| {
                let before: String = changed.chars().take(at).collect();
                let after: String = changed.chars().skip(at + 1).collect();
                format!("{before}{with}{after}")
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn only_the_right_digits_pass(header in header(&sign(b"x", &secret("s")))) {
            let right = sign(b"x", &secret("s"));
            let digits = header.trim().strip_prefix(PREFIX);
            let is_right = digits.is_some_and(|digits| digits.eq_ignore_ascii_case(&right[PREFIX.len()..]));
            prop_assert_eq!(verify(b"x", Some(&header), &[secret("t"), secret("s")]), is_right);
        }

        #[test]
        fn a_changed_body_never_passes(body in any::<Vec<u8>>(), at in any::<usize>(), bit in 0u8..8) {
            let key = [secret("s")];
            let header = sign(&body, &key[0]);
            prop_assert!(verify(&body, Some(&header), &key));
            let mut changed = body;
            if let Some(index) = at.checked_rem(changed.len()) {
                changed[index] ^= 1 << bit;
                prop_assert!(!verify(&changed, Some(&header), &key));
            }
        }
    }
}
