//! What somebody hears about a chat from the other side, from a timer, or from the delivery.

use chrono::DateTime;

use crate::conversation::chat::Link;
use crate::conversation::texts::Ending;
use crate::conversation::turn::Turn;
use crate::conversation::{ChatEnd, Effect, Notice, Outbound, Side};
use crate::domain::{ContactId, RequestStatus, ServiceRequestId, UserName};

pub(in crate::conversation) fn heard(turn: &mut Turn<'_>, notice: &Notice) {
    match *notice {
        Notice::ChatStarted { request } => started(turn, request),
        Notice::ChatEnded {
            request,
            cause,
            by_admin,
        } => ended(turn, request, cause, by_admin),
        Notice::ChatIdle { request } => idle(turn, request),
        Notice::ChatFree { request } => free(turn, request),
        Notice::RelayFailed { request, file } => {
            let other = other(turn, request);
            turn.say(if file {
                turn.texts.file_failed(other)
            } else {
                turn.texts.not_delivered(other)
            });
        }
        Notice::RelayHeld { request } => {
            let other = other(turn, request);
            turn.say(turn.texts.relays_held(other));
        }
        Notice::Offered { .. }
        | Notice::OfferDeadline { .. }
        | Notice::RequestCancelled { .. }
        | Notice::OfferFailed { .. }
        | Notice::ProfileDisabled
        | Notice::Blocked
        | Notice::RateCustomer { .. }
        | Notice::Accepted { .. }
        | Notice::Declined { .. }
        | Notice::TimedOut { .. }
        | Notice::Undeliverable { .. }
        | Notice::Released { .. }
        | Notice::Completed { .. }
        | Notice::Abandoned { .. }
        | Notice::ProviderAvailable { .. }
        | Notice::RatingFallback { .. } => {}
    }
}

fn started(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(link) = Link::of(turn, id).filter(|_| is_chatting(turn, id)) else {
        return;
    };
    let reply = turn.texts.chat_started(&link.other.name, link.side);
    let template = Some(link.waiting(turn));
    turn.say(Outbound {
        template,
        ..Outbound::from(reply)
    });
}

fn ended(turn: &mut Turn<'_>, id: ServiceRequestId, cause: ChatEnd, by_admin: bool) {
    if is_chatting(turn, id) {
        // Begun again meanwhile.
        return;
    }
    match cause {
        ChatEnd::ByOther => {
            say_ended(turn, id, Ending::ByOther);
            if let Some(ender) = other_contact(turn, id) {
                let done = Notice::ChatEnded {
                    request: id,
                    cause: ChatEnd::BySelf,
                    by_admin: false,
                };
                turn.notify(ender, done);
            }
        }
        ChatEnd::BySelf => say_ended(turn, id, Ending::BySelf),
        ChatEnd::Idle => say_ended(turn, id, Ending::Idle),
        ChatEnd::RequestEnded => with_request(turn, id, by_admin),
    }
    if turn.chat().is_none() {
        turn.resume();
    }
}

/// Who ended it, and what can be done with the request now.
fn say_ended(turn: &mut Turn<'_>, id: ServiceRequestId, ending: Ending) {
    let body = turn.texts.chat_ended(other(turn, id), ending);
    let Some(link) = Link::of(turn, id).filter(|link| link.obstacle().is_none()) else {
        turn.offer(body, &[]);
        return;
    };
    let again = turn.texts.chat_button(link.side, id);
    let second = match link.side {
        Side::Customer => turn.texts.my_requests_button(),
        Side::Provider => turn.texts.complete_button(id),
    };
    turn.offer(body, &[again, second]);
}

/// What became of the request is said elsewhere; that its provider is done with it says enough.
fn with_request(turn: &mut Turn<'_>, id: ServiceRequestId, by_admin: bool) {
    let is_done = |status| status == RequestStatus::Completed;
    if !by_admin && turn.find(id).is_some_and(|request| is_done(request.status)) {
        return;
    }
    say_ended(turn, id, Ending::WithRequest);
}

/// Closes it if nothing went over for the idle time; else looks again when that could be.
fn idle(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(chat) = turn.chat().filter(|chat| chat.request == id) else {
        return;
    };
    let due = chat
        .last_relay_at
        .checked_add_signed(turn.rules.chat_idle)
        .unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    if turn.event.now < due {
        if let Some(link) = Link::of(turn, id) {
            turn.schedule(link.own, Notice::ChatIdle { request: id }, due);
        }
        return;
    }
    turn.effects.push(Effect::EndChat { request: id });
    say_ended(turn, id, Ending::Idle);
    let ended = Notice::ChatEnded {
        request: id,
        cause: ChatEnd::Idle,
        by_admin: false,
    };
    turn.notify(chat.other.contact, ended);
    turn.resume();
}

/// The start button again, for somebody who found the other one busy.
fn free(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(link) = Link::of(turn, id).filter(|link| link.obstacle().is_none()) else {
        return;
    };
    if is_chatting(turn, id) {
        return;
    }
    if turn.event.facts.other_is_chatting {
        // Somebody else was quicker.
        turn.effects.push(Effect::WaitForChat {
            busy: link.other.contact,
            request: id,
        });
        return;
    }
    let body = turn.texts.chat_free(&link.other.name);
    let button = turn.texts.chat_button(link.side, id);
    let waiting = link.waiting(turn);
    turn.reach(body, &[button], waiting);
}

fn is_chatting(turn: &Turn<'_>, id: ServiceRequestId) -> bool {
    turn.chat().is_some_and(|chat| chat.request == id)
}

/// The other one of a chat, also when the request has changed hands since.
fn other<'a>(turn: &Turn<'a>, id: ServiceRequestId) -> Option<&'a UserName> {
    let chat = turn.event.facts.chat.as_ref();
    let in_chat = chat.filter(|chat| chat.request == id);
    let link = || Link::of(turn, id).map(|link| &link.other.name);
    let customer = || turn.job(id).map(|request| &request.customer.name);
    in_chat
        .map(|chat| &chat.other.name)
        .or_else(link)
        .or_else(customer)
}

fn other_contact(turn: &Turn<'_>, id: ServiceRequestId) -> Option<ContactId> {
    let chat = turn.event.facts.chat.as_ref();
    let in_chat = chat.filter(|chat| chat.request == id);
    let link = || Link::of(turn, id).map(|link| link.other.contact);
    let customer = || turn.job(id).map(|request| request.customer.contact);
    in_chat
        .map(|chat| chat.other.contact)
        .or_else(link)
        .or_else(customer)
}
