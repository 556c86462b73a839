//! Messages to somebody who did not just write, and other small helps of a turn that acts for two.

use chrono::{DateTime, TimeDelta, Utc};

use crate::conversation::reply::{Reply, Template};
use crate::conversation::taps::Tap;
use crate::conversation::turn::Turn;
use crate::conversation::{Chat, Mode, Outbound, Request, State, TemplateName, precedence};
use crate::domain::ServiceRequestId;

/// A template with what goes into it and the ids of its quick replies.
pub(super) fn template<const N: usize, const B: usize>(
    name: TemplateName,
    parameters: [&str; N],
    buttons: [Tap; B],
) -> Template {
    Template {
        name,
        parameters: parameters.map(str::to_owned).to_vec(),
        buttons: buttons.map(|tap| tap.to_string()).to_vec(),
    }
}

impl<'a> Turn<'a> {
    /// A text with buttons; where the person has not written for a day, the template goes instead.
    pub(super) fn reach(&mut self, body: String, buttons: &[(Tap, &str)], template: Template) {
        let mut replies = self.texts.choices(body, buttons);
        let last = replies.pop();
        self.say_all(replies);
        if let Some(last) = last {
            self.say(Outbound {
                template: Some(template),
                ..Outbound::from(last)
            });
        }
    }

    /// Several messages.
    pub(super) fn say_all(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            self.say(reply);
        }
    }

    /// A request that was read: the named one, or one of the person's own.
    pub(super) fn find(&self, id: ServiceRequestId) -> Option<&'a Request> {
        let facts = &self.event.facts;
        let named = facts.request.iter();
        let mut known = named.chain(&facts.jobs).chain(&facts.requests);
        known.find(|request| request.id == id)
    }

    /// A job of theirs that was read.
    pub(super) fn job(&self, id: ServiceRequestId) -> Option<&'a Request> {
        self.find(id).filter(|request| self.was_offered(request))
    }

    /// The chat that goes on.
    pub(super) fn chat(&self) -> Option<&'a Chat> {
        self.event
            .facts
            .chat
            .as_ref()
            .filter(|chat| !chat.has_ended)
    }

    /// What a form asks, once more, after a chat in which it could not be answered.
    pub(super) fn resume(&mut self) {
        let state = &self.session.state;
        // A rating's question needs its request, which may not be among those that were read.
        let can_ask = state.request().is_none_or(|id| self.find(id).is_some());
        if !state.is_resting() && can_ask {
            precedence::prompt(self);
        }
    }

    /// To the provider's resting state.
    pub(super) fn rest(&mut self) {
        self.go_as(Mode::Provider, State::Idle);
    }

    /// So long from now.
    pub(super) fn later(&self, delay: TimeDelta) -> DateTime<Utc> {
        let later = self.event.now.checked_add_signed(delay);
        later.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}
