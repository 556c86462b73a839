//! Which build each revision is, as its first pod told.

use crate::store::Store;
use crate::store::error::{During, StoreError};

impl Store {
    /// Records the build of a revision unless one is recorded, and returns the recorded one.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn build_of(&self, revision: &str, own_build: &str) -> Result<String, StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "insert into revision_build (revision, build_id) values ($1, $2) on conflict do nothing",
            revision,
            own_build
        )
        .execute(&mut tx)
        .await
        .during("record build")?;
        // A statement of its own, which sees what another pod committed while the first one waited.
        let row = sqlx::query!(
            "select build_id from revision_build where revision = $1",
            revision
        )
        .fetch_one(&mut tx)
        .await
        .during("read build")?;
        tx.commit().await?;
        Ok(row.build_id)
    }
}
