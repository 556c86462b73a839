//! Builders of every object that the operator writes: pure, and they cannot fail.

mod job;
mod keepers;
mod pod;
mod revision;
mod service;

pub use job::{migrate_job, smoke_job};
pub use keepers::{autoscaler, disruption_budget};
pub use pod::{INTERNAL_PORT, deployment, layout};
pub use revision::{controller_revision, internal_secret, record, snapshot_secret};
pub use service::service;

#[cfg(test)]
mod tests;
