//! What an input means, in the order of §2: a notice; the chat; a tap that says all by itself; a
//! keyword; and only then the rules of the state.

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{
    Effect, Facts, Input, Mode, Session, Side, State, chat, customer, jobs, meant, notices, offers,
    provider, rating,
};
use crate::domain::ServiceRequestId;

pub(super) fn hear(turn: &mut Turn<'_>) {
    if let Input::Notice(notice) = &turn.event.input {
        notices::heard(turn, notice);
    } else if turn.event.facts.chat.is_some() {
        chat::heard(turn);
    } else {
        heard(turn);
    }
}

/// What is no notice, of somebody who is in no chat.
pub(super) fn heard(turn: &mut Turn<'_>) {
    match &turn.event.input {
        Input::Tap { id } => tapped(turn, Tap::from_id(id)),
        Input::Text(text) => typed(turn, text),
        Input::Location(_) | Input::Media(_) | Input::Contacts(_) | Input::Other { .. } => {
            by_state(turn);
        }
        Input::Reaction { .. } | Input::Notice(_) => {}
    }
}

/// A tap, in chat or not.
pub(super) fn tapped(turn: &mut Turn<'_>, tap: Tap) {
    let state = &turn.session.state;
    if customer::accepts(state, tap) || provider::accepts(state, tap) {
        by_state(turn);
        return;
    }
    match tap {
        Tap::Service(service) => customer::chosen(turn, service),
        Tap::Provider(provider) => customer::look_at(turn, provider),
        Tap::Plain(plain) => tapped_plain(turn, plain),
        Tap::Request(action, request) => tapped_request(turn, action, request),
        Tap::Bare(action) => tapped_bare(turn, action),
        Tap::Unknown => expired(turn),
    }
}

fn tapped_plain(turn: &mut Turn<'_>, plain: Plain) {
    let has_profile = turn.profile().is_some();
    match plain {
        Plain::NewService | Plain::TryAnother => customer::new_service(turn),
        Plain::Cancel => act(turn, Keyword::Cancel),
        Plain::MyRequests => act(turn, Keyword::MyRequests),
        Plain::Help => act(turn, Keyword::Help),
        Plain::CustomerMode => act(turn, Keyword::CustomerMode),
        Plain::Dashboard => act(turn, Keyword::ProviderMode),
        Plain::GoOnline | Plain::GoOffline | Plain::Settings if !has_profile => {
            provider::how_to_register(turn);
        }
        Plain::GoOnline => act(turn, Keyword::GoOnline),
        Plain::GoOffline => act(turn, Keyword::GoOffline),
        Plain::Settings => act(turn, Keyword::Settings),
        Plain::NotifyMe
        | Plain::Book
        | Plain::BackToList
        | Plain::AddMore
        | Plain::Continue
        | Plain::EditBio
        | Plain::EditServices => expired(turn),
    }
}

/// Only somebody whom the request concerns gets anything done by it.
fn tapped_request(turn: &mut Turn<'_>, action: Action, id: ServiceRequestId) {
    let Some(request) = turn.request().filter(|request| request.id == id) else {
        turn.say(turn.texts.not_available());
        return;
    };
    let side = turn.side(request);
    match (action, side) {
        (Action::Details, Some(_)) => customer::details(turn, request),
        (Action::Details, None) if turn.was_offered(request) => customer::details(turn, request),
        (Action::SeeOthers, Some(Side::Customer)) => customer::see_others(turn, request),
        (Action::Cancel, Some(Side::Customer)) => customer::ask_cancel(turn, request),
        (Action::CancelConfirm, Some(Side::Customer)) => customer::cancel_request(turn, request),
        (Action::CancelKeep, Some(Side::Customer)) => customer::keep_request(turn, request),
        (Action::CancelKeep, Some(Side::Provider)) => jobs::keep(turn, id),
        (Action::StartChat | Action::ChatCustomer, Some(_)) => chat::start(turn, id),
        (Action::Accept, _) if turn.was_offered(request) => offers::answered(turn, true, id),
        (Action::Decline, _) if turn.was_offered(request) => offers::answered(turn, false, id),
        (Action::Complete, Some(Side::Provider)) => jobs::complete(turn, id),
        (Action::Release, Some(Side::Provider)) => jobs::ask_release(turn, id),
        (Action::ReleaseConfirm, Some(Side::Provider)) => jobs::release(turn, id),
        (
            Action::RatingPoor
            | Action::RatingOk
            | Action::RatingGreat
            | Action::Star1
            | Action::Star2
            | Action::Star4
            | Action::Star5,
            Some(Side::Customer),
        )
        | (
            Action::ProviderRatingPoor
            | Action::ProviderRatingOk
            | Action::ProviderRatingGreat
            | Action::ProviderRatingSkip
            | Action::ProviderStar1
            | Action::ProviderStar2
            | Action::ProviderStar4
            | Action::ProviderStar5,
            Some(Side::Provider),
        ) => rating::tapped(turn, action, id),
        _ => turn.say(turn.texts.not_available()),
    }
}

