//! The product's acceptance rules A01–A70, each a test named by its number: over HTTP only, against two replicas
//! behind a balancer, with a real PostgreSQL and Redis and a simulated WhatsApp. Time is shortened by settings, old
//! rows are made by SQL, and nothing sleeps.

pub(crate) mod balancer;
mod booking;
mod chat;
mod delivery;
mod first_contact;
mod jobs;
mod journey;
mod offers;
mod operations;
pub(crate) mod phone;
mod providers;
mod ratings;
pub(crate) mod town;
mod webhook;
