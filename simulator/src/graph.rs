//! The Graph API's rules without its transport: errors in Meta's shape and the limits of messages. Pure.

mod error;
mod limits;

pub(crate) use error::{GraphError, details_of, title_of};
pub(crate) use limits::{Request, parse};
