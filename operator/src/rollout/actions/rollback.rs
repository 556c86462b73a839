//! Rollback: a person chooses a recorded revision instead of the one that the spec asks for.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::ManualRollback;

use super::{Token, Verdict, accept, refuse};
use crate::rollout::asked::can_return_to;
use crate::rollout::{Desired, Observed, Reason};

/// Accepted for a revision that can still be started and has passed its gates once. How it comes to serve is decided as
/// for an edit: by a switch where it is warm, else by its gates.
pub(super) fn judge(observed: &Observed, token: Token<'_>, now: Timestamp) -> Verdict {
    let name = token.revision;
    let kept = observed
        .revision(name)
        .filter(|revision| revision.recorded.is_some() && revision.snapshot.is_some());
    let Some(kept) = kept else {
        return refuse(Reason::UnknownRevision, unknown(observed, name));
    };
    if kept.passes.is_empty() {
        let message = format!("revision {name} never passed its gates; release it by an edit");
        return refuse(Reason::NeverPassed, message);
    }
    if observed
        .target()
        .is_some_and(|target| target.revision == name)
    {
        return refuse(
            Reason::AlreadyAskedFor,
            format!("revision {name} is asked for already; if it failed, retry it"),
        );
    }
    let mut status = observed.status.clone();
    if let Desired::Revision { name: asked, .. } = &observed.desired
        && asked == name
    {
        return refuse(
            Reason::AlreadyAskedFor,
            format!("the spec asks for revision {name}: retry it to end the rollback by hand"),
        );
    }
    let instead_of = match &observed.desired {
        Desired::Revision { name, .. } => name.clone(),
        Desired::Missing { .. } | Desired::Invalid { .. } => String::new(),
    };
    status.rollback = Some(ManualRollback {
        revision: name.to_owned(),
        instead_of,
        token: token.text.to_owned(),
        since: Time(now),
    });
    let active = status.active.as_ref();
    if active.is_some_and(|active| active.revision == name) {
        let message = format!("revision {name} serves, and goes on");
        accept(status, Reason::RollbackRequested, message)
    } else if can_return_to(observed, name) {
        let message = format!("revision {name} is warm: traffic goes back to it");
        accept(status, Reason::RollbackRequested, message)
    } else {
        let message = format!(
            "revision {name} is no longer warm: it is started and must pass its gates before it serves"
        );
        accept(status, Reason::ColdRollback, message)
    }
}

fn unknown(observed: &Observed, name: &str) -> String {
    let kept: Vec<_> = observed
        .revisions
        .iter()
        .filter(|(_, revision)| {
            revision.recorded.is_some()
                && revision.snapshot.is_some()
                && !revision.passes.is_empty()
        })
        .map(|(name, _)| name.as_str())
        .collect();
    format!(
        "record and snapshot of revision {name} are not kept; those that can be returned to: {}",
        if kept.is_empty() {
            "none".to_owned()
        } else {
            kept.join(", ")
        }
    )
}
