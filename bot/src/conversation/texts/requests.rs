//! What is said about a request that exists: its details, its end, and what became of an offer.

mod en;
mod es;

use std::fmt::Write;

use chrono_tz::Tz;

use super::{Texts, other_name};
use crate::conversation::reply::{Reply, Template, TemplateName};
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::{Outbound, Request, Side};
use crate::domain::{AssignmentStatus, RequestStatus, ServiceType};

pub(super) const EN: RequestTexts = en::TEXTS;
pub(super) const ES: RequestTexts = es::TEXTS;

/// These texts in one language.
pub(super) struct RequestTexts {
    pub(super) cancel_request: &'static str,
    greeting: fn(name: &str) -> String,
    my_requests: &'static str,
    provider: &'static str,
    customer: &'static str,
    address: &'static str,
    date: &'static str,
    description: &'static str,
    your_answer: fn(AssignmentStatus) -> &'static str,
    see_others: &'static str,
    see_providers: &'static str,
    ask_cancel: fn(service: &str, provider: Option<&str>) -> String,
    cancel_confirm: &'static str,
    cancel_keep: &'static str,
    kept: &'static str,
    cancelled: fn(service: &str, provider: Option<&str>) -> String,
    chat_closed: &'static str,
    accepted: fn(service: &str, provider: &str) -> String,
    happened: fn(Happening) -> &'static str,
    update: fn(service: &str, happened: &str) -> String,
    choose_other: &'static str,
    available: fn(service: &str) -> String,
}

/// What became of a request, as its customer hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conversation) enum Happening {
    /// The provider declined.
    Declined,
    /// The provider did not answer.
    TimedOut,
    /// The provider could not be reached.
    Undeliverable,
    /// The provider can't do it after all.
    Released,
    /// An admin cancelled it.
    CancelledByAdmin,
    /// Nobody was chosen for a day.
    Abandoned,
}

impl Texts {
    /// The greeting of somebody who has an open request, and that request.
    pub(in crate::conversation) fn greeting_with(
        &self,
        name: &str,
        request: &Request,
    ) -> Vec<Reply> {
        let body = format!(
            "{}\n\n*{}*: {}\n{}: {}",
            (self.requests.greeting)(name),
            self.service_name(request.service),
            self.status_name(request),
            self.requests.address,
            request.address,
        );
        let buttons = [
            (Tap::Plain(Plain::NewService), self.new_service),
            (Tap::Plain(Plain::MyRequests), self.my_requests),
            (Tap::Plain(Plain::Help), self.help_button),
        ];
        self.choices(body, &buttons)
    }

    /// The customer's requests, to choose from.
    pub(in crate::conversation) fn my_requests(&self, requests: &[&Request], zone: Tz) -> Reply {
        let side = Some(Side::Customer);
        let row = |one: &&Request| self.request_row(one, side, other_name(one, side), zone);
        let rows = requests.iter().map(row).take(10).collect();
        let body = self.requests.my_requests.to_owned();
        self.list(body, self.open_requests, rows)
    }

