//! The use cases, in process: what the bot asks (send, mark read), what people do, and what tests
//! order and look at. The HTTP side only translates to these.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::StartError;
use crate::courier::{Courier, Purpose, Receipt};
use crate::inbound::{Inbound, InboundError, InboundReceipt, Tap, tap_content, text_content};
use crate::notification::{self, Progress, Status};
use crate::person::Person;
use crate::settings::Settings;
use crate::world::{
    ChatView, Entry, Fault, FaultTarget, InvalidFault, Outcome, PageEvent, Read, Sent, Stats, Tick,
    World, callback_data,
};

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
    courier: Courier,
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
            tasks,
            shutdown.clone(),
        )
        .map_err(StartError::Client)?;
        let statuses = AtomicBool::new(settings.status_webhooks);
        Ok(Self(Arc::new(Parts {
            settings,
            statuses,
            world,
            courier,
            shutdown,
        })))
    }

    /// Lets a person say or tap something and waits until the bot took it or all tries failed.
    pub async fn inbound(&self, inbound: Inbound) -> Result<InboundReceipt, InboundError> {
        let (entry, receipt) = self.say(inbound)?;
        let receipt = receipt.await.unwrap_or_default();
        Ok(InboundReceipt {
            wamid: entry.id,
            webhook_status: receipt.webhook_status,
            attempts: receipt.attempts,
        })
    }

    /// Signs and posts these bytes as they are.
    pub async fn notify(&self, body: impl Into<Vec<u8>>, retry: bool) -> Receipt {
        let body = body.into().into();
        // No person has an empty key.
        self.0
            .courier
            .send_bytes(String::new(), body, Purpose::Other, retry)
            .await
            .unwrap_or_default()
    }

    /// Recorded sends in order: of one person (any form of the number) or of everybody, and after
    /// a sequence number.
    pub fn sent(&self, to: Option<&str>, since: u64) -> Vec<Sent> {
        let key =
            to.map(|to| Person::parse(to).map_or_else(|_| to.to_owned(), |person| person.key()));
        self.0.world.sent(key.as_deref(), since)
    }

    /// Recorded read marks in order.
    pub fn reads(&self) -> Vec<Read> {
        self.0.world.reads()
    }

    /// Waits until `done` holds for the recorded sends, and returns them.
    ///
    /// # Errors
    /// The sends recorded when the limit was over.
    pub async fn wait_sent(
        &self,
        limit: Duration,
        done: impl Fn(&[Sent]) -> bool,
    ) -> Result<Vec<Sent>, Vec<Sent>> {
        let mut changes = self.0.world.changes();
        let wait = async {
            loop {
                let sent = self.sent(None, 0);
                if done(&sent) || changes.changed().await.is_err() {
                    return sent;
                }
            }
        };
        tokio::time::timeout(limit, wait)
            .await
            .map_err(|_| self.sent(None, 0))
    }

    /// Forgets recorded sends, read marks and chats.
    pub fn clear(&self) {
        self.0.world.clear();
    }

    /// Orders a fault, behind those that wait.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.0.world.add_fault(fault.checked()?);
        Ok(())
    }

    /// Faults that wait.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.world.faults()
    }

    /// Drops all faults.
    pub fn clear_faults(&self) {
        self.0.world.clear_faults();
    }

    /// Numbers since the start.
    pub fn stats(&self) -> Stats {
        Stats {
            webhooks_queued: self.0.courier.queued(),
            ..self.0.world.stats()
        }
    }

    /// Lets webhooks go to another URL; with none they fail.
    pub fn set_webhook_url(&self, url: Option<&str>) -> Result<(), InvalidWebhookUrl> {
        self.0.courier.set_url(url.map(webhook_url).transpose()?);
        Ok(())
    }

    /// Switches `sent`, `delivered` and `read` webhooks.
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

    pub(crate) fn chat(&self, person: &Person) -> ChatView {
        self.0.world.chat(person)
    }

    pub(crate) fn clear_chat(&self, person: &Person) {
        self.0.world.clear_chat(&person.key());
    }

    pub(crate) fn take_fault(&self, on: FaultTarget, to: Option<&Person>) -> Option<Fault> {
        self.0.world.take_fault(on, to.map(Person::key).as_deref())
    }

    pub(crate) fn refuse(&self, to: String, payload: Value, outcome: Outcome) {
        self.0.world.refuse(now(), to, payload, outcome);
    }

    pub(crate) fn mark_read(&self, wamid: &str, typing: bool) {
        self.0.world.mark_read(now(), wamid, typing);
    }

    /// Takes a send on, and reports it as sent and delivered. Returns its id and the recipient.
    pub(crate) fn accept(&self, to: &Person, payload: Value, outcome: Outcome) -> (String, Person) {
        let wamid = new_wamid();
        let callback_data = callback_data(&payload);
        let to = self.0.world.accept(now(), to, (&wamid, payload), outcome);
        for progress in [Progress::Sent, Progress::Delivered] {
            let (to, wamid) = (to.clone(), wamid.clone());
            self.report(&Status {
                to,
                wamid,
                progress,
                callback_data: callback_data.clone(),
            });
        }
        (wamid, to)
    }

    /// The person looked at the chat.
    pub(crate) fn see(&self, person: &Person) {
        for status in self.0.world.see(&person.key()) {
            self.report(&status);
        }
    }

    /// Lets a person say something, without waiting for the bot.
    pub(crate) fn say(
        &self,
        inbound: Inbound,
    ) -> Result<(Entry, oneshot::Receiver<Receipt>), InboundError> {
        inbound.check()?;
        let from = Person::parse(&inbound.from).map_err(|_| InboundError::From)?;
        let content = match (inbound.text, inbound.tap, inbound.raw) {
            (Some(text), ..) => text_content(&text),
            (_, Some(tap), _) => tap_content(
                &self.complete(&from, tap),
                &self.0.settings.display_phone_number,
            ),
            (.., raw) => raw.unwrap_or_default(),
        };
        let profile = inbound.profile.filter(|name| !name.trim().is_empty());
        let message = notification::message(&from, &new_wamid(), now(), content);
        let entry = self.0.world.say(now(), &from, profile.as_deref(), message);
        let receipt = self.post(&from, &entry, inbound.retry);
        Ok((entry, receipt))
    }

    /// Posts a message again that was given up.
    pub(crate) fn say_again(&self, person: &Person, wamid: &str) -> bool {
        let entry = self.0.world.entry(&person.key(), wamid);
        let Some(entry) = entry.filter(|entry| entry.tick == Tick::Failed) else {
            return false;
        };
        self.0.world.update(wamid, Tick::Pending, None);
        // Nobody waits for this receipt; the phone shows what comes of it.
        drop(self.post(person, &entry, true));
        true
    }

    fn post(&self, from: &Person, entry: &Entry, retry: bool) -> oneshot::Receiver<Receipt> {
        let profile = self.0.world.profile(from);
        let profile = profile.as_deref().unwrap_or("Someone");
        let notification =
            notification::of_message(&self.0.settings, from, profile, &entry.message);
        let purpose = Purpose::Inbound(entry.id.clone());
        self.0
            .courier
            .send(from.key(), &notification, purpose, retry)
    }

    fn report(&self, status: &Status) {
        if self.0.statuses.load(Ordering::Relaxed) && self.0.courier.url().is_some() {
            let notification = notification::of_status(&self.0.settings, status, now());
            let purpose = Purpose::Status(status.wamid.clone(), status.progress);
            // Nobody waits for this receipt; the phone's ticks show what comes of it.
            drop(
                self.0
                    .courier
                    .send(status.to.key(), &notification, purpose, true),
            );
        } else {
            self.0.world.progress(&status.wamid, status.progress);
        }
    }

    /// Fills what the tap leaves open from the newest message that offers it.
    fn complete(&self, from: &Person, tap: Tap) -> Tap {
        let Some(offer) = self.0.world.offer(from, &tap.id) else {
            return tap;
        };
        Tap {
            id: tap.id,
            title: tap.title.or(Some(offer.title)),
            description: tap.description.or(offer.description),
            kind: tap.kind.or(Some(offer.kind)),
            message: tap.message.or(Some(offer.message)),
        }
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

fn new_wamid() -> String {
    format!("wamid.HBg{:032X}", rand::random::<u128>())
}

/// The only place that reads the clock.
#[expect(clippy::disallowed_methods, reason = "the one place")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
