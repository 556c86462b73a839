//! How many messages of one person are taken (§11.1). Smoke tests, duplicates and statuses are not counted.

use std::sync::Arc;

use super::error::Refusal;
use crate::domain::rate::{Limits, Verdict};
use crate::metrics::Metrics;
use crate::redis::{Counted, Limiter};
use crate::store::accept::{Acceptance, NewMessage};

/// Decides what is taken.
#[derive(Clone)]
pub struct Pace {
    /// Counts.
    pub limiter: Limiter,
    /// What a person may send to the bot.
    pub usual: Limits,
    /// What a person may send to the other one in a chat.
    pub chat: Limits,
    /// What is counted for people to see.
    pub metrics: Arc<Metrics>,
}

impl Pace {
    /// Why each message is refused, if it is.
    pub(super) async fn check(
        &self,
        messages: &[NewMessage],
        seen: &Acceptance,
    ) -> Vec<Option<Refusal>> {
        let mut counted = Vec::new();
        let mut places = Vec::new();
        for (place, message) in messages.iter().enumerate() {
            let at = |flags: &[bool]| flags.get(place).copied().unwrap_or_default();
            if at(&seen.known) || !message.lane.is_live() {
                continue;
            }
            let Some(contact) = seen.contacts.get(place) else {
                continue;
            };
            let (class, limits) = if at(&seen.chatting) {
                ("chat", self.chat)
            } else {
                ("usual", self.usual)
            };
            places.push(place);
            counted.push(Counted {
                key: format!("{class}:{contact}"),
                message: message.wamid.as_str().to_owned(),
                limits,
            });
        }
        let verdicts = self.limiter.take(&counted).await;
        let mut refusals = vec![None; messages.len()];
        for (place, verdict) in places.into_iter().zip(verdicts) {
            let Verdict::Refused { wait_ms, window } = verdict else {
                continue;
            };
            let retry_after = wait_ms.div_ceil(1000).max(1);
            if let (Some(refusal), Some(message)) = (refusals.get_mut(place), messages.get(place)) {
                *refusal = Some(Refusal::RateLimited { retry_after });
                tracing::warn!(
                    event = "rate_limited",
                    request_id = message.request_id.as_str(),
                    wamid = message.wamid.as_str(),
                    phone = message.identity.phone.as_ref().map(tracing::field::display),
                    window = window.as_str(),
                    retry_after
                );
            }
            let refused = &self.metrics.rate_limited;
            refused.with_label_values(&[window.as_str()]).inc();
        }
        refusals
    }
}
