//! The six kinds of work that can be booked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of work. Its id is the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceType {
    /// Pipes and water.
    Plumbing,
    /// Wiring and light.
    Electrical,
    /// Homes and offices.
    Cleaning,
    /// Lawns, plants and trees.
    Gardening,
    /// Furniture, doors, appliances.
    Repair,
    /// Whatever is none of the others.
    Other,
}

impl ServiceType {
    /// All six, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Plumbing,
        Self::Electrical,
        Self::Cleaning,
        Self::Gardening,
        Self::Repair,
        Self::Other,
    ];

    /// The id used in taps, records and metrics.
    pub fn id(self) -> &'static str {
        match self {
            Self::Plumbing => "plumbing",
            Self::Electrical => "electrical",
            Self::Cleaning => "cleaning",
            Self::Gardening => "gardening",
            Self::Repair => "repair",
            Self::Other => "other",
        }
    }

    /// The service with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.id() == id)
    }
}

impl fmt::Display for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_in_records_and_taps() {
        for service in ServiceType::ALL {
            assert_eq!(ServiceType::from_id(service.id()), Some(service));
            assert_eq!(serde_json::to_value(service).unwrap(), service.id());
        }
        assert_eq!(ServiceType::from_id("Plumbing"), None);
    }
}
