//! What tests order: faults, delays, windows, bad phones, templates, statuses, redelivery.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Deserialize;

use super::{Control, now};
use crate::courier::{Purpose, Receipt};
use crate::notification::{Progress, Status};
use crate::person::{NotAPerson, Person};
use crate::platform::{Conduct, PersonView, Reported, Template, TemplateStatus, Undeliverable};
use crate::world::{Fault, InvalidFault};

/// What was named is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSuch {
    /// No webhook of this number, or none yet.
    #[error("no such webhook is remembered")]
    Webhook,
    /// No message of the business of this id.
    #[error("no message of the business has this id")]
    Message,
    /// No template of this name and language.
    #[error("no template has this name and language")]
    Template,
}

/// Changes what is known of a person; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonOrder {
    /// The person wrote last this long ago.
    pub last_message_seconds_ago: Option<u32>,
    /// Whether messages to the phone fail, and how.
    pub undeliverable: Option<Undeliverable>,
    /// Each send to the phone is answered this much later.
    pub delay_ms: Option<u64>,
}

impl Control {
    /// Orders a fault, behind those that wait.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.0.world.add_fault(fault.checked()?);
        Ok(())
    }

    /// Orders a fault for this many requests.
    pub fn fail_next(&self, count: u32, fault: Fault) -> Result<(), InvalidFault> {
        self.fault(fault.times(count))
    }

    /// Faults that wait.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.world.faults()
    }

    /// Drops all faults.
    pub fn clear_faults(&self) {
        self.0.world.clear_faults();
    }

    /// Forgets recorded sends, read marks and chats.
    pub fn clear(&self) {
        self.0.world.clear();
    }

    /// How the platform behaves.
    pub fn conduct(&self) -> Conduct {
        self.0.platform.state().conduct.clone()
    }

    /// Changes how the platform behaves.
    pub fn change_conduct(&self, change: impl FnOnce(&mut Conduct)) {
        change(&mut self.0.platform.state().conduct);
    }

    /// Conduct, templates and phones as at the start; faults are dropped. Records stay.
    pub fn reset(&self) {
        self.0.platform.reset(self.0.settings.conduct.clone());
        self.clear_faults();
    }

    /// Answers each send this much later.
    pub fn delay(&self, time: Duration) {
        self.change_conduct(|conduct| conduct.delay_ms = millis(time));
    }

    /// Answers each look-up, download and upload of a file this much later.
    pub fn delay_media(&self, time: Duration) {
        self.change_conduct(|conduct| conduct.media_delay_ms = millis(time));
    }

    /// Answers each send to a phone this much later.
    pub fn delay_to(&self, phone: &str, time: Duration) -> Result<(), NotAPerson> {
        let order = PersonOrder {
            delay_ms: Some(millis(time)),
            ..PersonOrder::default()
        };
        self.change_person(phone, order).map(drop)
    }

    /// Lets a person have written last this long ago.
    pub fn age_window(&self, phone: &str, age: Duration) -> Result<(), NotAPerson> {
        let seconds = u32::try_from(age.as_secs()).unwrap_or(u32::MAX);
        let order = PersonOrder {
            last_message_seconds_ago: Some(seconds),
            ..PersonOrder::default()
        };
        self.change_person(phone, order).map(drop)
    }

    /// Lets messages to a phone fail, or get through again.
    pub fn set_undeliverable(&self, phone: &str, how: Undeliverable) -> Result<(), NotAPerson> {
        let order = PersonOrder {
            undeliverable: Some(how),
            ..PersonOrder::default()
        };
        self.change_person(phone, order).map(drop)
    }

    /// Changes what is known of a person, and returns all of it.
    pub fn change_person(&self, phone: &str, order: PersonOrder) -> Result<PersonView, NotAPerson> {
        let key = self.0.world.key_of(&Person::parse(phone)?);
        let mut state = self.0.platform.state();
        if let Some(seconds) = order.last_message_seconds_ago {
            let time = now() - TimeDelta::seconds(seconds.into());
            state.people.wrote(&key, time);
        }
        if let Some(how) = order.undeliverable {
            state.people.set_undeliverable(&key, how);
        }
        if let Some(delay_ms) = order.delay_ms {
            state.people.set_delay_ms(&key, delay_ms);
        }
        Ok(state.people.view(now(), &key, state.conduct.strangers))
    }

    /// Templates by name and language.
    pub fn templates(&self) -> Vec<Template> {
        self.0.platform.state().templates.list()
    }

    /// Adds or replaces a template.
    pub fn put_template(&self, template: Template) {
        self.0.platform.state().templates.put(template);
    }

    /// Changes the status of a template, in one language or in all.
    pub fn set_template_status(
        &self,
        name: &str,
        language: Option<&str>,
        status: TemplateStatus,
    ) -> Result<(), NoSuch> {
        let mut state = self.0.platform.state();
        match state.templates.set_status(name, language, status) {
            0 => Err(NoSuch::Template),
            _ => Ok(()),
        }
    }

    /// Ends the life of all media URLs that were given out.
    pub fn expire_media_urls(&self) {
        self.0.platform.state().files.expire_urls();
    }

    /// Reports the progress of a message now, whatever was reported before.
    pub fn report(&self, wamid: &str, reported: Reported) -> Result<(), NoSuch> {
        self.report_any(wamid, reported.into())
    }

    /// Reports a message as failed now, whatever was reported before.
    pub fn report_failed(&self, wamid: &str, code: u32) -> Result<(), NoSuch> {
        self.report_any(wamid, Progress::Failed(code))
    }

    fn report_any(&self, wamid: &str, progress: Progress) -> Result<(), NoSuch> {
        let (to, callback_data) = self.0.world.recipient(wamid).ok_or(NoSuch::Message)?;
        self.report_status(&Status {
            to,
            wamid: wamid.to_owned(),
            progress,
            callback_data,
        });
        Ok(())
    }

    /// Signs and posts these bytes as they are.
    pub async fn notify(&self, body: impl Into<Vec<u8>>, retry: bool) -> Receipt {
        self.notify_bytes(body.into().into(), retry).await
    }

    async fn notify_bytes(&self, body: bytes::Bytes, retry: bool) -> Receipt {
        // No person has an empty key.
        let lane = String::new();
        let receipt = self
            .0
            .courier
            .send_bytes(now(), lane, body, (Purpose::Other, retry));
        receipt.await.unwrap_or_default()
    }

    /// Posts a webhook again, the newest one when no number is given, this many times, each once.
    pub async fn redeliver(&self, seq: Option<u64>, times: u32) -> Result<Vec<Receipt>, NoSuch> {
        let body = self.0.world.webhook_body(seq).ok_or(NoSuch::Webhook)?;
        let mut receipts = Vec::new();
        for _ in 0..times {
            receipts.push(self.notify_bytes(body.clone(), false).await);
        }
        Ok(receipts)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
