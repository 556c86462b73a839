//! Who may log in: admins, their failed attempts, and sessions of the dashboard.

use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;
use chrono::{DateTime, Utc};

/// So many failures within a quarter of an hour, by one username or from one address, end the patience.
const FAILURES: i64 = 5;

/// An attempt that counts as failed until it is known not to be.
#[derive(Debug, Clone)]
pub struct Attempt {
    subjects: Vec<String>,
    at: DateTime<Utc>,
}

/// Whether an attempt may be made.
#[derive(Debug, Clone)]
pub enum Login {
    /// It may; the admin's hash, if there is such an admin.
    Try(Attempt, Option<String>),
    /// Too many failed; so many seconds remain.
    Wait(i64),
}

impl Store {
    /// Makes the admin of the deployment's secrets, or gives them their present password.
    ///
    /// # Errors
    /// When it is not known to be stored.
    pub async fn put_admin(&self, username: &str, hash: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "insert into admin_user (username, password_hash) values ($1, $2)
             on conflict (username) do update set password_hash = excluded.password_hash,
                 updated_at = now()
             where admin_user.password_hash <> excluded.password_hash",
            username,
            hash
        )
        .execute(&mut tx)
        .await
        .during("store admin")?;
        tx.commit().await
    }

    /// The password hash of an admin.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn admin_hash(&self, username: &str) -> Result<Option<String>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            "select password_hash from admin_user where username = $1",
            username
        )
        .fetch_optional(&mut tx)
        .await
        .during("read admin")?;
        tx.commit().await?;
        Ok(row.map(|row| row.password_hash))
    }

    /// Takes note of an attempt before it is judged, so that many at once are no way around the limit.
    ///
    /// # Errors
    /// When it is not known to be noted.
    pub async fn attempt_login(&self, username: &str, address: &str) -> Result<Login, StoreError> {
        let mut subjects = vec![format!("user:{username}"), format!("ip:{address}")];
        subjects.sort();
        let mut tx = self.begin().await?;
        for subject in &subjects {
            if let Some(seconds) = wait(&mut tx, subject).await? {
                return Ok(Login::Wait(seconds));
            }
        }
        let at = sqlx::query!(
            r#"with noted as (
                   insert into login_failure (subject) select unnest($1::text[]) returning at
               )
               select max(at) as "at!" from noted"#,
            &subjects
        )
        .fetch_one(&mut tx)
        .await
        .during("note login")?
        .at;
        let row = sqlx::query!(
            "select password_hash from admin_user where username = $1",
            username
        )
        .fetch_optional(&mut tx)
        .await
        .during("read admin")?;
        tx.commit().await?;
        let attempt = Attempt { subjects, at };
        Ok(Login::Try(attempt, row.map(|row| row.password_hash)))
    }

    /// The attempt was the right one: it no longer counts as failed.
    ///
    /// # Errors
    /// When it is not known to be noted.
    pub async fn login_succeeded(&self, attempt: &Attempt) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "delete from login_failure where subject = any($1) and at = $2",
            &attempt.subjects,
            attempt.at
        )
        .execute(&mut tx)
        .await
        .during("clear login")?;
        tx.commit().await
    }

    /// Begins a session of the dashboard.
    ///
    /// # Errors
    /// When it is not known to be stored.
    pub async fn begin_session(
        &self,
        fingerprint: &[u8],
        username: &str,
        seconds: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        #[expect(clippy::cast_precision_loss, reason = "hours in seconds are small")]
        sqlx::query!(
            "insert into admin_session (id_sha256, username, expires_at)
             values ($1, $2, now() + $3 * interval '1 second')",
            fingerprint,
            username,
            seconds as f64
        )
        .execute(&mut tx)
        .await
        .during("begin session")?;
        tx.commit().await
    }

    /// Whose session it is, while it lasts.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn session(&self, fingerprint: &[u8]) -> Result<Option<String>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            "select username from admin_session where id_sha256 = $1 and expires_at > now()",
            fingerprint
        )
        .fetch_optional(&mut tx)
        .await
        .during("read session")?;
        tx.commit().await?;
        Ok(row.map(|row| row.username))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it is not known to have ended.
    pub async fn end_session(&self, fingerprint: &[u8]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "delete from admin_session where id_sha256 = $1",
            fingerprint
        )
        .execute(&mut tx)
        .await
        .during("end session")?;
        tx.commit().await
    }
}

/// How long this subject has to wait. Locks it until the transaction ends.
async fn wait(tx: &mut Tx, subject: &str) -> Result<Option<i64>, StoreError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        subject
    )
    .execute(&mut *tx)
    .await
    .during("lock login")?;
    let row = sqlx::query!(
        r#"select ceil(extract(epoch from at + interval '15 minutes' - now()))::bigint as "seconds!"
           from login_failure where subject = $1 and at > now() - interval '15 minutes'
           order by at desc offset $2 limit 1"#,
        subject,
        FAILURES - 1
    )
    .fetch_optional(&mut *tx)
    .await
    .during("count login failures")?;
    Ok(row.map(|row| row.seconds.max(1)))
}
