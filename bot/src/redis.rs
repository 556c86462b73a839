//! Redis: wake-ups between pods and shared limits, and nothing that may not be lost. Without it work waits for the next
//! look into the database, at most a second.

mod limits;
mod wake;

use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, RedisError};
use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::cache::Lists;
use crate::domain::Lane;
use crate::domain::rate::Windows;
use crate::telemetry::chain;

pub use limits::{Counted, Limiter};
pub use wake::Wake;
use wake::{News, together};

const CHANNEL: &str = "ubermench:inbox";
const LIMIT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(1);
/// More than this many unsent wake-ups say nothing that one does not.
const QUEUE: usize = 1024;

/// Where Redis is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its address, with its password.
    pub url: SecretString,
    /// The windows in which messages are counted.
    pub windows: Windows,
}

/// Why Redis does not help.
#[derive(Debug, Error)]
pub enum RedisFailure {
    /// It answered with an error or not at all.
    #[error("redis does not answer")]
    Call(#[source] RedisError),
    /// It took too long.
    #[error("redis took longer than {} s", LIMIT.as_secs())]
    Slow,
}

/// The link to Redis behind a [`Wake`].
pub struct Link {
    client: Client,
    connection: ConnectionManager,
    wakes: mpsc::Receiver<(Lane, News)>,
    wake: Wake,
}

/// Asks Redis whether it is there.
#[derive(Clone)]
pub struct Probe {
    connection: ConnectionManager,
}

/// Wake-ups, the link that carries them, a probe and the limiter. Nothing connects yet.
///
/// # Errors
/// When the address cannot be used.
pub fn open(
    settings: &Settings,
    lists: Lists,
) -> Result<(Wake, Link, Probe, Limiter), RedisFailure> {
    let client = Client::open(settings.url.expose_secret()).map_err(RedisFailure::Call)?;
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(LIMIT))
        .set_response_timeout(Some(LIMIT));
    let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)
        .map_err(RedisFailure::Call)?;
    let (others, wakes) = mpsc::channel(QUEUE);
    let wake = Wake::new(others, lists);
    let probe = Probe {
        connection: connection.clone(),
    };
    let limiter = Limiter::new(connection.clone(), settings.windows);
    let link = Link {
        client,
        connection,
        wakes,
        wake: wake.clone(),
    };
    Ok((wake, link, probe, limiter))
}

impl Probe {
    /// Whether Redis answers.
    ///
    /// # Errors
    /// When it does not, or not in time.
    pub async fn ping(&self) -> Result<(), RedisFailure> {
        let mut connection = self.connection.clone();
        let ask = async move {
            ::redis::cmd("PING")
                .query_async::<()>(&mut connection)
                .await
        };
        match tokio::time::timeout(LIMIT, ask).await {
            Ok(answer) => answer.map_err(RedisFailure::Call),
            Err(_) => Err(RedisFailure::Slow),
        }
    }
}

impl Link {
    /// Carries wake-ups both ways until asked to stop.
    pub async fn run(self, stop: CancellationToken) {
        let Self {
            client,
            connection,
            wakes,
            wake,
        } = self;
        let carry = async {
            tokio::join!(publish(connection, wakes, &wake), listen(client, &wake));
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = carry => {}
        }
    }
}

async fn publish(
    mut connection: ConnectionManager,
    mut wakes: mpsc::Receiver<(Lane, News)>,
    wake: &Wake,
) {
    let mut works = true;
    while let Some(first) = wakes.recv().await {
        for (lane, news) in together(first, &mut wakes) {
            let told = ::redis::cmd("PUBLISH")
                .arg(CHANNEL)
                .arg(wake.line(&lane, news))
                .query_async::<()>(&mut connection)
                .await;
            note(&mut works, told.as_ref().err());
        }
    }
}

async fn listen(client: Client, wake: &Wake) {
    let mut works = true;
    loop {
        let ended = hear(&client, wake).await;
        note(&mut works, ended.as_ref().err());
        tokio::time::sleep(PAUSE).await;
    }
}

/// Passes wake-ups on until the connection ends.
async fn hear(client: &Client, wake: &Wake) -> Result<(), RedisError> {
    let mut connection = client.get_async_pubsub().await?;
    connection.subscribe(CHANNEL).await?;
    let mut messages = connection.into_on_message();
    while let Some(message) = messages.next().await {
        wake.hear(&message.get_payload::<String>().unwrap_or_default());
    }
    Ok(())
}

/// Logs only what is news.
fn note(works: &mut bool, error: Option<&RedisError>) {
    match error {
        Some(error) if *works => {
            let error = chain(error);
            tracing::warn!(
                event = "redis_error",
                error,
                "redis is away; work goes on without it"
            );
        }
        None if !*works => tracing::info!(event = "redis_back", "redis answers again"),
        _ => {}
    }
    *works = error.is_none();
}
