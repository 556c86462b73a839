//! The chat of the two parties of a request (§7). One at a time for each: their whole conversation with
//! the bot carries it, and only few things said in it are for the bot.

mod notices;
mod relay;

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::reach::template;
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::texts::NoChat;
use crate::conversation::turn::Turn;
use crate::conversation::{
    Chat, ChatEnd, Effect, Input, Kept, Notice, Party, Reply, Request, Side, State, TemplateName,
    jobs, precedence, texts,
};
use crate::domain::{ContactId, Language, RequestStatus, ServiceRequestId};

pub(super) use notices::heard as notice;

/// What the recipient of a file gets that could not be brought over.
#[must_use]
pub fn file_not_forwarded(language: Language) -> Reply {
    texts::of(language).file_lost()
}

/// A message of somebody who is in a chat, or was when they sent it.
pub(super) fn heard(turn: &mut Turn<'_>) {
    let Some(chat) = &turn.event.facts.chat else {
        precedence::heard(turn);
        return;
    };
    match &turn.event.input {
        Input::Tap { id } => tapped(turn, chat, Tap::from_id(id)),
        Input::Text(text) => match keywords::keyword(text) {
            // Ended meanwhile, as both are told.
            Some(Keyword::EndChat) if chat.has_ended => {}
            Some(Keyword::EndChat) => end(turn),
            Some(Keyword::Complete) if chat.side == Side::Provider => {
                jobs::complete(turn, chat.request);
            }
            _ => relay::pass_on(turn, chat),
        },
        Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. } => relay::pass_on(turn, chat),
        Input::Notice(_) => {}
    }
}

/// Buttons act as ever, except those after which something has to be typed: that would go over.
fn tapped(turn: &mut Turn<'_>, chat: &Chat, tap: Tap) {
    if !chat.has_ended && leads_to_typing(&turn.session.state, tap) {
        turn.say(turn.texts.end_chat_first());
    } else {
        precedence::tapped(turn, tap);
    }
}

fn leads_to_typing(state: &State, tap: Tap) -> bool {
    match tap {
        // With everything known it is offered at once.
        Tap::Plain(Plain::Book) => {
            matches!(state, State::ProviderDetail { kept, .. } if *kept == Kept::default())
        }
        Tap::Plain(Plain::Continue) => matches!(state, State::AwaitingServiceTypes { .. }),
        Tap::Plain(Plain::EditBio) => matches!(state, State::Idle),
        Tap::Request(action, _) | Tap::Bare(action) => {
            action.is_rating() && action != Action::ProviderRatingSkip
        }
        Tap::Plain(_) | Tap::Service(_) | Tap::Provider(_) | Tap::Unknown => false,
    }
}

/// Starts it for both.
pub(super) fn start(turn: &mut Turn<'_>, id: ServiceRequestId) {
    let Some(link) = Link::of(turn, id) else {
        turn.say(turn.texts.not_available());
        return;
    };
    if let Some(why) = link.obstacle() {
        turn.say(turn.texts.no_chat(why));
        return;
    }
    let other = link.other;
    match turn.chat() {
        Some(chat) if chat.request == id => turn.say(turn.texts.chat_already(&other.name)),
        Some(_) => turn.say(turn.texts.end_chat_first()),
        None if turn.event.facts.other_is_chatting => {
            turn.say(turn.texts.chat_busy(&other.name));
            turn.effects.push(Effect::WaitForChat {
                busy: other.contact,
                request: id,
            });
        }
        None => {
            turn.effects.push(Effect::StartChat {
                request: id,
                customer: link.request.customer.contact,
                provider: link.provider,
            });
            turn.say(turn.texts.chat_started(&other.name, link.side));
            turn.notify(other.contact, Notice::ChatStarted { request: id });
            let at = turn.later(turn.rules.chat_idle);
            turn.schedule(link.own, Notice::ChatIdle { request: id }, at);
        }
    }
}

/// "end chat", where there may be none. The person is told once what the other one wrote before has
/// arrived: see [`ChatEnd::BySelf`].
pub(super) fn end(turn: &mut Turn<'_>) {
    let Some(chat) = turn.chat() else {
        turn.say(turn.texts.no_chat(NoChat::None));
        return;
    };
    let request = chat.request;
    turn.effects.push(Effect::EndChat { request });
    let ended = Notice::ChatEnded {
        request,
        cause: ChatEnd::ByOther,
        by_admin: false,
    };
    turn.notify(chat.other.contact, ended);
}

/// Closes the chat about a request that ends or goes to somebody else; says nothing to the person.
pub(super) fn close(turn: &mut Turn<'_>, request: ServiceRequestId) -> bool {
    let Some(chat) = turn.chat().filter(|chat| chat.request == request) else {
        return false;
    };
    turn.effects.push(Effect::EndChat { request });
    let ended = Notice::ChatEnded {
        request,
        cause: ChatEnd::RequestEnded,
        by_admin: false,
    };
    turn.notify(chat.other.contact, ended);
    true
}

/// A request as what links the person with the other one.
struct Link<'a> {
    request: &'a Request,
    side: Side,
    own: ContactId,
    other: &'a Party,
    provider: ContactId,
}

impl<'a> Link<'a> {
    /// None without two sides, or when the person is on neither.
    fn of(turn: &Turn<'a>, id: ServiceRequestId) -> Option<Self> {
        let request = turn.find(id)?;
        let side = turn.side(request)?;
        let (_, provider) = request.provider.as_ref()?;
        let (own, other) = match side {
            Side::Customer => (&request.customer, provider),
            Side::Provider => (provider, &request.customer),
        };
        Some(Self {
            request,
            side,
            own: own.contact,
            other,
            provider: provider.contact,
        })
    }

    fn obstacle(&self) -> Option<NoChat> {
        match self.request.status {
            RequestStatus::ProviderAssigned => None,
            RequestStatus::Created | RequestStatus::Searching => Some(NoChat::NotAccepted),
            RequestStatus::Completed | RequestStatus::Cancelled => Some(NoChat::Over),
        }
    }

    /// What the person gets instead of a message that can't reach them: who wants to chat.
    fn waiting(&self, turn: &Turn<'_>) -> crate::conversation::Template {
        let (tap, _) = turn.texts.chat_button(self.side, self.request.id);
        template(TemplateName::ChatWaiting, [self.other.name.as_str()], [tap])
    }
}
