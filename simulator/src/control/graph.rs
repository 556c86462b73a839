//! What the bot asks: judging and taking sends, read marks, files, and reporting progress.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::Value;

use super::{Control, new_wamid, now};
use crate::courier::Purpose;
use crate::graph::GraphError;
use crate::notification::{self, Progress, Status};
use crate::person::Person;
use crate::platform::{FileInfo, Lookup, Origin, Verdict};
use crate::world::{Call, Fault, FaultTarget, Outcome, callback_data};

impl Control {
    pub(crate) fn take_fault(
        &self,
        on: FaultTarget,
        to: Option<&Person>,
        kind: Option<&str>,
    ) -> Option<Fault> {
        let to = to.map(Person::key);
        self.0.world.take_fault(on, to.as_deref(), kind)
    }

    pub(crate) fn refuse(&self, to: String, payload: Value, outcome: Outcome) {
        self.0.world.refuse(now(), to, payload, outcome);
    }

    pub(crate) fn mark_read(&self, wamid: &str, typing: bool) {
        self.0.world.mark_read(now(), wamid, typing);
    }

    pub(crate) fn log_call(&self, call: Call) {
        self.0.world.log_call(Call {
            time: now(),
            ..call
        });
    }

    /// How long the answer to a send waits by order.
    pub(crate) fn send_delay(&self, to: Option<&Person>) -> Duration {
        let key = to.map(|to| self.0.world.key_of(to));
        let state = self.0.platform.state();
        let own = key.map_or(0, |key| state.people.delay_ms(&key));
        Duration::from_millis(state.conduct.delay_ms.saturating_add(own))
    }

    /// How long an answer about a file waits by order.
    pub(crate) fn media_delay(&self) -> Duration {
        Duration::from_millis(self.0.platform.state().conduct.media_delay_ms)
    }

    /// Decides on a message that is within the limits.
    pub(crate) fn judge(&self, to: &Person, payload: &Value) -> Result<Verdict, GraphError> {
        let key = self.0.world.key_of(to);
        self.0.platform.judge(now(), &key, payload)
    }

    /// Takes a send on, and reports how it fares. Returns its id and the recipient.
    pub(crate) fn accept(
        &self,
        to: &Person,
        payload: Value,
        outcome: Outcome,
        verdict: Verdict,
    ) -> (String, Person) {
        let wamid = new_wamid();
        let callback_data = callback_data(&payload);
        let is_reaction = payload.get("type").and_then(Value::as_str) == Some("reaction");
        let message = (&*wamid, payload, verdict.template);
        let to = self.0.world.accept(now(), to, message, outcome);
        let plan = self.0.platform.state().conduct.statuses.clone();
        let steps = match verdict.fails {
            Some(code) => vec![Progress::Failed(code)],
            // A reaction yields nothing else.
            None if is_reaction => vec![Progress::Sent],
            None => plan.order.into_iter().map(Progress::from).collect(),
        };
        let statuses = steps.into_iter().map(|progress| Status {
            to: to.clone(),
            wamid: wamid.clone(),
            progress,
            callback_data: callback_data.clone(),
        });
        self.report_all(statuses.collect(), Duration::from_millis(plan.delay_ms));
        (wamid, to)
    }

    /// Reports in this order, each after the wait.
    fn report_all(&self, statuses: Vec<Status>, wait: Duration) {
        if wait.is_zero() {
            for status in &statuses {
                self.report_status(status);
            }
            return;
        }
        let control = self.clone();
        self.0.tasks.spawn(async move {
            for status in &statuses {
                tokio::select! {
                    () = tokio::time::sleep(wait) => control.report_status(status),
                    () = control.0.shutdown.cancelled() => return,
                }
            }
        });
    }

    pub(super) fn report_status(&self, status: &Status) {
        let failed = matches!(status.progress, Progress::Failed(_));
        if failed {
            // The phone does not get it, whether or not the bot hears of it.
            self.0.world.progress(&status.wamid, status.progress);
        }
        let wanted = failed || self.0.statuses.load(Ordering::Relaxed);
        if wanted && self.0.courier.url().is_some() {
            let notification = notification::of_status(&self.0.settings, status, now());
            let purpose = Purpose::Status(status.wamid.clone(), status.progress);
            let lane = status.to.key();
            // Nobody waits for this receipt; the phone's ticks show what comes of it.
            drop(
                self.0
                    .courier
                    .send(now(), lane, &notification, (purpose, true)),
            );
        } else {
            self.0.world.progress(&status.wamid, status.progress);
        }
    }

    /// A file's looks and the token of a fresh URL.
    pub(crate) fn issue_url(&self, id: &str) -> Option<(FileInfo, String)> {
        let mut state = self.0.platform.state();
        let life = TimeDelta::seconds(state.conduct.media_url_seconds.into());
        state.files.issue_url(now(), id, now() + life)
    }

    /// What a URL of a file leads to.
    pub(crate) fn open_url(&self, id: &str, token: &str) -> Lookup {
        self.0.platform.state().files.open_url(now(), id, token)
    }

    /// Keeps a file that the bot uploaded.
    pub(crate) fn upload(&self, mime_type: &str, content: Bytes) -> FileInfo {
        self.0
            .platform
            .keep(now(), Origin::Business, mime_type, content)
    }
}
