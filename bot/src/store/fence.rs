//! The work fence: which revision does the live work.
//!
//! Live work shares an advisory lock and looks at the row under it; a move takes the lock alone. So
//! nothing decided under the old owner commits after the move.

use crate::store::Store;
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

const LOCK: i64 = 0x7562_6d66_656e_6365;
/// Begins, and takes the lock that `LOCK` names, shared until the transaction ends. Without a parameter, so that it takes
/// one round trip.
const SHARE: &str = "begin; select pg_advisory_xact_lock_shared(8458443336711037797)";

/// Who owns the live work, since which move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// Counts the moves; 0 before the first.
    pub epoch: i64,
    /// The owner; empty before the first move.
    pub revision: String,
}

/// How a move ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The row is as asked, from now on or since before.
    Done(Fence),
    /// The epoch is not greater than the row's.
    Stale(Fence),
}

impl Store {
    /// Who owns the live work now.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn fence(&self) -> Result<Fence, StoreError> {
        let mut tx = self.each().await?;
        let fence = read(&mut tx).await?;
        tx.commit().await?;
        Ok(fence)
    }

    /// Gives the live work to a revision, once all work under the present owner has ended.
    ///
    /// # Errors
    /// When it is not known to have moved.
    pub async fn move_fence(&self, wanted: &Fence) -> Result<Moved, StoreError> {
        let mut tx = self.begin().await?;
        lock_alone(&mut tx).await?;
        let current = read(&mut tx).await?;
        if current == *wanted {
            return Ok(Moved::Done(current));
        }
        if wanted.epoch <= current.epoch {
            return Ok(Moved::Stale(current));
        }
        write(&mut tx, wanted).await?;
        tx.commit().await?;
        Ok(Moved::Done(wanted.clone()))
    }

    /// Takes the live work for a process that no operator manages.
    ///
    /// # Errors
    /// When it is not known to have moved.
    pub async fn seize_fence(&self, revision: &str) -> Result<Fence, StoreError> {
        let mut tx = self.begin().await?;
        lock_alone(&mut tx).await?;
        let current = read(&mut tx).await?;
        if current.revision == revision {
            return Ok(current);
        }
        let wanted = Fence {
            epoch: current.epoch + 1,
            revision: revision.to_owned(),
        };
        write(&mut tx, &wanted).await?;
        tx.commit().await?;
        Ok(wanted)
    }
}

impl Store {
    /// Begins a transaction that shares the fence's lock: who owns the live work stays so until it ends. Any
    /// statement of it may look at the row; its snapshot is younger than the lock.
    pub(super) async fn begin_fenced(&self) -> Result<Tx, StoreError> {
        self.begin_with(SHARE).await
    }
}

/// Whether the revision owns the live work; true holds until the transaction, begun fenced, ends.
pub(super) async fn holds(tx: &mut Tx, revision: &str) -> Result<bool, StoreError> {
    Ok(read(tx).await?.revision == revision)
}

async fn lock_alone(tx: &mut Tx) -> Result<(), StoreError> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(&mut *tx)
        .await
        .during("lock work fence")?;
    Ok(())
}

async fn read(tx: &mut Tx) -> Result<Fence, StoreError> {
    let row = sqlx::query!("select epoch, revision from work_fence where id = 1")
        .fetch_one(&mut *tx)
        .await
        .during("read work fence")?;
    Ok(Fence {
        epoch: row.epoch,
        revision: row.revision,
    })
}

async fn write(tx: &mut Tx, fence: &Fence) -> Result<(), StoreError> {
    sqlx::query!(
        "update work_fence set epoch = $1, revision = $2, moved_at = now() where id = 1",
        fence.epoch,
        fence.revision
    )
    .execute(&mut *tx)
    .await
    .during("move work fence")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_take_the_same_lock() {
        assert!(SHARE.ends_with(&format!("({LOCK})")));
    }
}