    /// How a request stands, to whom it may be an offer that waits for their answer; for nobody's side, what
    /// became of the offer.
    pub(super) fn status_for(&self, request: &Request, side: Option<Side>) -> &'static str {
        let offer = request.assignment.map(|offer| offer.status);
        match (side, offer) {
            (None, Some(answer)) => (self.requests.your_answer)(answer),
            (Some(Side::Provider), Some(AssignmentStatus::Pending))
                if request.status == RequestStatus::Created =>
            {
                (self.requests.your_answer)(AssignmentStatus::Pending)
            }
            _ => self.status_name(request),
        }
    }

    /// A request as it stands, for one of its parties; for nobody's side, what became of the offer.
    pub(in crate::conversation) fn details(
        &self,
        request: &Request,
        side: Option<Side>,
        zone: Tz,
    ) -> String {
        let texts = &self.requests;
        let service = self.service_name(request.service);
        let date = self.day(request.created_at, zone);
        let status = self.status_for(request, side);
        let (label, other) = match side {
            Some(Side::Customer) => {
                let provider = request.provider.as_ref();
                (texts.provider, provider.map(|(_, party)| &party.name))
            }
            Some(Side::Provider) => (texts.customer, Some(&request.customer.name)),
            // The job is somebody else's business now.
            None => return format!("*{service}*: {status}\n{}: {date}", texts.date),
        };
        let mut body = format!("*{service}*: {status}");
        if let Some(other) = other {
            let _ = write!(body, "\n{label}: {}", other.as_str());
        }
        let _ = write!(body, "\n{}: {}", texts.address, request.address);
        let _ = write!(body, "\n{}: {date}", texts.date);
        if !request.description.is_empty() {
            let _ = write!(body, "\n{}: {}", texts.description, request.description);
        }
        body
    }

    /// Buttons of actions on a request.
    pub(in crate::conversation) fn request_buttons(
        &self,
        request: &Request,
        actions: &[Action],
    ) -> Vec<(Tap, &'static str)> {
        let button = |action: &Action| {
            let title = self.action_title(*action)?;
            Some((Tap::Request(*action, request.id), title))
        };
        actions.iter().filter_map(button).collect()
    }

    fn action_title(&self, action: Action) -> Option<&'static str> {
        match action {
            Action::SeeOthers => Some(self.requests.see_others),
            Action::Cancel => Some(self.requests.cancel_request),
            Action::CancelConfirm => Some(self.requests.cancel_confirm),
            Action::CancelKeep => Some(self.requests.cancel_keep),
            Action::StartChat => Some(self.chat.start),
            Action::Accept => Some(self.jobs.accept),
            Action::Decline => Some(self.jobs.decline),
            Action::ChatCustomer => Some(self.jobs.chat_customer),
            Action::Complete => Some(self.jobs.complete),
            Action::Release => Some(self.jobs.release),
            Action::RatingPoor => Some(self.rating.poor),
            Action::RatingOk => Some(self.rating.ok),
            Action::RatingGreat => Some(self.rating.great),
            Action::Details
            | Action::ReleaseConfirm
            | Action::Star1
            | Action::Star2
            | Action::Star4
            | Action::Star5
            | Action::ProviderRatingPoor
            | Action::ProviderRatingOk
            | Action::ProviderRatingGreat
            | Action::ProviderRatingSkip
            | Action::ProviderStar1
            | Action::ProviderStar2
            | Action::ProviderStar4
            | Action::ProviderStar5 => None,
        }
    }

    /// Asks before a request is cancelled.
    pub(in crate::conversation) fn ask_cancel(&self, request: &Request) -> Vec<Reply> {
        let service = self.service_name(request.service);
        let body = (self.requests.ask_cancel)(service, provider_name(request));
        let actions = [Action::CancelConfirm, Action::CancelKeep];
        self.choices(body, &self.request_buttons(request, &actions))
    }

    pub(in crate::conversation) fn request_kept(&self) -> &'static str {
        self.requests.kept
    }

    /// It is cancelled, and the chat about it with it.
    pub(in crate::conversation) fn request_cancelled(
        &self,
        request: &Request,
        chat_closed: bool,
    ) -> Vec<Reply> {
        let service = self.service_name(request.service);
        let mut body = (self.requests.cancelled)(service, provider_name(request));
        if chat_closed {
            let _ = write!(body, " {}", self.requests.chat_closed);
        }
        let buttons = [
            (Tap::Plain(Plain::NewService), self.new_service),
            (Tap::Plain(Plain::MyRequests), self.my_requests),
        ];
        self.choices(body, &buttons)
    }

    /// The provider accepted.
    pub(in crate::conversation) fn accepted(&self, request: &Request) -> Vec<Outbound> {
        let Some(provider) = provider_name(request) else {
            return Vec::new();
        };
        let service = self.service_name(request.service);
        let body = (self.requests.accepted)(service, provider);
        let template = Template {
            name: TemplateName::RequestAccepted,
            parameters: vec![provider.to_owned()],
            buttons: vec![Tap::Request(Action::StartChat, request.id).to_string()],
        };
        let mut buttons = self.request_buttons(request, &[Action::StartChat]);
        buttons.push((Tap::Plain(Plain::MyRequests), self.my_requests));
        with_template(self.choices(body, &buttons), template)
    }

    /// Something else happened to it.
    pub(in crate::conversation) fn happened(
        &self,
        happening: Happening,
        request: &Request,
    ) -> Vec<Outbound> {
        let service = self.service_name(request.service);
        let happened = (self.requests.happened)(happening);
        let mut body = (self.requests.update)(service, happened);
        let buttons = match happening {
            Happening::Declined
            | Happening::TimedOut
            | Happening::Undeliverable
            | Happening::Released => {
                let _ = write!(body, " {}", self.requests.choose_other);
                self.request_buttons(request, &[Action::SeeOthers, Action::Cancel])
            }
            Happening::CancelledByAdmin | Happening::Abandoned => vec![
                (Tap::Plain(Plain::NewService), self.new_service),
                (Tap::Plain(Plain::MyRequests), self.my_requests),
            ],
        };
        let template = Template {
            name: TemplateName::RequestUpdate,
            parameters: vec![service.to_owned(), happened.to_owned()],
            buttons: vec![Tap::Request(Action::SeeOthers, request.id).to_string()],
        };
        with_template(self.choices(body, &buttons), template)
    }

    /// A service that the person waits for has somebody.
    pub(in crate::conversation) fn available(&self, service: ServiceType) -> Vec<Outbound> {
        let name = self.service_name(service);
        let row = Tap::Service(service);
        let template = Template {
            name: TemplateName::ProviderAvailable,
            parameters: vec![name.to_owned()],
            buttons: vec![row.to_string()],
        };
        let buttons = [(row, self.requests.see_providers)];
        with_template(
            self.choices((self.requests.available)(name), &buttons),
            template,
        )
    }
}

fn provider_name(request: &Request) -> Option<&str> {
    let provider = request.provider.as_ref();
    provider.map(|(_, party)| party.name.as_str())
}

/// The template stands for the whole; what is said in two messages goes out as one template.
fn with_template(replies: Vec<Reply>, template: Template) -> Vec<Outbound> {
    let mut template = Some(template);
    let one = |reply| Outbound {
        template: template.take(),
        ..Outbound::from(reply)
    };
    replies.into_iter().map(one).collect()
}
