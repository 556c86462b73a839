//! The Handy bot as a library: pure conversation core, adapters around it, and the loops that join them.
//!
//! Imports point down one ladder only, which `tests/layers.rs` enforces:
//! `main → app → {http, worker} → {store, graph, redis} → whatsapp → conversation → domain`.

pub mod admin;
pub mod app;
pub mod cache;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod domain;
pub mod graph;
pub mod http;
pub mod metrics;
pub mod pod;
pub mod redis;
pub mod store;
pub mod telemetry;
pub mod whatsapp;
pub mod worker;
