//! The way to the bots' pods: HTTP in production, a world in memory in simulations.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// What is asked of a pod.
pub struct Call<'a> {
    /// `GET`, `PUT`…
    pub method: Method,
    /// Where.
    pub url: String,
    /// Bearer token of the port, if it has one.
    pub token: Option<&'a SecretString>,
    /// Body, as JSON.
    pub body: Option<Value>,
    /// How long the pod may take.
    pub limit: Duration,
}

/// What it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status says that it was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The pod did not answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
pub struct Silence(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Asks pods.
pub trait Transport: Send + Sync {
    /// Sends a call and waits for the whole answer.
    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Answer, Silence>>;
}

impl Transport for reqwest::Client {
    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Answer, Silence>> {
        async move {
            send(self, call)
                .await
                .map_err(|error| Silence(Box::new(error)))
        }
        .boxed()
    }
}

async fn send(client: &reqwest::Client, call: Call<'_>) -> Result<Answer, reqwest::Error> {
    let mut request = client.request(call.method, call.url).timeout(call.limit);
    if let Some(token) = call.token {
        request = request.bearer_auth(token.expose_secret());
    }
    if let Some(body) = &call.body {
        request = request.json(body);
    }
    let response = request.send().await?;
    Ok(Answer {
        status: response.status().as_u16(),
        body: response.bytes().await?.to_vec(),
    })
}
