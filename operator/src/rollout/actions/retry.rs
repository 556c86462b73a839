//! Retry: the revision that failed gets a new attempt.

use jiff::Timestamp;
use ubermench_crds::Phase;

use super::{Token, Verdict, accept, refuse};
use crate::rollout::asked::begin;
use crate::rollout::change::Change;
use crate::rollout::observed::Target;
use crate::rollout::{Desired, Observed, Reason};

/// Accepted for what failed and is still asked for, and for what the spec asks for while a rollback by hand keeps it
/// from serving.
pub(super) fn judge(observed: &Observed, token: Token<'_>, now: Timestamp) -> Verdict {
    let status = &observed.status;
    if !matches!(status.phase, Phase::Failed | Phase::Stable) {
        let message = format!("a release is under way, in {:?}", status.phase);
        return refuse(Reason::NothingFailed, message);
    }
    let failed = status.failure.as_ref();
    let failed = failed.is_some_and(|failure| failure.revision == token.revision);
    let asked = observed.target().map(|target| target.revision);
    let mut observed = observed.clone();
    if !(failed && asked == Some(token.revision)) {
        let rollback = status.rollback.as_ref();
        if rollback.is_none_or(|rollback| rollback.instead_of != token.revision) {
            return refuse(Reason::NothingFailed, nothing_failed(&observed, token));
        }
        observed.status.rollback = None;
    }
    again(&observed, token, now)
}

fn again(observed: &Observed, token: Token<'_>, now: Timestamp) -> Verdict {
    let Some(target) = observed.target() else {
        return unreadable(observed);
    };
    let status = &observed.status;
    let active = status.active.as_ref();
    if active.is_some_and(|active| active.revision == token.revision) {
        let mut change = Change::new(observed, now);
        change.status.failure = None;
        let message = format!("revision {} serves already", token.revision);
        return accept(
            change.to(Phase::Stable, Reason::Retried, &message),
            Reason::Retried,
            message,
        );
    }
    if observed.settings.paused && !target.by_hand {
        let message = "spec.paused holds new releases; take it off and ask again with a new token";
        return refuse(Reason::Paused, message.to_owned());
    }
    // Until the pods of the failed attempt are gone, they would be taken for the new one's.
    let rest = observed.revision(token.revision);
    if status.phase == Phase::Failed
        && rest.is_some_and(|rest| rest.deployment.is_some() || !rest.pods.is_empty())
    {
        return None;
    }
    let message = format!("revision {} is tried again", token.revision);
    let status = begin(observed, target, Reason::Retried, now);
    accept(status, Reason::Retried, message)
}

fn nothing_failed(observed: &Observed, token: Token<'_>) -> String {
    let asked = observed
        .target()
        .map_or("", |Target { revision, .. }| revision);
    format!(
        "revision {} is not one that failed and is asked for (that is {asked})",
        token.revision
    )
}

fn unreadable(observed: &Observed) -> Verdict {
    match &observed.desired {
        Desired::Missing { message } => refuse(Reason::SecretMissing, message.clone()),
        Desired::Invalid { message } => refuse(Reason::InvalidSpec, message.clone()),
        Desired::Revision { .. } => None,
    }
}
