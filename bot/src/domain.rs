//! The words of the business as checked types: people, services, names, texts.
//!
//! Nothing here knows WhatsApp's wire format, a database or a clock; a value that exists is valid.

pub mod identity;
pub mod ids;
pub mod language;
pub mod name;
pub mod sanitise;
pub mod service;
pub mod text;

pub use identity::{Bsuid, Identity, InvalidBsuid, InvalidPhone, Phone};
pub use ids::{ContactId, InvalidWamid, Lane, RequestId, Wamid};
pub use language::{Language, UnknownLanguage};
pub use name::{InvalidName, UserName};
pub use service::ServiceType;
