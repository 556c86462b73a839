//! Who a person is at WhatsApp: a phone number, a business-scoped user id, or both.
//!
//! `Display` and `Debug` show the last four characters only, so neither can reach a log whole.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Numbers that begin so belong to no country; the smoke test writes from them.
const SMOKE_PREFIX: &str = "999";

/// A phone number in the one form used for lookups, storage and sending.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// A text that holds no phone number of 8 to 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a phone number has 8 to 15 digits")]
pub struct InvalidPhone;

impl Phone {
    /// Reads a number as people and Meta write it: punctuation is dropped, and Mexico's old mobile
    /// form `521` + 10 digits becomes `52` + 10 digits.
    ///
    /// # Errors
    /// When fewer than 8 or more than 15 digits remain.
    pub fn parse(raw: &str) -> Result<Self, InvalidPhone> {
        let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
        let digits = match digits.strip_prefix("521") {
            Some(national) if national.len() == 10 => format!("52{national}"),
            _ => digits,
        };
        if (8..=15).contains(&digits.len()) {
            Ok(Self(digits))
        } else {
            Err(InvalidPhone)
        }
    }

    /// All digits, for the database and the Graph API.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Whether this is a smoke test's number, of a country code that nobody has.
    pub fn is_smoke(&self) -> bool {
        self.0.starts_with(SMOKE_PREFIX)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0, f)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0, f)
    }
}

impl TryFrom<String> for Phone {
    type Error = InvalidPhone;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// Meta's business-scoped user id, the identity of people who hide their number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bsuid(String);

/// A text that cannot be a business-scoped user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a business-scoped user id has 1 to 255 visible ASCII characters")]
pub struct InvalidBsuid;

impl Bsuid {
    /// Takes an id as Meta sent it; it is sent back unchanged.
    ///
    /// # Errors
    /// When it is empty, longer than 255 characters or has other than visible ASCII characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidBsuid> {
        let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=255).contains(&raw.len()) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(InvalidBsuid)
        }
    }

    /// The whole id, for the database and the Graph API.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Bsuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0, f)
    }
}

impl fmt::Debug for Bsuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0, f)
    }
}

impl TryFrom<String> for Bsuid {
    type Error = InvalidBsuid;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Bsuid> for String {
    fn from(id: Bsuid) -> Self {
        id.0
    }
}

/// What one message or status says about a person. Either part may be missing, and both may change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// The phone number, when Meta shows it and it is a valid one.
    pub phone: Option<Phone>,
    /// The business-scoped user id, when Meta sends it.
    pub bsuid: Option<Bsuid>,
}

impl Identity {
    /// Whether nothing is known, so that nobody could be answered.
    pub fn is_empty(&self) -> bool {
        self.phone.is_none() && self.bsuid.is_none()
    }
}

/// Both callers hold ASCII only, so the cut is always on a character.
fn masked(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let tail = text.len().saturating_sub(4);
    write!(f, "***{}", text.get(tail..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brought_to_one_form() {
        let cases = [
            ("5215500001001", Some("525500001001")),
            ("+52 1 55 0000 1001", Some("525500001001")),
            ("525500001001", Some("525500001001")),
            // 12 digits that begin with 521 are 52 + 10 digits already.
            ("521550000100", Some("521550000100")),
            ("52155000010012", Some("52155000010012")),
            ("5491100002002", Some("5491100002002")),
            ("(202) 555-0118", Some("2025550118")),
            ("12345678", Some("12345678")),
            ("123456789012345", Some("123456789012345")),
            ("1234567", None),
            ("1234567890123456", None),
            ("", None),
            ("no digits", None),
        ];
        for (raw, expected) in cases {
            let phone = Phone::parse(raw).ok();
            assert_eq!(phone.as_ref().map(Phone::digits), expected, "{raw}");
        }
    }

    #[test]
    fn neither_form_of_printing_shows_a_whole_identity() {
        let phone = Phone::parse("12025550118").unwrap();
        let bsuid = Bsuid::parse("US.3301928847712094").unwrap();
        assert_eq!(format!("{phone} {phone:?}"), "***0118 ***0118");
        assert_eq!(format!("{bsuid} {bsuid:?}"), "***2094 ***2094");
        let identity = Identity {
            phone: Some(phone),
            bsuid: Some(bsuid),
        };
        let shown = format!("{identity:?}");
        assert!(
            !shown.contains("55501") && !shown.contains("33019"),
            "{shown}"
        );
    }

    #[test]
    fn only_the_unassigned_country_code_is_a_smoke_number() {
        assert!(Phone::parse("99900000001").unwrap().is_smoke());
        assert!(!Phone::parse("5299900000001").unwrap().is_smoke());
    }

    #[test]
    fn user_ids_stay_as_sent_and_refuse_what_no_id_holds() {
        assert_eq!(Bsuid::parse("US.ENT.66").unwrap().as_str(), "US.ENT.66");
        for bad in ["", "a b", "a\u{0}", "é", &"x".repeat(256)] {
            assert_eq!(Bsuid::parse(bad), Err(InvalidBsuid), "{bad:?}");
        }
    }

    #[test]
    fn stored_identities_are_checked_when_read() {
        let phone: Phone = serde_json::from_str("\"5215500001001\"").unwrap();
        assert_eq!(serde_json::to_string(&phone).unwrap(), "\"525500001001\"");
        assert!(serde_json::from_str::<Phone>("\"12\"").is_err());
        assert!(serde_json::from_str::<Bsuid>("\"\"").is_err());
    }
}
