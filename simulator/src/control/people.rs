//! What people do: say, tap, send, look, try again.

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::oneshot;

use super::{Control, new_wamid, now};
use crate::courier::{Purpose, Receipt};
use crate::inbound::{Inbound, InboundError, InboundReceipt, Location, Media, Tap, check, content};
use crate::media::MediaKind;
use crate::notification;
use crate::person::Person;
use crate::platform::{FileInfo, Origin};
use crate::world::{ChatView, Entry, Tick};

impl Control {
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

    /// A person types a text.
    pub async fn say_text(&self, phone: &str, text: &str) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::text(phone, text)).await
    }

    /// A person answers a message: its id, or a text that it contains.
    pub async fn say_quoting(
        &self,
        phone: &str,
        message: &str,
        text: &str,
    ) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::text(phone, text).quoting(message))
            .await
    }

    /// A person sends a file of this kind.
    pub async fn say_media(
        &self,
        phone: &str,
        kind: MediaKind,
        bytes: impl Into<Bytes>,
        caption: Option<&str>,
    ) -> Result<InboundReceipt, InboundError> {
        let media = Inbound::media(phone, kind, bytes);
        let inbound = match caption {
            Some(caption) => media.caption(caption),
            None => media,
        };
        self.inbound(inbound).await
    }

    /// A person sends a place.
    pub async fn say_location(
        &self,
        phone: &str,
        location: Location,
    ) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::location(phone, location)).await
    }

    /// A person sends contacts, each as in a webhook.
    pub async fn say_contacts(
        &self,
        phone: &str,
        contacts: Vec<Value>,
    ) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::contacts(phone, contacts)).await
    }

    /// A person reacts to a message (its id, or a text that it contains), or takes it back.
    pub async fn say_reaction(
        &self,
        phone: &str,
        message: &str,
        emoji: Option<&str>,
    ) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::reaction(phone, message, emoji)).await
    }

    /// A person taps a row or button: its id, the start of it and `*`, or its title.
    pub async fn tap(&self, phone: &str, id: &str) -> Result<InboundReceipt, InboundError> {
        self.inbound(Inbound::tap(phone, id)).await
    }

    /// A person taps the button of a template, also one that this phone never got.
    pub async fn tap_template(
        &self,
        phone: &str,
        payload: &str,
    ) -> Result<InboundReceipt, InboundError> {
        let mut inbound = Inbound::tap(phone, payload);
        if let Some(tap) = &mut inbound.tap {
            tap.kind = Some(crate::inbound::TapKind::Template);
        }
        self.inbound(inbound).await
    }

    /// Keeps a file of a person, to be sent later by its id.
    pub fn keep_file(&self, mime_type: &str, content: impl Into<Bytes>) -> FileInfo {
        let content = content.into();
        self.0
            .platform
            .keep(now(), Origin::Person, mime_type, content)
    }

    /// Lets a person say something, without waiting for the bot.
    pub(crate) fn say(
        &self,
        mut inbound: Inbound,
    ) -> Result<(Entry, oneshot::Receiver<Receipt>), InboundError> {
        check(&inbound)?;
        let from = Person::parse(&inbound.from).map_err(|_| InboundError::From)?;
        if let Some(tap) = inbound.tap.take() {
            inbound.tap = Some(self.complete(&from, tap)?);
        }
        if let Some(quoted) = inbound.quoting.take() {
            let found = self.message(&from, quoted).ok_or(InboundError::Quoting)?;
            inbound.quoting = Some(found);
        }
        if let Some(mut reaction) = inbound.reaction.take() {
            let found = self.message(&from, reaction.message);
            reaction.message = found.ok_or(InboundError::Reaction)?;
            inbound.reaction = Some(reaction);
        }
        let file = inbound.media.as_ref().map(|media| self.file_of(media));
        let file = file.transpose()?;
        let profile = inbound.profile.take();
        let profile = profile.filter(|name| !name.trim().is_empty());
        let retry = inbound.retry;
        let business = &self.0.settings.display_phone_number;
        let content = content(inbound, file.as_ref(), business);
        let now = now();
        self.0.platform.state().people.wrote(&from.key(), now);
        let message = notification::message(&from, &new_wamid(), now, content);
        let entry = self.0.world.say(now, &from, profile.as_deref(), message);
        let receipt = self.post(&from, &entry, retry);
        Ok((entry, receipt))
    }

    /// Posts a message again that was given up.
    pub(crate) fn say_again(&self, person: &Person, wamid: &str) -> bool {
        let entry = self.0.world.entry(&person.key(), wamid);
        let given_up = |entry: &Entry| {
            entry.tick == Tick::Failed && entry.author == crate::world::Author::Person
        };
        let Some(entry) = entry.filter(given_up) else {
            return false;
        };
        self.0.world.update(wamid, Tick::Pending, None);
        // Nobody waits for this receipt; the phone shows what comes of it.
        drop(self.post(person, &entry, true));
        true
    }

    /// The person looked at the chat.
    pub(crate) fn see(&self, person: &Person) {
        for status in self.0.world.see(&person.key()) {
            self.report_status(&status);
        }
    }

    pub(crate) fn chat(&self, person: &Person) -> ChatView {
        self.0.world.chat(person)
    }

    pub(crate) fn clear_chat(&self, person: &Person) {
        self.0.world.clear_chat(&person.key());
    }

    fn post(&self, from: &Person, entry: &Entry, retry: bool) -> oneshot::Receiver<Receipt> {
        let profile = self.0.world.profile(from);
        let profile = profile.as_deref().unwrap_or("Someone");
        let notification =
            notification::of_message(&self.0.settings, from, profile, &entry.message);
        let purpose = Purpose::Inbound(entry.id.clone());
        self.0
            .courier
            .send(now(), from.key(), &notification, (purpose, retry))
    }

    /// Fills what the tap leaves open from the newest message that offers it.
    fn complete(&self, from: &Person, tap: Tap) -> Result<Tap, InboundError> {
        if tap.message.is_some() && tap.title.is_some() {
            return Ok(tap);
        }
        let Some(offer) = self.0.world.offer(from, &tap.id) else {
            return if tap.id.ends_with('*') {
                Err(InboundError::Tap)
            } else {
                Ok(tap)
            };
        };
        Ok(Tap {
            id: offer.id,
            title: tap.title.or(Some(offer.title)),
            description: tap.description.or(offer.description),
            kind: tap.kind.or(Some(offer.kind)),
            message: tap.message.or(Some(offer.message)),
        })
    }

    /// The id of a message that is named by its id or by a text in it.
    fn message(&self, from: &Person, named: String) -> Option<String> {
        if named.starts_with("wamid.") {
            return Some(named);
        }
        self.0.world.containing(from, &named)
    }

    fn file_of(&self, media: &Media) -> Result<FileInfo, InboundError> {
        if let Some(id) = &media.id {
            let state = self.0.platform.state();
            let info = state.files.info(id).cloned();
            return info.ok_or(InboundError::MediaId);
        }
        let sample = || Bytes::from_static(media.kind.sample());
        let content = media.bytes.clone().unwrap_or_else(sample);
        let guessed = || media.kind.guess(&content).to_owned();
        let mime_type = media.mime_type.clone().unwrap_or_else(guessed);
        if !media.kind.takes(&mime_type) {
            return Err(InboundError::Media);
        }
        Ok(self.keep_file(&mime_type, content))
    }
}
