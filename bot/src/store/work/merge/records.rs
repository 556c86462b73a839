//! What two registrations of one person have on record becomes that of one.

use crate::domain::{ContactId, UserId};
use crate::store::effects::recount;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// Gives the registration of one contact to the other. Where both have one, that of `to` keeps its name and
/// takes the bookings, jobs, ratings and wishes of the other, which is gone then.
pub(super) async fn hand_over(
    tx: &mut Tx,
    from: ContactId,
    to: ContactId,
) -> Result<(), StoreError> {
    let moved = sqlx::query!(
        "update users set contact_id = $1, updated_at = now() where contact_id = $2
         and not exists (select 1 from users where contact_id = $1)",
        to.0,
        from.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over user")?;
    if moved.rows_affected() > 0 {
        return Ok(());
    }
    let both = sqlx::query!(
        "select k.id as keep, o.id as other from users k, users o
         where k.contact_id = $1 and o.contact_id = $2 for update of k, o",
        to.0,
        from.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock both users")?;
    let Some(both) = both else {
        return Ok(());
    };
    let (keep, other) = (UserId(both.keep), UserId(both.other));
    bookings(tx, keep, other).await?;
    ratings(tx, keep, other).await?;
    profile(tx, keep, other).await?;
    person(tx, keep, other).await?;
    recount(tx, keep).await
}

async fn bookings(tx: &mut Tx, keep: UserId, other: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "with wishes as (
             insert into notify_me (user_id, service_type, expires_at, created_at)
             select $1, service_type, expires_at, created_at from notify_me where user_id = $2
             on conflict (user_id, service_type) do update
             set expires_at = greatest(notify_me.expires_at, excluded.expires_at)
         )
         update service_request set customer_id = $1 where customer_id = $2",
        keep.0,
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over bookings")?;
    sqlx::query!("delete from notify_me where user_id = $1", other.0)
        .execute(&mut *tx)
        .await
        .during("hand over wishes")?;
    Ok(())
}

/// Who rated the same request as both keeps both ratings, the second without its request.
async fn ratings(tx: &mut Tx, keep: UserId, other: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "update rating r
         set rater_id = case rater_id when $2 then $1 else rater_id end,
             ratee_id = case ratee_id when $2 then $1 else ratee_id end,
             request_id = case when rater_id = $2 and exists (
                 select 1 from rating o where o.request_id = r.request_id and o.rater_id = $1
             ) then null else request_id end
         where rater_id = $2 or ratee_id = $2",
        keep.0,
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("hand over ratings")?;
    Ok(())
}

/// A profile goes over as it is, or into the one that is there. What an admin switched off stays off.
async fn profile(tx: &mut Tx, keep: UserId, other: UserId) -> Result<(), StoreError> {
    let both = sqlx::query!(
        "update provider_profile k
         set enabled = k.enabled and o.enabled, total_jobs = k.total_jobs + o.total_jobs,
             service_types = array(select distinct unnest(k.service_types || o.service_types)),
             updated_at = now()
         from provider_profile o where k.user_id = $1 and o.user_id = $2
         returning k.id as keep, o.id as other",
        keep.0,
        other.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("join profiles")?;
    let Some(both) = both else {
        sqlx::query!(
            "update provider_profile set user_id = $1 where user_id = $2",
            keep.0,
            other.0
        )
        .execute(&mut *tx)
        .await
        .during("hand over profile")?;
        return Ok(());
    };
    sqlx::query!(
        "with offers as (update assignment set provider_id = $1 where provider_id = $2)
         update service_request set provider_id = $1 where provider_id = $2",
        both.keep,
        both.other
    )
    .execute(&mut *tx)
    .await
    .during("hand over jobs")?;
    sqlx::query!("delete from provider_profile where id = $1", both.other)
        .execute(&mut *tx)
        .await
        .during("end joined profile")?;
    Ok(())
}

/// Blocked as one is blocked as both. An erased one has no name any more and takes the other's.
async fn person(tx: &mut Tx, keep: UserId, other: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "with flags as (
             update feature_flag set allowed = array(
                 select distinct case one when $2 then $1 else one end from unnest(allowed) as a (one))
             where $2 = any(allowed)
         )
         update users k
         set name = case k.status when 'erased' then o.name else k.name end,
             status = case when 'blocked' in (k.status, o.status) then 'blocked'
                           when k.status = 'erased' then o.status else k.status end,
             role = case when exists (select 1 from provider_profile where user_id = $1)
                         then 'provider' else 'customer' end,
             updated_at = now()
         from users o where k.id = $1 and o.id = $2",
        keep.0,
        other.0
    )
    .execute(&mut *tx)
    .await
    .during("join users")?;
    sqlx::query!("delete from users where id = $1", other.0)
        .execute(&mut *tx)
        .await
        .during("end joined user")?;
    Ok(())
}
