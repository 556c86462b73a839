//! Typed texts with a length: addresses, descriptions, bios, comments (§9.3, §9.4).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidText {
    /// Less than what is needed is left after cleaning.
    #[error("the text has at least {min} characters")]
    TooShort {
        /// UTF-16 units.
        min: usize,
    },
    /// More than there is room for.
    #[error("the text has at most {max} characters")]
    TooLong {
        /// UTF-16 units.
        max: usize,
    },
}

fn bounded(raw: &str, lines: Lines, min: usize, max: usize) -> Result<String, InvalidText> {
    let clean = sanitise(raw, lines);
    match text::units(&clean) {
        units if units < min => Err(InvalidText::TooShort { min }),
        units if units > max => Err(InvalidText::TooLong { max }),
        _ => Ok(clean),
    }
}

macro_rules! free_text {
    ($(#[$about:meta])* $name:ident, $lines:expr, $min:literal..=$max:literal) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Cleans a typed text and checks its length.
            ///
            /// # Errors
            /// When too little or too much is left.
            pub fn parse(raw: &str) -> Result<Self, InvalidText> {
                bounded(raw, $lines, $min, $max).map(Self)
            }

            /// The text as it is shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(raw: String) -> Result<Self, Self::Error> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        /// What people type stays out of logs.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    };
}

free_text!(
    /// Where the work is to be done.
    Address,
    Lines::One,
    3..=255
);
free_text!(
    /// What the work is.
    Description,
    Lines::Many,
    1..=500
);
free_text!(
    /// What a provider tells about their work.
    Bio,
    Lines::Many,
    10..=200
);
free_text!(
    /// What goes with the stars.
    Comment,
    Lines::Many,
    1..=500
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_what_is_left_after_cleaning() {
        assert_eq!(Address::parse("ab"), Err(InvalidText::TooShort { min: 3 }));
        assert_eq!(
            Address::parse(" <b>ab</b> "),
            Err(InvalidText::TooShort { min: 3 })
        );
        assert_eq!(
            Address::parse("Calle 5\nint. 2").unwrap().as_str(),
            "Calle 5 int. 2"
        );
        assert_eq!(
            Bio::parse(&"x".repeat(201)),
            Err(InvalidText::TooLong { max: 200 })
        );
        assert!(Bio::parse(&"x".repeat(200)).is_ok());
        assert_eq!(Description::parse("a\nb").unwrap().as_str(), "a\nb");
        assert_eq!(
            Description::parse("<script>alert(1)</script>Leak")
                .unwrap()
                .as_str(),
            "Leak"
        );
        assert_eq!(
            Comment::parse("<i></i>"),
            Err(InvalidText::TooShort { min: 1 })
        );
        assert!(!format!("{:?}", Bio::parse("Twenty years").unwrap()).contains("Twenty"));
    }
}
