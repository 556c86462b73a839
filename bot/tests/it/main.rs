//! The bot against a real PostgreSQL, a real Redis and a simulated WhatsApp. One binary; each test has
//! a database of its own.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise"
)]

mod acceptance;
mod admin;
mod bookings;
mod browser;
mod callers;
mod chaos;
mod chats;
mod conversations;
mod delivery;
mod demo;
mod fence;
mod files;
mod flags;
mod harness;
mod health;
mod identities;
mod journey;
mod kill;
mod ledger;
mod notices;
mod outage;
mod payloads;
mod plans;
mod poison;
mod pooler;
mod refusals;
mod replicas;
mod statuses;
mod subcommands;
mod webhook;
mod window;
