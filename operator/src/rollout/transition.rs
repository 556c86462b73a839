//! Changes of phase: the intents that are written down before anything is done about them.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    CandidateRevision, Color, Failure, HistoryEntry, Outcome, Phase, Transition,
    UbermenchDeploymentStatus, WorkOwner,
};

use super::{Desired, Observed, Reason, Trouble, TroubleKind, baking, rebuild, release, switching};

/// The status with the change of phase, or of the step's clock, that is due now.
pub(super) fn due(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    // The way back is decided before everything else, also while paused.
    rebuild::lost(observed, now)
        .or_else(|| switching::way_back(observed, now))
        .or_else(|| baking::way_back(observed, now))
        .or_else(|| rebuild::fence(observed))
        .or_else(|| clock(observed, now))
        .or_else(|| edit(observed, now))
        .or_else(|| {
            if observed.settings.paused {
                None
            } else {
                step(observed, now)
            }
        })
        .or_else(|| cooled(observed, now))
}

/// The next step of the candidate's way.
fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    match observed.status.phase {
        Phase::Snapshotting => release::snapshotting(observed, now),
        Phase::Migrating => release::migrating(observed, now),
        Phase::Starting => release::starting(observed, now),
        Phase::Verifying => release::verifying(observed, now),
        Phase::Switching => switching::switched(observed, now),
        Phase::Baking => baking::baked(observed, now),
        Phase::Stable | Phase::Failed | Phase::RollingBack => None,
    }
}

/// A pause stops the step's clock: its length is added to the step's start.
fn clock(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let mut status = observed.status.clone();
    let candidate = status.candidate.as_mut()?;
    match (observed.settings.paused, candidate.paused_at.take()) {
        (true, None) => candidate.paused_at = Some(Time(now)),
        (false, Some(since)) => {
            let pause = now.duration_since(since.0).max(SignedDuration::ZERO);
            candidate.phase_started_at = Time(candidate.phase_started_at.0 + pause);
        }
        (true, Some(_)) | (false, None) => return None,
    }
    Some(status)
}

/// What the resource asks for is not what is on its way.
fn edit(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let Desired::Revision { name, image } = &observed.desired else {
        return None;
    };
    let status = &observed.status;
    let is_active = status
        .active
        .as_ref()
        .is_some_and(|active| active.revision == *name);
    let on_its_way = status
        .candidate
        .as_ref()
        .is_some_and(|candidate| candidate.revision == *name);
    match status.phase {
        // A switch whose traffic has moved is ended first, unless the way back is asked for.
        Phase::Switching if observed.points_at(candidate(status)) => is_active
            .then(|| switching::turn_back(observed, now))
            .flatten(),
        Phase::RollingBack if status.failure.is_some() || observed.points_at(previous(status)) => {
            None
        }
        Phase::RollingBack if previous(status) == name => None,
        Phase::Failed
            if status
                .failure
                .as_ref()
                .is_some_and(|failure| failure.revision == *name) =>
        {
            None
        }
        Phase::Failed | Phase::Stable | Phase::Baking if is_active => {
            (status.phase == Phase::Failed).then(|| {
                let mut next = Change::new(observed, now).to(
                    Phase::Stable,
                    Reason::Reverted,
                    "the active revision is asked for again",
                );
                next.failure = None;
                next
            })
        }
        _ if on_its_way => None,
        _ if is_active => Some(superseded(observed, now).to(
            Phase::Stable,
            Reason::Reverted,
            "the active revision is asked for again",
        )),
        _ if switching::can_return_to(observed, name) => {
            let mut change = superseded(observed, now);
            change.status.failure = None;
            Some(switching::return_to_previous(
                observed,
                change,
                Reason::SpecReverted,
            ))
        }
        // While paused nothing new begins.
        Phase::Failed | Phase::Stable if observed.settings.paused => None,
        _ => Some(begin(observed, now, name, image)),
    }
}

/// Begins a release.
fn begin(
    observed: &Observed,
    now: Timestamp,
    revision: &str,
    image: &str,
) -> UbermenchDeploymentStatus {
    let mut change = superseded(observed, now);
    let existing = observed
        .revision(revision)
        .and_then(|revision| Some(revision.deployment.as_ref()?.color));
    let status = &mut change.status;
    if status
        .previous
        .as_ref()
        .is_some_and(|previous| previous.revision == revision)
    {
        status.previous = None;
    }
    status.last_attempt = observed.next_attempt();
    status.failure = None;
    status.candidate = Some(CandidateRevision {
        revision: revision.to_owned(),
        // Two Deployments of one revision would be selected as one.
        color: existing
            .or_else(|| status.active.as_ref().map(|active| active.color.other()))
            .unwrap_or(Color::Blue),
        image: image.to_owned(),
        attempt: status.last_attempt,
        started_at: Time(now),
        phase_started_at: Time(now),
        paused_at: observed.settings.paused.then_some(Time(now)),
        gates: Vec::new(),
        passed_pods: Vec::new(),
    });
    change.to(
        Phase::Snapshotting,
        Reason::RevisionChanged,
        &format!("revision {revision} begins: {image}"),
    )
}

