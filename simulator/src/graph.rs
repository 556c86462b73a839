//! The Graph API's rules without its transport: errors in Meta's shape and the limits of messages. Pure.

mod error;
mod limits;

pub(crate) use error::GraphError;
pub(crate) use limits::{Request, parse};
