//! Harness of the scenarios in `tests/tests/`: each runs on a real Kubernetes, in a namespace of its own.
//!
//! A scenario gets a [`Stage`]: a namespace with `PostgreSQL`, Redis and the user's Secrets, and a Graph API stand-in that
//! this process serves, so that what the bot sent can be read directly. It applies [`Handy`], the resource under test,
//! sends signed webhooks ([`load`]), and counts from outside: what was accepted against what was answered
//! ([`answers`]), while recorders ([`record`]) note every change of endpoints, pods, Jobs and status.

#![expect(
    clippy::disallowed_methods,
    reason = "a harness reads the environment, the clock, and spawns what ends with its test"
)]

pub mod answers;
pub mod bench;
pub mod cluster;
pub mod config;
pub mod diagnosis;
pub mod graph;
pub mod handy;
pub mod load;
pub mod operator;
pub mod proxy;
pub mod record;
pub mod servers;
pub mod stage;
pub mod wait;
pub mod webhook;

pub use cluster::Cluster;
pub use handy::Handy;
pub use stage::Stage;
