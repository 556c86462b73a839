//! The dashboard's sessions: a cookie that scripts and other sites cannot use, and forms that only the
//! session's own pages can send.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::error::Fault;
use crate::admin::token;
use crate::domain::Language;
use crate::http::{Shared, address};

const SESSION: &str = "handy_admin";
const LANGUAGE: &str = "handy_language";
const YEAR_SECONDS: i64 = 365 * 24 * 3600;
/// Nothing from elsewhere, nothing inline, no framing.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Somebody who is logged in at the dashboard.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) username: String,
    /// What forms carry.
    pub(super) mark: String,
}

/// Whose session the cookie names.
pub(super) async fn find(shared: &Shared, headers: &HeaderMap) -> Result<Option<Session>, Fault> {
    let Some(id) = cookie(headers, SESSION) else {
        return Ok(None);
    };
    let username = shared.store.session(&token::fingerprint(id)).await?;
    let secret = &shared.admin.settings.token_secret;
    Ok(username.map(|username| Session {
        username,
        mark: token::form_mark(secret, id),
    }))
}

/// Begins a session under a new id, whatever id the browser sent; the cookie to set.
pub(super) async fn begin(
    shared: &Shared,
    headers: &HeaderMap,
    username: &str,
) -> Result<HeaderValue, Fault> {
    end(shared, headers).await?;
    let id = hex::encode(rand::random::<[u8; 32]>());
    shared
        .store
        .begin_session(&token::fingerprint(&id), username, token::LIFETIME_SECONDS)
        .await?;
    header(headers, SESSION, &id, token::LIFETIME_SECONDS)
}

/// Ends the session that the cookie names.
pub(super) async fn end(shared: &Shared, headers: &HeaderMap) -> Result<(), Fault> {
    if let Some(id) = cookie(headers, SESSION) {
        shared.store.end_session(&token::fingerprint(id)).await?;
    }
    Ok(())
}

/// Takes the session's cookie away.
pub(super) fn cleared(headers: &HeaderMap) -> Result<HeaderValue, Fault> {
    header(headers, SESSION, "", 0)
}

/// Whether a form was sent by one of the session's own pages.
pub(super) fn is_own_form(shared: &Shared, headers: &HeaderMap, mark: &str) -> bool {
    let secret = &shared.admin.settings.token_secret;
    cookie(headers, SESSION).is_some_and(|id| token::is_form_mark(secret, id, mark))
}

/// Whether a form without a session, the login's, comes from our own page, as far as browsers tell.
pub(super) fn is_own_site(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    match (site, text(&ORIGIN), text(&HOST)) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, it)| it == host)
        }
        (None, _, _) => true,
    }
}

/// The language to show: as chosen, else as the browser asks, else the deployment's.
pub(super) fn language(headers: &HeaderMap, usual: Language) -> Language {
    if let Some(chosen) = cookie(headers, LANGUAGE).and_then(|code| code.parse().ok()) {
        return chosen;
    }
    let asked = headers
        .get("accept-language")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    asked
        .split(',')
        .find_map(|part| part.trim().get(..2)?.to_ascii_lowercase().parse().ok())
        .unwrap_or(usual)
}

/// Remembers the chosen language.
pub(super) fn chosen(headers: &HeaderMap, language: Language) -> Result<HeaderValue, Fault> {
    header(headers, LANGUAGE, language.code(), YEAR_SECONDS)
}

/// The headers that every page has.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    response
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty() && value.len() <= 128)
}

fn header(
    headers: &HeaderMap,
    name: &str,
    value: &str,
    seconds: i64,
) -> Result<HeaderValue, Fault> {
    let secure = if address::is_secure(headers) {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{name}={value}; Path=/admin; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&text).map_err(|_| Fault::Internal)
}

/// The header that sets a cookie.
pub(super) const SETS: HeaderName = SET_COOKIE;

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_other_sites_and_plain_text() {
        let plain = header(&headers(&[]), SESSION, "x", 60).unwrap();
        let plain = plain.to_str().unwrap();
        assert!(plain.contains("HttpOnly; SameSite=Strict; Max-Age=60"));
        assert!(!plain.contains("Secure"));
        let tls = headers(&[("x-forwarded-proto", "https")]);
        let tls = header(&tls, SESSION, "x", 60).unwrap();
        assert!(tls.to_str().unwrap().ends_with("; Secure"));
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let sent = headers(&[("cookie", "a=1; xhandy_admin=no; handy_admin=yes")]);
        assert_eq!(cookie(&sent, SESSION), Some("yes"));
        assert_eq!(
            cookie(&headers(&[("cookie", "handy_admin=")]), SESSION),
            None
        );
    }

    #[test]
    fn a_login_from_another_site_is_not_ours() {
        for (sent, own) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (
                vec![("origin", "https://a.example"), ("host", "a.example")],
                true,
            ),
            (
                vec![("origin", "https://b.example"), ("host", "a.example")],
                false,
            ),
            (vec![("origin", "null"), ("host", "a.example")], false),
            (vec![], true),
        ] {
            assert_eq!(is_own_site(&headers(&sent)), own, "{sent:?}");
        }
    }

    #[test]
    fn the_language_is_the_chosen_the_asked_or_the_usual_one() {
        let told = |pairs: &[(&'static str, &'static str)]| language(&headers(pairs), Language::En);
        assert_eq!(told(&[]), Language::En);
        assert_eq!(
            told(&[("accept-language", "fr, es-MX;q=0.8")]),
            Language::Es
        );
        let both = [("accept-language", "es"), ("cookie", "handy_language=en")];
        assert_eq!(told(&both), Language::En);
        assert_eq!(told(&[("cookie", "handy_language=<x>")]), Language::En);
    }
}
