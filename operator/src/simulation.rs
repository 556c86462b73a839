//! A world in memory in which the real passes run, are killed at every write, and are held to their promises.
//!
//! docs/simulation.md shows it in a picture.

mod api_server;
mod controllers;
mod database;
mod history;
mod image;
mod invariants;
mod kubelet;
pub(crate) mod mistakes;
mod operator;
mod random;
mod run;
mod shrink;
mod tests;
mod user;
mod witness;
mod world;

use world::World;
