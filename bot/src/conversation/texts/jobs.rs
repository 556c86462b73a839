//! What a provider reads about a request: its offer, the job, and how it ended.

pub(super) mod en;
pub(super) mod es;

use crate::conversation::reply::Reply;
use crate::conversation::taps::{Action, Tap};
use crate::conversation::texts::{Texts, text};
use crate::conversation::{Place, Request};
use crate::domain::ServiceRequestId;

/// The words for them in one language.
pub(in crate::conversation) struct JobTexts {
    pub(super) offer: fn(service: &str, customer: &str) -> String,
    pub(super) address: fn(address: &str) -> String,
    pub(super) description: fn(description: &str) -> String,
    pub(super) map: fn(link: &str) -> String,
    pub(super) minutes: fn(minutes: i64) -> String,
    pub(super) accept: &'static str,
    pub(super) decline: &'static str,
    pub(super) accepted: fn(service: &str, customer: &str) -> String,
    pub(super) what_next: &'static str,
    pub(super) chat_customer: &'static str,
    pub(super) complete: &'static str,
    pub(super) declined: fn(service: &str, customer: &str) -> String,
    pub(super) expired: fn(service: &str, customer: &str) -> String,
    pub(super) expired_short: &'static str,
    pub(super) no_longer: fn(service: &str, customer: &str) -> String,
    pub(super) already_accepted: fn(service: &str, customer: &str) -> String,
    pub(super) already_declined: fn(service: &str, customer: &str) -> String,
    pub(super) already_completed: fn(service: &str, customer: &str) -> String,
    pub(super) use_give_up: fn(service: &str, customer: &str) -> String,
    pub(super) cancelled: fn(service: &str, customer: &str) -> String,
    pub(super) cancelled_short: &'static str,
    pub(super) cancelled_by_admin: fn(service: &str, customer: &str) -> String,
    pub(super) cancelled_by_admin_short: &'static str,
    pub(super) ask_release: fn(service: &str, customer: &str) -> String,
    pub(super) release: &'static str,
    pub(super) keep: &'static str,
    pub(super) released: fn(service: &str, customer: &str) -> String,
    pub(super) kept: fn(service: &str, customer: &str) -> String,
    pub(super) completed: fn(service: &str, customer: &str) -> String,
    pub(super) completed_by_admin: fn(service: &str, customer: &str) -> String,
    pub(super) completed_short: &'static str,
    pub(super) not_assigned: fn(service: &str, customer: &str) -> String,
}

/// What a provider is told about one request, and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conversation) enum JobNews {
    /// The offer was declined.
    Declined,
    /// The offer was not answered in time.
    Expired,
    /// Somebody else has it or it ended.
    NoLonger,
    /// Accepted before.
    AlreadyAccepted,
    /// Declined before.
    AlreadyDeclined,
    /// Done before.
    AlreadyCompleted,
    /// It is too late to decline.
    UseGiveUp,
    /// The customer took it back.
    Cancelled,
    /// An admin ended it.
    CancelledByAdmin,
    /// The job was given up.
    Released,
    /// It was not.
    Kept,
    /// It is done.
    Completed,
    /// An admin says that it is done.
    CompletedByAdmin,
    /// It is no job of theirs that goes on.
    NotAssigned,
}

impl Texts {
    /// What a provider must know to decide: service, customer, place, work and time left.
    pub(in crate::conversation) fn offer(&self, request: &Request, minutes: i64) -> String {
        let words = &self.jobs;
        let mut lines = vec![(words.offer)(
            self.service_name(request.service),
            request.customer.name.as_str(),
        )];
        lines.extend(self.whereabouts(request));
        lines.push(String::new());
        lines.push((words.minutes)(minutes));
        lines.join("\n")
    }

