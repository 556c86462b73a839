//! The phases, each in its own file: when it is left, and for which.
//!
//! Decided first is what brings traffic back to a revision that is well; then what people ask for by token; then what
//! the resource asks for; and only then, unless paused, the next step.

mod awaiting_approval;
mod baking;
mod failed;
mod migrating;
mod rolling_back;
mod snapshotting;
mod stable;
mod starting;
mod switching;
mod verifying;

use jiff::Timestamp;
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

pub(super) use baking::{is_shared, suspects};
pub(super) use switching::back_from_switch;

use super::{Observed, actions, asked, change, numbers, rebuild, settling};

/// The status with the change of phase, or of the step's clock, that is due now.
pub(super) fn due(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    rebuild::lost(observed, now)
        .or_else(|| way_back(observed, now))
        .or_else(|| rebuild::fence(observed))
        .or_else(|| settling::due(observed, now))
        .or_else(|| actions::due(observed, now))
        .or_else(|| change::clock(observed, now))
        .or_else(|| asked_for(observed, now))
        .or_else(|| numbers::begin(observed))
        .or_else(|| {
            if observed.is_held() {
                None
            } else {
                step(observed, now)
            }
        })
        .or_else(|| cooled(observed, now))
}

/// Evidence that what serves, or is about to, is bad; and the end of a way back. Also while paused.
fn way_back(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    match observed.status.phase {
        Phase::Switching => switching::gone_bad(observed, now),
        Phase::Baking => baking::gone_bad(observed, now),
        Phase::RollingBack => rolling_back::returned(observed, now),
        Phase::Stable
        | Phase::Snapshotting
        | Phase::Migrating
        | Phase::Starting
        | Phase::Verifying
        | Phase::AwaitingApproval
        | Phase::Failed => None,
    }
}

/// Another revision is asked for than the one that serves or is on its way.
fn asked_for(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    if settling::is_open(observed, now) {
        return None;
    }
    let target = observed.target()?;
    match observed.status.phase {
        Phase::Stable => stable::asked(observed, target, now),
        Phase::Failed => failed::asked(observed, target, now),
        Phase::Switching => switching::asked(observed, target, now),
        Phase::Baking => baking::asked(observed, target, now),
        Phase::RollingBack => rolling_back::asked(observed, target, now),
        Phase::Snapshotting
        | Phase::Migrating
        | Phase::Starting
        | Phase::Verifying
        | Phase::AwaitingApproval => asked::instead_of_candidate(observed, target, now),
    }
}

/// The next step of the candidate's way.
fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    match observed.status.phase {
        Phase::Snapshotting => snapshotting::step(observed, now),
        Phase::Migrating => migrating::step(observed, now),
        Phase::Starting => starting::step(observed, now),
        Phase::Verifying => verifying::step(observed, now),
        Phase::AwaitingApproval => awaiting_approval::step(observed, now),
        Phase::Switching => switching::step(observed, now),
        Phase::Baking => baking::step(observed, now),
        Phase::Stable | Phase::Failed | Phase::RollingBack => None,
    }
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
