//! The admin side without I/O: what is shown, how it is asked for, how it looks, who may see it, and how
//! optional behaviours are switched.

pub mod flags;
pub mod pages;
pub mod password;
pub mod query;
pub mod records;
mod texts;
pub mod token;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::RequestId;

/// Who does something, for the audit trail.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The admin's username.
    pub name: String,
    /// The call, which the notices that it causes carry on.
    pub request: RequestId,
}

/// A phone number as anybody may see it: its last four digits.
pub fn masked(digits: &str) -> String {
    let start = digits.len().saturating_sub(4);
    format!("***{}", digits.get(start..).unwrap_or_default())
}

/// One entry of the audit trail: what changed of what. Holds ids, never names or numbers.
#[derive(Debug, Clone)]
pub struct Change {
    /// What was done.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// How it was.
    pub before: Value,
    /// How it is.
    pub after: Value,
}

impl Change {
    /// One field that got another value.
    pub fn field(
        action: &'static str,
        subject: Uuid,
        field: &str,
        before: impl Into<Value>,
        after: impl Into<Value>,
    ) -> Self {
        Self {
            action,
            subject: subject.to_string(),
            before: json!({ field: before.into() }),
            after: json!({ field: after.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_four_digits_show() {
        assert_eq!(masked("525550001001"), "***1001");
        assert_eq!(masked("12"), "***12");
        assert_eq!(masked(""), "***");
    }
}
