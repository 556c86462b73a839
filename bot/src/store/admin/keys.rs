//! Keys of internal services. Stored as fingerprints only.

use uuid::Uuid;

use crate::admin::records::KeyRow;
use crate::admin::{Actor, Change};
use crate::store::Store;
use crate::store::admin::Outcome;
use crate::store::admin::audit;
use crate::store::error::{During, StoreError};
use serde_json::json;

impl Store {
    /// Whose key it is, unless it was revoked. Notes its use, to the minute.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn key_name(&self, fingerprint: &[u8]) -> Result<Option<String>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            r#"select id, name, (last_used_at is null or last_used_at < now() - interval '1 minute')
                   as "stale!"
               from api_key where key_sha256 = $1 and revoked_at is null"#,
            fingerprint
        )
        .fetch_optional(&mut tx)
        .await
        .during("read key")?;
        if let Some(row) = &row
            && row.stale
        {
            sqlx::query!(
                "update api_key set last_used_at = now() where id = $1",
                row.id
            )
            .execute(&mut tx)
            .await
            .during("note use of key")?;
        }
        tx.commit().await?;
        Ok(row.map(|row| row.name))
    }

    /// All keys, newest first.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            KeyRow,
            "select id, name, created_by, created_at, last_used_at, revoked_at
             from api_key order by created_at desc"
        )
        .fetch_all(&mut tx)
        .await
        .during("read keys")?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Stores a new key; `Illegal` when the name is taken.
    ///
    /// # Errors
    /// When it is not known to be stored.
    pub async fn create_key(
        &self,
        id: Uuid,
        name: &str,
        fingerprint: &[u8],
        actor: &Actor,
    ) -> Result<Outcome<()>, StoreError> {
        let mut tx = self.begin().await?;
        let made = sqlx::query!(
            "insert into api_key (id, name, key_sha256, created_by) values ($1, $2, $3, $4)
             on conflict (name) do nothing",
            id,
            name,
            fingerprint,
            actor.name
        )
        .execute(&mut tx)
        .await
        .during("store key")?;
        if made.rows_affected() == 0 {
            return Ok(Outcome::Illegal);
        }
        let change = Change {
            action: "api_key_created",
            subject: id.to_string(),
            before: json!(null),
            after: json!({ "name": name }),
        };
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }

    /// No longer takes a key.
    ///
    /// # Errors
    /// When it is not known to be revoked.
    pub async fn revoke_key(&self, id: Uuid, actor: &Actor) -> Result<Outcome<()>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            "select revoked_at from api_key where id = $1 for update",
            id
        )
        .fetch_optional(&mut tx)
        .await
        .during("lock key")?;
        match row {
            None => return Ok(Outcome::Unknown),
            Some(row) if row.revoked_at.is_some() => return Ok(Outcome::Done(())),
            Some(_) => {}
        }
        sqlx::query!("update api_key set revoked_at = now() where id = $1", id)
            .execute(&mut tx)
            .await
            .during("revoke key")?;
        let change = Change::field("api_key_revoked", id, "revoked", false, true);
        audit::write(&mut tx, actor, &change).await?;
        tx.commit().await?;
        Ok(Outcome::Done(()))
    }
}
