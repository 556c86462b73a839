//! Numbers: the present ones, and those of days and weeks.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::admin::query::Periods;
use crate::admin::records::{Overview, PeriodRow};
use crate::store::Store;
use crate::store::error::{During, StoreError};

impl Store {
    /// How the service stands. Days are those of the zone.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn overview(&self, zone: Tz) -> Result<Overview, StoreError> {
        let mut tx = self.begin_report().await?;
        let row = sqlx::query!(
            r#"with today as (
                   select date_trunc('day', now() at time zone $1) at time zone $1 as start
               ), people as (
                   select u.role from users u join contact c on c.id = u.contact_id
                   where c.lane = 'live' and u.status <> 'erased'
               ), request as (
                   select r.* from service_request r join users u on u.id = r.customer_id
                   join contact c on c.id = u.contact_id where c.lane = 'live'
               )
               select
                   (select count(*) from people) as "users!",
                   (select count(*) from people where role = 'customer') as "customers!",
                   (select count(*) from people where role = 'provider') as "providers!",
                   (select count(*) from provider_profile p join users u on u.id = p.user_id
                    where p.lane = 'live' and p.is_online and p.enabled and u.status = 'active')
                       as "online!",
                   (select count(*) from request
                    where status in ('created', 'searching', 'provider_assigned')) as "open!",
                   (select count(*) from request, today
                    where status = 'completed' and completed_at >= start) as "completed!",
                   (select count(*) from request, today
                    where status = 'cancelled' and updated_at >= start) as "cancelled!",
                   (select count(*) from inbox, today
                    where lane = 'live' and kind <> 'notice' and accepted_at >= start)
                   + (select count(*) from outbox, today
                      where lane = 'live' and created_at >= start) as "messages!",
                   (select round(avg(r.stars), 2)::float8 from rating r
                    join users u on u.id = r.rater_id join contact c on c.id = u.contact_id
                    where c.lane = 'live' and r.direction = 'customer_to_provider') as average"#,
            zone.name()
        )
        .fetch_one(&mut tx)
        .await
        .during("count all")?;
        tx.commit().await?;
        Ok(Overview {
            total_users: row.users,
            total_customers: row.customers,
            total_providers: row.providers,
            providers_online: row.online,
            active_requests: row.open,
            completed_today: row.completed,
            cancelled_today: row.cancelled,
            messages_today: row.messages,
            average_rating: row.average,
            revenue: 0,
        })
    }

    /// Requests by day or week, oldest first; none is left out.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn periods(&self, asked: Periods, zone: Tz) -> Result<Vec<PeriodRow>, StoreError> {
        let unit = if asked.weekly { "week" } else { "day" };
        let mut tx = self.begin_report().await?;
        let rows = sqlx::query!(
            r#"with period as (
                   select start, start at time zone $4 as since,
                          (start + ('1 ' || $1)::interval) at time zone $4 as until
                   from generate_series(date_trunc($1, $2::date::timestamp),
                                        date_trunc($1, $3::date::timestamp),
                                        ('1 ' || $1)::interval) as start
               ), request as (
                   select r.status, r.created_at, r.completed_at, r.updated_at
                   from service_request r join users u on u.id = r.customer_id
                   join contact c on c.id = u.contact_id where c.lane = 'live'
               ), happened as (
                   select created_at as at, 'created' as what from request
                   union all select completed_at, 'completed' from request where status = 'completed'
                   union all select updated_at, 'cancelled' from request where status = 'cancelled'
               )
               select p.start::date as "start!",
                   count(*) filter (where h.what = 'created') as "created!",
                   count(*) filter (where h.what = 'completed') as "completed!",
                   count(*) filter (where h.what = 'cancelled') as "cancelled!"
               from period p left join happened h on h.at >= p.since and h.at < p.until
               group by p.start order by p.start"#,
            unit,
            asked.from,
            asked.to,
            zone.name()
        )
        .fetch_all(&mut tx)
        .await
        .during("count periods")?;
        tx.commit().await?;
        let rows = rows.into_iter().map(|row| PeriodRow {
            period: row.start,
            created: row.created,
            completed: row.completed,
            cancelled: row.cancelled,
            revenue: 0,
        });
        Ok(rows.collect())
    }

    /// How many requests each service had since a day of the zone, most wanted first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn demand(
        &self,
        since: NaiveDate,
        zone: Tz,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        let mut tx = self.begin_report().await?;
        let rows = sqlx::query!(
            r#"select r.service_type, count(*) as "count!"
               from service_request r join users u on u.id = r.customer_id
               join contact c on c.id = u.contact_id
               where c.lane = 'live' and r.created_at >= $1::date::timestamp at time zone $2
               group by r.service_type order by 2 desc, 1"#,
            since,
            zone.name()
        )
        .fetch_all(&mut tx)
        .await
        .during("count services")?;
        tx.commit().await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.service_type, row.count))
            .collect())
    }
}
