//! PostgreSQL: what is true. One file for each kind of row; SQL and transactions, no rules.
//!
//! Everything runs in explicit transactions and keeps nothing in the session, so that a connection pooler in
//! transaction mode may stand between; where none does, prepared statements are kept (`sessions`).

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
mod sessions;
pub mod smoke;
pub mod statuses;
pub mod sweep;
pub mod timers;
mod tx;
pub mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prometheus::HistogramVec;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

pub use error::{Fault, StoreError};
pub use tx::Tx;

use error::During;

/// Workers, the sender and webhooks keep about so many busy; each more costs the database memory and plans.
const CONNECTIONS: u32 = 10;
/// More than there are, for each connection.
const STATEMENTS: usize = 400;
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);

/// The database, shared by all parts of the process.
#[derive(Clone, Debug)]
pub struct Store {
    pool: PgPool,
    timings: HistogramVec,
    keeps_statements: Arc<AtomicBool>,
}

impl Store {
    /// A store that connects when it is first used.
    pub fn new(options: PgConnectOptions, timings: HistogramVec) -> Self {
        let keeps_statements: Arc<AtomicBool> = Arc::default();
        let are_kept = Arc::clone(&keeps_statements);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_LIMIT)
            .after_connect(move |connection, _| {
                let is_own = are_kept.load(Ordering::Relaxed);
                Box::pin(async move {
                    if is_own {
                        sessions::prepare(connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(pooled(options));
        Self {
            pool,
            timings,
            keeps_statements,
        }
    }

    /// Begins a transaction. Dropping it undoes it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = self.pool.begin().await.during("begin transaction")?;
        let keeps_statements = self.keeps_statements.load(Ordering::Relaxed);
        Ok(Tx::new(inner, self.timings.clone(), keeps_statements))
    }

    /// Begins a transaction of statements about many rows at once: lists, figures, clean-up.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn begin_report(&self) -> Result<Tx, StoreError> {
        let inner = self.pool.begin().await.during("begin transaction")?;
        let mut tx = Tx::new(inner, self.timings.clone(), false);
        sqlx::raw_sql(sessions::REPORT_PLANS)
            .execute(&mut tx)
            .await
            .during("begin report")?;
        Ok(tx)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query!("select 1 as one")
            .fetch_one(&mut tx)
            .await
            .during("ping")?;
        tx.commit().await
    }

    /// Open connections: idle ones, and those in use.
    pub fn connections(&self) -> (u32, u32) {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        (idle, self.pool.size().saturating_sub(idle))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Nothing that a pooler in transaction mode refuses or mixes up.
fn pooled(options: PgConnectOptions) -> PgConnectOptions {
    options
        .statement_cache_capacity(STATEMENTS)
        .extra_float_digits(None)
        .application_name("ubermench-bot")
}
