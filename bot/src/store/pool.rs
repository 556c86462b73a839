//! Connections kept open. One that was in use a moment ago is lent at once: to ask each time whether it still lives
//! would cost as much as a statement.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool::managed::{
    self, Metrics, Object, PoolConfig, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, sleep, timeout_at};

use crate::store::sessions;

/// Workers, the sender and webhooks keep about so many busy; each more costs the database memory and plans.
const CONNECTIONS: usize = 10;
/// More than there are, for each connection.
const STATEMENTS: usize = 400;
/// Waiting for a connection, or for a database that starts.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// One that rested for longer is asked whether it still lives.
const RESTED: Duration = Duration::from_secs(1);
/// Older ones are replaced: settings of the server and addresses behind a name change.
const LIFETIME: Duration = Duration::from_mins(30);

/// A connection lent; dropping it gives it back as it is.
pub(super) type Lent = Object<Manager>;

/// What opens and checks connections.
pub(super) struct Manager {
    options: PgConnectOptions,
    keeps_statements: Arc<AtomicBool>,
}

impl managed::Manager for Manager {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        if self.keeps_statements.load(Ordering::Relaxed) {
            sessions::prepare(&mut connection).await?;
        }
        Ok(connection)
    }

    async fn recycle(
        &self,
        connection: &mut PgConnection,
        metrics: &Metrics,
    ) -> RecycleResult<sqlx::Error> {
        if metrics.age() > LIFETIME {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > RESTED {
            connection.ping().await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Manager")
    }
}

/// The connections of a process.
#[derive(Clone, Debug)]
pub(super) struct Pool(managed::Pool<Manager>);

impl Pool {
    /// Connects when it is first used.
    pub(super) fn new(options: PgConnectOptions, keeps_statements: Arc<AtomicBool>) -> Self {
        let manager = Manager {
            options: pooled(options),
            keeps_statements,
        };
        let config = PoolConfig {
            // Those in use stay warm, the others rest.
            queue_mode: QueueMode::Lifo,
            ..PoolConfig::new(CONNECTIONS)
        };
        let pool = managed::Pool::builder(manager).config(config).build();
        Self(pool.expect("without time limits of its own a pool needs no runtime"))
    }

    /// Lends a connection; waits for one, and for a database that is only starting.
    pub(super) async fn acquire(&self) -> Result<Lent, sqlx::Error> {
        let until = Instant::now() + ACQUIRE_LIMIT;
        loop {
            let error = match timeout_at(until, self.0.get()).await {
                Ok(Ok(lent)) => return Ok(lent),
                Ok(Err(PoolError::Backend(error))) => error,
                Ok(Err(PoolError::Closed)) => return Err(sqlx::Error::PoolClosed),
                Ok(Err(_)) | Err(_) => return Err(sqlx::Error::PoolTimedOut),
            };
            if !is_starting(&error) || Instant::now() + CONNECT_PAUSE > until {
                return Err(error);
            }
            sleep(CONNECT_PAUSE).await;
        }
    }

    /// Open connections: idle ones, and those in use.
    pub(super) fn connections(&self) -> (u32, u32) {
        let status = self.0.status();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let used = status.size.saturating_sub(status.available);
        (number(status.available), number(used))
    }

    pub(super) fn close(&self) {
        self.0.close();
    }
}

/// Whether the same may work in a moment: nobody listens yet, it is starting, or it has too many connections.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("57P03" | "53300"))
        }
        _ => false,
    }
}

/// Nothing that a pooler in transaction mode refuses or mixes up.
fn pooled(options: PgConnectOptions) -> PgConnectOptions {
    options
        .statement_cache_capacity(STATEMENTS)
        .extra_float_digits(None)
        .application_name("ubermench-bot")
        .disable_statement_logging()
}
