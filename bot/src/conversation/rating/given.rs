//! One rating by one of the two of a request: may it be given, how it is asked for, how it ends.

use chrono::TimeDelta;

use crate::conversation::rating::home;
use crate::conversation::reach::template;
use crate::conversation::texts::NoRating;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Mode, Notice, Request, Side, State, TemplateName, customer};
use crate::domain::{Comment, RequestStatus, Stars, UserId};

/// How long after completion somebody may rate.
const DAYS: i64 = 30;

/// A rating of one request by one of its two.
#[derive(Clone, Copy)]
pub(super) struct Rating<'a> {
    pub(super) request: &'a Request,
    pub(super) rater: Side,
}

impl Rating<'_> {
    /// Why it can't be given.
    pub(super) fn obstacle(self, turn: &Turn<'_>) -> Option<NoRating> {
        let given = match self.rater {
            Side::Customer => self.request.customer_stars,
            Side::Provider => self.request.provider_stars,
        };
        let age = self
            .request
            .completed_at
            .map(|done| turn.event.now.signed_duration_since(done));
        if given.is_some() {
            Some(NoRating::Already)
        } else if self.request.status != RequestStatus::Completed {
            Some(NoRating::NotDone)
        } else if age.is_some_and(|age| age > TimeDelta::days(DAYS)) {
            Some(NoRating::TooLate)
        } else {
            None
        }
    }

    pub(super) fn say_question(self, turn: &mut Turn<'_>) {
        let body = turn.texts.ask_rating(self.request, self.rater);
        let buttons = turn.texts.rating_buttons(self.request.id, self.rater);
        let provider = self.request.provider.as_ref();
        let name = match self.rater {
            Side::Customer => provider.map_or("", |(_, party)| party.name.as_str()),
            Side::Provider => self.request.customer.name.as_str(),
        };
        let taps = buttons.map(|(tap, _)| tap);
        turn.reach(
            body,
            &buttons,
            template(TemplateName::RateService, [name], taps),
        );
    }

    pub(super) fn ask_stars(self, turn: &mut Turn<'_>, great: bool) {
        let request = self.request.id;
        let question = turn.texts.ask_stars(request, self.rater, great);
        turn.say_all(question);
        match self.rater {
            Side::Customer => {
                turn.go_as(Mode::Customer, State::AwaitingRatingFine { request, great });
            }
            Side::Provider => turn.go_as(
                Mode::Provider,
                State::AwaitingProviderRatingFine { request, great },
            ),
        }
    }

    pub(super) fn ask_comment(self, turn: &mut Turn<'_>, stars: Stars) {
        let request = self.request.id;
        turn.say(turn.texts.ask_comment(stars));
        match self.rater {
            Side::Customer => turn.go_as(
                Mode::Customer,
                State::AwaitingRatingComment { request, stars },
            ),
            Side::Provider => turn.go_as(
                Mode::Provider,
                State::AwaitingProviderRatingComment { request, stars },
            ),
        }
    }

    pub(super) fn save(self, turn: &mut Turn<'_>, stars: Stars, comment: Option<Comment>) {
        if let Some(why) = self.obstacle(turn) {
            turn.say(turn.texts.no_rating(why));
            self.go_home(turn);
            return;
        }
        let Some(ratee) = self.ratee() else {
            turn.say(turn.texts.not_available());
            self.go_home(turn);
            return;
        };
        let thanks = turn.texts.rated(self.rater, stars, comment.as_ref());
        turn.effects.push(Effect::Rate {
            request: self.request.id,
            by_customer: self.rater == Side::Customer,
            ratee,
            stars,
            comment,
        });
        turn.say_all(thanks);
        self.finish(turn);
    }

    pub(super) fn ratee(self) -> Option<UserId> {
        match self.rater {
            Side::Customer => self.request.provider.as_ref().map(|(_, party)| party.user),
            Side::Provider => Some(self.request.customer.user),
        }
    }

    /// No rating; with the menu, unless the person was at something else.
    pub(super) fn leave_out(self, turn: &mut Turn<'_>, moves_on: bool) {
        match self.rater {
            Side::Customer => {
                turn.say(turn.texts.no_rating(NoRating::Skipped));
                customer::home(turn);
                self.provider_is_next(turn);
            }
            Side::Provider => {
                let words = turn.texts.rating_left_out();
                turn.say_all(words);
                if moves_on {
                    turn.rest();
                }
            }
        }
    }

    pub(super) fn finish(self, turn: &mut Turn<'_>) {
        match self.rater {
            Side::Customer => {
                turn.go_as(Mode::Customer, State::Welcome);
                self.provider_is_next(turn);
            }
            Side::Provider => turn.rest(),
        }
    }

    pub(super) fn provider_is_next(self, turn: &mut Turn<'_>) {
        if let Some((_, provider)) = &self.request.provider {
            let request = self.request.id;
            turn.notify(provider.contact, Notice::RateCustomer { request });
        }
    }

    pub(super) fn go_home(self, turn: &mut Turn<'_>) {
        home(turn, self.rater);
    }
}