/// The candidate gives way to an edit. One that already serves (in Baking) is entered as what it became.
fn superseded(observed: &Observed, now: Timestamp) -> Change {
    let outcome = if observed.status.phase == Phase::Baking {
        Outcome::Succeeded
    } else {
        Outcome::Superseded
    };
    let mut change = Change::new(observed, now);
    change.end_candidate(outcome, "a newer edit");
    if matches!(observed.status.phase, Phase::Switching | Phase::RollingBack) {
        change.keep_work(observed);
    }
    change
}

fn candidate(status: &UbermenchDeploymentStatus) -> &str {
    status
        .candidate
        .as_ref()
        .map_or("", |candidate| &candidate.revision)
}

fn previous(status: &UbermenchDeploymentStatus) -> &str {
    status
        .previous
        .as_ref()
        .map_or("", |previous| &previous.revision)
}

/// The previous revision's warm time is up.
fn cooled(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let previous = observed.status.previous.as_ref()?;
    let needed = matches!(
        observed.status.phase,
        Phase::Baking | Phase::Switching | Phase::RollingBack
    );
    (!needed && previous.warm_until.0 <= now).then(|| UbermenchDeploymentStatus {
        previous: None,
        ..observed.status.clone()
    })
}

/// A status on its way to the next phase.
pub(super) struct Change {
    pub(super) status: UbermenchDeploymentStatus,
    history_limit: usize,
    now: Timestamp,
}

impl Change {
    pub(super) fn new(observed: &Observed, now: Timestamp) -> Self {
        Self {
            status: observed.status.clone(),
            history_limit: observed.settings.history_limit,
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
        if let Some(candidate) = self.status.candidate.as_mut() {
            candidate.phase_started_at = Time(self.now);
        }
        self.status.transition = Some(Transition {
            sequence: self
                .status
                .transition
                .as_ref()
                .map_or(0, |last| last.sequence)
                + 1,
            from: self.status.phase,
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
        self.status.work = self
            .status
            .active
            .as_ref()
            .map(|active| release::next_owner(observed, &active.revision));
    }

    /// The release ended without serving.
    pub(super) fn fail(mut self, failure: Failure, reason: Reason) -> UbermenchDeploymentStatus {
        let message = failure.message.clone();
        if self.status.phase == Phase::Switching {
            self.status.work = self
                .status
                .active
                .as_ref()
                .and(self.status.work)
                .map(|work| WorkOwner {
                    epoch: work.epoch + 1,
                    revision: self
                        .status
                        .active
                        .as_ref()
                        .map(|active| active.revision.clone())
                        .unwrap_or_default(),
                });
        }
        self.end_candidate(Outcome::Failed, &failure.reason);
        self.status.failure = Some(failure);
        self.to(Phase::Failed, reason, &message)
    }

    /// Enters the candidate into the history and takes it out of the way.
    pub(super) fn end_candidate(&mut self, outcome: Outcome, reason: &str) {
        let Some(candidate) = self.status.candidate.take() else {
            return;
        };
        let reason = if outcome == Outcome::Succeeded {
            String::new()
        } else {
            reason.to_owned()
        };
        self.status.history.insert(
            0,
            HistoryEntry {
                revision: candidate.revision,
                image: candidate.image,
                color: candidate.color,
                attempt: candidate.attempt,
                outcome,
                reason,
                started_at: candidate.started_at,
                finished_at: Time(self.now),
            },
        );
        self.status.history.truncate(self.history_limit);
    }
}

/// A failure of the candidate, by evidence.
pub(super) fn failure(
    candidate: &CandidateRevision,
    phase: Phase,
    reason: Reason,
    message: String,
    evidence: Option<&Trouble>,
    now: Timestamp,
) -> Failure {
    Failure {
        reason: reason.as_str().to_owned(),
        phase,
        revision: candidate.revision.clone(),
        image: candidate.image.clone(),
        attempt: candidate.attempt,
        pod: evidence.map(|trouble| trouble.pod.clone()),
        container: evidence.and_then(|trouble| trouble.container.clone()),
        exit_code: evidence.and_then(|trouble| trouble.exit_code),
        log: evidence
            .map(|trouble| trouble.log.clone())
            .unwrap_or_default(),
        message,
        time: Time(now),
    }
}

/// Seconds since the step began, pauses left out.
pub(super) fn elapsed(candidate: &CandidateRevision, now: Timestamp) -> i64 {
    let until = candidate.paused_at.as_ref().map_or(now, |paused| paused.0);
    until.duration_since(candidate.phase_started_at.0).as_secs()
}

/// The reason and the sentence for a pod's trouble.
pub(super) fn explain(trouble: &Trouble) -> (Reason, String) {
    let Trouble {
        kind,
        pod,
        exit_code,
        message,
        ..
    } = trouble;
    match kind {
        TroubleKind::ImagePull => (
            Reason::ImagePullFailed,
            format!(
                "pod {pod} can't pull its image: {message}. Check spec.image and spec.imagePullSecrets"
            ),
        ),
        TroubleKind::ContainerConfig => (
            Reason::ContainerConfigInvalid,
            format!("pod {pod} can't make its container: {message}"),
        ),
        TroubleKind::Crash => {
            let code = exit_code.map_or_else(
                || "an unknown code".to_owned(),
                |code| format!("code {code}"),
            );
            (
                Reason::CrashLoop,
                format!(
                    "pod {pod} ended with {code}: {message}. Its last lines are in status.failure.log"
                ),
            )
        }
    }
}
