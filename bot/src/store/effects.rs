//! What an event brings about, written in the transaction of its turn and in its order.

mod bookings;
mod chats;
mod messages;
mod people;
mod ratings;

use chrono::TimeDelta;
use thiserror::Error;

use crate::conversation::{Effect, Event};
use crate::domain::{Identity, RequestId, RequestStatus, ServiceRequestId, ServiceType};
use crate::store::error::StoreError;
use crate::store::facts::Who;
use crate::store::outbox::Drafts;
use crate::store::tx::Tx;
use crate::store::{notices, timers};
use crate::whatsapp::Templates;

pub(in crate::store) use ratings::recount;

/// Where and for whom effects happen.
#[derive(Debug)]
pub struct Scene<'a> {
    /// Whose conversation it is.
    pub who: &'a Who,
    /// How the person is answered.
    pub identity: &'a Identity,
    /// The stored message that causes it, if one does.
    pub inbox_id: Option<i64>,
    /// The webhook that all of it goes back to.
    pub request_id: Option<&'a RequestId>,
    /// Nothing is said to the person, whom an admin blocked.
    pub is_silent: bool,
    /// What templates are called at Meta.
    pub templates: &'a Templates,
}

impl Scene<'_> {
    fn request_id(&self) -> &str {
        self.request_id.map_or("", RequestId::as_str)
    }
}

/// What effects did, for who looks on.
#[derive(Debug, Default)]
pub struct Applied {
    /// Who is to hear of it once it lasts.
    pub news: News,
    /// Something changed beyond messages to the person.
    pub changed: bool,
    /// What is said, to be put with the turn's record.
    pub said: Drafts,
    /// What is counted and logged once it lasts.
    pub happened: Vec<Happened>,
}

/// Who is to hear of what happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct News {
    /// Something waits for this person's phone.
    pub answered: bool,
    /// Something waits for others, in inbox or outbox.
    pub told: bool,
    /// Lists of providers show something else.
    pub relisted: bool,
}

impl std::ops::BitOrAssign for News {
    fn bitor_assign(&mut self, more: Self) {
        self.answered |= more.answered;
        self.told |= more.told;
        self.relisted |= more.relisted;
    }
}

/// Something to count and log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A request was made.
    Booked(ServiceRequestId, ServiceType),
    /// The provider is told of an offer.
    ProviderNotified(ServiceRequestId),
    /// The provider took it, after so long.
    Accepted(ServiceRequestId, TimeDelta),
    /// The provider did not.
    Declined(ServiceRequestId, TimeDelta),
    /// Nobody answered.
    Expired(ServiceRequestId, TimeDelta),
}

