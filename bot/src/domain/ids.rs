//! Identifiers, one type each, so that none can stand in for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// WhatsApp's id of one message, inbound or outbound. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Wamid(String);

/// A text that cannot be a message id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a message id has 1 to 512 visible ASCII characters")]
pub struct InvalidWamid;

impl Wamid {
    /// Takes an id of whatever form; not all begin with `wamid.`.
    ///
    /// # Errors
    /// When it is empty, longer than 512 characters or has other than visible ASCII characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidWamid> {
        let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=512).contains(&raw.len()) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(InvalidWamid)
        }
    }

    /// The id as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Wamid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Wamid {
    type Error = InvalidWamid;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Wamid> for String {
    fn from(id: Wamid) -> Self {
        id.0
    }
}

macro_rules! uuid_id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// Our own id of a person, which stays when phone or user id change.
    ContactId
);
uuid_id!(
    /// A registered person's id.
    UserId
);
uuid_id!(
    /// A provider profile's id: `<pid>` in the ids of rows.
    ProviderId
);
uuid_id!(
    /// A service request's id: `<rid>` in the ids of buttons and rows.
    ServiceRequestId
);

/// Which pods work a row: those that own the live work, or those of one revision under test.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(String);

impl Lane {
    const LIVE: &str = "live";

    /// The lane of real people.
    pub fn live() -> Self {
        Self(Self::LIVE.to_owned())
    }

    /// A lane by its stored name: `live` or the name of a revision.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Whether real people wait for the answers of this lane.
    pub fn is_live(&self) -> bool {
        self.0 == Self::LIVE
    }

    /// The stored name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id that follows one event from its webhook to the replies, in logs and in `X-Request-Id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// Takes over a caller's id of 1 to 64 letters, digits and hyphens; anything else is none.
    pub fn parse(raw: &str) -> Option<Self> {
        let allowed = raw
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (allowed && (1..=64).contains(&raw.len())).then(|| Self(raw.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(fresh: Uuid) -> Self {
        Self(fresh.to_string())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_of_every_form_are_taken_and_others_refused() {
        for good in ["wamid.HBgN==", "ABGGFexample", "wacid.1", &"x".repeat(512)] {
            assert_eq!(Wamid::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\u{0}b", "ñ", &"x".repeat(513)] {
            assert_eq!(Wamid::parse(bad), Err(InvalidWamid), "{bad:?}");
        }
    }

    #[test]
    fn a_request_id_is_taken_over_only_in_its_plain_form() {
        assert_eq!(RequestId::parse("abc-123").unwrap().as_str(), "abc-123");
        assert!(RequestId::parse(&"a".repeat(64)).is_some());
        for bad in ["", "a b", "a_b", "é", "a\n", &"a".repeat(65)] {
            assert_eq!(RequestId::parse(bad), None, "{bad:?}");
        }
        let fresh = RequestId::from(Uuid::nil());
        assert_eq!(RequestId::parse(fresh.as_str()), Some(fresh));
    }

    #[test]
    fn only_the_live_lane_is_live() {
        assert!(Lane::live().is_live());
        assert!(Lane::named("live").is_live());
        assert!(!Lane::named("abc123def4").is_live());
    }
}