/// As the keyword of the same meaning; within a rating, as for its request.
fn tapped_bare(turn: &mut Turn<'_>, action: Action) {
    let rated = is_rating(&turn.session.state).then(|| turn.session.state.request());
    if let Some(request) = rated.flatten()
        && action.is_rating()
    {
        tapped_request(turn, action, request);
        return;
    }
    match meant::keyword(action) {
        Some(Keyword::Skip) | None => expired(turn),
        Some(keyword) if works_at_all(keyword, &turn.event.facts) => act(turn, keyword),
        Some(_) => expired(turn),
    }
}

fn typed(turn: &mut Turn<'_>, text: &str) {
    match keywords::keyword(text) {
        Some(keyword) if is_honoured(keyword, &turn.session, &turn.event.facts) => {
            act(turn, keyword);
        }
        Some(Keyword::Skip) if turn.session.state.is_resting() && rating::cancel_asked(turn) => {}
        _ => by_state(turn),
    }
}

/// Whether a word is a command here and not an answer to what was asked (§3).
pub(super) fn is_honoured(keyword: Keyword, session: &Session, facts: &Facts) -> bool {
    match keyword {
        Keyword::Menu
        | Keyword::Help
        | Keyword::Cancel
        | Keyword::Register
        | Keyword::CustomerMode
        | Keyword::ProviderMode
        | Keyword::EndChat => true,
        // The states that know these words read them themselves.
        Keyword::Skip | Keyword::Done => false,
        Keyword::MyRequests | Keyword::StopAlerts => session.state.is_resting(),
        Keyword::MyStats | Keyword::Settings => {
            let as_provider = session.mode == Mode::Provider;
            session.state.is_resting() && as_provider && works_at_all(keyword, facts)
        }
        Keyword::GoOnline
        | Keyword::GoOffline
        | Keyword::Accept
        | Keyword::Decline
        | Keyword::Chat
        | Keyword::Complete => session.state.is_resting() && works_at_all(keyword, facts),
    }
}

/// Whether there is something for it to work on.
fn works_at_all(keyword: Keyword, facts: &Facts) -> bool {
    match keyword {
        Keyword::GoOnline | Keyword::GoOffline | Keyword::MyStats | Keyword::Settings => {
            let user = facts.user.as_ref();
            user.is_some_and(|user| user.profile.is_some())
        }
        Keyword::Accept | Keyword::Decline | Keyword::Chat | Keyword::Complete => {
            !meant::requests(keyword, facts).is_empty()
        }
        Keyword::Menu
        | Keyword::Help
        | Keyword::Cancel
        | Keyword::Register
        | Keyword::CustomerMode
        | Keyword::ProviderMode
        | Keyword::MyRequests
        | Keyword::EndChat
        | Keyword::Skip
        | Keyword::Done
        | Keyword::StopAlerts => true,
    }
}

