//! Carries webhooks to the bot: signed, one after another for each person, tried again a bounded
//! number of times when they are not answered 200. A person's later webhooks wait meanwhile.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::notification::Progress;
use crate::settings::Settings;
use crate::signature::{sign, wire_form};
use crate::world::{Tick, World};

/// Webhooks under way at one time.
const CONCURRENT: usize = 64;

/// What became of a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Status of the last answer; none when there was no answer.
    pub webhook_status: Option<u16>,
    /// How often it was tried.
    pub attempts: u32,
}

/// What a webhook tells, so that its end can be shown on the phone.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// A person's message.
    Inbound(String),
    /// Progress of a message of the business.
    Status(String, Progress),
    /// Something that no phone shows.
    Other,
}

impl Purpose {
    fn name(&self) -> &'static str {
        match self {
            Self::Inbound(_) => "message",
            Self::Status(..) => "status",
            Self::Other => "other",
        }
    }
}

struct Parcel {
    /// Its number in the log.
    seq: u64,
    body: Bytes,
    attempts: u32,
    purpose: Purpose,
    receipt: oneshot::Sender<Receipt>,
}

/// The carrier; one task for each person with waiting webhooks.
#[derive(Clone)]
pub(crate) struct Courier(Arc<Shared>);

struct Shared {
    client: Client,
    settings: Settings,
    url: Mutex<Option<Url>>,
    lanes: Mutex<HashMap<String, VecDeque<Parcel>>>,
    queued: AtomicUsize,
    slots: Semaphore,
    world: Arc<World>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Courier {
    pub(crate) fn new(
        settings: Settings,
        url: Option<Url>,
        world: Arc<World>,
        tasks: TaskTracker,
        shutdown: CancellationToken,
    ) -> Result<Self, reqwest::Error> {
        // The bot is near: no proxy. Meta takes a redirect as a failure: none is followed.
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(settings.webhook_timeout)
            .build()?;
        Ok(Self(Arc::new(Shared {
            client,
            settings,
            url: Mutex::new(url),
            lanes: Mutex::default(),
            queued: AtomicUsize::new(0),
            slots: Semaphore::new(CONCURRENT),
            world,
            tasks,
            shutdown,
        })))
    }

    /// Where webhooks go.
    pub(crate) fn url(&self) -> Option<Url> {
        locked(&self.0.url).clone()
    }

    /// Lets webhooks go elsewhere, those that wait included.
    pub(crate) fn set_url(&self, url: Option<Url>) {
        *locked(&self.0.url) = url;
    }

    /// The client, for the verification of the webhook.
    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// Webhooks that wait, those under way included.
    pub(crate) fn queued(&self) -> usize {
        self.0.queued.load(Ordering::Relaxed)
    }

    /// Takes a notification for a person, with whether it is tried again. The receipt comes when it
    /// is delivered or given up.
    pub(crate) fn send(
        &self,
        now: DateTime<Utc>,
        lane: String,
        notification: &Value,
        purpose: (Purpose, bool),
    ) -> oneshot::Receiver<Receipt> {
        let body = wire_form(&notification.to_string());
        self.send_bytes(now, lane, body.into(), purpose)
    }

    /// Takes a body that is sent as it is.
    pub(crate) fn send_bytes(
        &self,
        now: DateTime<Utc>,
        lane: String,
        body: Bytes,
        (purpose, retry): (Purpose, bool),
    ) -> oneshot::Receiver<Receipt> {
        let (receipt, receiver) = oneshot::channel();
        let attempts = if retry {
            self.0.settings.retry.attempts.max(1)
        } else {
            1
        };
        let kind = purpose.name();
        let parcel = Parcel {
            seq: self.0.world.log_webhook(now, kind, body.clone()),
            body,
            attempts,
            purpose,
            receipt,
        };
        if self.queued() >= self.0.settings.memory.queued_webhooks {
            self.0
                .give_up(parcel, Receipt::default(), "too many messages wait");
            return receiver;
        }
        self.0.queued.fetch_add(1, Ordering::Relaxed);
        let mut lanes = locked(&self.0.lanes);
        if let Some(waiting) = lanes.get_mut(&lane) {
            waiting.push_back(parcel);
        } else {
            lanes.insert(lane.clone(), VecDeque::from([parcel]));
            let shared = Arc::clone(&self.0);
            self.0
                .tasks
                .spawn(async move { shared.carry_all(&lane).await });
        }
        receiver
    }
}

impl Shared {
    /// Works off one person's webhooks and ends when none is left.
    async fn carry_all(&self, lane: &str) {
        while let Some(parcel) = self.next(lane) {
            tokio::select! {
                () = self.carry(parcel) => {}
                () = self.shutdown.cancelled() => return,
            }
            self.queued.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// The next webhook; with the last one the lane is closed, under the same lock.
    fn next(&self, lane: &str) -> Option<Parcel> {
        let mut lanes = locked(&self.lanes);
        let parcel = lanes.get_mut(lane)?.pop_front();
        if parcel.is_none() {
            lanes.remove(lane);
        }
        parcel
    }

    async fn carry(&self, parcel: Parcel) {
        let mut attempt = 1;
        loop {
            let answer = self.post(&parcel.body).await;
            let receipt = Receipt {
                webhook_status: answer.ok(),
                attempts: attempt,
            };
            if answer == Ok(200) {
                return self.delivered(parcel, receipt);
            }
            self.world.count(|stats| stats.webhook_failures += 1);
            let trouble = match answer {
                Ok(status) => format!("the bot answered {status}"),
                Err(NoAnswer) => "the bot did not answer".to_owned(),
            };
            if attempt >= parcel.attempts {
                return self.give_up(parcel, receipt, &trouble);
            }
            if let Purpose::Inbound(wamid) = &parcel.purpose {
                self.world.update(wamid, Tick::Pending, Some(trouble));
            }
            tokio::time::sleep(self.settings.retry.wait_after(attempt)).await;
            attempt += 1;
        }
    }

    async fn post(&self, body: &Bytes) -> Result<u16, NoAnswer> {
        let url = locked(&self.url).clone().ok_or(NoAnswer)?;
        let _slot = self.slots.acquire().await.map_err(|_| NoAnswer)?;
        let sent = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("X-Hub-Signature-256", sign(body, &self.settings.app_secret))
            .body(body.clone())
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "webhook without an answer");
                Err(NoAnswer)
            }
        }
    }

