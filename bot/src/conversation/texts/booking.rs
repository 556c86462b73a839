//! What is said from the list of providers to the finished booking.

mod en;
mod es;

use std::fmt::Write;

use super::{ROW_DESCRIPTION_UNITS, ROW_TITLE_UNITS, Texts, text};
use crate::conversation::reply::{Reply, Row};
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::{Card, Provider, Review};
use crate::domain::text::cut;
use crate::domain::{
    Address, Average, Description, InvalidText, ServiceRequestId, ServiceType, UserName,
};

pub(super) const EN: BookingTexts = en::TEXTS;
pub(super) const ES: BookingTexts = es::TEXTS;

/// These texts in one language.
pub(super) struct BookingTexts {
    registered: fn(name: &str) -> String,
    providers: fn(service: &str) -> String,
    open_providers: &'static str,
    unrated: &'static str,
    jobs: fn(count: u32) -> String,
    no_provider: fn(service: &str) -> String,
    nobody_else: fn(service: &str) -> String,
    try_another: &'static str,
    notify_me: &'static str,
    will_notify: fn(service: &str) -> String,
    gone: &'static str,
    reviews: &'static str,
    no_comment: &'static str,
    somebody: &'static str,
    card_question: fn(name: &str) -> String,
    book: &'static str,
    back: &'static str,
    ask_address: fn(service: &str) -> String,
    address_too_short: &'static str,
    address_too_long: &'static str,
    address_needed: &'static str,
    ask_description: &'static str,
    description_too_long: &'static str,
    description_needed: &'static str,
    too_many_open: &'static str,
    already_booked: fn(name: &str) -> String,
    booked: fn(service: &str, provider: &str, minutes: i64) -> String,
    address: &'static str,
    description: &'static str,
}

impl Texts {
    /// Who can do it. A customer who just told a name is thanked by it first.
    pub(in crate::conversation) fn providers(
        &self,
        service: ServiceType,
        providers: &[Provider],
        thanked: Option<&UserName>,
    ) -> Reply {
        let rows = providers.iter().take(10).map(|one| self.provider_row(one));
        let body = (self.booking.providers)(self.service_name(service));
        let body = self.thanking(thanked, body);
        self.list(body, self.booking.open_providers, rows.collect())
    }

    fn provider_row(&self, provider: &Provider) -> Row {
        let jobs = (self.booking.jobs)(provider.total_jobs);
        let about = format!("{jobs} | {}", self.service_names(&provider.services));
        let title = format!(
            "⭐{} {}",
            self.rating(provider.rating),
            provider.name.as_str()
        );
        Row {
            id: Tap::Provider(provider.id).to_string(),
            title: cut(&title, ROW_TITLE_UNITS),
            description: cut(&about, ROW_DESCRIPTION_UNITS),
        }
    }

    fn rating(&self, rating: Option<Average>) -> String {
        rating.map_or_else(|| self.booking.unrated.to_owned(), |mean| mean.to_string())
    }

    fn thanking(&self, name: Option<&UserName>, body: String) -> String {
        match name {
            Some(name) => format!("{}\n\n{body}", (self.booking.registered)(name.as_str())),
            None => body,
        }
    }

    /// Nobody offers the service now, or nobody but those who were asked for the request already.
    pub(in crate::conversation) fn no_provider(
        &self,
        service: ServiceType,
        thanked: Option<&UserName>,
        can_notify: bool,
        others: bool,
    ) -> Vec<Reply> {
        let say = if others {
            self.booking.nobody_else
        } else {
            self.booking.no_provider
        };
        let sorry = say(self.service_name(service));
        let notify = (Tap::Plain(Plain::NotifyMe), self.booking.notify_me);
        let mut buttons = vec![(Tap::Plain(Plain::TryAnother), self.booking.try_another)];
        buttons.extend(can_notify.then_some(notify));
        buttons.push((Tap::Plain(Plain::Cancel), self.cancel_button));
        self.choices(self.thanking(thanked, sorry), &buttons)
    }

    pub(in crate::conversation) fn will_notify(&self, service: ServiceType) -> Reply {
        text((self.booking.will_notify)(self.service_name(service)))
    }

