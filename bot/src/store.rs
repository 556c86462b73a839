//! PostgreSQL: what is true. One file for each kind of row; SQL and transactions, no rules.
//!
//! A connection pooler in transaction mode may stand between: then everything runs in explicit transactions and keeps
//! nothing in the session. Where none does, prepared statements are kept, and one that is alone is its own transaction
//! (`sessions`).

pub mod accept;
pub mod admin;
pub mod builds;
pub mod cleanup;
mod contacts;
pub mod demo;
pub mod effects;
pub mod error;
pub mod facts;
pub mod fence;
pub mod flags;
pub mod gauges;
pub mod ledger;
pub mod migrations;
pub mod notices;
pub mod outbox;
mod pool;
mod sessions;
pub mod smoke;
pub mod statuses;
pub mod sweep;
pub mod timers;
mod tx;
pub mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use prometheus::HistogramVec;
use sqlx::postgres::PgConnectOptions;

pub use error::{Fault, StoreError};
pub use tx::Tx;

use error::During;
use pool::Pool;
use tx::Shared;

/// The database, shared by all parts of the process.
#[derive(Clone, Debug)]
pub struct Store {
    pool: Pool,
    shared: Shared,
    keeps_statements: Arc<AtomicBool>,
}

impl Store {
    /// A store that connects when it is first used.
    pub fn new(options: PgConnectOptions, timings: &HistogramVec) -> Self {
        let keeps_statements: Arc<AtomicBool> = Arc::default();
        Self {
            pool: Pool::new(options, Arc::clone(&keeps_statements)),
            shared: Shared::new(timings),
            keeps_statements,
        }
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_with("begin").await
    }

    /// Begins a transaction of statements about many rows at once: lists, figures, clean-up.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn begin_report(&self) -> Result<Tx, StoreError> {
        let mut tx = self.begin_with(sessions::BEGIN_REPORT).await?;
        tx.keep_no_statements();
        Ok(tx)
    }

    /// Begins with more in the same round trip.
    async fn begin_with(&self, statements: &'static str) -> Result<Tx, StoreError> {
        let mut tx = self.lend().await?;
        let begun = tx.begin(statements).await;
        begun.during("begin transaction")?;
        Ok(tx)
    }

    /// For statements that may last each by itself. Where sessions are lent they are a transaction all the same: between
    /// preparing a statement and running it the session might change.
    async fn each(&self) -> Result<Tx, StoreError> {
        if self.keeps_statements.load(Ordering::Relaxed) {
            self.lend().await
        } else {
            self.begin().await
        }
    }

    async fn lend(&self) -> Result<Tx, StoreError> {
        let lent = self.pool.acquire().await.during("connect")?;
        let keeps_statements = self.keeps_statements.load(Ordering::Relaxed);
        Ok(Tx::each(lent, self.shared.clone(), keeps_statements))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.each().await?;
        sqlx::query!("select 1 as one")
            .fetch_one(&mut tx)
            .await
            .during("ping")?;
        tx.commit().await
    }

    /// Open connections: idle ones, and those in use.
    pub fn connections(&self) -> (u32, u32) {
        self.pool.connections()
    }

    /// Closes all connections, once what was begun is undone.
    pub async fn close(&self) {
        self.shared.undoing.close();
        self.shared.undoing.wait().await;
        self.pool.close();
    }
}
