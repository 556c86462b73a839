//! WhatsApp's wire formats, without any I/O: signed notifications come in as messages and statuses,
//! replies go out as payloads, and Graph errors get the class that says what to do about them.

pub mod content;
pub mod graph_error;
mod loose;
pub mod notification;
pub mod outbound;
#[cfg(test)]
mod samples;
pub mod signature;

pub use content::Content;
pub use loose::NotJson;
pub use notification::{Ignored, InboundMessage, InboundStatus, Notification};
pub use outbound::{Recipient, Templates};
