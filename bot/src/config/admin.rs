//! Settings of the admin side.

use secrecy::SecretString;

use super::reader::{self, Reader};
use crate::domain::Language;
use crate::http::{AdminSettings, FirstAdmin, Password};

const ZONE: chrono_tz::Tz = chrono_tz::America::Mexico_City;

/// Nobody can log in where none of the admin's variables is set; where one is, all are needed.
pub(super) fn settings(read: &Reader<'_>) -> Option<AdminSettings> {
    let username = read.optional("ADMIN_USERNAME", reader::username);
    let hash = read.optional("ADMIN_PASSWORD_HASH", reader::password_hash);
    let plain = read.optional("ADMIN_PASSWORD", reader::secret);
    let password = match (hash, plain) {
        (Some(hash), _) => Some(Password::Hashed(hash)),
        (None, plain) => plain.map(Password::Plain),
    };
    let first = match (username, password) {
        (Some(username), Some(password)) => Some(FirstAdmin { username, password }),
        (Some(_), None) => {
            read.note("ADMIN_PASSWORD", "is missing beside ADMIN_USERNAME");
            None
        }
        (None, Some(_)) => {
            read.note("ADMIN_USERNAME", "is missing beside the password");
            None
        }
        (None, None) => None,
    };
    // Without an admin nobody has a token, and nobody can make one.
    let unused = || SecretString::from(hex::encode(rand::random::<[u8; 32]>()));
    let token_secret = match first {
        Some(_) => read.required("ADMIN_TOKEN_SECRET", reader::long_secret),
        None => Some(
            read.optional("ADMIN_TOKEN_SECRET", reader::long_secret)
                .unwrap_or_else(unused),
        ),
    };
    let proxies = read.or_default("TRUSTED_PROXIES", 0, reader::count);
    // Problems of these two are told with the worker's settings.
    let zone = read.silent("TIMEZONE", reader::zone).unwrap_or(ZONE);
    Some(AdminSettings {
        first,
        token_secret: token_secret?,
        zone,
        language: read
            .silent("BOT_LANGUAGE", reader::language)
            .unwrap_or(Language::En),
        trusted_proxies: usize::try_from(proxies).unwrap_or(usize::MAX),
    })
}
