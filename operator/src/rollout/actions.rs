//! Actions that people ask for by annotation: each token is answered once, in the same write that begins what it asks.
//!
//! | action | target | accepted in | begins |
//! | --- | --- | --- | --- |
//! | promote | the candidate | `AwaitingApproval` | the switch |
//! | abort | the candidate | any phase of a release | Failed; where it serves, the way back |
//! | retry | the revision that failed, or that a rollback by hand keeps from serving | Failed, Stable | a new attempt |
//! | rollback | a recorded revision that passed its gates | any | a switch where it is warm, else a gated release |
//!
//! All else is refused with a reason. Which annotations a resource had when its status was lost, or was not there yet,
//! can't be told from new ones, so those are refused too.

mod abort;
mod promote;
mod retry;
mod rollback;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{Action, ActionAnswer, ActionResult, UbermenchDeploymentStatus};

use super::{Desired, Observed, Reason, settling};

/// How many answers of each kind are kept: a token that is among them is known to be used.
const KEPT: usize = 3;

/// Longest token that is kept.
const TOKEN_LIMIT: usize = 128;

/// What an action comes to: the status that begins it, or nothing to do but say why. `None` when it must wait a moment.
type Verdict = Option<Result<(UbermenchDeploymentStatus, Reason, String), (Reason, String)>>;

/// A token with its parts.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    revision: &'a str,
}

/// The status that answers the first action that has no answer yet.
pub(super) fn due(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    lapsed(observed, now).or_else(|| {
        Action::ALL.into_iter().find_map(|action| {
            let (_, text) = observed.requests.iter().find(|(of, _)| *of == action)?;
            answer(observed, action, &shorten(text), now)
        })
    })
}

/// A rollback by hand ends when the spec asks for something else than what it was to replace.
fn lapsed(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    if settling::is_open(observed, now) {
        return None;
    }
    let rollback = observed.status.rollback.as_ref()?;
    let Desired::Revision { name, .. } = &observed.desired else {
        return None;
    };
    if rollback.instead_of == *name {
        return None;
    }
    let mut status = observed.status.clone();
    if rollback.instead_of.is_empty() {
        // It was asked for while the spec could not be read; now it can.
        let rollback = status.rollback.as_mut()?;
        rollback.instead_of.clone_from(name);
    } else {
        status.rollback = None;
    }
    Some(status)
}

/// Enters all actions as refused: they may have been acted on before the status was lost.
pub(super) fn forget(observed: &Observed, status: &mut UbermenchDeploymentStatus, now: Timestamp) {
    for (action, text) in &observed.requests {
        let (reason, message) = older();
        enter(
            status,
            ActionAnswer {
                action: *action,
                token: shorten(text),
                result: ActionResult::Refused,
                reason: reason.as_str().to_owned(),
                message,
                time: Time(now),
            },
        );
    }
}

fn older() -> (Reason, String) {
    let message =
        "the annotation is older than the status, so it may have been acted on; give a new token";
    (Reason::StatusLost, message.to_owned())
}

fn answer(
    observed: &Observed,
    action: Action,
    text: &str,
    now: Timestamp,
) -> Option<UbermenchDeploymentStatus> {
    let status = &observed.status;
    let mut known = status.actions.iter().filter(|each| each.action == action);
    if known.next().is_some_and(|last| last.token == text) {
        return None;
    }
    let repeated = known.any(|each| each.token == text);
    let verdict = if repeated {
        refuse(
            Reason::Repeated,
            "this token was used before; give it another word after the slash".to_owned(),
        )
    } else if is_blank(status) {
        Some(Err(older()))
    } else {
        judge(observed, action, text, now)
    };
    let (mut status, result, reason, message) = match verdict? {
        Ok((status, reason, message)) => (status, ActionResult::Accepted, reason, message),
        Err((reason, message)) => (status.clone(), ActionResult::Refused, reason, message),
    };
    enter(
        &mut status,
        ActionAnswer {
            action,
            token: text.to_owned(),
            result,
            reason: reason.as_str().to_owned(),
            message,
            time: Time(now),
        },
    );
    Some(status)
}

fn judge(observed: &Observed, action: Action, text: &str, now: Timestamp) -> Verdict {
    let Some(token) = parse(text) else {
        let message = "the value must be REVISION/TOKEN, such as 0123456789/1, each of letters, digits, - _ and .";
        return refuse(Reason::Malformed, message.to_owned());
    };
    match action {
        Action::Promote => promote::judge(observed, token, now),
        Action::Abort => abort::judge(observed, token, now),
        Action::Retry => retry::judge(observed, token, now),
        Action::Rollback => rollback::judge(observed, token, now),
    }
}

fn parse(text: &str) -> Option<Token<'_>> {
    let (revision, word) = text.split_once('/')?;
    let fits = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    (fits(revision) && fits(word)).then_some(Token { text, revision })
}

fn shorten(text: &str) -> String {
    text.trim().chars().take(TOKEN_LIMIT).collect()
}

/// A status in which nothing has happened yet, or that was lost.
fn is_blank(status: &UbermenchDeploymentStatus) -> bool {
    status.transition.is_none() && status.active.is_none() && status.candidate.is_none()
}

/// Newest first; of each kind the last few.
fn enter(status: &mut UbermenchDeploymentStatus, answer: ActionAnswer) {
    let action = answer.action;
    status.actions.insert(0, answer);
    let mut of_kind = 0;
    status.actions.retain(|each| {
        of_kind += usize::from(each.action == action);
        each.action != action || of_kind <= KEPT
    });
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of the three ends of a verdict"
)]
fn refuse(reason: Reason, message: String) -> Verdict {
    Some(Err((reason, message)))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "one of the three ends of a verdict"
)]
fn accept(status: UbermenchDeploymentStatus, reason: Reason, message: String) -> Verdict {
    Some(Ok((status, reason, message)))
}

/// The refusal of a token whose revision is not the candidate.
fn not_the_candidate(observed: &Observed, token: Token<'_>) -> Option<Verdict> {
    let message = match &observed.status.candidate {
        Some(candidate) if candidate.revision == token.revision => return None,
        Some(candidate) => format!(
            "revision {} is on its way, not {}",
            candidate.revision, token.revision
        ),
        None => format!(
            "no release is on its way; revision {} is no candidate",
            token.revision
        ),
    };
    Some(refuse(Reason::Stale, message))
}

#[cfg(test)]
mod tests;
