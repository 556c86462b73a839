//! Abort: a person ends the release. Also while paused: what serves is safe, or comes back.

use jiff::Timestamp;
use ubermench_crds::Phase;

use super::{Token, Verdict, accept, not_the_candidate, refuse};
use crate::rollout::asked::{can_return_to, return_to_previous};
use crate::rollout::change::Change;
use crate::rollout::evidence::failure;
use crate::rollout::phases::back_from_switch;
use crate::rollout::{Observed, Reason};

/// Accepted as long as there is a way back.
pub(super) fn judge(observed: &Observed, token: Token<'_>, now: Timestamp) -> Verdict {
    if let Some(refused) = not_the_candidate(observed, token) {
        return refused;
    }
    let candidate = observed.status.candidate.as_ref()?;
    let (phase, reason) = (observed.status.phase, Reason::Aborted);
    let message = format!("revision {} was aborted by hand", candidate.revision);
    let failure = failure(candidate, phase, reason, message.clone(), None, now);
    let no_way_back = || {
        refuse(
            Reason::NoWayBack,
            format!(
                "revision {} serves already, and no other one is ready to take over: edit the spec, or roll back to a recorded revision",
                candidate.revision
            ),
        )
    };
    match phase {
        Phase::Snapshotting
        | Phase::Migrating
        | Phase::Starting
        | Phase::Verifying
        | Phase::AwaitingApproval => accept(
            Change::new(observed, now).fail(failure, reason),
            reason,
            message,
        ),
        Phase::Switching => match back_from_switch(observed, failure, reason, now) {
            Some(status) => accept(status, reason, message),
            None => no_way_back(),
        },
        Phase::Baking => {
            let previous = observed.status.previous.as_ref();
            if !previous.is_some_and(|previous| can_return_to(observed, &previous.revision)) {
                return no_way_back();
            }
            let mut change = Change::new(observed, now);
            change.status.failure = Some(failure);
            let status = return_to_previous(observed, change, reason);
            accept(status, reason, message)
        }
        Phase::RollingBack | Phase::Stable | Phase::Failed => refuse(
            Reason::Stale,
            format!("revision {} is being taken back", candidate.revision),
        ),
    }
}
