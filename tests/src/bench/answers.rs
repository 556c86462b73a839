//! When each person's phone got its messages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use ubermench_simulator::{Control, Outcome, Sent};

/// How often the record of sends is read; times are those of the record.
const LOOK: Duration = Duration::from_millis(2);

#[derive(Default)]
struct Phone {
    got: Vec<Instant>,
    waiting: Vec<(usize, oneshot::Sender<Instant>)>,
}

/// The phones, kept up to date for as long as this lives.
pub(super) struct Answers {
    phones: Arc<Mutex<HashMap<String, Phone>>>,
    _watcher: AbortOnDropHandle<()>,
}

impl Answers {
    pub(super) fn watch(control: Control) -> Self {
        let phones = Arc::default();
        let watcher = tokio::spawn(watch(control, Arc::clone(&phones)));
        Self {
            phones,
            _watcher: AbortOnDropHandle::new(watcher),
        }
    }

    /// Tells when a phone got its n-th message.
    pub(super) fn nth(&self, phone: &str, n: usize) -> oneshot::Receiver<Instant> {
        let (sender, receiver) = oneshot::channel();
        let mut phones = lock(&self.phones);
        let phone = phones.entry(phone.to_owned()).or_default();
        match phone.got.get(n.saturating_sub(1)) {
            // Somebody who no longer waits needs no answer.
            Some(at) => drop(sender.send(*at)),
            None => phone.waiting.push((n, sender)),
        }
        receiver
    }

    /// How many messages a phone got.
    pub(super) fn count(&self, phone: &str) -> usize {
        lock(&self.phones).get(phone).map_or(0, |it| it.got.len())
    }

    /// Forgets all phones.
    pub(super) fn clear(&self) {
        lock(&self.phones).clear();
    }
}

type Phones = Mutex<HashMap<String, Phone>>;

fn lock(phones: &Phones) -> MutexGuard<'_, HashMap<String, Phone>> {
    phones.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn watch(control: Control, phones: Arc<Phones>) {
    let mut last = 0;
    loop {
        tokio::time::sleep(LOOK).await;
        let sent = control.sent(None, last);
        let (now, clock) = (Instant::now(), chrono::Utc::now());
        let mut phones = lock(&phones);
        for message in sent {
            last = message.seq;
            if !matches!(message.outcome, Outcome::Refused { .. }) {
                let at = now - ago(&message, clock);
                note(phones.entry(message.to).or_default(), at);
            }
        }
    }
}

/// The record's clock is the wall's, which is compared at each look.
fn ago(message: &Sent, clock: chrono::DateTime<chrono::Utc>) -> Duration {
    (clock - message.time).to_std().unwrap_or_default()
}

fn note(phone: &mut Phone, at: Instant) {
    phone.got.push(at);
    let count = phone.got.len();
    let (due, waiting) = std::mem::take(&mut phone.waiting)
        .into_iter()
        .partition(|(n, _)| *n <= count);
    phone.waiting = waiting;
    for (_, sender) in due {
        // Somebody who no longer waits needs no answer.
        let _: Result<(), Instant> = sender.send(at);
    }
}
