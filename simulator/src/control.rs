//! The use cases, in process: what the bot asks (`graph`), what people do (`people`), what tests
//! order (`orders`) and look at (`watch`), and scripted scenes. The HTTP side only translates to these.

mod graph;
mod orders;
mod people;
mod scenes;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::StartError;
use crate::courier::Courier;
use crate::platform::Platform;
use crate::settings::Settings;
use crate::world::{PageEvent, World};
use scenes::Scenes;

pub use orders::{NoSuch, PersonOrder};
pub use scenes::{SceneState, SceneView, StepView};

/// The webhook's URL is not usable.
#[derive(Debug, thiserror::Error)]
#[error("not an absolute http or https URL")]
pub struct InvalidWebhookUrl;

/// What the bot answered to the verification of its webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Whether it answered 200 with the challenge.
    pub verified: bool,
    /// Status of the answer; none when there was none.
    pub status: Option<u16>,
}

/// A running simulator, seen from inside its process. Copies share everything.
#[derive(Clone, Debug)]
pub struct Control(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: Settings,
    statuses: AtomicBool,
    world: Arc<World>,
    platform: Platform,
    scenes: Scenes,
    courier: Courier,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Control {
    pub(crate) fn new(
        settings: Settings,
        tasks: TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Self, StartError> {
        let url = settings
            .webhook_url
            .as_deref()
            .map(webhook_url)
            .transpose()?;
        let world = Arc::new(World::new(settings.memory));
        let courier = Courier::new(
            settings.clone(),
            url,
            Arc::clone(&world),
            tasks.clone(),
            shutdown.clone(),
        )
        .map_err(StartError::Client)?;
        let statuses = AtomicBool::new(settings.status_webhooks);
        let platform = Platform::new(settings.conduct.clone(), settings.memory);
        Ok(Self(Arc::new(Parts {
            settings,
            statuses,
            world,
            platform,
            scenes: Scenes::default(),
            courier,
            tasks,
            shutdown,
        })))
    }

    /// Lets webhooks go to another URL; with none they fail.
    pub fn set_webhook_url(&self, url: Option<&str>) -> Result<(), InvalidWebhookUrl> {
        self.0.courier.set_url(url.map(webhook_url).transpose()?);
        Ok(())
    }

    /// Switches `sent`, `delivered` and `read` webhooks. Failures are reported all the same.
    pub fn set_status_webhooks(&self, on: bool) {
        self.0.statuses.store(on, Ordering::Relaxed);
    }

    /// Verifies the webhook as Meta does when it is set.
    pub async fn verify_webhook(&self) -> Verification {
        let failed = Verification {
            verified: false,
            status: None,
        };
        let Some(mut url) = self.0.courier.url() else {
            return failed;
        };
        let challenge = rand::random::<u32>().to_string();
        url.query_pairs_mut()
            .append_pair("hub.mode", "subscribe")
            .append_pair(
                "hub.verify_token",
                self.0.settings.verify_token.expose_secret(),
            )
            .append_pair("hub.challenge", &challenge);
        let Ok(answer) = self.0.courier.client().get(url).send().await else {
            return failed;
        };
        let status = answer.status().as_u16();
        // A body that cannot be read is not the challenge.
        let body = answer.text().await.unwrap_or_default();
        Verification {
            verified: status == 200 && body == challenge,
            status: Some(status),
        }
    }
}

/// For the HTTP side.
impl Control {
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<PageEvent> {
        self.0.world.events()
    }
}

fn webhook_url(text: &str) -> Result<Url, InvalidWebhookUrl> {
    let url = Url::parse(text).map_err(|_| InvalidWebhookUrl)?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err(InvalidWebhookUrl)
    }
}

pub(crate) fn new_wamid() -> String {
    format!("wamid.HBg{:032X}", rand::random::<u128>())
}

/// The only place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
