//! A status on its way to the next phase: what every change writes down, so that no phase can forget it.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    ActiveRevision, CandidateRevision, Failure, GateResult, HistoryEntry, Outcome, Phase,
    PhaseDuration, PreviousRevision, Transition, UbermenchDeploymentStatus, WorkOwner,
};

use super::{Observed, Reason};

/// A status on its way to the next phase.
pub(super) struct Change {
    pub(super) status: UbermenchDeploymentStatus,
    history_limit: usize,
    /// What the count of transitions begins with.
    before_first: i64,
    now: Timestamp,
}

impl Change {
    pub(super) fn new(observed: &Observed, now: Timestamp) -> Self {
        Self {
            status: observed.status.clone(),
            history_limit: observed.settings.history_limit,
            // Where anything exists, a count that begins is that of a status that was lost: it begins above all that
            // were ever given, so that no Event takes the name of an older one.
            before_first: if observed.revisions.is_empty() {
                0
            } else {
                now.as_second()
            },
            now,
        }
    }

    /// The phase changes; the step's clock starts anew.
    pub(super) fn to(
        mut self,
        phase: Phase,
        reason: Reason,
        message: &str,
    ) -> UbermenchDeploymentStatus {
        let revision = match (
            &self.status.candidate,
            &self.status.failure,
            &self.status.active,
        ) {
            (Some(candidate), _, _) => candidate.revision.clone(),
            (None, Some(failure), _) => failure.revision.clone(),
            (None, None, Some(active)) => active.revision.clone(),
            (None, None, None) => String::new(),
        };
        let left = self.status.phase;
        if let Some(candidate) = self.status.candidate.as_mut() {
            if !matches!(left, Phase::Stable | Phase::Failed) {
                leave(candidate, left, self.now);
            }
            candidate.phase_started_at = Time(self.now);
            candidate.paused_at = candidate.paused_at.take().map(|_| Time(self.now));
        }
        let last = self.status.transition.as_ref();
        self.status.transition = Some(Transition {
            sequence: last.map_or(self.before_first, |last| last.sequence) + 1,
            from: left,
            to: phase,
            reason: reason.as_str().to_owned(),
            message: message.to_owned(),
            revision,
            time: Time(self.now),
        });
        self.status.phase = phase;
        self.status
    }

    /// The work stays where it is: the intent to move it is taken back.
    pub(super) fn keep_work(&mut self, observed: &Observed) {
        let active = self.status.active.as_ref();
        self.status.work = active.map(|active| next_owner(observed, &active.revision));
    }

    /// The release ended without serving.
    pub(super) fn fail(mut self, failure: Failure, reason: Reason) -> UbermenchDeploymentStatus {
        let message = failure.message.clone();
        if self.status.phase == Phase::Switching {
            let (active, work) = (self.status.active.as_ref(), self.status.work.take());
            self.status.work = active.zip(work).map(|(active, work)| WorkOwner {
                epoch: work.epoch + 1,
                revision: active.revision.clone(),
            });
        }
        let outcome = if reason == Reason::Aborted {
            Outcome::Aborted
        } else {
            Outcome::Failed
        };
        self.end_candidate(outcome, &failure.reason, &failure.message);
        self.status.failure = Some(failure);
        self.to(Phase::Failed, reason, &message)
    }

    /// Notes what a gate said of the candidate's attempt.
    pub(super) fn note_gate(&mut self, result: GateResult) {
        if let Some(candidate) = self.status.candidate.as_mut() {
            candidate.gates.retain(|gate| gate.name != result.name);
            candidate.gates.push(result);
        }
    }

    /// Enters the candidate into the history and takes it out of the way.
    pub(super) fn end_candidate(&mut self, outcome: Outcome, reason: &str, message: &str) {
        let Some(mut candidate) = self.status.candidate.take() else {
            return;
        };
        leave(&mut candidate, self.status.phase, self.now);
        let succeeded = outcome == Outcome::Succeeded;
        let unless_succeeded = |text: &str| {
            if succeeded {
                String::new()
            } else {
                text.to_owned()
            }
        };
        self.enter(HistoryEntry {
            revision: candidate.revision,
            image: candidate.image,
            color: candidate.color,
            attempt: candidate.attempt,
            cause: candidate.cause,
            outcome,
            reason: unless_succeeded(reason),
            message: unless_succeeded(message),
            gates: candidate.gates,
            durations: candidate.durations,
            started_at: candidate.started_at,
            finished_at: Time(self.now),
        });
    }

    /// Enters the way back to a warm revision, which had no candidate.
    pub(super) fn enter_return(&mut self, previous: &PreviousRevision, cause: Reason) {
        let began = self
            .status
            .transition
            .as_ref()
            .map_or(self.now, |transition| transition.time.0);
        let took = self.now.duration_since(began).max(SignedDuration::ZERO);
        self.enter(HistoryEntry {
            revision: previous.revision.clone(),
            image: previous.image.clone(),
            color: previous.color,
            attempt: 0,
            cause: cause.as_str().to_owned(),
            outcome: Outcome::Succeeded,
            reason: String::new(),
            message: String::new(),
            gates: Vec::new(),
            durations: vec![PhaseDuration {
                phase: Phase::RollingBack,
                seconds: took.as_secs(),
            }],
            started_at: Time(began),
            finished_at: Time(self.now),
        });
    }

    fn enter(&mut self, entry: HistoryEntry) {
        self.status.history.insert(0, entry);
        self.status.history.truncate(self.history_limit);
    }
}

/// Notes how long the phase took that the candidate leaves. One that it was in before counts on.
fn leave(candidate: &mut CandidateRevision, phase: Phase, now: Timestamp) {
    let seconds = elapsed(candidate, now).max(0);
    let known = candidate
        .durations
        .iter_mut()
        .find(|each| each.phase == phase);
    match known {
        Some(known) => known.seconds += seconds,
        None => candidate.durations.push(PhaseDuration { phase, seconds }),
    }
}

/// Seconds since the step began, pauses left out.
pub(super) fn elapsed(candidate: &CandidateRevision, now: Timestamp) -> i64 {
    let until = candidate.paused_at.as_ref().map_or(now, |paused| paused.0);
    until.duration_since(candidate.phase_started_at.0).as_secs()
}

/// A pause stops the step's clock: its length is added to the step's start.
pub(super) fn clock(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let mut status = observed.status.clone();
    let candidate = status.candidate.as_mut()?;
    match (observed.is_held(), candidate.paused_at.take()) {
        (true, None) => candidate.paused_at = Some(Time(now)),
        (false, Some(since)) => {
            let pause = now.duration_since(since.0).max(SignedDuration::ZERO);
            candidate.phase_started_at = Time(candidate.phase_started_at.0 + pause);
        }
        (true, Some(_)) | (false, None) => return None,
    }
    Some(status)
}

/// The next epoch: greater than all that were given or seen.
pub(super) fn next_owner(observed: &Observed, revision: &str) -> WorkOwner {
    let given = observed.status.work.as_ref().map_or(0, |work| work.epoch);
    let seen = observed.work.as_ref().map_or(0, |work| work.epoch);
    WorkOwner {
        epoch: given.max(seen) + 1,
        revision: revision.to_owned(),
    }
}

/// What was active, kept warm from now on.
pub(super) fn warm(observed: &Observed, old: ActiveRevision, now: Timestamp) -> PreviousRevision {
    PreviousRevision {
        revision: old.revision,
        color: old.color,
        image: old.image,
        warm_until: Time(now + SignedDuration::from_secs(observed.settings.warm_seconds)),
    }
}
