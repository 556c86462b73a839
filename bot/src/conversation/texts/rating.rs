//! What is said to let somebody rate.

pub(super) mod en;
pub(super) mod es;

use crate::conversation::reply::Reply;
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::texts::{Texts, text};
use crate::conversation::{Request, Side};
use crate::domain::{Comment, ServiceRequestId, Stars};

/// The words for them in one language.
pub(in crate::conversation) struct RatingTexts {
    pub(super) ask_customer: fn(service: &str, provider: &str) -> String,
    pub(super) how_was: fn(provider: &str) -> String,
    pub(super) ask_provider: fn(service: &str, customer: &str) -> String,
    pub(super) poor: &'static str,
    pub(super) ok: &'static str,
    pub(super) great: &'static str,
    pub(super) how_poor: &'static str,
    pub(super) how_great: &'static str,
    pub(super) stars: fn(stars: u8) -> &'static str,
    pub(super) skip: &'static str,
    pub(super) ask_comment: fn(stars: u8) -> String,
    pub(super) comment_too_long: &'static str,
    pub(super) type_comment: &'static str,
    pub(super) thanks: fn(stars: u8) -> String,
    pub(super) no_rating: &'static str,
    pub(super) already: &'static str,
    pub(super) too_late: &'static str,
    pub(super) not_done: &'static str,
}

/// What is said instead of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::conversation) enum NoRating {
    /// Left out.
    Skipped,
    /// There is one.
    Already,
    /// Thirty days are over.
    TooLate,
    /// The job is not done.
    NotDone,
}

/// The buttons of one side, which never mix with the other's.
struct Ids {
    poor: Action,
    ok: Action,
    great: Action,
    stars: [Action; 4],
}

fn ids(rater: Side) -> Ids {
    match rater {
        Side::Customer => Ids {
            poor: Action::RatingPoor,
            ok: Action::RatingOk,
            great: Action::RatingGreat,
            stars: [Action::Star1, Action::Star2, Action::Star4, Action::Star5],
        },
        Side::Provider => Ids {
            poor: Action::ProviderRatingPoor,
            ok: Action::ProviderRatingOk,
            great: Action::ProviderRatingGreat,
            stars: [
                Action::ProviderStar1,
                Action::ProviderStar2,
                Action::ProviderStar4,
                Action::ProviderStar5,
            ],
        },
    }
}

impl Texts {
    /// The question alone, below what is known of the request.
    pub(in crate::conversation) fn how_was(&self, request: &Request) -> String {
        let provider = request.provider.as_ref();
        let name = provider.map_or("", |(_, party)| party.name.as_str());
        (self.rating.how_was)(name)
    }

    /// How the other one was.
    pub(in crate::conversation) fn ask_rating(&self, request: &Request, rater: Side) -> String {
        let service = self.service_name(request.service);
        match rater {
            Side::Customer => {
                let provider = request.provider.as_ref();
                let name = provider.map_or("", |(_, party)| party.name.as_str());
                (self.rating.ask_customer)(service, name)
            }
            Side::Provider => (self.rating.ask_provider)(service, request.customer.name.as_str()),
        }
    }

    pub(in crate::conversation) fn rating_buttons(
        &self,
        request: ServiceRequestId,
        rater: Side,
    ) -> [(Tap, &'static str); 3] {
        let ids = ids(rater);
        [
            (Tap::Request(ids.poor, request), self.rating.poor),
            (Tap::Request(ids.ok, request), self.rating.ok),
            (Tap::Request(ids.great, request), self.rating.great),
        ]
    }

    /// How poor, or how great.
    pub(in crate::conversation) fn ask_stars(
        &self,
        request: ServiceRequestId,
        rater: Side,
        great: bool,
    ) -> Vec<Reply> {
        let [one, two, four, five] = ids(rater).stars;
        let (body, stars) = if great {
            (self.rating.how_great, [(four, 4), (five, 5)])
        } else {
            (self.rating.how_poor, [(one, 1), (two, 2)])
        };
        let mut buttons: Vec<(Tap, &str)> = stars
            .into_iter()
            .map(|(action, stars)| (Tap::Request(action, request), (self.rating.stars)(stars)))
            .collect();
        if rater == Side::Provider {
            let skip = Tap::Request(Action::ProviderRatingSkip, request);
            buttons.push((skip, self.rating.skip));
        }
        self.choices(body.to_owned(), &buttons)
    }

    pub(in crate::conversation) fn ask_comment(&self, stars: Stars) -> Reply {
        text((self.rating.ask_comment)(stars.get()))
    }

    pub(in crate::conversation) fn comment_too_long(&self) -> Reply {
        text(self.rating.comment_too_long)
    }

    pub(in crate::conversation) fn type_comment(&self) -> Reply {
        text(self.rating.type_comment)
    }

    /// What was saved, and where to go from here.
    pub(in crate::conversation) fn rated(
        &self,
        rater: Side,
        stars: Stars,
        comment: Option<&Comment>,
    ) -> Vec<Reply> {
        let mut body = (self.rating.thanks)(stars.get());
        if let Some(comment) = comment {
            body = format!("{body}\n\n“{}”", comment.as_str());
        }
        self.after_rating(rater, body)
    }

    /// The provider's buttons after a rating that was left out.
    pub(in crate::conversation) fn rating_left_out(&self) -> Vec<Reply> {
        self.after_rating(Side::Provider, self.rating.no_rating.to_owned())
    }

    fn after_rating(&self, rater: Side, body: String) -> Vec<Reply> {
        let buttons = match rater {
            Side::Customer => [
                (Tap::Plain(Plain::NewService), self.new_service),
                (Tap::Plain(Plain::MyRequests), self.my_requests),
            ],
            Side::Provider => [self.online_button(true), self.dashboard_button()],
        };
        self.choices(body, &buttons)
    }

    pub(in crate::conversation) fn no_rating(&self, why: NoRating) -> Reply {
        text(match why {
            NoRating::Skipped => self.rating.no_rating,
            NoRating::Already => self.rating.already,
            NoRating::TooLate => self.rating.too_late,
            NoRating::NotDone => self.rating.not_done,
        })
    }
}
