//! Promote: a person lets the candidate serve.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{ApprovedBy, Phase};

use super::{Token, Verdict, accept, not_the_candidate, refuse};
use crate::rollout::{Observed, Reason};

/// Accepted once, where approval is awaited. The switch itself is the phase's next step, which a pause holds.
pub(super) fn judge(observed: &Observed, token: Token<'_>, now: Timestamp) -> Verdict {
    if let Some(refused) = not_the_candidate(observed, token) {
        return refused;
    }
    let mut status = observed.status.clone();
    let candidate = status.candidate.as_mut()?;
    let revision = candidate.revision.clone();
    match status.phase {
        Phase::AwaitingApproval if candidate.approved.is_none() => {
            candidate.approved = Some(ApprovedBy {
                token: token.text.to_owned(),
                time: Time(now),
            });
            accept(
                status,
                Reason::Approved,
                format!("revision {revision} may serve"),
            )
        }
        Phase::AwaitingApproval | Phase::Switching | Phase::Baking | Phase::RollingBack => refuse(
            Reason::AlreadyApproved,
            format!("revision {revision} needs no approval any more"),
        ),
        Phase::Stable
        | Phase::Failed
        | Phase::Snapshotting
        | Phase::Migrating
        | Phase::Starting
        | Phase::Verifying => refuse(
            Reason::NotAwaited,
            format!(
                "revision {revision} has not passed its gates yet, it is in {:?}; ask again with a new token in AwaitingApproval",
                status.phase
            ),
        ),
    }
}
