//! What happened to requests: offers, chats, ratings.

use uuid::Uuid;

use crate::admin::query::{Page, RatingFilter};
use crate::admin::records::{AssignmentRow, ChatRow, List, Pagination, Person, RatingRow};
use crate::store::Store;
use crate::store::admin::{Rows, paged};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// The newest messages of a chat that are shown.
const CHAT: i64 = 500;

impl Store {
    /// Ratings, newest first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn ratings(
        &self,
        filter: &RatingFilter,
        page: Page,
    ) -> Result<List<RatingRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let list = paged!(page, |asked| find(&mut tx, filter, None, asked).await?);
        tx.commit().await?;
        Ok(list)
    }
}

/// Both ratings of a request.
pub(super) async fn ratings_of(tx: &mut Tx, request: Uuid) -> Result<Vec<RatingRow>, StoreError> {
    let page = Page {
        number: 1,
        limit: 2,
    };
    let found = find(tx, &RatingFilter::default(), Some(request), page).await?;
    Ok(found.rows)
}

async fn find(
    tx: &mut Tx,
    filter: &RatingFilter,
    request: Option<Uuid>,
    page: Page,
) -> Result<Rows<RatingRow>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.id, r.request_id, r.direction, r.stars, r.comment, r.created_at,
               r.rater_id, r.ratee_id, count(*) over () as "total!",
               case when a.status = 'erased' then ''
                    when r.direction = 'provider_to_customer' then coalesce(ap.display_name, a.name)
                    else a.name end as "rater!",
               case when b.status = 'erased' then ''
                    when r.direction = 'customer_to_provider' then coalesce(bp.display_name, b.name)
                    else b.name end as "ratee!"
           from rating r
           join users a on a.id = r.rater_id
           join users b on b.id = r.ratee_id
           join contact c on c.id = a.contact_id
           left join provider_profile ap on ap.user_id = a.id
           left join provider_profile bp on bp.user_id = b.id
           where c.lane = 'live'
             and ($1::text is null or r.direction = $1)
             and ($2::smallint is null or r.stars = $2)
             and ($3::uuid is null or r.request_id = $3)
           order by r.created_at desc, r.id desc limit $4 offset $5"#,
        filter.direction,
        filter.stars,
        request,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("list ratings")?;
    Ok(Rows {
        total: rows.first().map(|row| row.total),
        rows: rows
            .into_iter()
            .map(|row| RatingRow {
                id: row.id,
                request_id: row.request_id,
                direction: row.direction,
                stars: i64::from(row.stars),
                comment: row.comment,
                rater: Person {
                    id: row.rater_id,
                    name: row.rater,
                },
                ratee: Person {
                    id: row.ratee_id,
                    name: row.ratee,
                },
                created_at: row.created_at,
            })
            .collect(),
    })
}

/// Every offer of a request, oldest first.
pub(super) async fn assignments(
    tx: &mut Tx,
    request: Uuid,
) -> Result<Vec<AssignmentRow>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.id, a.status, a.reason, a.offered_at, a.deadline, a.answered_at, u.id as user_id,
               case u.status when 'erased' then '' else p.display_name end as "name!"
           from assignment a
           join provider_profile p on p.id = a.provider_id
           join users u on u.id = p.user_id
           where a.request_id = $1 order by a.offered_at, a.id"#,
        request
    )
    .fetch_all(&mut *tx)
    .await
    .during("list offers")?;
    let row = rows.into_iter().map(|row| AssignmentRow {
        id: row.id,
        provider: Person {
            id: row.user_id,
            name: row.name,
        },
        status: row.status,
        reason: row.reason,
        offered_at: row.offered_at,
        deadline: row.deadline,
        answered_at: row.answered_at,
    });
    Ok(row.collect())
}

/// The chat about a request, oldest first.
pub(super) async fn chat(tx: &mut Tx, request: Uuid) -> Result<Vec<ChatRow>, StoreError> {
    let rows = sqlx::query_as!(
        ChatRow,
        r#"select m.id, m.kind, m.content, m.created_at,
               case when m.sender_contact = u.contact_id then 'customer' else 'provider' end as "sender!"
           from chat_message m
           join service_request r on r.id = m.request_id
           join users u on u.id = r.customer_id
           where m.request_id = $1 order by m.id desc limit $2"#,
        request,
        CHAT
    )
    .fetch_all(&mut *tx)
    .await
    .during("list chat")?;
    Ok(rows.into_iter().rev().collect())
}
