//! How a customer's conversation goes: taps and keywords first, then the rules of each state.

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::reply::Reply;
use crate::conversation::taps::Tap;
use crate::conversation::texts::{self, Texts};
use crate::conversation::{Effect, Event, Input, State};
use crate::domain::{ServiceType, UserName};

type Outcome = (State, Vec<Effect>);

pub(super) fn step(state: State, event: &Event) -> Outcome {
    Turn {
        state,
        event,
        texts: texts::of(event.language),
    }
    .answer()
}

/// One event in one state.
struct Turn<'a> {
    state: State,
    event: &'a Event,
    texts: &'static Texts,
}

impl Turn<'_> {
    fn answer(&self) -> Outcome {
        match &self.event.input {
            Input::Tap { id } => self.tapped(Tap::from_id(id)),
            Input::Text(text) => match keywords::keyword(text) {
                Some(Keyword::Menu) => self.menu(),
                Some(Keyword::Help) => self.help(),
                Some(Keyword::Cancel) => self.cancel(),
                None => self.typed(text),
            },
            Input::Other { .. } => self.unreadable(),
        }
    }

    fn tapped(&self, tap: Tap) -> Outcome {
        match tap {
            Tap::Service(service) => self.chosen(service),
            Tap::Services => (
                State::AwaitingServiceSelection,
                send([self.texts.services()]),
            ),
            Tap::Cancel => self.cancel(),
            Tap::Help => self.help(),
            Tap::MyRequests => (self.state, send([self.texts.no_requests()])),
            Tap::Unknown => (
                self.prompted(),
                self.before_prompt(self.texts.option_expired()),
            ),
        }
    }

    fn typed(&self, text: &str) -> Outcome {
        match self.state {
            State::New => match keywords::service(text) {
                // Somebody new who says at once what they need isn't made to say it twice.
                Some(service) if self.event.person.name.is_none() => self.chosen(service),
                _ => (State::Welcome, send(self.prompt())),
            },
            State::Welcome | State::AwaitingServiceSelection => match keywords::service(text) {
                Some(service) => self.chosen(service),
                None => self.not_understood(),
            },
            State::AwaitingName { service } => self.named(service, text),
            State::ProviderList { .. } => self.not_understood(),
        }
    }

    /// Neither text nor tap.
    fn unreadable(&self) -> Outcome {
        match self.state {
            State::New => (State::Welcome, send(self.prompt())),
            State::AwaitingName { service } => match &self.event.person.name {
                Some(_) => self.chosen(service),
                None => (self.state, send([self.texts.type_name()])),
            },
            State::Welcome | State::AwaitingServiceSelection | State::ProviderList { .. } => {
                self.not_understood()
            }
        }
    }

    fn not_understood(&self) -> Outcome {
        (self.state, self.before_prompt(self.texts.not_understood()))
    }

    fn chosen(&self, service: ServiceType) -> Outcome {
        if self.event.person.name.is_some() {
            let nobody = self.texts.no_provider(service, None);
            return (State::ProviderList { service }, send([nobody]));
        }
        // Who says at once what they need is welcomed all the same.
        let mut replies = self.first_words();
        replies.push(self.texts.ask_name(service));
        (State::AwaitingName { service }, send(replies))
    }

    fn named(&self, service: ServiceType, text: &str) -> Outcome {
        if self.event.person.name.is_some() {
            // Became a customer meanwhile, under another identity of the same person.
            return self.chosen(service);
        }
        match UserName::parse(text) {
            Ok(name) => {
                let reply = self.texts.no_provider(service, Some(&name));
                let effects = vec![Effect::CreateUser { name }, Effect::Send(reply)];
                (State::ProviderList { service }, effects)
            }
            Err(reason) => (self.state, send([self.texts.invalid_name(reason)])),
        }
    }

    fn menu(&self) -> Outcome {
        let mut replies = self.first_words();
        replies.push(self.texts.services());
        (State::AwaitingServiceSelection, send(replies))
    }

    fn help(&self) -> Outcome {
        let contact = self.event.support_contact.as_deref();
        (self.state, self.before_prompt(self.texts.help(contact)))
    }

    fn cancel(&self) -> Outcome {
        match self.state {
            State::AwaitingName { .. } | State::ProviderList { .. } => {
                let mut replies = vec![self.texts.cancelled()];
                replies.extend(self.greeting());
                (State::Welcome, send(replies))
            }
            State::New | State::Welcome | State::AwaitingServiceSelection => (
                self.prompted(),
                self.before_prompt(self.texts.nothing_to_cancel()),
            ),
        }
    }

    /// The state once its prompt has been shown: only NEW goes on by that.
    fn prompted(&self) -> State {
        if self.state == State::New {
            State::Welcome
        } else {
            self.state
        }
    }

    fn before_prompt(&self, reply: Reply) -> Vec<Effect> {
        let mut replies = vec![reply];
        replies.extend(self.prompt());
        send(replies)
    }

    /// What the current state asks.
    fn prompt(&self) -> Vec<Reply> {
        match self.state {
            State::New => self.greeting(),
            State::Welcome | State::AwaitingServiceSelection => vec![self.texts.services()],
            State::AwaitingName { service } => vec![self.texts.ask_name(service)],
            State::ProviderList { service } => vec![self.texts.no_provider(service, None)],
        }
    }

    /// The menu that opens a conversation.
    fn greeting(&self) -> Vec<Reply> {
        match &self.event.person.name {
            Some(name) => vec![self.texts.greeting(name)],
            None => vec![self.texts.welcome(), self.texts.services()],
        }
    }

    /// The welcome, for somebody who was never welcomed.
    fn first_words(&self) -> Vec<Reply> {
        let stranger = self.state == State::New && self.event.person.name.is_none();
        stranger.then(|| self.texts.welcome()).into_iter().collect()
    }
}

fn send(replies: impl IntoIterator<Item = Reply>) -> Vec<Effect> {
    replies.into_iter().map(Effect::Send).collect()
}
