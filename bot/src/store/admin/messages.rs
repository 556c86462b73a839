//! The message log: all that came and all that went out.

use crate::admin::masked;
use crate::admin::query::{MessageFilter, Page};
use crate::admin::records::{List, MessageRow, Pagination};
use crate::store::Store;
use crate::store::admin::{Rows, paged};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

impl Store {
    /// Messages: the newest page first, oldest first within a page.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn messages(
        &self,
        filter: &MessageFilter,
        page: Page,
    ) -> Result<List<MessageRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let mut list = paged!(page, |asked| find(&mut tx, filter, asked).await?);
        tx.commit().await?;
        list.data.reverse();
        Ok(list)
    }
}

async fn find(
    tx: &mut Tx,
    filter: &MessageFilter,
    page: Page,
) -> Result<Rows<MessageRow>, StoreError> {
    let rows = sqlx::query!(
        r#"with message as (
               select i.accepted_at as time, i.id, 'in' as direction, i.kind, i.body, i.contact_id,
                   i.phone, i.error,
                   case when i.dead_at is not null then 'failed'
                        when i.worked_at is not null then 'processed' else 'received' end as status
               from inbox i where i.lane = 'live' and i.kind <> 'notice'
               union all
               select o.created_at, o.id, 'out', o.kind, o.body, o.contact_id, null,
                   nullif(concat_ws(' ', o.error_code, o.error_title), ''),
                   case o.state when 'accepted' then coalesce(o.delivery, 'sent') else o.state end
               from outbox o where o.lane = 'live'
           )
           select m.time as "time!", m.direction as "direction!", m.kind as "kind!", m.body as "body!",
               m.status as "status!", m.error, coalesce(m.phone, v.phone) as phone,
               count(*) over () as "total!"
           from message m left join conversation v on v.contact_id = m.contact_id
           where ($1::text is null or position($1 in coalesce(m.phone, v.phone)) > 0
                  or exists (select 1 from contact_alias a where a.contact_id = m.contact_id
                             and a.kind = 'phone' and position($1 in a.value) > 0))
             and ($2::text is null or m.direction = $2)
             and ($3::text is null or m.kind = $3)
             and ($4::text is null or m.status = $4)
             and ($5::text is null or position(folded($5) in folded(m.body)) > 0)
             and ($6::timestamptz is null or m.time >= $6)
             and ($7::timestamptz is null or m.time < $7)
           order by m.time desc, m.direction desc, m.id desc limit $8 offset $9"#,
        filter.digits,
        filter.direction,
        filter.kind,
        filter.status,
        filter.search,
        filter.from,
        filter.to,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("list messages")?;
    Ok(Rows {
        total: rows.first().map(|row| row.total),
        rows: rows
            .into_iter()
            .map(|row| MessageRow {
                time: row.time,
                phone: row.phone.as_deref().map(masked).unwrap_or_default(),
                direction: row.direction,
                kind: row.kind,
                content: row.body,
                status: row.status,
                error: row.error,
            })
            .collect(),
    })
}
