//! Feature flags: who has which optional behaviour. The same person always falls on the same side of a
//! percentage, and each flag divides people differently.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::conversation::Flags;

/// The flags that there are.
pub const NAMES: [&str; 4] = [
    "notify_me",
    "media_relay",
    "templates",
    "provider_registration",
];

/// How one flag is switched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Flag {
    /// Whether anybody has it.
    pub enabled: bool,
    /// For how many of a hundred people.
    pub percentage: u8,
    /// Contacts who have it in any case while it is enabled.
    pub allowed: BTreeSet<Uuid>,
}

/// A flag as it is read from the database.
#[derive(Debug, Deserialize)]
pub struct Switched {
    name: String,
    #[serde(flatten)]
    flag: Flag,
}

/// All flags at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot(pub BTreeMap<String, Flag>);

impl Snapshot {
    /// From what is stored.
    pub fn of(switched: Vec<Switched>) -> Self {
        Self(switched.into_iter().map(|it| (it.name, it.flag)).collect())
    }

    /// How optional behaviours are switched for this person, by their contact's id. A flag without a row
    /// is on.
    pub fn for_user(&self, contact: Uuid) -> Flags {
        Flags {
            notify_me: self.is_on("notify_me", contact),
            media_relay: self.is_on("media_relay", contact),
            templates: self.is_on("templates", contact),
            provider_registration: self.is_on("provider_registration", contact),
        }
    }

    fn is_on(&self, name: &str, contact: Uuid) -> bool {
        self.0.get(name).is_none_or(|flag| {
            flag.enabled
                && (flag.allowed.contains(&contact) || bucket(name, contact) < flag.percentage)
        })
    }
}

/// From 0 to 99, by flag and person.
fn bucket(name: &str, contact: Uuid) -> u8 {
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update([0]);
    hash.update(contact.as_bytes());
    let digest = hash.finalize();
    // Base 256 modulo 100 over 8 bytes: no side is favoured by more than 1 in 10^17.
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    u8::try_from(number % 100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(enabled: bool, percentage: u8, allowed: &[Uuid]) -> Snapshot {
        let flag = Flag {
            enabled,
            percentage,
            allowed: allowed.iter().copied().collect(),
        };
        Snapshot([("notify_me".to_owned(), flag)].into())
    }

    fn people() -> impl Iterator<Item = Uuid> {
        (0..2000_u128).map(Uuid::from_u128)
    }

    #[test]
    fn a_share_is_stable_grows_and_is_about_as_large_as_asked() {
        let share = |percentage| -> BTreeSet<Uuid> {
            let flags = snapshot(true, percentage, &[]);
            people()
                .filter(|it| flags.for_user(*it).notify_me)
                .collect()
        };
        let (none, some, more, all) = (share(0), share(20), share(60), share(100));
        assert!(none.is_empty() && all.len() == 2000);
        assert!((300..500).contains(&some.len()), "{}", some.len());
        assert!((1100..1300).contains(&more.len()), "{}", more.len());
        assert!(some.is_subset(&more));
        assert_eq!(some, share(20));
    }

    #[test]
    fn flags_divide_people_differently() {
        let differ = people().filter(|it| bucket("notify_me", *it) != bucket("templates", *it));
        assert!(differ.count() > 1900);
    }

    #[test]
    fn the_list_wins_over_the_share_and_the_switch_over_both() {
        let one = Uuid::from_u128(7);
        assert!(snapshot(true, 0, &[one]).for_user(one).notify_me);
        assert!(
            !snapshot(true, 0, &[one])
                .for_user(Uuid::from_u128(8))
                .notify_me
        );
        assert!(!snapshot(false, 100, &[one]).for_user(one).notify_me);
        assert!(snapshot(false, 0, &[]).for_user(one).templates);
    }
}
