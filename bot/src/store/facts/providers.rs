//! Providers on offer, and one's card.

use uuid::Uuid;

use crate::cache::{Listed, Lists};
use crate::conversation::{Card, Needs, Party, Provider, Request, Review};
use crate::domain::{ContactId, Lane, ProviderId, ServiceType, UserId};
use crate::store::error::{During, StoreError};
use crate::store::facts::people::{average, count, services, stored_bio};
use crate::store::facts::requests::stars;
use crate::store::facts::{Who, identity, name};
use crate::store::tx::Tx;

/// Who is looked for, and by whom.
pub(super) struct Search {
    service: Option<ServiceType>,
    rebook: Option<Uuid>,
    asking: Option<Uuid>,
}

impl Search {
    pub(super) fn of(needs: &Needs, request: Option<&Request>, asking: Option<UserId>) -> Self {
        let wanted = needs.providers.as_ref();
        let service = wanted.and_then(|wanted| wanted.service);
        Self {
            service: service.or_else(|| request.map(|request| request.service)),
            rebook: wanted.and_then(|wanted| wanted.rebook).map(|id| id.0),
            asking: asking.map(|UserId(id)| id),
        }
    }
}

/// As many as a list shows.
const ROWS: usize = 10;

/// Those whom the person may book now, best first, at most ten.
pub(super) async fn list(
    tx: &mut Tx,
    who: &Who,
    search: &Search,
    lists: &Lists,
) -> Result<Vec<Provider>, StoreError> {
    let Some(service) = search.service else {
        return Ok(Vec::new());
    };
    let listed = if search.rebook.is_some() {
        read(tx, &who.lane, service, search.rebook).await?
    } else {
        match lists.get(&who.lane, service) {
            Ok(listed) => listed,
            Err(miss) => {
                let listed = read(tx, &who.lane, service, None).await?;
                lists.put(miss, &listed);
                listed
            }
        }
    };
    let others = listed
        .into_iter()
        .filter(|listed| Some(listed.user.0) != search.asking);
    Ok(others.take(ROWS).map(|listed| listed.provider).collect())
}

/// For everybody: one more than a list shows, since whoever asks may be among them.
async fn read(
    tx: &mut Tx,
    lane: &Lane,
    service: ServiceType,
    rebook: Option<Uuid>,
) -> Result<Vec<Listed>, StoreError> {
    let rows = sqlx::query!(
        "select p.id, p.user_id, p.display_name, p.rating_hundredths, p.total_jobs, p.service_types
         from provider_profile p join users u on u.id = p.user_id
         where p.is_online and p.enabled and u.status = 'active' and p.lane = $1
           and p.service_types @> array[$2::text]
           and not exists (select 1 from assignment a where a.request_id = $3 and a.provider_id = p.id
                           and (a.status = 'rejected' or a.reason in ('timeout', 'undeliverable')))
         order by p.rating_hundredths desc nulls last, p.total_jobs desc, p.display_name, p.id
         limit 11",
        lane.as_str(),
        service.id(),
        rebook
    )
    .fetch_all(&mut *tx)
    .await
    .during("list providers")?;
    let listed = rows.into_iter().filter_map(|row| {
        Some(Listed {
            user: UserId(row.user_id),
            provider: Provider {
                id: ProviderId(row.id),
                name: name(&row.display_name)?,
                rating: average(row.rating_hundredths),
                total_jobs: count(row.total_jobs),
                services: services(&row.service_types),
            },
        })
    });
    Ok(listed.collect())
}

/// One provider of the lane, whether or not they can be booked now.
pub(super) async fn card(
    tx: &mut Tx,
    who: &Who,
    search: &Search,
    id: ProviderId,
) -> Result<Option<Card>, StoreError> {
    let row = sqlx::query!(
        r#"select p.id, p.display_name, p.rating_hundredths, p.total_jobs, p.service_types, p.bio,
                  u.id as user_id, u.contact_id, c.phone, c.bsuid,
                  p.is_online and p.enabled and u.status = 'active' and u.id is distinct from $3
                      and ($4::text is null or p.service_types @> array[$4::text])
                      and not exists (
                          select 1 from assignment a where a.request_id = $5 and a.provider_id = p.id
                          and (a.status = 'rejected' or a.reason in ('timeout', 'undeliverable')))
                      as "is_visible!"
           from provider_profile p join users u on u.id = p.user_id
           join conversation c on c.contact_id = u.contact_id
           where p.id = $1 and p.lane = $2 and u.status <> 'erased'"#,
        id.0,
        who.lane.as_str(),
        search.asking,
        search.service.map(ServiceType::id),
        search.rebook
    )
    .fetch_optional(&mut *tx)
    .await
    .during("read provider")?;
    let Some(row) = row else { return Ok(None) };
    let (Some(name), Some(bio)) = (name(&row.display_name), stored_bio(&row.bio)) else {
        return Ok(None);
    };
    Ok(Some(Card {
        provider: Provider {
            id,
            name: name.clone(),
            rating: average(row.rating_hundredths),
            total_jobs: count(row.total_jobs),
            services: services(&row.service_types),
        },
        party: Party {
            contact: ContactId(row.contact_id),
            user: UserId(row.user_id),
            name,
            identity: identity(row.phone, row.bsuid),
        },
        bio,
        reviews: reviews(tx, row.user_id).await?,
        is_visible: row.is_visible,
    }))
}

/// The newest three, by first names only.
async fn reviews(tx: &mut Tx, ratee: Uuid) -> Result<Vec<Review>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.stars, r.comment,
                  case when u.status = 'erased' then '' else split_part(u.name, ' ', 1) end as "first_name!"
           from rating r join users u on u.id = r.rater_id
           where r.ratee_id = $1 and r.direction = 'customer_to_provider'
           order by r.created_at desc, r.id desc limit 3"#,
        ratee
    )
    .fetch_all(&mut *tx)
    .await
    .during("read reviews")?;
    let reviews = rows.into_iter().filter_map(|row| {
        Some(Review {
            stars: stars(row.stars)?,
            comment: row.comment,
            first_name: row.first_name,
        })
    });
    Ok(reviews.collect())
}
