//! What has to happen because of an event. All effects of an event last together or not at all.

use chrono::{DateTime, Utc};

use crate::conversation::{Notice, Place, Reply, Template};
use crate::domain::{
    Address, AssignmentStatus, Bio, CancelReason, Comment, ContactId, Description, Identity,
    ProviderId, RequestStatus, ServiceRequestId, ServiceType, Stars, UserId, UserName, Wamid,
};

/// One thing that has to happen; in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A message to the person whose conversation it is.
    Send(Outbound),
    /// A notice to another conversation, or to this one.
    Notify {
        /// Whose conversation.
        to: ContactId,
        /// What it hears.
        notice: Notice,
    },
    /// A notice later.
    Schedule {
        /// Whose conversation.
        to: ContactId,
        /// What it hears.
        notice: Notice,
        /// When.
        at: DateTime<Utc>,
    },
    /// The person becomes a customer with this name.
    CreateUser {
        /// The checked name.
        name: UserName,
    },
    /// The person becomes a provider, offline and enabled; a new user gets the same name.
    CreateProfile {
        /// The name as a provider.
        name: UserName,
        /// At least one.
        services: Vec<ServiceType>,
        /// About their work.
        bio: Bio,
    },
    /// The provider's text changes.
    SetBio(Bio),
    /// The provider's services change; at least one.
    SetServices(Vec<ServiceType>),
    /// The provider goes online or offline.
    SetOnline(bool),
    /// Everybody who waits for one of these services, but not this person, gets
    /// [`Notice::ProviderAvailable`] once.
    Announce(Vec<ServiceType>),
    /// The person waits for a provider of the service, for seven days at most.
    Subscribe(ServiceType),
    /// The person waits for nobody any more.
    Unsubscribe,
    /// A new request, offered to a provider.
    Book(Booking),
    /// A searching request is offered to another provider.
    Offer {
        /// Which request.
        request: ServiceRequestId,
        /// To whom.
        provider: ProviderId,
        /// Until when they may accept.
        deadline: DateTime<Utc>,
    },
    /// A request moves on. Refused by the database when it is not what the facts said, and the event is
    /// then worked again.
    Move(Move),
    /// A chat begins for both parties of a request.
    StartChat {
        /// Of which request.
        request: ServiceRequestId,
        /// The customer's conversation.
        customer: ContactId,
        /// The provider's conversation.
        provider: ContactId,
    },
    /// A chat ends; those who wait for one of the two get [`Notice::ChatFree`].
    EndChat {
        /// Of which request.
        request: ServiceRequestId,
    },
    /// The person is told when the other one's chat ends.
    WaitForChat {
        /// Whose chat.
        busy: ContactId,
        /// About which request.
        request: ServiceRequestId,
    },
    /// The person's message goes over to the other one.
    Relay(Relay),
    /// The provider was asked to rate, once and for all: the time is kept with the request.
    AskedProvider {
        /// Of which request.
        request: ServiceRequestId,
    },
    /// A rating, with which the averages are made anew.
    Rate {
        /// Of which request.
        request: ServiceRequestId,
        /// By the customer or by the provider.
        by_customer: bool,
        /// Who is rated.
        ratee: UserId,
        /// How many.
        stars: Stars,
        /// In words.
        comment: Option<Comment>,
    },
}

/// A message, and what to do where it can't go as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// The message.
    pub reply: Reply,
    /// Sent instead where the person's 24-hour window is closed; without one it is held.
    pub template: Option<Template>,
    /// After this it is no longer worth sending; `None` is the usual 24 hours.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who hears of it if it can't be delivered.
    pub on_failure: Option<(ContactId, Notice)>,
}

impl From<Reply> for Outbound {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            template: None,
            expires_at: None,
            on_failure: None,
        }
    }
}

/// A new request.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// Its id, the event's fresh one.
    pub request: ServiceRequestId,
    /// What is asked for.
    pub service: ServiceType,
    /// Who is offered it.
    pub provider: ProviderId,
    /// Where.
    pub address: Address,
    /// Where exactly.
    pub place: Option<Place>,
    /// What is to be done.
    pub description: Option<Description>,
    /// Until when the provider may accept.
    pub deadline: DateTime<Utc>,
}

/// One step of a request's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Which request.
    pub request: ServiceRequestId,
    /// As the facts said.
    pub from: RequestStatus,
    /// What it becomes. `searching` clears the provider, `completed` counts a job, all keep their times.
    pub to: RequestStatus,
    /// What its open offer becomes.
    pub assignment: AssignmentStatus,
    /// Why it is cancelled.
    pub reason: Option<CancelReason>,
}

/// A chat message on its way to the other one.
#[derive(Debug, Clone, PartialEq)]
pub struct Relay {
    /// About which request.
    pub request: ServiceRequestId,
    /// To whom.
    pub to: ContactId,
    /// How they are reached.
    pub identity: Identity,
    /// The kind of the sender's message, for the record.
    pub kind: &'static str,
    /// Its text, for the record.
    pub content: String,
    /// The sender's own message.
    pub inbound: Option<Wamid>,
    /// What the other one gets, in order. The copy proper is the last one that is no plain continuation;
    /// see `copy`.
    pub replies: Vec<Reply>,
    /// Which of `replies` is the copy that quotes and reactions point at.
    pub copy: usize,
    /// The message of the recipient's that it quotes.
    pub context: Option<Wamid>,
    /// Sent once instead, while the other one's window is closed; the messages themselves are held.
    pub waiting: Template,
}
