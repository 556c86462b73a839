//! Whole conversations as transcripts, the rules one by one, and what holds for all inputs.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks at a few of many"
)]

mod booking;
mod cancelling;
mod keywords;
pub(super) mod limits;
mod needed;
mod notices;
mod table;
mod total;
mod town;
mod transcripts;
pub(super) mod world;
