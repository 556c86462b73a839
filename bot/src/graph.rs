//! The Graph API: sends messages, marks them as read, proves the token. Says what a failure means and
//! leaves to the worker what to do about it.

mod health;
mod media;
mod response;

use std::sync::Arc;
use std::time::Duration;

use prometheus::CounterVec;
use reqwest::{Client, ClientBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use thiserror::Error;

use crate::domain::Wamid;
use crate::whatsapp::outbound;

pub use health::ApiHealth;
pub use media::FileFailure;
pub use response::Failure;

const LIMIT: Duration = Duration::from_secs(10);

/// Where the Graph API is and who we are to it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its address without the version.
    pub api_url: Url,
    /// Its version, like `v24.0`.
    pub api_version: String,
    /// The business's number.
    pub phone_number_id: String,
    /// The token of all calls.
    pub access_token: SecretString,
}

/// A client that could not be made.
#[derive(Debug, Error)]
pub enum GraphError {
    /// The address takes no path.
    #[error("WHATSAPP_API_URL cannot be the base of a path")]
    Address,
    /// The HTTP client cannot start.
    #[error("the HTTP client could not start")]
    Client(#[source] reqwest::Error),
}

/// A client of the Graph API. Clones share connections and health.
#[derive(Debug, Clone)]
pub struct Graph {
    client: Client,
    root: Url,
    number_id: String,
    number: Url,
    messages: Url,
    token: SecretString,
    health: Arc<ApiHealth>,
    errors: CounterVec,
}

impl Graph {
    /// A client for one number.
    ///
    /// # Errors
    /// When the settings give no usable address.
    pub fn new(settings: &Settings, errors: CounterVec) -> Result<Self, GraphError> {
        let client = client_for(&settings.api_url)
            .timeout(LIMIT)
            .connect_timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(GraphError::Client)?;
        let root = address(&settings.api_url, &[&settings.api_version])?;
        let number = address(&root, &[&settings.phone_number_id])?;
        let messages = address(&number, &["messages"])?;
        let token = settings.access_token.clone();
        Ok(Self {
            client,
            root,
            number_id: settings.phone_number_id.clone(),
            number,
            messages,
            token,
            health: Arc::default(),
            errors,
        })
    }

    /// Sends a message. Meta's answer means accepted, not delivered; an answer without an id counts,
    /// since the message is on its way.
    ///
    /// # Errors
    /// When it was not accepted, or when that is not known.
    pub async fn send(&self, payload: &Value) -> Result<Option<Wamid>, Failure> {
        let answer = self.post(payload).await?;
        let id = answer.pointer("/messages/0/id").and_then(Value::as_str);
        Ok(id.and_then(|id| Wamid::parse(id).ok()))
    }

    /// Shows the person that a message was read.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn mark_read(&self, message: &Wamid) -> Result<(), Failure> {
        self.post(&outbound::mark_read(message)).await.map(|_| ())
    }

    /// Asks about our number, which changes nothing and proves address and token.
    ///
    /// # Errors
    /// When the number is not ours to use, or nobody answers.
    pub async fn probe(&self) -> Result<(), Failure> {
        let request = self.client.get(self.number.clone());
        self.call(request).await.map(|_| ())
    }

    /// What the latest calls tell about the API.
    pub fn health(&self) -> &ApiHealth {
        &self.health
    }

    async fn post(&self, payload: &Value) -> Result<Value, Failure> {
        self.call(self.client.post(self.messages.clone()).json(payload))
            .await
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let result = match request.bearer_auth(self.token.expose_secret()).send().await {
            Ok(response) => response::read(response).await,
            Err(error) => Err(Failure::of_transport(&error)),
        };
        if let Err(failure) = &result {
            self.errors.with_label_values(&[&failure.label()]).inc();
        }
        self.health.note(result.as_ref().err());
        result
    }
}

/// Begins a client for addresses below this one. Without TLS it needs no certificates, which small
/// images may lack.
pub fn client_for(base: &Url) -> ClientBuilder {
    let builder = Client::builder();
    match base.scheme() {
        "https" => builder,
        _ => builder.tls_certs_only([]),
    }
}

fn address(base: &Url, parts: &[&str]) -> Result<Url, GraphError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| GraphError::Address)?
        .pop_if_empty()
        .extend(parts);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_appended_whether_or_not_the_base_ends_in_a_slash() {
        for base in [
            "https://graph.example",
            "https://graph.example/",
            "https://graph.example/fake/",
        ] {
            let url = address(&Url::parse(base).unwrap(), &["v24.0", "123", "messages"]).unwrap();
            let expected = format!("{}/v24.0/123/messages", base.trim_end_matches('/'));
            assert_eq!(url.as_str(), expected);
        }
    }
}
