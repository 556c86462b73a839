//! Errors in Meta's shape. Callers of the Graph API decide on the code; HTTP statuses follow the
//! last table that Meta published.

use serde_json::{Value, json};

use crate::json::object;

/// An error answer of the Graph API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    /// HTTP status of the answer.
    pub(crate) status: u16,
    /// Meta's code.
    pub(crate) code: u32,
    subcode: Option<u32>,
    details: String,
}

impl GraphError {
    /// An error with the status that belongs to its code.
    pub(crate) fn new(code: u32, details: impl Into<String>) -> Self {
        Self {
            status: status_of(code),
            code,
            subcode: None,
            details: details.into(),
        }
    }

    /// The same error under another HTTP status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// A missing or wrong access token.
    pub(crate) fn bad_token() -> Self {
        Self::new(
            190,
            "Invalid OAuth access token - Cannot parse access token",
        )
    }

    /// The object in the path is not ours.
    pub(crate) fn unknown_object(id: &str) -> Self {
        let details = format!(
            "Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation"
        );
        Self {
            subcode: Some(33),
            ..Self::new(100, details)
        }
    }

    /// A parameter that must be there is not.
    pub(crate) fn required(parameter: &str) -> Self {
        Self::new(131_008, format!("The parameter {parameter} is required."))
    }

    /// A parameter whose form or length is wrong.
    pub(crate) fn invalid(details: impl Into<String>) -> Self {
        Self::new(100, details)
    }

    /// A value that has the right form and is not allowed.
    pub(crate) fn not_valid(details: impl Into<String>) -> Self {
        Self::new(131_009, details)
    }

    /// The person's window is closed.
    pub(crate) fn window_closed() -> Self {
        Self::new(131_047, details_of(131_047))
    }

    /// The body of the answer; `trace` is what a person would tell Meta's support.
    pub(crate) fn body(&self, trace: &str) -> Value {
        let kind = if self.subcode == Some(33) {
            "GraphMethodException"
        } else {
            "OAuthException"
        };
        let error = object([
            (
                "message",
                Some(format!("(#{}) {}", self.code, title_of(self.code)).into()),
            ),
            ("type", Some(kind.into())),
            ("code", Some(self.code.into())),
            ("error_subcode", self.subcode.map(Value::from)),
            (
                "error_data",
                Some(json!({"messaging_product": "whatsapp", "details": self.details})),
            ),
            ("fbtrace_id", Some(trace.into())),
        ]);
        json!({ "error": error })
    }
}

/// The HTTP status that Meta last documented for a code; 400 also for rate limits.
fn status_of(code: u32) -> u16 {
    match code {
        0 | 190 => 401,
        3 | 10 | 200..=299 | 368 | 131_005 | 131_031 => 403,
        132_001 => 404,
        1 | 131_000 | 131_016 => 500,
        2 | 131_057 | 133_004 => 503,
        _ => 400,
    }
}

/// The title of a code.
pub(crate) fn title_of(code: u32) -> &'static str {
    match code {
        0 => "AuthException",
        1 => "An unknown error occurred",
        2 => "Service temporarily unavailable",
        3 => "Application does not have the capability to make this API call",
        4 => "Application request limit reached",
        10 | 200..=299 => "Application does not have permission for this action",
        100 => "Invalid parameter",
        190 => "Invalid OAuth access token",
        368 => "Temporarily blocked for policies violations",
        80_007 => "Rate limit issues",
        130_403 => "User is blocked by the business",
        130_429 => "Rate limit hit",
        130_472 => "User's number is part of an experiment",
        130_497 => "Business account is restricted in this country",
        131_000 => "Something went wrong",
        131_005 => "Access denied",
        131_008 => "Required parameter is missing",
        33 | 131_009 => "Parameter value is not valid",
        131_016 => "Service unavailable",
        131_021 => "Recipient cannot be sender",
        131_026 => "Message undeliverable",
        131_030 => "Recipient phone number not in allowed list",
        131_031 => "Account has been locked",
        131_042 => "Business eligibility payment issue",
        131_045 => "Incorrect certificate",
        131_047 => "Re-engagement message",
        131_048 => "Spam rate limit hit",
        131_049 => "Meta chose not to deliver",
        131_050 => "User has stopped marketing messages",
        131_051 => "Unsupported message type",
        131_052 => "Media download error",
        131_053 => "Media upload error",
        131_056 => "(Business Account, Consumer Account) pair rate limit hit",
        131_057 => "Account in maintenance mode",
        131_062 => "Recipient type is not supported for this message",
        131_064 => "Template classification limit hit",
        132_000 => "Template param count mismatch",
        132_001 => "Template does not exist",
        132_005 => "Template hydrated text too long",
        132_007 => "Template format character policy violated",
        132_012 => "Template parameter format mismatch",
        132_015 => "Template is paused",
        132_016 => "Template is disabled",
        132_018 => "Template parameters validation failed",
        132_068 => "Flow is blocked",
        132_069 => "Flow is throttled",
        133_004 => "Server temporarily unavailable",
        133_010 => "Phone number not registered",
        135_000 => "Generic user error",
        _ => "Unknown error",
    }
}

/// What a status with this code says in its details.
pub(crate) fn details_of(code: u32) -> &'static str {
    match code {
        131_026 => "Message Undeliverable.",
        131_047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
        }
        code => title_of(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_has_metas_shape() {
        let error = GraphError::not_valid("Total row count exceed max allowed count: 10");
        assert_eq!(error.status, 400);
        assert_eq!(
            error.body("trace"),
            json!({"error": {
                "message": "(#131009) Parameter value is not valid",
                "type": "OAuthException",
                "code": 131_009,
                "error_data": {
                    "messaging_product": "whatsapp",
                    "details": "Total row count exceed max allowed count: 10",
                },
                "fbtrace_id": "trace",
            }})
        );
        let unknown = GraphError::unknown_object("1").body("trace");
        assert_eq!(unknown["error"]["error_subcode"], 33);
    }

    #[test]
    fn every_documented_code_has_a_title() {
        let codes = [
            0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 299, 368, 80_007, 130_403, 130_429, 130_472,
            130_497, 131_000, 131_005, 131_008, 131_009, 131_016, 131_021, 131_026, 131_030,
            131_031, 131_042, 131_045, 131_047, 131_048, 131_049, 131_050, 131_051, 131_052,
            131_053, 131_056, 131_057, 131_062, 131_064, 132_000, 132_001, 132_005, 132_007,
            132_012, 132_015, 132_016, 132_018, 132_068, 132_069, 133_004, 133_010, 135_000,
        ];
        for code in codes {
            assert_ne!(title_of(code), "Unknown error", "{code}");
            assert!((400..600).contains(&status_of(code)), "{code}");
        }
    }

    #[test]
    fn rate_codes_come_with_400() {
        for code in [4, 80_007, 130_429, 131_048, 131_056] {
            assert_eq!(GraphError::new(code, "").status, 400, "{code}");
        }
        assert_eq!(GraphError::bad_token().status, 401);
    }
}
