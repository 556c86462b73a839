//! What people are to be told, as it stands in the status: entered in the same write as the transition, and taken off
//! when it was delivered. Pure; the way to the other end is [`crate::notify`].

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    Notification, Notified, NotifiedResult, NotifiedTransitions, Phase, Transition,
    UbermenchDeploymentStatus, Undelivered,
};

use super::Observed;

/// How long delivery is tried.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How many may wait, over all channels.
const MOST: usize = 40;

/// The first pause after a failure, in seconds; it doubles up to [`LONGEST`].
const FIRST: i64 = 5;

/// The longest pause.
const LONGEST: i64 = 900;

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The channel, by its Secret.
    pub secret_name: String,
    /// Sequence of the transition.
    pub sequence: i64,
    /// The try, counted from 0.
    pub attempt: i32,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

impl Delivery {
    /// Whether it is of that entry, in its present try.
    pub fn is_of(&self, entry: &Undelivered) -> bool {
        self.secret_name == entry.secret_name
            && self.sequence == entry.transition.sequence
            && self.attempt == entry.attempts
    }
}

/// Enters what is new and takes off what has ended.
pub(super) fn enter(observed: &Observed, status: &mut UbermenchDeploymentStatus, now: Timestamp) {
    let channels = &observed.settings.notifications;
    settle(observed, status, now);
    let is_kept = |name: &str| channels.iter().any(|channel| channel.secret_name == name);
    status
        .undelivered
        .retain(|entry| is_kept(&entry.secret_name));
    status.notified.retain(|entry| is_kept(&entry.secret_name));
    if status.transition != observed.status.transition
        && let Some(transition) = status.transition.clone()
    {
        let told = channels
            .iter()
            .filter(|channel| tells(channel, &transition));
        status.undelivered.extend(told.map(|channel| Undelivered {
            secret_name: channel.secret_name.clone(),
            transition: transition.clone(),
            attempts: 0,
            next_attempt: Time(now),
            error: String::new(),
        }));
    }
    while status.undelivered.len() > MOST {
        let oldest = status.undelivered.remove(0);
        let message = format!("more than {MOST} notifications waited");
        end(status, &oldest, NotifiedResult::GivenUp, message, now);
    }
}

/// When the next try is due.
pub(super) fn next(status: &UbermenchDeploymentStatus) -> Option<Timestamp> {
    let tries = status.undelivered.iter().map(|entry| entry.next_attempt.0);
    tries.min()
}

fn settle(observed: &Observed, status: &mut UbermenchDeploymentStatus, now: Timestamp) {
    for mut entry in std::mem::take(&mut status.undelivered) {
        let delivery = observed.deliveries.iter().find(|each| each.is_of(&entry));
        match delivery.map(|delivery| &delivery.error) {
            Some(None) => end(
                status,
                &entry,
                NotifiedResult::Delivered,
                String::new(),
                now,
            ),
            Some(Some(error)) if now.duration_since(entry.transition.time.0) >= LIFETIME => {
                end(status, &entry, NotifiedResult::GivenUp, error.clone(), now);
            }
            Some(Some(error)) => {
                let pause = FIRST << entry.attempts.clamp(0, 8);
                entry.attempts += 1;
                entry.error.clone_from(error);
                entry.next_attempt = Time(now + SignedDuration::from_secs(pause.min(LONGEST)));
                status.undelivered.push(entry);
            }
            None => status.undelivered.push(entry),
        }
    }
}

/// Of each channel the last end is kept.
fn end(
    status: &mut UbermenchDeploymentStatus,
    entry: &Undelivered,
    result: NotifiedResult,
    message: String,
    now: Timestamp,
) {
    status
        .notified
        .retain(|each| each.secret_name != entry.secret_name);
    status.notified.push(Notified {
        secret_name: entry.secret_name.clone(),
        sequence: entry.transition.sequence,
        result,
        message,
        time: Time(now),
    });
}

fn tells(channel: &Notification, transition: &Transition) -> bool {
    let is_outcome = matches!(
        transition.to,
        Phase::AwaitingApproval
            | Phase::Baking
            | Phase::Stable
            | Phase::RollingBack
            | Phase::Failed
    );
    channel.transitions == NotifiedTransitions::All || is_outcome
}

