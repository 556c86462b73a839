//! What calls bring: ids in paths, parameters, JSON bodies.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::error::Fault;
use crate::admin::query::{BadParameter, Parameters};

/// The parameters of a call.
pub(super) struct Asked(pub(super) Parameters);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let found: Result<Query<BTreeMap<String, String>>, QueryRejection> =
            Query::from_request_parts(parts, state).await;
        match found {
            Ok(Query(parameters)) => Ok(Self(Parameters(parameters))),
            Err(_) => Err(Fault::Parameter(BadParameter {
                name: "query",
                needs: "URL-encoded names and values",
            })),
        }
    }
}

/// What is no id names no record.
pub(super) fn id(text: &str) -> Result<Uuid, Fault> {
    text.parse().map_err(|_| Fault::Unknown)
}

pub(super) fn json<T: DeserializeOwned>(body: &Bytes, needs: &'static str) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|_| Fault::Body(needs))
}
