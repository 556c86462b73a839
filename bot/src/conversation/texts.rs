//! The words of the bot, one catalogue per language with the same entries, and the messages built
//! from them.

mod en;
mod es;

use crate::conversation::reply::{Button, Reply, Row};
use crate::conversation::taps;
use crate::domain::{InvalidName, Language, ServiceType, UserName};

/// The line below every list.
const FOOTER: &str = "Powered by Handy";

/// All texts of one language.
pub(super) struct Texts {
    welcome: &'static str,
    choose_service: &'static str,
    open_list: &'static str,
    service: fn(ServiceType) -> ServiceText,
    greeting: fn(name: &str) -> String,
    new_service: &'static str,
    my_requests: &'static str,
    help_button: &'static str,
    try_another: &'static str,
    cancel_button: &'static str,
    ask_name: fn(service: &str) -> String,
    name_too_short: &'static str,
    name_too_long: &'static str,
    name_too_few_letters: &'static str,
    type_name: &'static str,
    registered: fn(name: &str) -> String,
    no_provider: fn(service: &str) -> String,
    no_requests: &'static str,
    not_understood: &'static str,
    option_expired: &'static str,
    cancelled: &'static str,
    nothing_to_cancel: &'static str,
    help: &'static str,
    help_contact: fn(contact: &str) -> String,
}

/// How a service is offered in the list, and named within a sentence.
struct ServiceText {
    title: &'static str,
    description: &'static str,
}

/// The catalogue of a language.
pub(super) fn of(language: Language) -> &'static Texts {
    match language {
        Language::En => &en::TEXTS,
        Language::Es => &es::TEXTS,
    }
}

impl Texts {
    pub(super) fn welcome(&self) -> Reply {
        text(self.welcome)
    }

    pub(super) fn services(&self) -> Reply {
        let row = |service| {
            let ServiceText { title, description } = (self.service)(service);
            Row {
                id: taps::service_id(service),
                title: title.to_owned(),
                description: description.to_owned(),
            }
        };
        Reply::List {
            body: self.choose_service.to_owned(),
            button: self.open_list.to_owned(),
            rows: ServiceType::ALL.into_iter().map(row).collect(),
            footer: FOOTER.to_owned(),
        }
    }

    pub(super) fn greeting(&self, name: &UserName) -> Reply {
        let buttons = [
            (taps::NEW_SERVICE, self.new_service),
            (taps::MY_REQUESTS, self.my_requests),
            (taps::HELP, self.help_button),
        ];
        with_buttons((self.greeting)(name.as_str()), buttons)
    }

    pub(super) fn ask_name(&self, service: ServiceType) -> Reply {
        text((self.ask_name)((self.service)(service).title))
    }

    pub(super) fn invalid_name(&self, reason: InvalidName) -> Reply {
        text(match reason {
            InvalidName::TooShort => self.name_too_short,
            InvalidName::TooLong => self.name_too_long,
            InvalidName::TooFewLetters => self.name_too_few_letters,
        })
    }

    pub(super) fn type_name(&self) -> Reply {
        text(self.type_name)
    }

    /// Nobody offers the service. A customer who just told a name is thanked by it first.
    pub(super) fn no_provider(&self, service: ServiceType, thanked: Option<&UserName>) -> Reply {
        let sorry = (self.no_provider)((self.service)(service).title);
        let body = match thanked {
            Some(name) => format!("{}\n\n{sorry}", (self.registered)(name.as_str())),
            None => sorry,
        };
        let buttons = [
            (taps::TRY_ANOTHER, self.try_another),
            (taps::CANCEL, self.cancel_button),
        ];
        with_buttons(body, buttons)
    }

    pub(super) fn no_requests(&self) -> Reply {
        text(self.no_requests)
    }

    pub(super) fn not_understood(&self) -> Reply {
        text(self.not_understood)
    }

    pub(super) fn option_expired(&self) -> Reply {
        text(self.option_expired)
    }

    pub(super) fn cancelled(&self) -> Reply {
        text(self.cancelled)
    }

    pub(super) fn nothing_to_cancel(&self) -> Reply {
        text(self.nothing_to_cancel)
    }

    pub(super) fn help(&self, contact: Option<&str>) -> Reply {
        match contact {
            Some(contact) => text(format!("{}\n\n{}", self.help, (self.help_contact)(contact))),
            None => text(self.help),
        }
    }
}

fn text(body: impl Into<String>) -> Reply {
    Reply::Text { body: body.into() }
}

fn with_buttons<const N: usize>(body: String, buttons: [(&str, &str); N]) -> Reply {
    let button = |(id, title): (&str, &str)| Button {
        id: id.to_owned(),
        title: title.to_owned(),
    };
    Reply::Buttons {
        body,
        buttons: buttons.into_iter().map(button).collect(),
    }
}

#[cfg(test)]
mod tests;
