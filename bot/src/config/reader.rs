//! Reads variables one by one and collects what is wrong with them.

use std::cell::RefCell;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use chrono_tz::Tz;
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;

use crate::admin::password;
use crate::config::Source;
use crate::domain::Language;
use crate::telemetry::{Format, Level};

/// What is wrong with one variable. Says nothing of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub variable: &'static str,
    /// What it needs.
    pub message: &'static str,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Error)]
pub struct ConfigError {
    /// One entry a variable.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are wrong: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{} {}", problem.variable, problem.message)?;
        }
        Ok(())
    }
}

type Parse<T> = fn(&str) -> Result<T, &'static str>;

/// Collects problems while it reads.
pub(super) struct Reader<'a> {
    source: Source<'a>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: Source<'a>) -> Self {
        Self {
            source,
            problems: RefCell::default(),
        }
    }

    pub(super) fn required<T>(&self, variable: &'static str, parse: Parse<T>) -> Option<T> {
        let parsed = self.parsed(variable, parse);
        if let Ok(None) = parsed {
            self.note(variable, "is missing");
        }
        self.noted(variable, parsed)
    }

    pub(super) fn optional<T>(&self, variable: &'static str, parse: Parse<T>) -> Option<T> {
        let parsed = self.parsed(variable, parse);
        self.noted(variable, parsed)
    }

    pub(super) fn or_default<T>(&self, variable: &'static str, default: T, parse: Parse<T>) -> T {
        self.optional(variable, parse).unwrap_or(default)
    }

    /// For a default that is itself a text to parse.
    pub(super) fn or_parsed<T>(
        &self,
        variable: &'static str,
        default: &str,
        parse: Parse<T>,
    ) -> Option<T> {
        match self.parsed(variable, parse) {
            Ok(None) => parse(default).ok(),
            parsed => self.noted(variable, parsed),
        }
    }

    /// For a variable whose problems another call notes.
    pub(super) fn silent<T>(&self, variable: &'static str, parse: Parse<T>) -> Option<T> {
        self.parsed(variable, parse).ok().flatten()
    }

    /// The settings, or all problems.
    pub(super) fn finish<T>(self, settings: Option<T>) -> Result<T, ConfigError> {
        let problems = self.problems.into_inner();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(ConfigError { problems }),
        }
    }

    fn parsed<T>(&self, variable: &str, parse: Parse<T>) -> Result<Option<T>, &'static str> {
        let Some(raw) = (self.source)(variable) else {
            return Ok(None);
        };
        let text = raw.into_string().map_err(|_| "is not UTF-8")?;
        // Files and secrets often end in a line break that nobody meant.
        match text.trim() {
            "" => Ok(None),
            text => parse(text).map(Some),
        }
    }

    fn noted<T>(
        &self,
        variable: &'static str,
        parsed: Result<Option<T>, &'static str>,
    ) -> Option<T> {
        parsed.unwrap_or_else(|message| {
            self.note(variable, message);
            None
        })
    }

    pub(super) fn note(&self, variable: &'static str, message: &'static str) {
        self.problems
            .borrow_mut()
            .push(Problem { variable, message });
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one of many parsers")]
pub(super) fn text(raw: &str) -> Result<String, &'static str> {
    Ok(raw.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "one of many parsers")]
pub(super) fn secret(raw: &str) -> Result<SecretString, &'static str> {
    Ok(SecretString::from(raw))
}

pub(super) fn header_secret(raw: &str) -> Result<SecretString, &'static str> {
    let allowed = raw.bytes().all(|byte| byte.is_ascii_graphic());
    allowed
        .then(|| SecretString::from(raw))
        .ok_or("must have visible ASCII characters only")
}

pub(super) fn http_url(raw: &str) -> Result<reqwest::Url, &'static str> {
    const MESSAGE: &str = "must be an http:// or https:// address without query and fragment";
    let url = reqwest::Url::parse(raw).map_err(|_| MESSAGE)?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.has_host();
    let web = matches!(url.scheme(), "http" | "https");
    if plain && web { Ok(url) } else { Err(MESSAGE) }
}

