//! One event in one session: what is known, what has been said so far, and where it leads.

use chrono::{DateTime, Utc};

use crate::conversation::reply::Reply;
use crate::conversation::taps::Tap;
use crate::conversation::texts::{self, Texts};
use crate::conversation::{
    Effect, Event, Mode, Notice, Outbound, Profile, Request, Rules, Session, Side, State, User,
    precedence,
};
use crate::domain::ContactId;

/// One event being answered. Handlers say replies, add effects and set where the session goes.
pub(super) struct Turn<'a> {
    pub(super) rules: &'a Rules,
    pub(super) event: &'a Event,
    pub(super) texts: &'static Texts,
    pub(super) session: Session,
    pub(super) effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(rules: &'a Rules, session: Session, event: &'a Event) -> Self {
        Self {
            rules,
            event,
            texts: texts::of(rules.language),
            session,
            effects: Vec::new(),
        }
    }

    pub(super) fn play(mut self) -> (Session, Vec<Effect>) {
        precedence::hear(&mut self);
        (self.session, self.effects)
    }

    /// A message to the person.
    pub(super) fn say(&mut self, message: impl Into<Outbound>) {
        self.effects.push(Effect::Send(message.into()));
    }

    /// A text with buttons below it; two messages when the text is too long for one.
    pub(super) fn offer(&mut self, body: String, buttons: &[(Tap, &str)]) {
        for reply in self.texts.choices(body, buttons) {
            self.say(reply);
        }
    }

    /// A message, then what the current state asks.
    pub(super) fn before_prompt(&mut self, reply: Reply) {
        self.say(reply);
        precedence::prompt(self);
    }

    /// Where the conversation stands from now on.
    pub(super) fn go(&mut self, state: State) {
        self.session.state = state;
    }

    /// The same in another role.
    pub(super) fn go_as(&mut self, mode: Mode, state: State) {
        self.session = Session { mode, state };
    }

    /// Tells another conversation.
    pub(super) fn notify(&mut self, to: ContactId, notice: Notice) {
        self.effects.push(Effect::Notify { to, notice });
    }

    /// Tells a conversation, later.
    pub(super) fn schedule(&mut self, to: ContactId, notice: Notice, at: DateTime<Utc>) {
        self.effects.push(Effect::Schedule { to, notice, at });
    }

    /// Who writes, once registered.
    pub(super) fn user(&self) -> Option<&'a User> {
        self.event.facts.user.as_ref()
    }

    /// Their profile as a provider.
    pub(super) fn profile(&self) -> Option<&'a Profile> {
        self.user().and_then(|user| user.profile.as_ref())
    }

    /// Whether they talk as a provider now.
    pub(super) fn is_provider(&self) -> bool {
        self.session.mode == Mode::Provider && self.profile().is_some()
    }

    /// The request that the input, the notice or the state names.
    pub(super) fn request(&self) -> Option<&'a Request> {
        self.event.facts.request.as_ref()
    }

    /// The side that they have in a request now. Who was offered it and is no longer has none.
    pub(super) fn side(&self, request: &Request) -> Option<Side> {
        let user = self.user()?;
        if request.customer.user == user.id {
            return Some(Side::Customer);
        }
        let (provider, _) = request.provider.as_ref()?;
        (user.profile.as_ref()?.id == *provider).then_some(Side::Provider)
    }

    /// Asks which of these is meant.
    pub(super) fn ask_which(&mut self, requests: &[&Request]) {
        let sides: Vec<_> = requests.iter().map(|one| (*one, self.side(one))).collect();
        self.say(self.texts.which_request(&sides, self.rules.zone));
    }

    /// Whether they were the last one who was offered the request, answered or not.
    pub(super) fn was_offered(&self, request: &Request) -> bool {
        match (self.profile(), request.assignment) {
            (Some(profile), Some(assignment)) => assignment.provider == profile.id,
            _ => false,
        }
    }
}
