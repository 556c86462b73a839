//! What one conversation, a timer or an admin tells another conversation. A notice waits in the inbox
//! of its conversation like a message, so two conversations are never locked at once.
//!
//! A notice says what happened, not what to do: by the time it is heard the request may have moved on,
//! and who hears it looks at the facts first. The stored form is read by later revisions.

use serde::{Deserialize, Serialize};

use crate::domain::{CancelReason, ServiceRequestId, ServiceType};

/// What a conversation hears about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    // To the provider.
    /// A request is offered.
    Offered {
        /// Which.
        request: ServiceRequestId,
    },
    /// A timer: the offer made at `offered_at` (milliseconds since 1970) is over if it still stands.
    /// Heard by the provider, who tells the customer by [`Notice::TimedOut`].
    OfferDeadline {
        /// Which request.
        request: ServiceRequestId,
        /// Which offer of it.
        offered_at: i64,
    },
    /// The customer or an admin took the request back, offered or assigned.
    RequestCancelled {
        /// Which.
        request: ServiceRequestId,
        /// Why.
        reason: CancelReason,
    },
    /// The offer could not be delivered. Heard by the provider's conversation, which rejects it and tells
    /// the customer by [`Notice::Undeliverable`].
    OfferFailed {
        /// Which request.
        request: ServiceRequestId,
        /// Which offer of it.
        offered_at: i64,
    },
    /// An admin disabled the profile: pending offers are withdrawn.
    ProfileDisabled,
    /// An admin blocked the person: as a provider they lose offers and jobs, as a customer their requests
    /// are cancelled; nothing is said to them.
    Blocked,
    /// The provider is asked to rate the customer, unless that was done.
    RateCustomer {
        /// Of which request.
        request: ServiceRequestId,
    },

    // To the customer.
    /// The provider accepted.
    Accepted {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The provider declined.
    Declined {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The provider did not answer in time; the request is cancelled.
    TimedOut {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The provider could not be reached; the request is searching.
    Undeliverable {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The provider is no longer available (disabled, blocked) or gave the job up; it is searching.
    Released {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The job is done: by the provider or, for both parties, by an admin. Asks the customer to rate.
    Completed {
        /// Which request.
        request: ServiceRequestId,
        /// Whether an admin said so.
        by_admin: bool,
    },
    /// A timer: nobody was chosen for a day since the request began to search at `since` (milliseconds).
    Abandoned {
        /// Which request.
        request: ServiceRequestId,
        /// Its `updated_at` then.
        since: i64,
    },
    /// A service that the person waits for has somebody again.
    ProviderAvailable {
        /// Which.
        service: ServiceType,
    },
    /// A timer: an hour after completion the provider is asked to rate, if not asked before.
    RatingFallback {
        /// Of which request.
        request: ServiceRequestId,
    },

    // To either.
    /// The other party started the chat for both.
    ChatStarted {
        /// About which request.
        request: ServiceRequestId,
    },
    /// The other party ended the chat, or a cause did. Relays accepted before are heard before it.
    ChatEnded {
        /// About which request.
        request: ServiceRequestId,
        /// Why.
        cause: ChatEnd,
        /// Whether an admin was behind it, so that none of the two did anything that says enough.
        #[serde(default)]
        by_admin: bool,
    },
    /// A timer: the chat is closed if nothing was relayed for the idle time.
    ChatIdle {
        /// About which request.
        request: ServiceRequestId,
    },
    /// The one whom the person wanted to chat with is free now.
    ChatFree {
        /// About which request.
        request: ServiceRequestId,
    },
    /// A relayed message could not be delivered.
    RelayFailed {
        /// About which request.
        request: ServiceRequestId,
        /// Whether it was a file that could not be brought over; the recipient is told too.
        file: bool,
    },
    /// Relayed messages wait until the other one writes.
    RelayHeld {
        /// About which request.
        request: ServiceRequestId,
    },
}

/// Why a chat ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatEnd {
    /// The other one ended it.
    ByOther,
    /// The person ended it themselves; heard once the other one's last messages went through.
    BySelf,
    /// Nothing was said for a day.
    Idle,
    /// The request was cancelled, given up or ended by an admin.
    RequestEnded,
}

impl Notice {
    /// The request that it is about; its facts are read, and locked, before it is heard.
    pub fn request(&self) -> Option<ServiceRequestId> {
        match self {
            Self::Offered { request }
            | Self::OfferDeadline { request, .. }
            | Self::RequestCancelled { request, .. }
            | Self::OfferFailed { request, .. }
            | Self::RateCustomer { request }
            | Self::Accepted { request }
            | Self::Declined { request }
            | Self::TimedOut { request }
            | Self::Undeliverable { request }
            | Self::Released { request }
            | Self::Completed { request, .. }
            | Self::Abandoned { request, .. }
            | Self::RatingFallback { request }
            | Self::ChatStarted { request }
            | Self::ChatEnded { request, .. }
            | Self::ChatIdle { request }
            | Self::ChatFree { request }
            | Self::RelayFailed { request, .. }
            | Self::RelayHeld { request } => Some(*request),
            Self::ProfileDisabled | Self::Blocked | Self::ProviderAvailable { .. } => None,
        }
    }
}
