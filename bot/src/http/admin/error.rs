//! How the API says no. Bodies say what the caller did, never what happened inside.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::admin::query::BadParameter;
use crate::store::admin::Outcome;
use crate::store::{Fault as Cause, StoreError};
use crate::telemetry::chain;

/// Why a call is refused.
#[derive(Debug, Error)]
pub(super) enum Fault {
    /// No valid token or key.
    #[error("a valid bearer token is needed")]
    Unauthorised,
    /// Username or password.
    #[error("username or password is wrong")]
    WrongPassword,
    /// Keys of services only read.
    #[error("an API key may only read")]
    ReadOnly,
    /// Too many calls or failures.
    #[error("too many requests; try again later")]
    Limited(u64),
    /// A parameter.
    #[error("{0}")]
    Parameter(BadParameter),
    /// The body.
    #[error("the body must be {0}")]
    Body(&'static str),
    /// No such record or route.
    #[error("there is no such record")]
    Unknown,
    /// The route has other methods.
    #[error("the method is not allowed here")]
    Method,
    /// The record's state does not allow it.
    #[error("{0}")]
    Conflict(&'static str),
    /// Nobody can log in.
    #[error("ADMIN_USERNAME, ADMIN_PASSWORD and ADMIN_TOKEN_SECRET are not set")]
    Unconfigured,
    /// The database.
    #[error("try again later")]
    Store(#[source] StoreError),
    /// This process.
    #[error("something went wrong")]
    Internal,
}

/// A refusal on the wire.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refused {
    /// For programs.
    code: &'static str,
    /// For people.
    message: String,
    /// The parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    /// Seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl From<BadParameter> for Fault {
    fn from(bad: BadParameter) -> Self {
        Self::Parameter(bad)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What an action came to, or why not.
pub(super) fn done<T>(outcome: Outcome<T>, illegal: &'static str) -> Result<T, Fault> {
    match outcome {
        Outcome::Done(value) => Ok(value),
        Outcome::Unknown => Err(Fault::Unknown),
        Outcome::Illegal => Err(Fault::Conflict(illegal)),
    }
}

impl Fault {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorised | Self::WrongPassword => StatusCode::UNAUTHORIZED,
            Self::ReadOnly => StatusCode::FORBIDDEN,
            Self::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Parameter(_) | Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Unconfigured => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(error) => match error.fault() {
                Cause::Data => StatusCode::INTERNAL_SERVER_ERROR,
                Cause::Unavailable | Cause::Contention | Cause::Schema => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
            },
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthorised => "unauthorised",
            Self::WrongPassword => "wrong_password",
            Self::ReadOnly => "read_only",
            Self::Limited(_) => "rate_limited",
            Self::Parameter(_) => "bad_parameter",
            Self::Body(_) => "bad_body",
            Self::Unknown => "unknown",
            Self::Method => "wrong_method",
            Self::Conflict(_) => "conflict",
            Self::Unconfigured => "not_configured",
            Self::Store(_) => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// Writes to the log what only we should know.
    pub(super) fn log(&self) {
        if let Self::Store(error) = self {
            let error = chain(error);
            tracing::error!(event = "db_error", error, "an admin's call failed");
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.log();
        let retry_after = match self {
            Self::Limited(seconds) => Some(seconds),
            _ => None,
        };
        let body = Refused {
            code: self.code(),
            message: self.to_string(),
            parameter: match self {
                Self::Parameter(bad) => Some(bad.name),
                _ => None,
            },
            retry_after,
        };
        let mut response = (self.status(), Json(body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

pub(super) async fn unknown() -> Fault {
    Fault::Unknown
}

pub(super) async fn wrong_method() -> Fault {
    Fault::Method
}