    /// The chosen provider can't be booked any more.
    pub(in crate::conversation) fn provider_gone(&self) -> Reply {
        text(self.booking.gone)
    }

    /// Who the provider is.
    pub(in crate::conversation) fn card(&self, card: &Card) -> Reply {
        let provider = &card.provider;
        let rating = match provider.rating {
            Some(mean) => format!("{mean}/5.0"),
            None => self.booking.unrated.to_owned(),
        };
        let mut body = format!(
            "*{}*\n⭐ {rating}\n💼 {}\n🛠 {}\n\n{}",
            provider.name.as_str(),
            (self.booking.jobs)(provider.total_jobs),
            self.service_names(&provider.services),
            card.bio.as_str(),
        );
        if !card.reviews.is_empty() {
            let _ = write!(body, "\n\n{}", self.booking.reviews);
        }
        for review in card.reviews.iter().take(3) {
            let _ = write!(body, "\n{}", self.review(review));
        }
        text(body)
    }

    fn review(&self, review: &Review) -> String {
        let or = |words: &str, instead: &'static str| match words.trim() {
            "" => instead.to_owned(),
            words => words.to_owned(),
        };
        let comment = or(&review.comment, self.booking.no_comment);
        let name = or(&review.first_name, self.booking.somebody);
        format!("{}/5 – {comment} – {name}", review.stars.get())
    }

    /// What can be done with a card.
    pub(in crate::conversation) fn card_buttons(&self, name: &UserName) -> Vec<Reply> {
        let buttons = [
            (Tap::Plain(Plain::Book), self.booking.book),
            (Tap::Plain(Plain::BackToList), self.booking.back),
            (Tap::Plain(Plain::Cancel), self.cancel_button),
        ];
        self.choices((self.booking.card_question)(name.as_str()), &buttons)
    }

    pub(in crate::conversation) fn ask_address(&self, service: ServiceType) -> Reply {
        text((self.booking.ask_address)(self.service_name(service)))
    }

    pub(in crate::conversation) fn invalid_address(&self, reason: InvalidText) -> Reply {
        text(match reason {
            InvalidText::TooShort { .. } => self.booking.address_too_short,
            InvalidText::TooLong { .. } => self.booking.address_too_long,
        })
    }

    /// Neither a text nor a place.
    pub(in crate::conversation) fn address_needed(&self) -> Reply {
        text(self.booking.address_needed)
    }

    pub(in crate::conversation) fn ask_description(&self) -> Reply {
        text(self.booking.ask_description)
    }

    pub(in crate::conversation) fn invalid_description(&self, reason: InvalidText) -> Reply {
        text(match reason {
            InvalidText::TooShort { .. } => self.booking.description_needed,
            InvalidText::TooLong { .. } => self.booking.description_too_long,
        })
    }

    /// No text.
    pub(in crate::conversation) fn description_needed(&self) -> Reply {
        text(self.booking.description_needed)
    }

    pub(in crate::conversation) fn too_many_open(&self) -> Vec<Reply> {
        self.refusal(self.booking.too_many_open.to_owned())
    }

    pub(in crate::conversation) fn already_booked(&self, name: &UserName) -> Vec<Reply> {
        self.refusal((self.booking.already_booked)(name.as_str()))
    }

    fn refusal(&self, body: String) -> Vec<Reply> {
        let buttons = [
            (Tap::Plain(Plain::MyRequests), self.my_requests),
            (Tap::Plain(Plain::NewService), self.new_service),
        ];
        self.choices(body, &buttons)
    }

    /// The confirmation.
    pub(in crate::conversation) fn booked(
        &self,
        (request, service, provider): (ServiceRequestId, ServiceType, &UserName),
        address: &Address,
        description: Option<&Description>,
        minutes: i64,
    ) -> Vec<Reply> {
        let texts = &self.booking;
        let head = (texts.booked)(self.service_name(service), provider.as_str(), minutes);
        let mut body = format!("{head}\n\n{}: {}", texts.address, address.as_str());
        if let Some(description) = description {
            let _ = write!(body, "\n{}: {}", texts.description, description.as_str());
        }
        let cancel = Tap::Request(Action::Cancel, request);
        self.choices(body, &[(cancel, self.requests.cancel_request)])
    }
}
