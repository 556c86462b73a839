//! Where a conversation stands, and its stored form.
//!
//! The stored form carries a version. A revision reads what an older or equal one wrote; a new state
//! is written one release after it can be read, so that a rollback never meets one it doesn't know.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::conversation::Place;
use crate::domain::{
    Address, Description, ProviderId, ServiceRequestId, ServiceType, Stars, UserName,
};

const VERSION: u32 = 1;

/// Which of their roles a person talks in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Books services.
    #[default]
    Customer,
    /// Offers them.
    Provider,
}

/// A conversation's memory.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Session {
    /// The role.
    pub mode: Mode,
    /// Where it stands.
    pub state: State,
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Nothing said yet, or nothing for so long that it no longer counts.
    #[default]
    New,
    /// Greeted.
    Welcome,
    /// The list of services is shown.
    AwaitingServiceSelection,
    /// The person was asked for a name.
    AwaitingName {
        /// The service that they came for.
        service: ServiceType,
    },
    /// The providers of a service were shown, or that there are none.
    ProviderList {
        /// The chosen service.
        service: ServiceType,
        /// What is kept from before, so that nothing is asked twice.
        #[serde(default, flatten)]
        kept: Kept,
    },
    /// A provider's card is shown.
    ProviderDetail {
        /// The chosen service.
        service: ServiceType,
        /// Whose card.
        provider: ProviderId,
        /// What is kept from before.
        #[serde(default, flatten)]
        kept: Kept,
    },
    /// The person was asked where.
    AwaitingLocation {
        /// The chosen service.
        service: ServiceType,
        /// The chosen provider.
        provider: ProviderId,
    },
    /// The person was asked what is to be done.
    AwaitingDescription {
        /// The chosen service.
        service: ServiceType,
        /// The chosen provider.
        provider: ProviderId,
        /// Where.
        address: Address,
        /// Where exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// A request was made.
    BookingConfirmed {
        /// Which.
        request: ServiceRequestId,
    },
    /// The customer was asked to rate: poor, ok or great.
    AwaitingRating {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The customer was asked which of two numbers of stars.
    AwaitingRatingFine {
        /// Which request.
        request: ServiceRequestId,
        /// Great rather than poor.
        great: bool,
    },
    /// The customer was asked for words to the stars.
    AwaitingRatingComment {
        /// Which request.
        request: ServiceRequestId,
        /// The stars.
        stars: Stars,
    },
    /// Somebody who registers was asked for the name as a provider.
    AwaitingProviderName,
    /// Then for the services.
    AwaitingServiceTypes {
        /// The name.
        name: UserName,
        /// Those chosen so far.
        chosen: Vec<ServiceType>,
    },
    /// Then for some words about the work.
    AwaitingBio {
        /// The name.
        name: UserName,
        /// The services.
        chosen: Vec<ServiceType>,
    },
    /// A provider who does nothing in particular.
    Idle,
    /// A provider was asked for new words about the work.
    EditBio,
    /// A provider chooses services anew.
    EditServices {
        /// Those chosen now.
        chosen: Vec<ServiceType>,
    },
    /// The provider was asked to rate: poor, ok or great.
    AwaitingProviderRating {
        /// Which request.
        request: ServiceRequestId,
    },
    /// The provider was asked which of two numbers of stars.
    AwaitingProviderRatingFine {
        /// Which request.
        request: ServiceRequestId,
        /// Great rather than poor.
        great: bool,
    },
    /// The provider was asked for words to the stars.
    AwaitingProviderRatingComment {
        /// Which request.
        request: ServiceRequestId,
        /// The stars.
        stars: Stars,
    },
}

/// What a new choice of provider need not ask again (§6.2, §6.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Kept {
    /// The request that is booked anew, whose address and description are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebook: Option<ServiceRequestId>,
    /// The address of a booking whose provider had just gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its description; absent when it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

impl State {
    /// The name used in the specification, in logs and in metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Welcome => "WELCOME",
            Self::AwaitingServiceSelection => "AWAITING_SERVICE_SELECTION",
            Self::AwaitingName { .. } => "AWAITING_NAME",
            Self::ProviderList { .. } => "PROVIDER_LIST",
            Self::ProviderDetail { .. } => "PROVIDER_DETAIL",
            Self::AwaitingLocation { .. } => "AWAITING_LOCATION",
            Self::AwaitingDescription { .. } => "AWAITING_DESCRIPTION",
            Self::BookingConfirmed { .. } => "BOOKING_CONFIRMED",
            Self::AwaitingRating { .. } => "AWAITING_RATING",
            Self::AwaitingRatingFine { .. } => "AWAITING_RATING_FINE",
            Self::AwaitingRatingComment { .. } => "AWAITING_RATING_COMMENT",
            Self::AwaitingProviderName => "AWAITING_PROVIDER_NAME",
            Self::AwaitingServiceTypes { .. } => "AWAITING_SERVICE_TYPES",
            Self::AwaitingBio { .. } => "AWAITING_BIO",
            Self::Idle => "IDLE",
            Self::EditBio => "EDIT_BIO",
            Self::EditServices { .. } => "EDIT_SERVICES",
            Self::AwaitingProviderRating { .. } => "AWAITING_PROVIDER_RATING",
            Self::AwaitingProviderRatingFine { .. } => "AWAITING_PROVIDER_RATING_FINE",
            Self::AwaitingProviderRatingComment { .. } => "AWAITING_PROVIDER_RATING_COMMENT",
        }
    }

    /// Nothing is being filled in: words for commands can't be meant as an answer (§3).
    pub fn is_resting(&self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Welcome
                | Self::AwaitingServiceSelection
                | Self::ProviderList { .. }
                | Self::ProviderDetail { .. }
                | Self::BookingConfirmed { .. }
                | Self::Idle
        )
    }

    /// The request that the state is about.
    pub fn request(&self) -> Option<ServiceRequestId> {
        match self {
            Self::BookingConfirmed { request }
            | Self::AwaitingRating { request }
            | Self::AwaitingRatingFine { request, .. }
            | Self::AwaitingRatingComment { request, .. }
            | Self::AwaitingProviderRating { request }
            | Self::AwaitingProviderRatingFine { request, .. }
            | Self::AwaitingProviderRatingComment { request, .. } => Some(*request),
            Self::ProviderList { kept, .. } | Self::ProviderDetail { kept, .. } => kept.rebook,
            Self::New
            | Self::Welcome
            | Self::AwaitingServiceSelection
            | Self::AwaitingName { .. }
            | Self::AwaitingLocation { .. }
            | Self::AwaitingDescription { .. }
            | Self::AwaitingProviderName
            | Self::AwaitingServiceTypes { .. }
            | Self::AwaitingBio { .. }
            | Self::Idle
            | Self::EditBio
            | Self::EditServices { .. } => None,
        }
    }
}

/// A stored state that a later revision wrote and this one cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the stored state has version {found}, this revision reads up to {VERSION}")]
pub struct UnreadableState {
    /// The version found.
    pub found: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    #[serde(default)]
    mode: Mode,
    #[serde(flatten)]
    state: State,
}

impl From<Session> for Stored {
    fn from(session: Session) -> Self {
        Self {
            version: VERSION,
            mode: session.mode,
            state: session.state,
        }
    }
}

impl TryFrom<Stored> for Session {
    type Error = UnreadableState;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version > VERSION {
            return Err(UnreadableState {
                found: stored.version,
            });
        }
        Ok(Self {
            mode: stored.mode,
            state: stored.state,
        })
    }
}

#[cfg(test)]
mod tests;
