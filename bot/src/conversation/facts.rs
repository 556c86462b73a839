//! What an answer depends on beyond the message: who writes, their requests, the providers on offer.
//!
//! [`needs`](crate::conversation::needs) says what must be read for an input; the reader locks the named
//! request, so what `step` decides by these facts holds until it is committed.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::conversation::{Input, Place};
use crate::domain::{
    AssignmentStatus, Average, Bio, CancelReason, ContactId, Identity, Language, ProviderId,
    RequestStatus, ServiceRequestId, ServiceType, Stars, UserId, UserName, Wamid,
};

/// Settings that answers depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The language of the answers.
    pub language: Language,
    /// Where people can ask a human, named in the help text.
    pub support_contact: Option<String>,
    /// The zone of the dates that people see.
    pub zone: Tz,
    /// How long a provider may think about an offer.
    pub offer_timeout: TimeDelta,
    /// How long a chat lasts without a relayed message.
    pub chat_idle: TimeDelta,
    /// How long after completion the provider is asked to rate in any case.
    pub rating_fallback: TimeDelta,
}

/// Optional behaviours, as switched for this person.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags {
    /// People may ask to hear when a service has somebody again.
    pub notify_me: bool,
    /// Files go over in a chat; else the sender is told that they can't.
    pub media_relay: bool,
    /// Messages go as templates where the 24-hour window is closed.
    pub templates: bool,
    /// People may register as providers.
    pub provider_registration: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            notify_me: true,
            media_relay: true,
            templates: true,
            provider_registration: true,
        }
    }
}

/// One message or notice, with all that an answer depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The time of working it.
    pub now: DateTime<Utc>,
    /// When it was stored.
    pub received_at: DateTime<Utc>,
    /// An id for what this event may create.
    pub fresh: Uuid,
    /// What came.
    pub input: Input,
    /// The person's own message, as Meta calls it; a notice has none.
    pub wamid: Option<Wamid>,
    /// The message that it quotes.
    pub quoted: Option<Wamid>,
    /// How optional behaviours are switched.
    pub flags: Flags,
    /// What is on record.
    pub facts: Facts,
}

/// What is on record before this event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Who writes; `None` for somebody who has not told a name yet.
    pub user: Option<User>,
    /// The person's requests as a customer: all open ones first, then the newest; at most ten.
    pub requests: Vec<Request>,
    /// The requests offered to or done by the person as a provider: pending and assigned ones first,
    /// then the newest; at most ten.
    pub jobs: Vec<Request>,
    /// The request that the input, the notice or the state names, if there is one.
    pub request: Option<Request>,
    /// Whether the other party of that request chats with somebody else.
    pub other_is_chatting: bool,
    /// Providers on offer for the needed service, in order, at most ten.
    pub providers: Vec<Provider>,
    /// The provider that the input or the state names.
    pub card: Option<Card>,
    /// The chat that the person is in. Also one that ended after this message was accepted.
    pub chat: Option<Chat>,
    /// The other party's own copy of the quoted message, or of the one that the reaction is on.
    pub quoted_copy: Option<Wamid>,
}

/// A registered person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The name as a customer.
    pub name: UserName,
    /// Their profile as a provider.
    pub profile: Option<Profile>,
}

/// The own profile of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: ProviderId,
    /// The name as a provider.
    pub name: UserName,
    /// What they do.
    pub services: Vec<ServiceType>,
    /// What they tell about it.
    pub bio: Bio,
    /// Whether they take offers now.
    pub is_online: bool,
    /// Whether an admin lets them.
    pub enabled: bool,
    /// The mean of their stars.
    pub rating: Option<Average>,
    /// Of how many.
    pub rating_count: u32,
    /// Completed requests.
    pub total_jobs: u32,
}

/// One side of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Whose conversation.
    pub contact: ContactId,
    /// The person.
    pub user: UserId,
    /// As they are called in this request: the customer's name, or the provider's display name.
    pub name: UserName,
    /// How they are reached.
    pub identity: Identity,
}

/// A service request as it stands.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// Its id.
    pub id: ServiceRequestId,
    /// What is asked for.
    pub service: ServiceType,
    /// Where it stands.
    pub status: RequestStatus,
    /// Why it was cancelled.
    pub cancel_reason: Option<CancelReason>,
    /// Who asks.
    pub customer: Party,
    /// Who is offered the job or has it.
    pub provider: Option<(ProviderId, Party)>,
    /// How the offer to that provider stands, or the newest one when there is none.
    pub assignment: Option<Assignment>,
    /// Where.
    pub address: String,
    /// Where exactly, if that is known.
    pub place: Option<Place>,
    /// What is to be done; may be empty.
    pub description: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// What the customer gave.
    pub customer_stars: Option<Stars>,
    /// What the provider gave.
    pub provider_stars: Option<Stars>,
    /// Whether the provider was asked to rate; see [`Effect::AskedProvider`](crate::conversation::Effect::AskedProvider).
    pub provider_asked: bool,
}

/// What people typed stays out of logs.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("service", &self.service)
            .field("status", &self.status)
            .field("cancel_reason", &self.cancel_reason)
            .field("customer", &self.customer)
            .field("provider", &self.provider)
            .field("assignment", &self.assignment)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .field("completed_at", &self.completed_at)
            .field("customer_stars", &self.customer_stars)
            .field("provider_stars", &self.provider_stars)
            .finish_non_exhaustive()
    }
}

/// One offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// To whom; also when it ended and the request has no provider any more.
    pub provider: ProviderId,
    /// Whose conversation that is.
    pub contact: ContactId,
    /// How it stands.
    pub status: AssignmentStatus,
    /// When it was made.
    pub offered_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub deadline: DateTime<Utc>,
}

/// A provider in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Their id.
    pub id: ProviderId,
    /// Their name.
    pub name: UserName,
    /// The mean of their stars.
    pub rating: Option<Average>,
    /// Completed requests.
    pub total_jobs: u32,
    /// What they do.
    pub services: Vec<ServiceType>,
}

/// A provider's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What the list shows.
    pub provider: Provider,
    /// Their conversation and how they are reached.
    pub party: Party,
    /// What they tell about their work.
    pub bio: Bio,
    /// The newest reviews, at most three.
    pub reviews: Vec<Review>,
    /// Whether this person may book them now for the needed service.
    pub is_visible: bool,
}

/// One review on a card.
#[derive(Clone, PartialEq, Eq)]
pub struct Review {
    /// The stars.
    pub stars: Stars,
    /// The words; may be empty.
    pub comment: String,
    /// The reviewer's first name; empty when the person was erased.
    pub first_name: String,
}

/// Neither words nor names in logs.
impl fmt::Debug for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Review")
            .field("stars", &self.stars)
            .finish_non_exhaustive()
    }
}

/// The side that somebody has in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Asked for the work.
    Customer,
    /// Does it.
    Provider,
}

/// A chat as one of its two sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// About which request.
    pub request: ServiceRequestId,
    /// The person's own side.
    pub side: Side,
    /// How the person is called in it.
    pub own_name: UserName,
    /// The other one.
    pub other: Party,
    /// Whether it ended meanwhile: messages accepted before that still go over.
    pub has_ended: bool,
    /// When something was relayed last, or when it began.
    pub last_relay_at: DateTime<Utc>,
}
