//! Users and providers.

use uuid::Uuid;

use crate::admin::masked;
use crate::admin::query::{Page, ProviderFilter, UserFilter};
use crate::admin::records::{
    List, Pagination, ProviderDetail, ProviderRow, UserDetail, UserRow, stars,
};
use crate::store::Store;
use crate::store::admin::{Rows, paged, requests};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

impl Store {
    /// Users, newest first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn users(
        &self,
        filter: &UserFilter,
        page: Page,
    ) -> Result<List<UserRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let list = paged!(page, |asked| users(&mut tx, filter, asked).await?);
        tx.commit().await?;
        Ok(list)
    }

    /// Providers by name.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn providers(
        &self,
        filter: &ProviderFilter,
        page: Page,
    ) -> Result<List<ProviderRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let list = paged!(page, |asked| providers(&mut tx, filter, asked).await?);
        tx.commit().await?;
        Ok(list)
    }

    /// One user with the whole phone number.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn user_detail(&self, id: Uuid) -> Result<Option<UserDetail>, StoreError> {
        let mut tx = self.begin_report().await?;
        let row = sqlx::query!(
            r#"select u.id, u.name, u.role, u.status, u.rating_hundredths, u.rating_count,
                   u.created_at, c.whatsapp_name,
                   coalesce(v.phone, (select a.value from contact_alias a
                       where a.contact_id = c.id and a.kind = 'phone'
                       order by a.created_at desc limit 1), '') as "phone!"
               from users u join contact c on c.id = u.contact_id
               left join conversation v on v.contact_id = c.id
               where u.id = $1 and c.lane = 'live'"#,
            id
        )
        .fetch_optional(&mut tx)
        .await
        .during("read user")?;
        let Some(row) = row else {
            return Ok(None);
        };
        let provider = profile(&mut tx, id).await?;
        let requests = requests::of_user(&mut tx, id).await?;
        tx.commit().await?;
        let is_erased = row.status == "erased";
        let user = UserRow {
            id: row.id,
            name: if is_erased { String::new() } else { row.name },
            phone: row.phone,
            role: row.role,
            rating_average: stars(row.rating_hundredths),
            status: row.status,
            created_at: row.created_at,
        };
        Ok(Some(UserDetail {
            user,
            whatsapp_name: row.whatsapp_name,
            rating_count: i64::from(row.rating_count),
            provider,
            requests,
        }))
    }

    /// One provider as lists show them.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn provider(&self, id: Uuid) -> Result<Option<ProviderRow>, StoreError> {
        let mut tx = self.begin_report().await?;
        let row = sqlx::query!(
            "select user_id from provider_profile where id = $1 and lane = 'live'",
            id
        )
        .fetch_optional(&mut tx)
        .await
        .during("find provider")?;
        let found = match row {
            Some(row) => profile(&mut tx, row.user_id).await?,
            None => None,
        };
        tx.commit().await?;
        Ok(found.map(|detail| detail.provider))
    }
}

async fn users(tx: &mut Tx, filter: &UserFilter, page: Page) -> Result<Rows<UserRow>, StoreError> {
    let rows = sqlx::query!(
        r#"select u.id, case u.status when 'erased' then '' else u.name end as "name!", u.role, u.status,
               u.rating_hundredths, u.created_at,
               coalesce(v.phone, (select a.value from contact_alias a
                   where a.contact_id = c.id and a.kind = 'phone'
                   order by a.created_at desc limit 1)) as phone,
               count(*) over () as "total!"
           from users u join contact c on c.id = u.contact_id
           left join conversation v on v.contact_id = c.id
           where c.lane = 'live'
             and ($1::text is null or u.role = $1)
             and ($2::text is null or u.status = $2)
             and ($3::text is null or position(folded($3) in folded(u.name)) > 0
                  or ($4::text is not null and exists (select 1 from contact_alias a
                      where a.contact_id = c.id and a.kind = 'phone' and position($4 in a.value) > 0)))
           order by u.created_at desc, u.id desc limit $5 offset $6"#,
        filter.role,
        filter.status,
        filter.search,
        filter.digits,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("list users")?;
    Ok(Rows {
        total: rows.first().map(|row| row.total),
        rows: rows
            .into_iter()
            .map(|row| UserRow {
                id: row.id,
                name: row.name,
                phone: row.phone.as_deref().map(masked).unwrap_or_default(),
                role: row.role,
                rating_average: stars(row.rating_hundredths),
                status: row.status,
                created_at: row.created_at,
            })
            .collect(),
    })
}

async fn providers(
    tx: &mut Tx,
    filter: &ProviderFilter,
    page: Page,
) -> Result<Rows<ProviderRow>, StoreError> {
    let rows = sqlx::query!(
        r#"select p.id, p.user_id, p.display_name, p.service_types, p.rating_hundredths, p.rating_count,
               p.total_jobs, p.is_online, p.enabled, count(*) over () as "total!"
           from provider_profile p join users u on u.id = p.user_id
           where p.lane = 'live' and u.status <> 'erased'
             and ($1::text is null or $1 = any (p.service_types))
             and ($2::bool is null or p.is_online = $2)
             and ($3::bool is null or p.enabled = $3)
             and ($4::text is null or position(folded($4) in folded(p.display_name)) > 0)
           order by folded(p.display_name), p.id limit $5 offset $6"#,
        filter.service,
        filter.online,
        filter.enabled,
        filter.search,
        page.limit,
        page.offset()
    )
    .fetch_all(&mut *tx)
    .await
    .during("list providers")?;
    Ok(Rows {
        total: rows.first().map(|row| row.total),
        rows: rows
            .into_iter()
            .map(|row| ProviderRow {
                id: row.id,
                user_id: row.user_id,
                name: row.display_name,
                services: row.service_types,
                rating_average: stars(row.rating_hundredths),
                rating_count: i64::from(row.rating_count),
                total_jobs: i64::from(row.total_jobs),
                is_online: row.is_online,
                enabled: row.enabled,
            })
            .collect(),
    })
}

async fn profile(tx: &mut Tx, user: Uuid) -> Result<Option<ProviderDetail>, StoreError> {
    let row = sqlx::query!(
        r#"select p.id, p.service_types, p.rating_hundredths, p.rating_count, p.total_jobs, p.is_online,
               p.enabled, p.last_seen_at, p.created_at,
               case u.status when 'erased' then '' else p.display_name end as "name!",
               case u.status when 'erased' then '' else p.bio end as "bio!"
           from provider_profile p join users u on u.id = p.user_id where p.user_id = $1"#,
        user
    )
    .fetch_optional(&mut *tx)
    .await
    .during("read provider")?;
    Ok(row.map(|row| ProviderDetail {
        provider: ProviderRow {
            id: row.id,
            user_id: user,
            name: row.name,
            services: row.service_types,
            rating_average: stars(row.rating_hundredths),
            rating_count: i64::from(row.rating_count),
            total_jobs: i64::from(row.total_jobs),
            is_online: row.is_online,
            enabled: row.enabled,
        },
        bio: row.bio,
        last_seen_at: row.last_seen_at,
        created_at: row.created_at,
    }))
}
