//! How what goes wrong is answered. Bodies say what the caller did, never what happened inside.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    /// More bytes than Meta ever sends.
    #[error("the body is larger than 3 MB")]
    TooLarge,
    /// The body broke off.
    #[error("the body could not be read")]
    BrokenBody,
    /// Not from Meta, or not as Meta sent it.
    #[error("the signature is missing or wrong")]
    BadSignature,
    /// Signed and not JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// A verification with another mode or token.
    #[error("hub.mode or hub.verify_token is wrong")]
    WrongToken,
    /// A verification without a challenge.
    #[error("hub.challenge is missing")]
    NoChallenge,
    /// The operator's token is missing or wrong.
    #[error("the bearer token is missing or wrong")]
    Unauthorised,
    /// The operator's request is not what it should be.
    #[error("the body must be {{\"epoch\": number, \"revision\": text}}")]
    BadMove,
    /// Somebody sends more than a person does; what is refused may come again later.
    #[error("too many messages")]
    RateLimited {
        /// Whole seconds until the earliest slot.
        retry_after: u64,
    },
    /// The database is away; the same request works later.
    #[error("try again later")]
    Unavailable,
    /// Some of it cannot be stored.
    #[error("could not be stored")]
    Unstorable,
}

/// Why a request outside the admin API is refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explained {
    /// For programs.
    code: &'static str,
    /// For people.
    message: String,
}

/// The same request is welcome later.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Slower {
    /// Always `rate_limited`.
    error: &'static str,
    /// Seconds to wait.
    retry_after: u64,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadSignature | Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::WrongToken => StatusCode::FORBIDDEN,
            Self::BrokenBody | Self::NotJson | Self::NoChallenge | Self::BadMove => {
                StatusCode::BAD_REQUEST
            }
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unstorable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::BrokenBody => "broken_body",
            Self::BadSignature => "bad_signature",
            Self::NotJson => "not_json",
            Self::WrongToken => "wrong_token",
            Self::NoChallenge => "no_challenge",
            Self::Unauthorised => "unauthorised",
            Self::BadMove => "bad_move",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Unstorable => "unstorable",
        }
    }

    /// The label of the webhook's histogram.
    pub(super) fn result(self) -> &'static str {
        match self {
            Self::BadSignature | Self::Unauthorised | Self::WrongToken => "unauthorized",
            Self::TooLarge
            | Self::BrokenBody
            | Self::NotJson
            | Self::NoChallenge
            | Self::BadMove => "invalid",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable | Self::Unstorable => "error",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::RateLimited { retry_after } = self {
            let body = Slower {
                error: self.code(),
                retry_after,
            };
            let header = [(RETRY_AFTER, retry_after.to_string())];
            return (self.status(), header, Json(body)).into_response();
        }
        let body = Explained {
            code: self.code(),
            message: self.to_string(),
        };
        (self.status(), Json(body)).into_response()
    }
}
