//! The words of the bot, one catalogue per language with the same entries, and the messages built
//! from them.

mod booking;
mod chat;
mod en;
mod es;
mod jobs;
mod provider;
mod rating;
mod requests;

pub(super) use chat::{Ending, NoChat};
pub(super) use jobs::JobNews;
pub(super) use rating::NoRating;
pub(super) use requests::Happening;

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

use crate::conversation::reply::{Button, Reply, Row};
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::{Request, Side};
use crate::domain::text::{cut, units};
use crate::domain::{CancelReason, InvalidName, Language, RequestStatus, ServiceType, UserName};

/// The line below every list.
const FOOTER: &str = "Powered by Handy";
/// The most that a text with buttons can have.
const BUTTONS_BODY_UNITS: usize = 1024;
const ROW_TITLE_UNITS: usize = 24;
const ROW_DESCRIPTION_UNITS: usize = 72;

/// All texts of one language.
pub(super) struct Texts {
    footer: &'static str,
    welcome: &'static str,
    choose_service: &'static str,
    open_list: &'static str,
    service: fn(ServiceType) -> ServiceText,
    greeting: fn(name: &str) -> String,
    new_service: &'static str,
    my_requests: &'static str,
    help_button: &'static str,
    cancel_button: &'static str,
    ask_name: fn(service: &str) -> String,
    name_too_short: &'static str,
    name_too_long: &'static str,
    name_too_few_letters: &'static str,
    type_name: &'static str,
    no_requests: &'static str,
    not_understood: &'static str,
    option_expired: &'static str,
    cancelled: &'static str,
    nothing_to_cancel: &'static str,
    not_available: &'static str,
    alerts_stopped: &'static str,
    choose: &'static str,
    which_request: &'static str,
    open_requests: &'static str,
    months: [&'static str; 12],
    status: fn(RequestStatus, Option<CancelReason>) -> &'static str,
    help: &'static str,
    provider_help: &'static str,
    help_contact: fn(contact: &str) -> String,
    provider: provider::ProviderTexts,
    jobs: jobs::JobTexts,
    chat: chat::ChatTexts,
    rating: rating::RatingTexts,
    choose_service_named: fn(name: &str) -> String,
    provider_mode_hint: &'static str,
    booking: booking::BookingTexts,
    requests: requests::RequestTexts,
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

    /// The six services.
    pub(super) fn services(&self) -> Reply {
        self.services_list(self.choose_service.to_owned())
    }

    /// The same as a menu of somebody known, who may be a provider as well.
    pub(super) fn services_for(&self, name: &UserName, has_profile: bool) -> Reply {
        let mut body = (self.choose_service_named)(name.as_str());
        if has_profile {
            body = format!("{body}\n\n{}", self.provider_mode_hint);
        }
        self.services_list(body)
    }

    fn services_list(&self, body: String) -> Reply {
        let row = |service| {
            let ServiceText { title, description } = (self.service)(service);
            Row {
                id: Tap::Service(service).to_string(),
                title: title.to_owned(),
                description: description.to_owned(),
            }
        };
        let rows = ServiceType::ALL.into_iter().map(row).collect();
        self.list(body, self.open_list, rows)
    }

    pub(super) fn greeting(&self, name: &UserName) -> Reply {
        let buttons = [
            (Plain::NewService, self.new_service),
            (Plain::MyRequests, self.my_requests),
            (Plain::Help, self.help_button),
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

    pub(super) fn not_available(&self) -> Reply {
        text(self.not_available)
    }

    pub(super) fn alerts_stopped(&self) -> Reply {
        text(self.alerts_stopped)
    }

    pub(super) fn help(&self, as_provider: bool, contact: Option<&str>) -> Reply {
        let commands = if as_provider {
            self.provider_help
        } else {
            self.help
        };
        match contact {
            Some(contact) => text(format!("{commands}\n\n{}", (self.help_contact)(contact))),
            None => text(commands),
        }
    }

    /// A service within a sentence or as a row's title.
    pub(super) fn service_name(&self, service: ServiceType) -> &'static str {
        (self.service)(service).title
    }

    /// Several services, in their usual order.
    pub(super) fn service_names(&self, services: &[ServiceType]) -> String {
        let names: Vec<&str> = ServiceType::ALL
            .into_iter()
            .filter(|service| services.contains(service))
            .map(|service| self.service_name(service))
            .collect();
        names.join(", ")
    }

    /// How a request stands, in words.
    pub(super) fn status_name(&self, request: &Request) -> &'static str {
        (self.status)(request.status, request.cancel_reason)
    }

    /// A day as people write it.
    pub(super) fn day(&self, time: DateTime<Utc>, zone: Tz) -> String {
        let local = time.with_timezone(&zone);
        let month = usize::try_from(local.month0()).ok();
        let month = month
            .and_then(|month| self.months.get(month))
            .unwrap_or(&"");
        format!("{} {month} {}", local.day(), local.year())
    }

    /// A text with buttons below it; two messages when the text is too long for one.
    pub(super) fn choices(&self, body: String, buttons: &[(Tap, &str)]) -> Vec<Reply> {
        let button = |(tap, title): &(Tap, &str)| Button {
            id: tap.to_string(),
            title: (*title).to_owned(),
        };
        let buttons: Vec<Button> = buttons.iter().map(button).collect();
        if buttons.is_empty() {
            return vec![text(body)];
        }
        if units(&body) <= BUTTONS_BODY_UNITS {
            return vec![Reply::Buttons { body, buttons }];
        }
        let body_below = self.choose.to_owned();
        vec![
            text(body),
            Reply::Buttons {
                body: body_below,
                buttons,
            },
        ]
    }

    /// A list with the usual small print.
    pub(super) fn list(&self, body: String, button: &str, rows: Vec<Row>) -> Reply {
        Reply::List {
            body,
            button: button.to_owned(),
            rows,
            footer: self.footer.to_owned(),
        }
    }

    /// Requests to choose from.
    pub(super) fn which_request(&self, requests: &[(&Request, Option<Side>)], zone: Tz) -> Reply {
        let rows = requests
            .iter()
            .map(|(one, side)| self.request_row(one, *side, other_name(one, *side), zone));
        let body = self.which_request.to_owned();
        self.list(body, self.open_requests, rows.take(10).collect())
    }

    /// A request's row as one of its sides reads it, with the name of the other party.
    pub(super) fn request_row(
        &self,
        request: &Request,
        side: Option<Side>,
        other: Option<&str>,
        zone: Tz,
    ) -> Row {
        let mut about = vec![self.status_for(request, side).to_owned()];
        about.extend(other.map(str::to_owned));
        about.push(self.day(request.created_at, zone));
        Row {
            id: Tap::Request(Action::Details, request.id).to_string(),
            title: cut(self.service_name(request.service), ROW_TITLE_UNITS),
            description: cut(&about.join(" · "), ROW_DESCRIPTION_UNITS),
        }
    }
}

/// Whom a side of a request deals with.
fn other_name(request: &Request, side: Option<Side>) -> Option<&str> {
    match side? {
        Side::Customer => {
            let provider = request.provider.as_ref();
            provider.map(|(_, party)| party.name.as_str())
        }
        Side::Provider => Some(request.customer.name.as_str()),
    }
}

/// A plain text.
pub(super) fn text(body: impl Into<String>) -> Reply {
    Reply::Text { body: body.into() }
}

fn with_buttons<const N: usize>(body: String, buttons: [(Plain, &str); N]) -> Reply {
    let button = |(plain, title): (Plain, &str)| Button {
        id: Tap::Plain(plain).to_string(),
        title: title.to_owned(),
    };
    Reply::Buttons {
        body,
        buttons: buttons.into_iter().map(button).collect(),
    }
}

#[cfg(test)]
mod tests;
