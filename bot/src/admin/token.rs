//! Signed tokens of the API, and the marks that tie the dashboard's forms to their session. JSON Web
//! Tokens (RFC 7519) with HMAC-SHA256 and nothing else: the header is compared, never believed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Eight hours.
pub const LIFETIME_SECONDS: i64 = 8 * 3600;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const AUDIENCE: &str = "ubermench-admin";

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// A token for this admin, from now (seconds since 1970) on.
pub fn issue(secret: &SecretString, username: &str, now: i64) -> String {
    let claims = Claims {
        sub: username.to_owned(),
        aud: AUDIENCE.to_owned(),
        iat: now,
        exp: now.saturating_add(LIFETIME_SECONDS),
    };
    let claims = serde_json::to_vec(&claims).unwrap_or_default();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(HEADER),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let signature = URL_SAFE_NO_PAD.encode(mac(secret, "token", &signed).finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Whose token it is, if it is one of ours and not over.
pub fn verify(secret: &SecretString, token: &str, now: i64) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(secret, "token", signed).verify_slice(&signature).ok()?;
    let (header, claims) = signed.split_once('.')?;
    if header != URL_SAFE_NO_PAD.encode(HEADER) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let holds = claims.aud == AUDIENCE && claims.iat <= now + 60 && now < claims.exp;
    holds.then_some(claims.sub)
}

/// The mark that forms of this session carry.
pub fn form_mark(secret: &SecretString, session: &str) -> String {
    hex::encode(mac(secret, "form", session).finalize().into_bytes())
}

/// Whether a form carries its session's mark; takes the same time whichever byte differs.
pub fn is_form_mark(secret: &SecretString, session: &str, mark: &str) -> bool {
    hex::decode(mark).is_ok_and(|mark| mac(secret, "form", session).verify_slice(&mark).is_ok())
}

/// How cookies and keys are looked up without being stored.
pub fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// One purpose's signature never stands for another's.
fn mac(secret: &SecretString, purpose: &str, text: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    if purpose != "token" {
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
    }
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_eight_hours_under_its_own_secret() {
        let (ours, other) = (SecretString::from("ours"), SecretString::from("other"));
        let token = issue(&ours, "ana", 1000);
        assert_eq!(verify(&ours, &token, 1000), Some("ana".to_owned()));
        assert_eq!(
            verify(&ours, &token, 1000 + LIFETIME_SECONDS - 1),
            Some("ana".to_owned())
        );
        assert_eq!(verify(&ours, &token, 1000 + LIFETIME_SECONDS), None);
        assert_eq!(verify(&ours, &token, 0), None);
        assert_eq!(verify(&other, &token, 1000), None);
    }

    #[test]
    fn changed_and_unsigned_tokens_are_refused() {
        let secret = SecretString::from("ours");
        let token = issue(&secret, "ana", 1000);
        let forged = token.replacen('.', ".A", 1);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let (_, rest) = token.split_once('.').unwrap();
        let mark = form_mark(&secret, &token);
        for bad in [
            forged,
            format!("{none}.{rest}"),
            format!("{}.", token.rsplit_once('.').unwrap().0),
            "..".to_owned(),
            String::new(),
            mark,
        ] {
            assert_eq!(verify(&secret, &bad, 1000), None, "{bad}");
        }
    }

    #[test]
    fn a_form_mark_holds_for_its_session_only() {
        let secret = SecretString::from("ours");
        let mark = form_mark(&secret, "one");
        assert!(is_form_mark(&secret, "one", &mark));
        assert!(!is_form_mark(&secret, "two", &mark));
        assert!(!is_form_mark(&secret, "one", ""));
        assert!(!is_form_mark(&SecretString::from("x"), "one", &mark));
    }
}
