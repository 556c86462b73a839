//! Service requests and their stories.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::admin::query::{Page, RequestFilter};
use crate::admin::records::{List, Pagination, Person, RequestDetail, RequestRow};
use crate::store::Store;
use crate::store::admin::{Rows, history, paged};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

const OF_USER: i64 = 20;

/// A request as the queries give it; both start with the same columns.
struct Found {
    id: Uuid,
    service_type: String,
    customer_id: Uuid,
    customer: String,
    provider_id: Option<Uuid>,
    provider: Option<String>,
    status: String,
    address: String,
    cancel_reason: Option<String>,
    created_at: DateTime<Utc>,
    offered_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    description: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    total: i64,
}

impl Found {
    fn row(self) -> RequestRow {
        let person = |(id, name)| Person { id, name };
        RequestRow {
            id: self.id,
            service_type: self.service_type,
            customer: person((self.customer_id, self.customer)),
            provider: self.provider_id.zip(self.provider).map(person),
            status: self.status,
            address: self.address,
            cancel_reason: self.cancel_reason,
            created_at: self.created_at,
            offered_at: self.offered_at,
            accepted_at: self.accepted_at,
            completed_at: self.completed_at,
            updated_at: self.updated_at,
        }
    }
}

impl Store {
    /// Requests, newest first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        page: Page,
    ) -> Result<List<RequestRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let list = paged!(page, |asked| {
            let found = find(&mut tx, filter, Which::default(), asked).await?;
            Rows {
                total: found.first().map(|row| row.total),
                rows: found.into_iter().map(Found::row).collect(),
            }
        });
        tx.commit().await?;
        Ok(list)
    }

    /// One request with its offers, chat and ratings.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn request_detail(&self, id: Uuid) -> Result<Option<RequestDetail>, StoreError> {
        let mut tx = self.begin_report().await?;
        let which = Which {
            id: Some(id),
            user: None,
        };
        let page = Page {
            number: 1,
            limit: 1,
        };
        let found = find(&mut tx, &RequestFilter::default(), which, page).await?;
        let Some(found) = found.into_iter().next() else {
            return Ok(None);
        };
        let detail = RequestDetail {
            description: found.description.clone(),
            latitude: found.latitude,
            longitude: found.longitude,
            request: found.row(),
            assignments: history::assignments(&mut tx, id).await?,
            chat: history::chat(&mut tx, id).await?,
            ratings: history::ratings_of(&mut tx, id).await?,
        };
        tx.commit().await?;
        Ok(Some(detail))
    }
}

/// The newest requests of a user, on either side.
pub(super) async fn of_user(tx: &mut Tx, user: Uuid) -> Result<Vec<RequestRow>, StoreError> {
    let which = Which {
        id: None,
        user: Some(user),
    };
    let page = Page {
        number: 1,
        limit: OF_USER,
    };
    let found = find(tx, &RequestFilter::default(), which, page).await?;
    Ok(found.into_iter().map(Found::row).collect())
}

#[derive(Default, Clone, Copy)]
struct Which {
    id: Option<Uuid>,
    user: Option<Uuid>,
}

async fn find(
    tx: &mut Tx,
    filter: &RequestFilter,
    which: Which,
    page: Page,
) -> Result<Vec<Found>, StoreError> {
    sqlx::query_as!(
        Found,
        r#"select r.id, r.service_type, u.id as customer_id,
               case u.status when 'erased' then '' else u.name end as "customer!",
               pu.id as "provider_id?",
               case pu.status when 'erased' then '' else p.display_name end as provider,
               r.status, r.address, r.cancel_reason, r.created_at, r.offered_at, r.accepted_at,
               r.completed_at, r.updated_at, r.description, r.latitude, r.longitude,
               count(*) over () as "total!"
           from service_request r
           join users u on u.id = r.customer_id
           join contact c on c.id = u.contact_id
           left join provider_profile p on p.id = r.provider_id
           left join users pu on pu.id = p.user_id
           where c.lane = 'live'
             and ($1::text is null or r.status = $1)
             and ($2::text is null or r.service_type = $2)
             and ($3::timestamptz is null or r.created_at >= $3)
             and ($4::timestamptz is null or r.created_at < $4)
             and ($5::uuid is null or r.id = $5)
             and ($6::uuid is null or u.id = $6 or pu.id = $6)
           order by r.created_at desc, r.id desc limit $7 offset $8"#,
        filter.status,
        filter.service,
        filter.from,
        filter.to,
        which.id,
        which.user,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("list requests")
}
