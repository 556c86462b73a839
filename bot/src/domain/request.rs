//! A service request's life: what it can be, and what may follow what (§1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Offered to a provider, who has not answered.
    Created,
    /// Nobody is asked at the moment; the customer may choose another provider.
    Searching,
    /// A provider accepted.
    ProviderAssigned,
    /// Done.
    Completed,
    /// Ended without being done.
    Cancelled,
}

impl RequestStatus {
    /// All that the bot sets.
    pub const ALL: [Self; 5] = [
        Self::Created,
        Self::Searching,
        Self::ProviderAssigned,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Searching => "searching",
            Self::ProviderAssigned => "provider_assigned",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a stored word; reserved words are none of ours.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether the request still needs somebody's action.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Searching | Self::ProviderAssigned
        )
    }

    /// Whether `next` may follow.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::Created,
                Self::ProviderAssigned | Self::Searching | Self::Cancelled
            ) | (Self::Searching, Self::Created | Self::Cancelled)
                | (
                    Self::ProviderAssigned,
                    Self::Completed | Self::Cancelled | Self::Searching
                )
        )
    }
}

impl fmt::Display for RequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// The provider did not answer in time.
    Timeout,
    /// The customer wanted it.
    Customer,
    /// An admin did it.
    Admin,
    /// The customer chose nobody for a day.
    Abandoned,
}

impl CancelReason {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Customer => "customer",
            Self::Admin => "admin",
            Self::Abandoned => "abandoned",
        }
    }

    /// The reason of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Timeout, Self::Customer, Self::Admin, Self::Abandoned]
            .into_iter()
            .find(|reason| reason.as_str() == word)
    }
}

/// How an offer stands or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentStatus {
    /// Not answered yet.
    Pending,
    /// The provider has the job.
    Accepted,
    /// The provider declined.
    Rejected,
    /// Timed out, withdrawn, undeliverable or given up.
    Cancelled,
}

impl AssignmentStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Accepted,
            Self::Rejected,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_means_final_and_words_are_stable() {
        for status in RequestStatus::ALL {
            assert_eq!(RequestStatus::from_word(status.as_str()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            let ends = !RequestStatus::ALL
                .into_iter()
                .any(|next| status.may_become(next));
            assert_eq!(ends, !status.is_open(), "{status}");
            assert!(!status.may_become(status));
        }
        assert_eq!(RequestStatus::from_word("paid"), None);
    }
}
