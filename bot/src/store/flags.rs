//! Feature flags as admins switch them. Every turn reads them with its person (`facts`), so a switch holds for all
//! replicas from the next message on, through any pooler and without a second channel.

use serde_json::json;
use uuid::Uuid;

use crate::admin::records::FlagRow;
use crate::admin::{Actor, Change};
use crate::store::Store;
use crate::store::admin::{Outcome, audit};
use crate::store::error::{During, StoreError};

/// What a flag is switched to; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Switch {
    /// Whether anybody has it.
    pub enabled: Option<bool>,
    /// For how many of a hundred people, 0 to 100.
    pub percentage: Option<u8>,
    /// User ids of those who have it in any case.
    pub allowed: Option<Vec<Uuid>>,
}

impl Store {
    /// All flags, for people to look at.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn flags(&self) -> Result<Vec<FlagRow>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            FlagRow,
            r#"select name, enabled, percentage::bigint as "percentage!", allowed, updated_at, updated_by
               from feature_flag order by name"#
        )
        .fetch_all(&mut tx)
        .await
        .during("read flags")?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Switches a flag; `Illegal` when somebody on the list is no user.
    ///
    /// # Errors
    /// When it is not known to be switched.
    pub async fn switch_flag(
        &self,
        name: &str,
        switch: &Switch,
        actor: &Actor,
    ) -> Result<Outcome<FlagRow>, StoreError> {
        let mut tx = self.begin().await?;
        let before = sqlx::query!(
            "select enabled, percentage, allowed from feature_flag where name = $1 for update",
            name
        )
        .fetch_optional(&mut tx)
        .await
        .during("lock flag")?;
        let Some(before) = before else {
            return Ok(Outcome::Unknown);
        };
        let mut allowed = switch.allowed.clone();
        if let Some(list) = &mut allowed {
            list.sort();
            list.dedup();
            let known = sqlx::query!(
                r#"select count(*) as "count!" from users where id = any ($1) and status <> 'erased'"#,
                &*list
            )
            .fetch_one(&mut tx)
            .await
            .during("count users")?;
            if usize::try_from(known.count) != Ok(list.len()) {
                return Ok(Outcome::Illegal);
            }
        }
        let list = allowed.as_deref();
        let after = sqlx::query_as!(
            FlagRow,
            r#"update feature_flag
               set enabled = coalesce($2, enabled), percentage = coalesce($3, percentage),
                   allowed = coalesce($4, allowed), updated_at = now(), updated_by = $5
               where name = $1
               returning name, enabled, percentage::bigint as "percentage!", allowed, updated_at,
                   updated_by"#,
            name,
            switch.enabled,
            switch.percentage.map(i16::from),
            list,
            actor.name
        )
        .fetch_one(&mut tx)
        .await
        .during("switch flag")?;
        let state = |enabled, percentage: i64, allowed: &[Uuid]| json!({"enabled": enabled, "percentage": percentage, "allowed": allowed});
        let change = Change {
            action: "flag_switched",
            subject: name.to_owned(),
            before: state(
                before.enabled,
                i64::from(before.percentage),
                &before.allowed,
            ),
            after: state(after.enabled, after.percentage, &after.allowed),
        };
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(after))
    }
}
