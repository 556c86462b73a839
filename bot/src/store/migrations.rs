//! The migrations that this program holds. One file each in `migrations/`, named
//! `<number>_<expand|contract>_<what>.sql`; a file that was ever released never changes.

use sha2::{Digest, Sha256};
use thiserror::Error;

macro_rules! embedded {
    ($name:literal) => {
        Migration::new(
            $name,
            include_str!(concat!("../../../migrations/", $name, ".sql")),
        )
    };
}

/// All files of `migrations/`, in order.
pub const EMBEDDED: &[Migration] = &[
    embedded!("0001_expand_people"),
    embedded!("0002_expand_inbox"),
    embedded!("0003_expand_outbox"),
    embedded!("0004_expand_work"),
    embedded!("0005_expand_bookings"),
    embedded!("0006_expand_chats"),
    embedded!("0007_expand_delivery"),
    embedded!("0008_expand_admin"),
    embedded!("0009_expand_sessions"),
    embedded!("0010_expand_indexes"),
];

/// One change of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// When a change may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the new revision starts: the old one goes on with the new schema.
    Expand,
    /// After the old revision is given up for good.
    Contract,
}

/// A migration whose name does not tell its number and phase.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("migration {name} is not named <number>_<expand|contract>_<what>")]
pub struct BadName {
    name: &'static str,
}

impl Migration {
    /// A migration by its file name without ending, and its SQL.
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql }
    }

    /// Its file name without ending.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its statements.
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// By which a later change of the file is noticed.
    pub fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }

    /// Its number and phase.
    ///
    /// # Errors
    /// When the name does not tell them.
    pub fn place(&self) -> Result<(u32, Phase), BadName> {
        let mut parts = self.name.splitn(3, '_');
        let number = parts
            .next()
            .filter(|number| number.len() == 4)
            .and_then(|it| it.parse().ok());
        let phase = parts.next().and_then(Phase::from_name);
        let what = parts.next().filter(|what| !what.is_empty());
        match (number, phase, what) {
            (Some(number), Some(phase), Some(_)) => Ok((number, phase)),
            _ => Err(BadName { name: self.name }),
        }
    }
}

impl Phase {
    /// As in names and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Expand, Self::Contract]
            .into_iter()
            .find(|phase| phase.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_embedded_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| {
                name.strip_suffix(".sql")
                    .expect("only SQL files")
                    .to_owned()
            })
            .collect();
        let embedded: Vec<&str> = EMBEDDED.iter().map(Migration::name).collect();
        assert_eq!(
            files.iter().map(String::as_str).collect::<Vec<_>>(),
            embedded
        );
        let numbers: Vec<u32> = EMBEDDED.iter().map(|it| it.place().unwrap().0).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    }

    #[test]
    fn names_tell_number_and_phase() {
        assert_eq!(
            Migration::new("0007_contract_old", "").place(),
            Ok((7, Phase::Contract))
        );
        for bad in [
            "7_expand_x",
            "0007_shrink_x",
            "0007_expand",
            "0007_expand_",
            "x",
            "",
        ] {
            assert!(Migration::new(bad, "").place().is_err(), "{bad}");
        }
    }
}