#[cfg(test)]
mod tests {
    use ubermench_crds::NotificationType;

    use super::*;
    use crate::rollout::decide;
    use crate::rollout::tests::fixture::{at, in_phase};

    fn channel(secret: &str, transitions: NotifiedTransitions) -> Notification {
        Notification {
            type_: NotificationType::Slack,
            secret_name: secret.to_owned(),
            transitions,
        }
    }

    /// A release about to begin, with two channels.
    fn beginning() -> Observed {
        let mut observed = in_phase(Phase::Stable);
        observed.settings.notifications = vec![
            channel("all", NotifiedTransitions::All),
            channel("outcomes", NotifiedTransitions::Outcomes),
        ];
        observed
    }

    fn answer(observed: &mut Observed, seconds: i64, error: Option<&str>) {
        let entry = &observed.status.undelivered[0];
        observed.deliveries = vec![Delivery {
            secret_name: entry.secret_name.clone(),
            sequence: entry.transition.sequence,
            attempt: entry.attempts,
            error: error.map(str::to_owned),
        }];
        let mut status = observed.status.clone();
        enter(observed, &mut status, at(seconds));
        observed.status = status;
    }

    #[test]
    fn transition_and_its_notifications_are_one_write() {
        let status = decide(&beginning(), at(0)).status;
        let sequence = status.transition.as_ref().unwrap().sequence;
        let entered: Vec<_> = status
            .undelivered
            .iter()
            .map(|entry| (entry.secret_name.as_str(), entry.transition.sequence))
            .collect();
        assert_eq!(entered, [("all", sequence)], "a beginning is no outcome");
        let mut again = beginning();
        again.status = status.clone();
        let mut same = status.clone();
        enter(&again, &mut same, at(1));
        assert_eq!(same, status, "entered once");
        let mut failed = beginning();
        let mut status = failed.status.clone();
        status.transition.as_mut().unwrap().to = Phase::Failed;
        status.transition.as_mut().unwrap().sequence += 1;
        enter(&failed, &mut status, at(0));
        assert_eq!(status.undelivered.len(), 2, "an outcome is for both");
        failed.settings.notifications.clear();
        failed.status = status.clone();
        enter(&failed, &mut status, at(1));
        assert_eq!(status.undelivered, [], "nobody wants them any more");
    }

    #[test]
    fn what_failed_is_tried_again_and_given_up_after_a_day() {
        let mut observed = beginning();
        observed.status = decide(&observed, at(0)).status;
        let mut pauses = Vec::new();
        let mut now = 0;
        while let Some(next) = next(&observed.status) {
            let due = next.duration_since(at(0)).as_secs();
            pauses.push(due - now);
            now = due;
            answer(&mut observed, now, Some("answered 503"));
        }
        assert_eq!(pauses[..9], [0, 5, 10, 20, 40, 80, 160, 320, 640]);
        assert!(pauses[9..].iter().all(|pause| *pause == 900));
        let last = &observed.status.notified[0];
        assert_eq!(
            (last.result, last.message.as_str()),
            (NotifiedResult::GivenUp, "answered 503")
        );
        assert!((86_400..88_000).contains(&now), "{now}");
    }

    #[test]
    fn delivered_one_is_taken_off_by_the_answer_to_its_own_try() {
        let mut observed = beginning();
        observed.status = decide(&observed, at(0)).status;
        answer(&mut observed, 1, Some("answered 503"));
        let retried = observed.status.clone();
        assert_eq!(retried.undelivered[0].attempts, 1);
        let mut status = retried.clone();
        enter(&observed, &mut status, at(2));
        assert_eq!(status, retried, "an answer counts once");
        answer(&mut observed, 7, None);
        assert_eq!(observed.status.undelivered, []);
        assert_eq!(
            observed.status.notified[0].result,
            NotifiedResult::Delivered
        );
    }

    #[test]
    fn those_that_wait_are_bounded() {
        let mut observed = beginning();
        for sequence in 100..200 {
            let mut status = observed.status.clone();
            status.transition.as_mut().unwrap().sequence = sequence;
            enter(&observed, &mut status, at(0));
            observed.status = status;
        }
        assert_eq!(observed.status.undelivered.len(), MOST);
        assert_eq!(observed.status.notified[0].result, NotifiedResult::GivenUp);
    }
}
