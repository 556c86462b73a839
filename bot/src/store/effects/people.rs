//! Registrations, profiles, and who wants to hear of whom.

use chrono::{DateTime, TimeDelta, Utc};

use crate::conversation::Notice;
use crate::domain::{Bio, ContactId, ServiceType, UserName};
use crate::store::effects::Scene;
use crate::store::error::{During, StoreError};
use crate::store::facts::Who;
use crate::store::notices;
use crate::store::tx::Tx;
use crate::store::work::fresh_id;

const SUBSCRIPTION_DAYS: i64 = 7;

pub(super) async fn create_user(tx: &mut Tx, who: &Who, name: &UserName) -> Result<(), StoreError> {
    // A row that is there already is one whose person was erased, or was joined from another contact.
    sqlx::query!(
        "insert into users (id, contact_id, name) values ($1, $2, $3)
         on conflict (contact_id) do update
         set name = excluded.name, updated_at = now(),
             status = case users.status when 'erased' then 'active' else users.status end",
        fresh_id(),
        who.contact.0,
        name.as_str()
    )
    .execute(&mut *tx)
    .await
    .during("register user")?;
    Ok(())
}

pub(super) async fn create_profile(
    tx: &mut Tx,
    who: &Who,
    name: &UserName,
    services: &[ServiceType],
    bio: &Bio,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into users (id, contact_id, name, role) values ($1, $2, $3, 'provider')
         on conflict (contact_id) do update set role = 'provider', updated_at = now()",
        fresh_id(),
        who.contact.0,
        name.as_str()
    )
    .execute(&mut *tx)
    .await
    .during("register provider")?;
    sqlx::query!(
        "insert into provider_profile (id, user_id, lane, display_name, service_types, bio)
         select $1, id, $3, $4, $5, $6 from users where contact_id = $2",
        fresh_id(),
        who.contact.0,
        who.lane.as_str(),
        name.as_str(),
        &words(services) as &[&str],
        bio.as_str()
    )
    .execute(&mut *tx)
    .await
    .during("create profile")?;
    Ok(())
}

fn words(services: &[ServiceType]) -> Vec<&'static str> {
    services.iter().map(|service| service.id()).collect()
}

pub(super) async fn set_bio(tx: &mut Tx, who: &Who, bio: &Bio) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile set bio = $2, updated_at = now()
         where user_id = (select id from users where contact_id = $1)",
        who.contact.0,
        bio.as_str()
    )
    .execute(&mut *tx)
    .await
    .during("store bio")?;
    Ok(())
}

pub(super) async fn set_services(
    tx: &mut Tx,
    who: &Who,
    services: &[ServiceType],
) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile set service_types = $2, updated_at = now()
         where user_id = (select id from users where contact_id = $1)",
        who.contact.0,
        &words(services) as &[&str]
    )
    .execute(&mut *tx)
    .await
    .during("store services")?;
    Ok(())
}

pub(super) async fn set_online(
    tx: &mut Tx,
    who: &Who,
    online: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile set is_online = $2, last_seen_at = $3, updated_at = $3
         where user_id = (select id from users where contact_id = $1)",
        who.contact.0,
        online,
        now
    )
    .execute(&mut *tx)
    .await
    .during("store availability")?;
    Ok(())
}

/// Uses up the subscriptions and tells who had them. One that two providers find at the same time is used
/// by the first of them.
pub(super) async fn announce(
    tx: &mut Tx,
    scene: &Scene<'_>,
    now: DateTime<Utc>,
    services: &[ServiceType],
) -> Result<u64, StoreError> {
    let rows = sqlx::query!(
        r#"delete from notify_me n using (
               select n.user_id, n.service_type, u.contact_id, u.status
               from notify_me n join users u on u.id = n.user_id join contact c on c.id = u.contact_id
               where n.service_type = any($1) and c.lane = $2 and u.contact_id <> $3
               order by n.user_id, n.service_type for update of n skip locked
           ) found
           where n.user_id = found.user_id and n.service_type = found.service_type
           returning found.contact_id, n.service_type,
                     n.expires_at > $4 and found.status = 'active' as "counts!""#,
        &words(services) as &[&str],
        scene.who.lane.as_str(),
        scene.who.contact.0,
        now
    )
    .fetch_all(&mut *tx)
    .await
    .during("use up subscriptions")?;
    let told: Vec<_> = rows
        .into_iter()
        .filter(|row| row.counts)
        .filter_map(|row| {
            let service = ServiceType::from_id(&row.service_type)?;
            let notice = Notice::ProviderAvailable { service };
            Some((ContactId(row.contact_id), notice))
        })
        .collect();
    notices::put(tx, &scene.who.lane, scene.request_id(), &told).await
}

pub(super) async fn subscribe(
    tx: &mut Tx,
    who: &Who,
    service: ServiceType,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into notify_me (user_id, service_type, expires_at)
         select id, $2, $3 from users where contact_id = $1
         on conflict (user_id, service_type) do update set expires_at = excluded.expires_at",
        who.contact.0,
        service.id(),
        now + TimeDelta::days(SUBSCRIPTION_DAYS)
    )
    .execute(&mut *tx)
    .await
    .during("subscribe")?;
    Ok(())
}

pub(super) async fn unsubscribe(tx: &mut Tx, who: &Who) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from notify_me where user_id = (select id from users where contact_id = $1)",
        who.contact.0
    )
    .execute(&mut *tx)
    .await
    .during("unsubscribe")?;
    Ok(())
}
