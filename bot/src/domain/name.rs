//! The name a person gives to be called by.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text;

const MAX_UNITS: usize = 100;
/// WhatsApp's own marks for bold, italic, struck and fixed-width text.
const FORMATTING: [char; 4] = ['*', '_', '~', '`'];

/// A name of 2 to 100 characters on one line, with at least two letters.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidName {
    /// Fewer than two characters.
    #[error("a name has at least 2 characters")]
    TooShort,
    /// More than a hundred characters.
    #[error("a name has at most {MAX_UNITS} characters")]
    TooLong,
    /// Fewer than two letters, like a number or emoji.
    #[error("a name has at least two letters")]
    TooFewLetters,
}

impl UserName {
    /// Cleans a typed name and checks it.
    ///
    /// # Errors
    /// When too little, too much or no letters are left.
    pub fn parse(raw: &str) -> Result<Self, InvalidName> {
        // Normalised first, since that can turn a look-alike into a formatting mark.
        let unformatted: String = raw.nfc().filter(|c| !FORMATTING.contains(c)).collect();
        let clean = sanitise(&unformatted, Lines::One);
        let name = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().nth(1).is_none() {
            Err(InvalidName::TooShort)
        } else if text::units(&name) > MAX_UNITS {
            Err(InvalidName::TooLong)
        } else if name.chars().filter(|c| is_letter(*c)).nth(1).is_none() {
            Err(InvalidName::TooFewLetters)
        } else {
            Ok(Self(name))
        }
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Circled and squared letters are pictures, though Unicode calls them alphabetic.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

/// Names stay out of logs.
impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(***)")
    }
}

impl TryFrom<String> for UserName {
    type Error = InvalidName;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_people_are_kept_as_typed() {
        for name in [
            "Ana López",
            "Li",
            "O'Brien-Smith Jr.",
            "Ñusta",
            "李小龍",
            "Мария",
            "Robert'); DROP TABLE users;--",
        ] {
            assert_eq!(UserName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_are_cleaned() {
        let cases = [
            ("  Ana   López ", "Ana López"),
            ("Ana\nLópez", "Ana López"),
            ("*Ana* _López_", "Ana López"),
            ("A`n`a ~B~", "Ana B"),
            ("Ana\u{1fef}\u{1fef}", "Ana"),
            ("Jose\u{301}", "José"),
            ("<b>Ana</b>", "Ana"),
            ("<*b>Ana", "Ana"),
            ("\u{202e}Ana", "Ana"),
        ];
        for (raw, expected) in cases {
            assert_eq!(
                UserName::parse(raw).map(String::from),
                Ok(expected.to_owned()),
                "{raw:?}"
            );
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        let long = "a".repeat(101);
        let cases = [
            ("", InvalidName::TooShort),
            ("A", InvalidName::TooShort),
            ("  A ", InvalidName::TooShort),
            ("**", InvalidName::TooShort),
            ("<script>alert(1)</script>", InvalidName::TooShort),
            ("😀😀", InvalidName::TooFewLetters),
            ("🅰🅱", InvalidName::TooFewLetters),
            ("12", InvalidName::TooFewLetters),
            ("A1", InvalidName::TooFewLetters),
            (&long, InvalidName::TooLong),
        ];
        for (raw, expected) in cases {
            assert_eq!(UserName::parse(raw), Err(expected), "{raw:?}");
        }
        assert!(UserName::parse(&"a".repeat(100)).is_ok());
        assert_eq!(UserName::parse(&"𝒜".repeat(51)), Err(InvalidName::TooLong));
    }

    #[test]
    fn names_do_not_print() {
        let name = UserName::parse("Ana López").unwrap();
        assert!(!format!("{name:?}").contains("Ana"));
    }

    proptest! {
        #[test]
        fn a_name_is_one_line_in_bounds_and_parses_to_itself(raw in any::<String>()) {
            if let Ok(name) = UserName::parse(&raw) {
                prop_assert!((2..=MAX_UNITS).contains(&text::units(name.as_str())));
                prop_assert!(!name.as_str().chars().any(char::is_control));
                prop_assert!(!name.as_str().contains(FORMATTING));
                prop_assert_eq!(UserName::parse(name.as_str()), Ok(name.clone()));
            }
        }
    }
}
