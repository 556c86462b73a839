//! A registered person with their profile as a provider.

use sqlx::types::Json;

use crate::admin::flags::{Snapshot, Switched};
use crate::conversation::{Flags, Profile, User};
use crate::domain::{Average, Bio, ContactId, ProviderId, ServiceType, UserId, UserName};
use crate::store::error::{During, StoreError};
use crate::store::facts::name;
use crate::store::tx::Tx;

/// The person, and what else is on record.
pub(super) struct Found {
    pub(super) user: User,
    pub(super) is_blocked: bool,
    /// Requests of theirs or to them.
    pub(super) has_requests: bool,
    /// A chat that runs or ended within a day.
    pub(super) has_chat: bool,
}

/// Who writes, if they are registered, and how optional behaviours are switched for them. Somebody erased counts
/// as unknown.
pub(super) async fn user(
    tx: &mut Tx,
    contact: ContactId,
) -> Result<(Option<Found>, Flags), StoreError> {
    let row = sqlx::query!(
        r#"select u.id as "id?", u.name as "name?", u.status = 'blocked' as is_blocked,
                  p.id as "profile_id?", p.display_name as "display_name?",
                  p.service_types as "service_types?", p.bio as "bio?", p.is_online as "is_online?",
                  p.enabled as "enabled?", p.rating_hundredths as "rating?",
                  p.rating_count as "rating_count?", p.total_jobs as "total_jobs?",
                  exists (select 1 from service_request where customer_id = u.id)
                      or exists (select 1 from service_request where provider_id = p.id)
                      as "has_requests!",
                  exists (select 1 from chat
                          where (customer_contact = $1 or provider_contact = $1)
                            and (ended_at is null or ended_at > now() - interval '1 day'))
                      as "has_chat!",
                  (select json_agg(json_build_object(
                              'name', f.name, 'enabled', f.enabled, 'percentage', f.percentage,
                              'allowed', array(select contact_id from users where id = any (f.allowed))))
                   from feature_flag f) as "flags?: Json<Vec<Switched>>"
           from (select) as nobody
           left join users u on u.contact_id = $1 and u.status <> 'erased'
           left join provider_profile p on p.user_id = u.id"#,
        contact.0
    )
    .fetch_one(&mut *tx)
    .await
    .during("read user")?;
    let switched = row.flags.map(|Json(flags)| flags).unwrap_or_default();
    let flags = Snapshot::of(switched).for_user(contact.0);
    let (Some(id), Some(name)) = (row.id, row.name.as_deref().and_then(name)) else {
        return Ok((None, flags));
    };
    let bio = row.bio.as_deref().and_then(stored_bio);
    let profile = match (row.profile_id, row.display_name, bio) {
        (Some(id), Some(display_name), Some(bio)) => Some(Profile {
            id: ProviderId(id),
            name: UserName::parse(&display_name).unwrap_or_else(|_| name.clone()),
            services: services(row.service_types.as_deref().unwrap_or_default()),
            bio,
            is_online: row.is_online.unwrap_or_default(),
            enabled: row.enabled.unwrap_or_default(),
            rating: average(row.rating),
            rating_count: count(row.rating_count.unwrap_or_default()),
            total_jobs: count(row.total_jobs.unwrap_or_default()),
        }),
        _ => None,
    };
    let user = User {
        id: UserId(id),
        name,
        profile,
    };
    let found = Found {
        user,
        is_blocked: row.is_blocked.unwrap_or_default(),
        has_requests: row.has_requests,
        has_chat: row.has_chat,
    };
    Ok((Some(found), flags))
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
