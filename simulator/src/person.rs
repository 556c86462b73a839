//! Who a message goes to or comes from: a phone number, or a business-scoped user id when the
//! person hides the number. Pure.

use sha2::{Digest, Sha256};

/// A person as the Graph API and webhooks name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// Digits with the country code, no plus.
    Phone(String),
    /// A business-scoped user id such as `MX.8827401935562048137`.
    Bsuid(String),
}

/// The text names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a phone number of 8 to 15 digits nor a business-scoped user id")]
pub struct NotAPerson;

impl Person {
    /// Reads a phone number (plus and punctuation are allowed) or a business-scoped user id.
    pub(crate) fn parse(text: &str) -> Result<Self, NotAPerson> {
        let text = text.trim();
        if is_bsuid(text) {
            return Ok(Self::Bsuid(text.to_owned()));
        }
        let rest = text.strip_prefix('+').unwrap_or(text);
        let mut digits = String::with_capacity(rest.len());
        for character in rest.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '-' | '.' | '(' | ')' => {}
                _ => return Err(NotAPerson),
            }
        }
        if (8..=15).contains(&digits.len()) {
            Ok(Self::Phone(digits))
        } else {
            Err(NotAPerson)
        }
    }

    /// The name of the person's chat. Mexican numbers exist with and without a 1 after the
    /// country code (webhooks bring it, E.164 does not have it); both are one person.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Phone(digits) => match digits.strip_prefix("521") {
                Some(rest) if rest.len() == 10 => format!("52{rest}"),
                _ => digits.clone(),
            },
            Self::Bsuid(id) => id.clone(),
        }
    }

    /// The business-scoped user id; for a phone it is made up, the same each time.
    pub(crate) fn bsuid(&self) -> String {
        match self {
            Self::Bsuid(id) => id.clone(),
            Self::Phone(digits) => {
                let hash = Sha256::digest(self.key().as_bytes());
                let number = hash
                    .iter()
                    .take(8)
                    .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
                format!("{}.{number:020}", country(digits))
            }
        }
    }

    /// The phone number, when it is known.
    pub(crate) fn phone(&self) -> Option<&str> {
        match self {
            Self::Phone(digits) => Some(digits),
            Self::Bsuid(_) => None,
        }
    }
}

fn is_bsuid(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else {
        return false;
    };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// ISO code for the country codes that people here are likely to type; ZZ is "unknown" in ISO 3166.
fn country(digits: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 10] = [
        ("52", "MX"),
        ("54", "AR"),
        ("55", "BR"),
        ("57", "CO"),
        ("56", "CL"),
        ("51", "PE"),
        ("34", "ES"),
        ("44", "GB"),
        ("49", "DE"),
        ("1", "US"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| digits.starts_with(prefix))
        .map_or("ZZ", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_user_ids_are_told_apart() {
        for (text, expected) in [
            (
                "+52 55 0000-1001",
                Some(Person::Phone("525500001001".into())),
            ),
            (
                "1 (202) 555.0118",
                Some(Person::Phone("12025550118".into())),
            ),
            (
                "MX.8827401935562048137",
                Some(Person::Bsuid("MX.8827401935562048137".into())),
            ),
            ("MX.ENT.88274", Some(Person::Bsuid("MX.ENT.88274".into()))),
            ("1234567", None),
            ("1234567890123456", None),
            ("mx.88274", None),
            ("hola", None),
            ("", None),
        ] {
            assert_eq!(Person::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn both_mexican_forms_are_one_chat() {
        let with = Person::Phone("5215500001001".into());
        let without = Person::Phone("525500001001".into());
        assert_eq!(with.key(), without.key());
        assert_eq!(with.bsuid(), without.bsuid());
        assert!(with.bsuid().starts_with("MX."));
        assert!(is_bsuid(&with.bsuid()));
        // Twelve digits that begin with 521 are 52 and ten digits already.
        assert_eq!(Person::Phone("521234567890".into()).key(), "521234567890");
    }
}
