//! Ratings of both sides: poor, ok or great, then stars, then words (§8).

mod choice;
mod given;

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::rating::choice::{Choice, read, typed};
use crate::conversation::rating::given::Rating;
use crate::conversation::taps::Action;
use crate::conversation::turn::Turn;
use crate::conversation::{Effect, Input, Side, State, customer, provider};
use crate::domain::{Comment, InvalidText, RequestStatus, ServiceRequestId, Stars};

/// A tap on a rating button of a request that the person is a party of.
pub(super) fn tapped(turn: &mut Turn<'_>, action: Action, id: ServiceRequestId) {
    let (Some((rater, choice)), Some(request)) = (read(action), turn.find(id)) else {
        turn.say(turn.texts.not_available());
        return;
    };
    if turn.side(request) != Some(rater) {
        turn.say(turn.texts.not_available());
        return;
    }
    let rating = Rating { request, rater };
    if let Some(why) = rating.obstacle(turn) {
        turn.say(turn.texts.no_rating(why));
        return;
    }
    match choice {
        Choice::Poor => rating.ask_stars(turn, false),
        Choice::Great => rating.ask_stars(turn, true),
        Choice::Stars(stars) => rating.ask_comment(turn, stars),
        Choice::Skip => {
            let drops_draft = step(&turn.session.state).is_some_and(|(rated, ..)| rated == id);
            rating.leave_out(turn, drops_draft);
        }
    }
}

/// An input in a rating's state.
pub(super) fn hear(turn: &mut Turn<'_>) {
    let Some((rating, stars)) = current(turn) else {
        return;
    };
    match stars {
        None => star_step(turn, rating),
        Some(stars) => comment_step(turn, rating, stars),
    }
}

/// What such a state asks.
pub(super) fn prompt(turn: &mut Turn<'_>) {
    let Some((rating, stars)) = current(turn) else {
        return;
    };
    match (stars, &turn.session.state) {
        (Some(stars), _) => turn.say(turn.texts.ask_comment(stars)),
        (
            None,
            State::AwaitingRatingFine { great, .. }
            | State::AwaitingProviderRatingFine { great, .. },
        ) => {
            let question = turn
                .texts
                .ask_stars(rating.request.id, rating.rater, *great);
            turn.say_all(question);
        }
        (None, _) => rating.say_question(turn),
    }
}

/// Asks the customer of `facts.request`, without changing the state.
pub(super) fn ask_customer(turn: &mut Turn<'_>) {
    ask(turn, Side::Customer);
}

/// Asks the provider of `facts.request`, once, without changing the state.
pub(super) fn ask_provider(turn: &mut Turn<'_>) {
    let asked = turn.request().filter(|request| request.provider_asked);
    if asked.is_none()
        && ask(turn, Side::Provider)
        && let Some(request) = turn.request().map(|request| request.id)
    {
        turn.effects.push(Effect::AskedProvider { request });
    }
}

/// "cancel" in a rating's state.
pub(super) fn cancel(turn: &mut Turn<'_>) {
    if let Some((rating, _)) = current(turn) {
        rating.leave_out(turn, true);
    }
}

/// "cancel" of a customer who was just asked to rate and has nothing else to cancel.
pub(super) fn cancel_asked(turn: &mut Turn<'_>) -> bool {
    let since = turn
        .event
        .now
        .checked_sub_signed(turn.rules.rating_fallback);
    let mut done = turn.event.facts.requests.iter().filter(|request| {
        request.status == RequestStatus::Completed && request.completed_at > since
    });
    let asked = done.find(|request| request.customer_stars.is_none() && !request.provider_asked);
    if let Some(request) = asked {
        let rater = Side::Customer;
        Rating { request, rater }.leave_out(turn, true);
    }
    asked.is_some()
}

fn ask(turn: &mut Turn<'_>, rater: Side) -> bool {
    let Some(request) = turn.request() else {
        return false;
    };
    let rating = Rating { request, rater };
    let may = turn.side(request) == Some(rater) && rating.obstacle(turn).is_none();
    if may {
        rating.say_question(turn);
    }
    may
}

/// Buttons and numbers; everything else gets the same buttons again.
fn star_step(turn: &mut Turn<'_>, rating: Rating<'_>) {
    let choice = match &turn.event.input {
        Input::Text(text) => typed(text),
        Input::Tap { .. }
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => None,
    };
    if let Some(why) = rating.obstacle(turn) {
        turn.say(turn.texts.no_rating(why));
        rating.go_home(turn);
        return;
    }
    match choice {
        None => prompt(turn),
        Some(Choice::Skip) => rating.leave_out(turn, true),
        Some(Choice::Poor) => rating.ask_stars(turn, false),
        Some(Choice::Great) => rating.ask_stars(turn, true),
        Some(Choice::Stars(stars)) => rating.ask_comment(turn, stars),
    }
}

fn comment_step(turn: &mut Turn<'_>, rating: Rating<'_>, stars: Stars) {
    let Input::Text(text) = &turn.event.input else {
        turn.say(turn.texts.type_comment());
        return;
    };
    if keywords::keyword(text) == Some(Keyword::Skip) {
        rating.save(turn, stars, None);
        return;
    }
    match Comment::parse(text) {
        Ok(comment) => rating.save(turn, stars, Some(comment)),
        Err(InvalidText::TooLong { .. }) => turn.say(turn.texts.comment_too_long()),
        Err(InvalidText::TooShort { .. }) => turn.say(turn.texts.type_comment()),
    }
}

/// The rating that the state is about, with its stars once they are chosen. Without one there is nothing
/// to rate any more, and the person is back at their menu.
fn current<'a>(turn: &mut Turn<'a>) -> Option<(Rating<'a>, Option<Stars>)> {
    let (id, rater, stars) = step(&turn.session.state)?;
    if let Some(request) = turn.find(id) {
        return Some((Rating { request, rater }, stars));
    }
    turn.say(turn.texts.not_available());
    home(turn, rater);
    None
}

fn step(state: &State) -> Option<(ServiceRequestId, Side, Option<Stars>)> {
    match *state {
        State::AwaitingRating { request } | State::AwaitingRatingFine { request, .. } => {
            Some((request, Side::Customer, None))
        }
        State::AwaitingRatingComment { request, stars } => {
            Some((request, Side::Customer, Some(stars)))
        }
        State::AwaitingProviderRating { request }
        | State::AwaitingProviderRatingFine { request, .. } => {
            Some((request, Side::Provider, None))
        }
        State::AwaitingProviderRatingComment { request, stars } => {
            Some((request, Side::Provider, Some(stars)))
        }
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::AwaitingName { .. }
        | State::ProviderList { .. }
        | State::ProviderDetail { .. }
        | State::AwaitingLocation { .. }
        | State::AwaitingDescription { .. }
        | State::BookingConfirmed { .. }
        | State::AwaitingProviderName
        | State::AwaitingServiceTypes { .. }
        | State::AwaitingBio { .. }
        | State::Idle
        | State::EditBio
        | State::EditServices { .. } => None,
    }
}

fn home(turn: &mut Turn<'_>, rater: Side) {
    match rater {
        Side::Customer => customer::home(turn),
        Side::Provider => provider::menu(turn),
    }
}
