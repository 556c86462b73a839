//! Reconciles `UbermenchDeployment`: blue-green releases, migrations, gated rollback.

pub mod app;
pub mod apply;
pub mod calls;
pub mod claim;
pub mod cleanup;
pub mod config;
pub mod context;
pub mod controller;
pub mod desired;
pub mod error;
pub mod events;
pub mod http;
pub mod lease;
pub mod metrics;
pub mod names;
pub mod notify;
pub mod observe;
pub mod plugin;
pub mod queue;
pub mod reconcile;
pub mod rollout;
#[cfg(test)]
mod simulation;
pub mod telemetry;
pub mod transport;
pub mod validate;
pub mod work;