    pub(in crate::conversation) fn offer_buttons(
        &self,
        request: ServiceRequestId,
    ) -> [(Tap, &'static str); 2] {
        [
            (Tap::Request(Action::Accept, request), self.jobs.accept),
            (Tap::Request(Action::Decline, request), self.jobs.decline),
        ]
    }

    /// What a provider needs to do the job.
    pub(in crate::conversation) fn accepted_job(&self, request: &Request) -> String {
        let mut lines = vec![(self.jobs.accepted)(
            self.service_name(request.service),
            request.customer.name.as_str(),
        )];
        lines.extend(self.whereabouts(request));
        lines.push(String::new());
        lines.push(self.jobs.what_next.to_owned());
        lines.join("\n")
    }

    fn whereabouts(&self, request: &Request) -> Vec<String> {
        let words = &self.jobs;
        let mut lines = vec![(words.address)(&request.address)];
        if !request.description.is_empty() {
            lines.push((words.description)(&request.description));
        }
        lines.extend(
            request
                .place
                .as_ref()
                .map(|place| (words.map)(&link(place))),
        );
        lines
    }

    pub(in crate::conversation) fn chat_customer_button(
        &self,
        request: ServiceRequestId,
    ) -> (Tap, &'static str) {
        let tap = Tap::Request(Action::ChatCustomer, request);
        (tap, self.jobs.chat_customer)
    }

    pub(in crate::conversation) fn complete_button(
        &self,
        request: ServiceRequestId,
    ) -> (Tap, &'static str) {
        (Tap::Request(Action::Complete, request), self.jobs.complete)
    }

    /// Asks whether a job is to be given up.
    pub(in crate::conversation) fn ask_release(&self, request: &Request) -> Vec<Reply> {
        let service = self.service_name(request.service);
        let body = (self.jobs.ask_release)(service, request.customer.name.as_str());
        let buttons = [
            (
                Tap::Request(Action::ReleaseConfirm, request.id),
                self.jobs.release,
            ),
            (Tap::Request(Action::CancelKeep, request.id), self.jobs.keep),
        ];
        self.choices(body, &buttons)
    }

    pub(in crate::conversation) fn job_news(&self, request: &Request, news: JobNews) -> Reply {
        let words = &self.jobs;
        let say = match news {
            JobNews::Declined => words.declined,
            JobNews::Expired => words.expired,
            JobNews::NoLonger => words.no_longer,
            JobNews::AlreadyAccepted => words.already_accepted,
            JobNews::AlreadyDeclined => words.already_declined,
            JobNews::AlreadyCompleted => words.already_completed,
            JobNews::UseGiveUp => words.use_give_up,
            JobNews::Cancelled => words.cancelled,
            JobNews::CancelledByAdmin => words.cancelled_by_admin,
            JobNews::Released => words.released,
            JobNews::Kept => words.kept,
            JobNews::Completed => words.completed,
            JobNews::CompletedByAdmin => words.completed_by_admin,
            JobNews::NotAssigned => words.not_assigned,
        };
        let service = self.service_name(request.service);
        text(say(service, request.customer.name.as_str()))
    }

    /// The same in the few words that a template has room for, where one goes out unasked.
    pub(in crate::conversation) fn job_news_short(&self, news: JobNews) -> Option<&'static str> {
        match news {
            JobNews::Expired => Some(self.jobs.expired_short),
            JobNews::Cancelled => Some(self.jobs.cancelled_short),
            JobNews::CancelledByAdmin => Some(self.jobs.cancelled_by_admin_short),
            JobNews::CompletedByAdmin => Some(self.jobs.completed_short),
            JobNews::Declined
            | JobNews::NoLonger
            | JobNews::AlreadyAccepted
            | JobNews::AlreadyDeclined
            | JobNews::AlreadyCompleted
            | JobNews::UseGiveUp
            | JobNews::Released
            | JobNews::Kept
            | JobNews::Completed
            | JobNews::NotAssigned => None,
        }
    }
}

/// Opens on any phone, in the map that is installed.
fn link(place: &Place) -> String {
    format!(
        "https://maps.google.com/?q={:.6},{:.6}",
        place.latitude, place.longitude
    )
}
