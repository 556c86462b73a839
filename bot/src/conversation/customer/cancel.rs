//! Cancelling: a draft at once, a request only after a question (§4.3).

use super::{home, requests};
use crate::conversation::keywords::Keyword;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Move, Notice, Request, State, chat, meant, precedence, rating};
use crate::domain::{AssignmentStatus, CancelReason, RequestStatus};

/// "cancel" where nothing but the customer's side can be meant.
pub(in crate::conversation) fn cancel(turn: &mut Turn<'_>) {
    match &turn.session.state {
        State::ProviderList { .. }
        | State::ProviderDetail { .. }
        | State::BookingConfirmed { .. } => {
            let meant = turn.session.state.request();
            let named = turn.request().filter(|one| Some(one.id) == meant);
            match named.filter(|one| one.status.is_open()) {
                Some(request) => ask(turn, request),
                None if matches!(turn.session.state, State::BookingConfirmed { .. }) => {
                    nothing(turn);
                }
                None => drop_draft(turn),
            }
        }
        State::AwaitingName { .. }
        | State::AwaitingLocation { .. }
        | State::AwaitingDescription { .. } => drop_draft(turn),
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::AwaitingProviderName
        | State::AwaitingServiceTypes { .. }
        | State::AwaitingBio { .. }
        | State::Idle
        | State::EditBio
        | State::EditServices { .. }
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => {
            match meant::requests(Keyword::Cancel, &turn.event.facts).as_slice() {
                [] => nothing(turn),
                [one] => ask(turn, one),
                several => turn.ask_which(several),
            }
        }
    }
}

fn drop_draft(turn: &mut Turn<'_>) {
    turn.say(turn.texts.cancelled());
    home(turn);
}

/// A request to rate is all that there may be to cancel.
fn nothing(turn: &mut Turn<'_>) {
    if rating::cancel_asked(turn) {
        return;
    }
    turn.say(turn.texts.nothing_to_cancel());
    precedence::home(turn);
}

/// Asks first: a slip must not cost a job.
pub(in crate::conversation) fn ask(turn: &mut Turn<'_>, request: &Request) {
    if !request.status.is_open() {
        requests::say_status(turn, request);
        return;
    }
    turn.say_all(turn.texts.ask_cancel(request));
}

/// It is meant: the request ends, its chat too, and the provider hears of it.
pub(in crate::conversation) fn confirmed(turn: &mut Turn<'_>, request: &Request) {
    if !request.status.is_open() {
        requests::say_status(turn, request);
        return;
    }
    let id = request.id;
    turn.effects.push(Effect::Move(Move {
        request: id,
        from: request.status,
        to: RequestStatus::Cancelled,
        assignment: AssignmentStatus::Cancelled,
        reason: Some(CancelReason::Customer),
    }));
    let chat_closed = chat::close(turn, id);
    if let Some((_, provider)) = &request.provider {
        let reason = CancelReason::Customer;
        let notice = Notice::RequestCancelled {
            request: id,
            reason,
        };
        turn.notify(provider.contact, notice);
    }
    turn.say_all(turn.texts.request_cancelled(request, chat_closed));
    if turn.session.state.request() == Some(id) {
        turn.go(State::Welcome);
    }
    if chat_closed {
        turn.resume();
    }
}

/// It was a slip.
pub(in crate::conversation) fn kept(turn: &mut Turn<'_>, request: &Request) {
    let kept = turn.texts.request_kept();
    requests::say_status_after(turn, Some(kept), request);
}
