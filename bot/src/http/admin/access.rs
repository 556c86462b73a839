//! Who calls the API, and how often.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::Fault;
use crate::admin::{Actor, token};
use crate::domain::RequestId;
use crate::http::limit::Kind;
use crate::http::{Shared, address};
use crate::telemetry::now;

const WITHOUT_CREDENTIALS: Kind = Kind {
    name: "stranger",
    most: 100,
    window: Duration::from_mins(15),
};
const WITH_CREDENTIALS: Kind = Kind {
    name: "caller",
    most: 1000,
    ..WITHOUT_CREDENTIALS
};
const API_KEY: &str = "x-api-key";
/// The one path that needs no credentials, as nested.
const LOGIN: &str = "/login";

/// Who calls.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// An admin, by token.
    Admin(Actor),
    /// An internal service, by key; it only reads.
    Service,
}

impl Caller {
    /// Who answers for a change. Services change nothing, which the guard sees to.
    pub(super) fn actor(self) -> Result<Actor, Fault> {
        match self {
            Self::Admin(actor) => Ok(actor),
            Self::Service => Err(Fault::ReadOnly),
        }
    }
}

/// The address that the caller is counted by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(pub(super) IpAddr);

/// Lets through who has valid credentials, and everybody to the login; all as often as they may.
pub(super) async fn guard(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = caller_address(&shared, &request);
    let id = request.extensions().get::<RequestId>().cloned();
    let caller = match identify(&shared, request.headers().clone(), id).await {
        Ok(caller) => caller,
        Err(fault) => return fault.into_response(),
    };
    let kind = if caller.is_some() {
        WITH_CREDENTIALS
    } else {
        WITHOUT_CREDENTIALS
    };
    if let Err(fault) = take(&shared, address, kind).await {
        return fault.into_response();
    }
    let is_login = request.uri().path() == LOGIN;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match caller {
        None if !is_login => return Fault::Unauthorised.into_response(),
        Some(Caller::Service) if !reads && !is_login => return Fault::ReadOnly.into_response(),
        None => {}
        Some(caller) => {
            request.extensions_mut().insert(caller);
        }
    }
    request.extensions_mut().insert(Address(address));
    next.run(request).await
}

/// For what everybody may read.
pub(super) async fn count(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match take(
        &shared,
        caller_address(&shared, &request),
        WITHOUT_CREDENTIALS,
    )
    .await
    {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    }
}

async fn take(shared: &Shared, address: IpAddr, kind: Kind) -> Result<(), Fault> {
    let taken = shared.calls.take(address, kind).await;
    taken.map_err(Fault::Limited)
}

fn caller_address(shared: &Shared, request: &Request) -> IpAddr {
    let proxies = shared.admin.settings.trusted_proxies;
    address::client(request.headers(), request.extensions(), proxies)
}

async fn identify(
    shared: &Shared,
    headers: HeaderMap,
    request: Option<RequestId>,
) -> Result<Option<Caller>, Fault> {
    if let Some(name) = bearer(&headers).and_then(|it| {
        let secret = &shared.admin.settings.token_secret;
        token::verify(secret, it, now().timestamp())
    }) {
        // The outermost layer gave it one.
        let request = request.ok_or(Fault::Internal)?;
        return Ok(Some(Caller::Admin(Actor { name, request })));
    }
    let key = headers.get(API_KEY).and_then(|value| value.to_str().ok());
    let Some(key) = key else {
        return Ok(None);
    };
    let known = shared.store.key_name(&token::fingerprint(key)).await?;
    Ok(known.map(|_| Caller::Service))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
