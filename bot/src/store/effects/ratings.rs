//! Ratings, and the averages that they make.

use chrono::{DateTime, Utc};

use crate::domain::{Comment, ServiceRequestId, Stars, UserId};
use crate::store::error::{During, StoreError};
use crate::store::facts::Who;
use crate::store::tx::Tx;
use crate::store::work::fresh_id;

/// A rating to store.
pub(super) struct Rating {
    pub(super) request: ServiceRequestId,
    pub(super) by_customer: bool,
    pub(super) ratee: UserId,
    pub(super) stars: Stars,
    pub(super) comment: Option<Comment>,
}

/// One rating a person and request; a second one is refused by its index.
pub(super) async fn rate(tx: &mut Tx, who: &Who, rating: &Rating) -> Result<(), StoreError> {
    // Two who rate the same person at once take turns, so that each mean counts all before it.
    sqlx::query!(
        "select id from users where id = $1 for no key update",
        rating.ratee.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock rated person")?;
    let direction = if rating.by_customer {
        "customer_to_provider"
    } else {
        "provider_to_customer"
    };
    sqlx::query!(
        "insert into rating (id, request_id, rater_id, ratee_id, direction, stars, comment)
         select $1, $2, id, $4, $5, $6, $7 from users where contact_id = $3",
        fresh_id(),
        rating.request.0,
        who.contact.0,
        rating.ratee.0,
        direction,
        i16::from(rating.stars.get()),
        rating.comment.as_ref().map_or("", Comment::as_str)
    )
    .execute(&mut *tx)
    .await
    .during("store rating")?;
    if rating.by_customer {
        rate_provider(tx, rating.ratee).await
    } else {
        rate_customer(tx, rating.ratee).await
    }
}

/// Both means of a person anew.
pub(in crate::store) async fn recount(tx: &mut Tx, person: UserId) -> Result<(), StoreError> {
    rate_provider(tx, person).await?;
    rate_customer(tx, person).await
}

/// The mean in hundredths, half up.
async fn rate_provider(tx: &mut Tx, ratee: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile
         set (rating_hundredths, rating_count, updated_at) = (
             select (200 * sum(stars) + count(*)) / (2 * count(*)), count(*), now()
             from rating where ratee_id = $1 and direction = 'customer_to_provider')
         where user_id = $1",
        ratee.0
    )
    .execute(&mut *tx)
    .await
    .during("rate provider")?;
    Ok(())
}

async fn rate_customer(tx: &mut Tx, ratee: UserId) -> Result<(), StoreError> {
    sqlx::query!(
        "update users
         set (rating_hundredths, rating_count, updated_at) = (
             select (200 * sum(stars) + count(*)) / (2 * count(*)), count(*), now()
             from rating where ratee_id = $1 and direction = 'provider_to_customer')
         where id = $1",
        ratee.0
    )
    .execute(&mut *tx)
    .await
    .during("rate customer")?;
    Ok(())
}

/// The provider was asked to rate, and is not asked again.
pub(super) async fn note_asked(
    tx: &mut Tx,
    request: ServiceRequestId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update service_request set provider_asked_at = coalesce(provider_asked_at, $2) where id = $1",
        request.0,
        now
    )
    .execute(&mut *tx)
    .await
    .during("note that provider was asked")?;
    Ok(())
}
