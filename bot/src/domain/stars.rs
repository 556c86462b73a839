//! Ratings: single ones in stars, averages in hundredths.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One to five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Stars(u8);

/// A number that is no rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rating has 1 to 5 stars")]
pub struct InvalidStars;

impl Stars {
    /// From 1 to 5; nothing else is a rating.
    pub fn new(stars: u8) -> Option<Self> {
        (1..=5).contains(&stars).then_some(Self(stars))
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = InvalidStars;

    fn try_from(stars: u8) -> Result<Self, Self::Error> {
        Self::new(stars).ok_or(InvalidStars)
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> Self {
        stars.0
    }
}

/// The mean of ratings, in hundredths of a star: 467 is 4.67.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Average(pub u16);

/// With one decimal, half up: 4.65 is "4.7".
impl fmt::Display for Average {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 + 5) / 10;
        write!(f, "{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_to_five_is_a_rating() {
        for stars in 0..=255 {
            assert_eq!(Stars::new(stars).is_some(), (1..=5).contains(&stars));
        }
    }

    #[test]
    fn averages_are_shown_with_one_decimal_half_up() {
        for (hundredths, shown) in [
            (500, "5.0"),
            (467, "4.7"),
            (465, "4.7"),
            (464, "4.6"),
            (100, "1.0"),
        ] {
            assert_eq!(Average(hundredths).to_string(), shown);
        }
    }
}
