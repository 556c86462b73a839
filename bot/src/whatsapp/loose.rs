//! Reading of JSON that may hold anything: each part is looked at on its own, so that one odd member
//! never costs the others, and the exact bytes of a part stay at hand.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use thiserror::Error as ThisError;

/// A body that is not JSON at all.
#[derive(Debug, ThisError)]
#[error("the body is not JSON")]
pub struct NotJson(#[source] serde_json::Error);

/// Any JSON value, read only as deep as somebody asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loose<'a>(&'a RawValue);

impl<'a> Loose<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, NotJson> {
        serde_json::from_slice(body).map(Self).map_err(NotJson)
    }

    /// The members of an object; none for any other value.
    pub(super) fn members(self) -> Members<'a> {
        Members(serde_json::from_str(self.0.get()).unwrap_or_default())
    }

    /// The items of an array; none for any other value.
    pub(super) fn items(self) -> Vec<Self> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0.get()).unwrap_or_default();
        items.into_iter().map(Self).collect()
    }

    /// A string, also where a number stands for one.
    pub(super) fn text(self) -> Option<String> {
        let raw = self.0.get();
        if raw.starts_with('"') {
            serde_json::from_str::<LossyString>(raw)
                .ok()
                .map(|string| string.0)
        } else {
            let number = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
            number.then(|| raw.to_owned())
        }
    }

    /// A whole number, also where a string holds it.
    pub(super) fn integer(self) -> Option<i64> {
        self.text()?.trim().parse().ok()
    }

    /// A finite number, also where a string holds it.
    pub(super) fn decimal(self) -> Option<f64> {
        self.text()?
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The value's own bytes.
    pub(super) fn to_raw(self) -> Box<RawValue> {
        self.0.to_owned()
    }
}

/// The members of one object. Of members with the same name the last counts.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(HashMap<LossyString, &'a RawValue>);

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<Loose<'a>> {
        self.0.get(name).copied().map(Loose)
    }

    pub(super) fn members(&self, name: &str) -> Self {
        self.get(name).map(Loose::members).unwrap_or_default()
    }

    pub(super) fn items(&self, name: &str) -> Vec<Loose<'a>> {
        self.get(name).map(Loose::items).unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(Loose::text)
    }

    /// A short word such as an id or a type: not empty, visible ASCII, at most 255 characters.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        let fits = |word: &String| {
            (1..=255).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic())
        };
        self.text(name).filter(fits)
    }
}

/// A string in which half a surrogate pair, which JSON can spell but Rust cannot hold, is replaced.
#[derive(Debug, PartialEq, Eq, Hash)]
struct LossyString(String);

impl std::borrow::Borrow<str> for LossyString {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for LossyString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = LossyString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(LossyString(text.to_owned()))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(LossyString(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        // Asking for bytes makes serde_json let half a surrogate pair through.
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loose(json: &str) -> Loose<'_> {
        Loose::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn strings_and_numbers_stand_for_each_other() {
        assert_eq!(loose("\"12\"").integer(), Some(12));
        assert_eq!(loose("12").text().as_deref(), Some("12"));
        assert_eq!(loose("\"-3.5\"").decimal(), Some(-3.5));
        assert_eq!(loose("1e999").decimal(), None);
        for other in ["null", "true", "[]", "{}"] {
            assert_eq!(loose(other).text(), None, "{other}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_costs_neither_the_string_nor_its_neighbours() {
        let members = loose(r#"{"\ud800": 1, "a": "x\udc00y", "b": 2}"#).members();
        let text = members.text("a").unwrap();
        assert!(text.starts_with('x') && text.ends_with('y'), "{text}");
        assert_eq!(members.text("b").as_deref(), Some("2"));
    }

    #[test]
    fn words_have_no_room_for_what_a_database_refuses() {
        let members =
            loose(r#"{"a": "x\u0000", "b": "", "c": "é", "d": "ok", "e": "a b"}"#).members();
        for name in ["a", "b", "c", "e", "absent"] {
            assert_eq!(members.word(name), None, "{name}");
        }
        assert_eq!(members.word("d").as_deref(), Some("ok"));
    }

    #[test]
    fn garbage_is_not_json() {
        for body in [&b"{"[..], b"", b"hello", b"{\"a\":\"\xff\"}", b"{} x"] {
            assert!(Loose::parse(body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn nesting_has_no_end_that_matters() {
        let deep = "[".repeat(200_000) + &"]".repeat(200_000);
        assert_eq!(loose(&deep).items().len(), 1);
    }
}
