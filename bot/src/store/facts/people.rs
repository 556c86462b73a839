//! A registered person with their profile as a provider.

use sqlx::types::Json;
use uuid::Uuid;

use crate::admin::flags::{Snapshot, Switched};
use crate::conversation::{Flags, Profile, User};
use crate::domain::{Average, Bio, ContactId, ProviderId, ServiceType, UserId, UserName};
use crate::store::facts::name;

/// The person, and what else is on record.
pub(super) struct Found {
    pub(super) user: User,
    pub(super) is_blocked: bool,
    /// Requests of theirs or to them.
    pub(super) has_requests: bool,
    /// A chat that runs or ended within a day.
    pub(super) has_chat: bool,
}

/// Who writes and how optional behaviours are switched for them, as `work::waiting` reads it with their messages. Somebody
/// erased counts as unknown.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub(in crate::store) struct Columns {
    pub(in crate::store) user_id: Option<Uuid>,
    pub(in crate::store) name: Option<String>,
    pub(in crate::store) is_blocked: bool,
    pub(in crate::store) profile_id: Option<Uuid>,
    pub(in crate::store) display_name: Option<String>,
    pub(in crate::store) services: Option<Vec<String>>,
    pub(in crate::store) bio: Option<String>,
    pub(in crate::store) is_online: bool,
    pub(in crate::store) enabled: bool,
    pub(in crate::store) rating: Option<i32>,
    pub(in crate::store) rating_count: i32,
    pub(in crate::store) total_jobs: i32,
    pub(in crate::store) has_requests: bool,
    pub(in crate::store) has_chat: bool,
    pub(in crate::store) flags: Option<Json<Vec<Switched>>>,
}

impl Columns {
    pub(super) fn read(self, contact: ContactId) -> (Option<Found>, Flags) {
        let switched = self.flags.map(|Json(flags)| flags).unwrap_or_default();
        let flags = Snapshot::of(switched).for_user(contact.0);
        let (Some(id), Some(name)) = (self.user_id, self.name.as_deref().and_then(name)) else {
            return (None, flags);
        };
        let bio = self.bio.as_deref().and_then(stored_bio);
        let profile = match (self.profile_id, self.display_name, bio) {
            (Some(id), Some(display_name), Some(bio)) => Some(Profile {
                id: ProviderId(id),
                name: UserName::parse(&display_name).unwrap_or_else(|_| name.clone()),
                services: services(self.services.as_deref().unwrap_or_default()),
                bio,
                is_online: self.is_online,
                enabled: self.enabled,
                rating: average(self.rating),
                rating_count: count(self.rating_count),
                total_jobs: count(self.total_jobs),
            }),
            _ => None,
        };
        let found = Found {
            user: User {
                id: UserId(id),
                name,
                profile,
            },
            is_blocked: self.is_blocked,
            has_requests: self.has_requests,
            has_chat: self.has_chat,
        };
        (Some(found), flags)
    }
}

/// Those that this revision knows, in their usual order.
pub(super) fn services(words: &[String]) -> Vec<ServiceType> {
    ServiceType::ALL
        .into_iter()
        .filter(|service| words.iter().any(|word| word == service.id()))
        .collect()
}

pub(super) fn average(hundredths: Option<i32>) -> Option<Average> {
    hundredths
        .and_then(|hundredths| u16::try_from(hundredths).ok())
        .map(Average)
}

pub(super) fn count(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or_default()
}

/// One that was erased, or that an earlier rule let pass, shows as a line.
pub(super) fn stored_bio(stored: &str) -> Option<Bio> {
    Bio::parse(stored)
        .or_else(|_| Bio::parse("– – – – – –"))
        .ok()
}
