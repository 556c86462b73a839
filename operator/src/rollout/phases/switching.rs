//! Switching: the Service's selector moves, endpoints are confirmed, the work moves.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{ActiveRevision, Failure, Outcome, Phase, UbermenchDeploymentStatus};

use crate::rollout::asked::{instead_of_candidate, is_active, return_to_previous, way};
use crate::rollout::candidate::{candidate, verify_again};
use crate::rollout::change::{Change, warm};
use crate::rollout::evidence::{explain, failure};
use crate::rollout::observed::Target;
use crate::rollout::{Observed, Reason};

/// Left when the candidate serves and owns the work: it is active, and what was active stays warm.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, _) = candidate(observed)?;
    if !observed.serves(observed.active_service.as_ref(), &candidate.revision)
        || !observed.has_work_moved()
    {
        return None;
    }
    let mut change = Change::new(observed, now);
    let active = ActiveRevision {
        revision: candidate.revision.clone(),
        color: candidate.color,
        image: candidate.image.clone(),
        since: Time(now),
    };
    if let Some(old) = change.status.active.replace(active) {
        change.status.previous = Some(warm(observed, old, now));
    }
    Some(change.to(
        Phase::Baking,
        Reason::Switched,
        "the new revision serves; its health is watched",
    ))
}

/// The candidate failed between the intent and the end of the switch.
pub(super) fn gone_bad(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let points_here = observed.points_at(&candidate.revision);
    let trouble = revision.trouble();
    let lost = points_here && revision.ready().count() == 0;
    if trouble.is_none() && !lost {
        // Before the Service has moved, pods that passed nothing are judged first.
        return (!points_here)
            .then(|| verify_again(observed, now))
            .flatten();
    }
    let (reason, message) = trouble.map_or_else(
        || {
            (
                Reason::ReadinessLost,
                "all of the candidate's pods lost their readiness during the switch".to_owned(),
            )
        },
        explain,
    );
    let failure = failure(candidate, Phase::Switching, reason, message, trouble, now);
    back_from_switch(observed, failure, reason, now)
}

/// Out of a switch: what was active stays so, or serves again where traffic has moved. `None` where nothing was active:
/// the first install has no way back, and what is there stays, for a look.
pub(in crate::rollout) fn back_from_switch(
    observed: &Observed,
    failure: Failure,
    reason: Reason,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let mut change = Change::new(observed, now);
    if !observed.points_at(&failure.revision) {
        return Some(change.fail(failure, reason));
    }
    let active = observed.status.active.clone()?;
    // Traffic has moved, the work may have moved: the way back puts both where they were.
    change.status.previous = Some(warm(observed, active, now));
    change.status.failure = Some(failure);
    Some(return_to_previous(observed, change, reason))
}

/// A switch whose traffic has moved is ended first, unless the way back is asked for.
pub(super) fn asked(
    observed: &Observed,
    target: Target<'_>,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let candidate = observed.status.candidate.as_ref();
    let moved = candidate.is_some_and(|candidate| observed.points_at(&candidate.revision));
    if !moved {
        return instead_of_candidate(observed, target, now);
    }
    if !is_active(observed, target) {
        return None;
    }
    let active = observed.status.active.clone()?;
    let mut change = Change::new(observed, now);
    let message = "the revision before it is asked for again";
    change.end_candidate(Outcome::Superseded, Reason::Superseded.as_str(), message);
    change.status.previous = Some(warm(observed, active, now));
    Some(return_to_previous(observed, change, way(target)))
}

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{at, due, in_phase, to, trouble};
    use crate::rollout::{Observed, TroubleKind, phases};

    fn switching() -> Observed {
        in_phase(Phase::Switching)
    }

    fn moved() -> Observed {
        switching().pointing_at("new")
    }

    #[test]
    fn left_when_endpoints_are_confirmed_and_the_work_has_moved() {
        let mut complete = moved();
        complete.work = complete.status.work.clone();
        let mut lagging = complete.clone();
        let ready = &mut lagging.active_service.as_mut().unwrap().ready;
        ready.insert("old-1".to_owned());
        assert_eq!(due(&complete, 1), to(Phase::Baking, "Switched"));
        assert_eq!(due(&lagging, 1), None);
        assert_eq!(due(&moved(), 1), None, "the work has not moved");
        let status = phases::due(&complete, at(1)).unwrap();
        assert_eq!(status.previous.unwrap().revision, "old");
    }

    #[test]
    fn candidate_that_turns_bad_is_left_or_taken_back() {
        let ill = |mut observed: Observed| {
            observed.of("new").pods[0].trouble = Some(trouble(TroubleKind::Crash));
            observed
        };
        assert_eq!(due(&ill(switching()), 1), to(Phase::Failed, "CrashLoop"));
        assert_eq!(due(&ill(moved()), 1), to(Phase::RollingBack, "CrashLoop"));
        let mut first = ill(moved());
        first.status.active = None;
        assert_eq!(due(&first, 1), None, "there is no way back");
    }

    #[test]
    fn way_back_needs_no_end_of_a_pause() {
        let mut observed = moved();
        observed.settings.paused = true;
        observed.candidate_mut().paused_at = observed
            .status
            .active
            .as_ref()
            .map(|active| active.since.clone());
        observed.of("new").pods[0].trouble = Some(trouble(TroubleKind::Crash));
        assert_eq!(due(&observed, 1), to(Phase::RollingBack, "CrashLoop"));
    }

    #[test]
    fn edit_in_a_switch() {
        let cases = [
            (switching(), "old", to(Phase::Stable, "Reverted")),
            (
                switching(),
                "newer",
                to(Phase::Snapshotting, "RevisionChanged"),
            ),
            (moved(), "old", to(Phase::RollingBack, "SpecReverted")),
            (moved(), "newer", None),
        ];
        for (observed, asked, expected) in cases {
            assert_eq!(due(&observed.asking_for(asked), 1), expected, "{asked}");
        }
    }
}