pub(super) fn database(raw: &str) -> Result<PgConnectOptions, &'static str> {
    const MESSAGE: &str = "must be a postgres:// address";
    if !raw.starts_with("postgres://") && !raw.starts_with("postgresql://") {
        return Err(MESSAGE);
    }
    PgConnectOptions::from_str(raw).map_err(|_| MESSAGE)
}

pub(super) fn redis_url(raw: &str) -> Result<SecretString, &'static str> {
    // TLS to Redis is not compiled in, so rediss:// is refused rather than failing later.
    let readable = raw.starts_with("redis://") && ::redis::Client::open(raw).is_ok();
    readable
        .then(|| SecretString::from(raw))
        .ok_or("must be a redis:// address")
}

pub(super) fn api_version(raw: &str) -> Result<String, &'static str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let good = raw
        .strip_prefix('v')
        .and_then(|numbers| numbers.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor));
    good.then(|| raw.to_owned()).ok_or("must look like v24.0")
}

pub(super) fn number_id(raw: &str) -> Result<String, &'static str> {
    let digits = raw.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| raw.to_owned())
        .ok_or("must have digits only")
}

pub(super) fn language(raw: &str) -> Result<Language, &'static str> {
    raw.parse().map_err(|_| "must be en or es")
}

pub(super) fn zone(raw: &str) -> Result<Tz, &'static str> {
    raw.parse()
        .map_err(|_| "must be a time zone like America/Mexico_City")
}

pub(super) fn long_secret(raw: &str) -> Result<SecretString, &'static str> {
    (raw.len() >= 16)
        .then(|| SecretString::from(raw))
        .ok_or("must have at least 16 characters")
}

pub(super) fn password_hash(raw: &str) -> Result<SecretString, &'static str> {
    password::is_hash(raw)
        .then(|| SecretString::from(raw))
        .ok_or("must be an argon2 hash that begins with $argon2")
}

pub(super) fn username(raw: &str) -> Result<String, &'static str> {
    let good = raw.len() <= 100 && !raw.chars().any(char::is_control);
    good.then(|| raw.to_owned())
        .ok_or("must have up to 100 characters")
}

pub(super) fn template_name(raw: &str) -> Result<String, &'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (raw.bytes().all(allowed) && raw.len() <= 512)
        .then(|| raw.to_owned())
        .ok_or("must have small letters, digits and underscores only")
}

pub(super) fn template_language(raw: &str) -> Result<String, &'static str> {
    let parts: Vec<&str> = raw.split('_').collect();
    let letters = |part: &&str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let good = match parts.as_slice() {
        [language] | [language, _] => (2..=3).contains(&language.len()),
        _ => false,
    };
    (good && parts.iter().all(letters))
        .then(|| raw.to_owned())
        .ok_or("must look like es_MX")
}

pub(super) fn level(raw: &str) -> Result<Level, &'static str> {
    Level::from_name(raw).ok_or("must be error, warn, info or debug")
}

pub(super) fn format(raw: &str) -> Result<Format, &'static str> {
    Format::from_name(raw).ok_or("must be json or pretty")
}

pub(super) fn positive(raw: &str) -> Result<u32, &'static str> {
    raw.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or("must be a whole number of at least 1")
}

pub(super) fn count(raw: &str) -> Result<u32, &'static str> {
    raw.parse()
        .map_err(|_| "must be a whole number of at least 0")
}

pub(super) fn delay_seconds(raw: &str) -> Result<u64, &'static str> {
    // What is left of 30 seconds is for finishing work.
    raw.parse()
        .ok()
        .filter(|number| *number <= 15)
        .ok_or("must be a whole number from 0 to 15")
}

pub(super) fn port(raw: &str) -> Result<u16, &'static str> {
    raw.parse().map_err(|_| "must be a port from 0 to 65535")
}

pub(super) fn address(raw: &str) -> Result<IpAddr, &'static str> {
    raw.parse().map_err(|_| "must be an IP address")
}

pub(super) fn revision(raw: &str) -> Result<String, &'static str> {
    let allowed = raw
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    // `live` is the lane of real people.
    let good = allowed && raw.len() <= 63 && raw != "live";
    good.then(|| raw.to_owned())
        .ok_or("must have up to 63 letters, digits and hyphens, and not be live")
}