    fn close(&self, parcel: &Parcel, receipt: Receipt) {
        let (status, attempts) = (receipt.webhook_status, receipt.attempts);
        self.world.close_webhook(parcel.seq, status, attempts);
    }

    fn delivered(&self, parcel: Parcel, receipt: Receipt) {
        self.close(&parcel, receipt);
        self.world.count(|stats| stats.webhooks_delivered += 1);
        match &parcel.purpose {
            Purpose::Inbound(wamid) => self.world.update(wamid, Tick::Sent, None),
            Purpose::Status(wamid, progress) => self.world.progress(wamid, *progress),
            Purpose::Other => {}
        }
        // The receipt is not waited for everywhere.
        let _ = parcel.receipt.send(receipt);
    }

    fn give_up(&self, parcel: Parcel, receipt: Receipt, trouble: &str) {
        self.close(&parcel, receipt);
        self.world.count(|stats| stats.webhooks_given_up += 1);
        tracing::warn!(
            webhook.attempts = receipt.attempts,
            reason = trouble,
            "webhook given up"
        );
        if let Purpose::Inbound(wamid) = &parcel.purpose {
            self.world
                .update(wamid, Tick::Failed, Some(trouble.to_owned()));
        }
        // As above.
        let _ = parcel.receipt.send(receipt);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NoAnswer;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Courier")
            .field("queued", &self.queued())
            .finish_non_exhaustive()
    }
}
