//! The words of the business as checked types: people, services, names, texts.
//!
//! Nothing here knows WhatsApp's wire format, a database or a clock; a value that exists is valid.

pub mod free_text;
pub mod identity;
pub mod ids;
pub mod language;
pub mod name;
pub mod rate;
pub mod request;
pub mod sanitise;
pub mod service;
pub mod stars;
pub mod text;

pub use free_text::{Address, Bio, Comment, Description, InvalidText};
pub use identity::{Bsuid, Identity, InvalidBsuid, InvalidPhone, Phone};
pub use ids::{
    ContactId, InvalidWamid, Lane, ProviderId, RequestId, ServiceRequestId, UserId, Wamid,
};
pub use language::{Language, UnknownLanguage};
pub use name::{InvalidName, UserName};
pub use request::{AssignmentStatus, CancelReason, RequestStatus};
pub use service::ServiceType;
pub use stars::{Average, Stars};