/// Why effects can't be had.
#[derive(Debug, Error)]
pub enum EffectError {
    /// The database.
    #[error(transparent)]
    Store(StoreError),
    /// What they were decided by no longer holds: decide anew.
    #[error("the facts have changed")]
    Stale,
    /// They make no sense; the same is refused again.
    #[error("refused: {0}")]
    Refused(&'static str),
}

impl From<StoreError> for EffectError {
    fn from(error: StoreError) -> Self {
        // A row that somebody else made first.
        if error.is_taken() {
            Self::Stale
        } else {
            Self::Store(error)
        }
    }
}

/// Writes effects in order. After an error the transaction is to be dropped.
///
/// # Errors
/// When one of them can't be had.
pub async fn apply(
    tx: &mut Tx,
    scene: &Scene<'_>,
    event: &Event,
    effects: Vec<Effect>,
) -> Result<Applied, EffectError> {
    let mut applied = Applied::default();
    // To the person themselves, behind what else is said.
    let mut answers = Drafts::default();
    for effect in effects {
        if let Effect::Send(message) = effect {
            if !scene.is_silent {
                let draft = messages::draft(scene, event, message, &mut applied)?;
                answers.0.push(draft);
            }
            continue;
        }
        applied.changed = true;
        applied.news.relisted |= is_listed(&effect);
        one(tx, scene, event, effect, &mut applied).await?;
    }
    applied.news.answered = !answers.0.is_empty();
    applied.said.append(answers);
    Ok(applied)
}

/// Whether lists of providers may show another name, order or length afterwards.
fn is_listed(effect: &Effect) -> bool {
    match effect {
        Effect::CreateProfile { .. }
        | Effect::SetServices(_)
        | Effect::SetOnline(_)
        | Effect::Rate { .. } => true,
        Effect::Move(step) => step.to == RequestStatus::Completed,
        Effect::Send(_)
        | Effect::Notify { .. }
        | Effect::Schedule { .. }
        | Effect::CreateUser { .. }
        | Effect::SetBio(_)
        | Effect::Announce(_)
        | Effect::Subscribe(_)
        | Effect::Unsubscribe
        | Effect::Book(_)
        | Effect::Offer { .. }
        | Effect::StartChat { .. }
        | Effect::EndChat { .. }
        | Effect::WaitForChat { .. }
        | Effect::Relay(_)
        | Effect::AskedProvider { .. } => false,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm an effect")]
async fn one(
    tx: &mut Tx,
    scene: &Scene<'_>,
    event: &Event,
    effect: Effect,
    applied: &mut Applied,
) -> Result<(), EffectError> {
    let who = scene.who;
    match effect {
        // Said together at the end: nobody else writes to this person's phone in this transaction.
        Effect::Send(_) => {}
        Effect::Notify { to, notice } => {
            notices::put(tx, &who.lane, scene.request_id(), &[(to, notice)]).await?;
            applied.news.told = true;
        }
        Effect::Schedule { to, notice, at } => {
            timers::put(tx, &who.lane, scene.request_id(), to, &notice, at).await?;
        }
        Effect::CreateUser { name } => people::create_user(tx, who, &name).await?,
        Effect::CreateProfile {
            name,
            services,
            bio,
        } => people::create_profile(tx, who, &name, &services, &bio).await?,
        Effect::SetBio(bio) => people::set_bio(tx, who, &bio).await?,
        Effect::SetServices(services) => people::set_services(tx, who, &services).await?,
        Effect::SetOnline(online) => people::set_online(tx, who, online, event.now).await?,
        Effect::Announce(services) => {
            applied.news.told |= people::announce(tx, scene, event.now, &services).await? > 0;
        }
        Effect::Subscribe(service) => people::subscribe(tx, who, service, event.now).await?,
        Effect::Unsubscribe => people::unsubscribe(tx, who).await?,
        Effect::Book(booking) => {
            bookings::book(tx, who, event, &booking).await?;
            let booked = Happened::Booked(booking.request, booking.service);
            applied.happened.push(booked);
        }
        Effect::Offer {
            request,
            provider,
            deadline,
        } => bookings::offer(tx, who, event, request, provider, deadline).await?,
        Effect::Move(step) => {
            bookings::advance(tx, event, step).await?;
            applied.happened.extend(bookings::answer(event, step));
        }
        Effect::StartChat {
            request,
            customer,
            provider,
        } => chats::start(tx, event.now, request, customer, provider).await?,
        Effect::EndChat { request } => {
            applied.news.told |= chats::end(tx, scene, event, request).await? > 0;
        }
        Effect::WaitForChat { busy, request } => chats::wait(tx, who, busy, request).await?,
        Effect::Relay(relay) => {
            messages::relay(tx, scene, event, relay, applied).await?;
            applied.news.told = true;
        }
        Effect::AskedProvider { request } => {
            ratings::note_asked(tx, request, event.now).await?;
        }
        Effect::Rate {
            request,
            by_customer,
            ratee,
            stars,
            comment,
        } => {
            let rating = ratings::Rating {
                request,
                by_customer,
                ratee,
                stars,
                comment,
            };
            ratings::rate(tx, who, &rating).await?;
        }
    }
    Ok(())
}