fn act(turn: &mut Turn<'_>, keyword: Keyword) {
    match keyword {
        Keyword::Menu if turn.is_provider() => provider::menu(turn),
        Keyword::Menu => customer::menu(turn),
        Keyword::Help => help(turn),
        Keyword::Cancel => cancel(turn),
        Keyword::Register => provider::register(turn),
        Keyword::CustomerMode => customer::home(turn),
        Keyword::ProviderMode if turn.profile().is_some() => provider::menu(turn),
        Keyword::ProviderMode => provider::how_to_register(turn),
        Keyword::GoOnline => provider::go_online(turn, true),
        Keyword::GoOffline => provider::go_online(turn, false),
        Keyword::MyRequests if turn.is_provider() => provider::my_requests(turn),
        Keyword::MyRequests => customer::my_requests(turn),
        Keyword::MyStats => provider::stats(turn),
        Keyword::Settings => provider::settings(turn),
        Keyword::Accept => of_one(turn, keyword, |turn, id| offers::answered(turn, true, id)),
        Keyword::Decline => of_one(turn, keyword, |turn, id| offers::answered(turn, false, id)),
        Keyword::Chat => of_one(turn, keyword, chat::start),
        Keyword::Complete => of_one(turn, keyword, jobs::complete),
        Keyword::EndChat => chat::end(turn),
        Keyword::StopAlerts => {
            turn.effects.push(Effect::Unsubscribe);
            turn.say(turn.texts.alerts_stopped());
        }
        Keyword::Skip | Keyword::Done => by_state(turn),
    }
}

/// Does it to the request that is meant, or asks which one.
pub(super) fn of_one(
    turn: &mut Turn<'_>,
    keyword: Keyword,
    action: fn(&mut Turn<'_>, ServiceRequestId),
) {
    match meant::requests(keyword, &turn.event.facts).as_slice() {
        [] => by_state(turn),
        [one] => action(turn, one.id),
        several => turn.ask_which(several),
    }
}

fn help(turn: &mut Turn<'_>) {
    let contact = turn.rules.support_contact.as_deref();
    let help = turn.texts.help(turn.is_provider(), contact);
    turn.before_prompt(help);
}

fn cancel(turn: &mut Turn<'_>) {
    if is_rating(&turn.session.state) {
        rating::cancel(turn);
    } else if is_provider_form(&turn.session.state) {
        turn.say(turn.texts.cancelled());
        home(turn);
    } else {
        customer::cancel(turn);
    }
}

/// The menu that the person's mode begins with.
pub(super) fn home(turn: &mut Turn<'_>) {
    if turn.is_provider() {
        provider::menu(turn);
    } else {
        customer::home(turn);
    }
}

/// What somebody gets for a button that means nothing here.
fn expired(turn: &mut Turn<'_>) {
    turn.before_prompt(turn.texts.option_expired());
    customer::prompted(turn);
}

/// The rules of the state.
fn by_state(turn: &mut Turn<'_>) {
    if is_rating(&turn.session.state) {
        rating::hear(turn);
    } else if is_providers(turn) {
        provider::hear(turn);
    } else {
        customer::hear(turn);
    }
}

/// What the current state asks.
pub(super) fn prompt(turn: &mut Turn<'_>) {
    if is_rating(&turn.session.state) {
        rating::prompt(turn);
    } else if is_providers(turn) {
        provider::prompt(turn);
    } else {
        customer::prompt(turn);
    }
}

fn is_rating(state: &State) -> bool {
    matches!(
        state,
        State::AwaitingRating { .. }
            | State::AwaitingRatingFine { .. }
            | State::AwaitingRatingComment { .. }
            | State::AwaitingProviderRating { .. }
            | State::AwaitingProviderRatingFine { .. }
            | State::AwaitingProviderRatingComment { .. }
    )
}

fn is_provider_form(state: &State) -> bool {
    matches!(
        state,
        State::AwaitingProviderName
            | State::AwaitingServiceTypes { .. }
            | State::AwaitingBio { .. }
            | State::EditBio
            | State::EditServices { .. }
    )
}

fn is_providers(turn: &Turn<'_>) -> bool {
    let state = &turn.session.state;
    let is_new = *state == State::New && turn.is_provider();
    is_new || *state == State::Idle || is_provider_form(state)
}
