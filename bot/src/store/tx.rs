//! A transaction whose queries are timed, and whose statements are kept only where that is safe.

use std::fmt;
use std::future::ready;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, stream};
use prometheus::{Histogram, HistogramVec};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Connection, Describe, Either, Execute, Executor, Postgres, SqlStr};
use tokio_util::task::TaskTracker;

use crate::store::error::{During, StoreError};
use crate::store::pool::Lent;

/// What all sessions share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    ok: Histogram,
    error: Histogram,
    /// What is undone after its owner stopped waiting.
    pub(super) undoing: TaskTracker,
}

impl Shared {
    pub(super) fn new(timings: &HistogramVec) -> Self {
        Self {
            ok: timings.with_label_values(&["ok"]),
            error: timings.with_label_values(&["error"]),
            undoing: TaskTracker::new(),
        }
    }
}

/// One transaction, or statements each of which is one. Dropping a transaction undoes it.
pub struct Tx {
    /// Gone once the session is left to `undoing`.
    lent: Option<Lent>,
    open: Open,
    shared: Shared,
    keeps_statements: bool,
}

/// What would be cut off if the session were given back now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Statement,
    Transaction,
}

impl Tx {
    /// A session in which each statement lasts by itself.
    pub(super) fn each(lent: Lent, shared: Shared, keeps_statements: bool) -> Self {
        Self {
            lent: Some(lent),
            open: Open::Statement,
            shared,
            keeps_statements,
        }
    }

    /// Begins a transaction, with what else is to be done in the same round trip.
    pub(super) async fn begin(&mut self, statements: &'static str) -> Result<(), sqlx::Error> {
        self.open = Open::Transaction;
        sqlx::raw_sql(statements).execute(self.session()?).await?;
        Ok(())
    }

    pub(super) fn keep_no_statements(&mut self) {
        self.keeps_statements = false;
    }

    fn session(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.lent.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Makes all of it last.
    ///
    /// # Errors
    /// When the database did not confirm it; it may have been done or not.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.end("commit").await.during("commit")
    }

    /// Undoes all of it now, rather than soon.
    pub async fn rollback(mut self) {
        // Without an answer the connection is closed, which undoes it too.
        let _ = self.end("rollback").await;
    }

    async fn end(&mut self, word: &'static str) -> Result<(), sqlx::Error> {
        if self.open == Open::Transaction {
            sqlx::raw_sql(word).execute(self.session()?).await?;
        }
        self.open = Open::Nothing;
        Ok(())
    }

    fn timer(&self) -> Timer {
        Timer {
            seconds: self.shared.ok.clone(),
            of_errors: self.shared.error.clone(),
            started: Instant::now(),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let open = self.open;
        let Some(mut lent) = self.lent.take().filter(|_| open != Open::Nothing) else {
            return;
        };
        // The next one gets it when this is over, or never.
        self.shared.undoing.spawn(async move {
            let undone = if open == Open::Transaction {
                sqlx::raw_sql("rollback")
                    .execute(&mut *lent)
                    .await
                    .map(drop)
            } else {
                lent.ping().await
            };
            if undone.is_err() {
                drop(Lent::take(lent));
            }
        });
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}

/// A query whose statement has a name only if the session keeps it for us.
struct Kept<E> {
    query: E,
    is_kept: bool,
}

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Kept<E> {
    fn sql(self) -> SqlStr {
        self.query.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.query.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.query.take_arguments()
    }

    fn persistent(&self) -> bool {
        self.is_kept && self.query.persistent()
    }
}

/// Observes one query's time when it is dropped.
struct Timer {
    seconds: Histogram,
    of_errors: Histogram,
    started: Instant,
}

impl Timer {
    fn note(&mut self, is_ok: bool) {
        if !is_ok {
            self.seconds = self.of_errors.clone();
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.seconds.observe(self.started.elapsed().as_secs_f64());
    }
}

impl<'c> Executor<'c> for &'c mut Tx {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let mut timer = self.timer();
        let query = Kept {
            query,
            is_kept: self.keeps_statements,
        };
        let session = match self.session() {
            Ok(session) => session,
            Err(error) => return stream::once(ready(Err(error))).boxed(),
        };
        session
            .fetch_many(query)
            .inspect(move |step| {
                timer.note(step.is_ok());
            })
            .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let mut timer = self.timer();
        let query = Kept {
            query,
            is_kept: self.keeps_statements,
        };
        let session = match self.session() {
            Ok(session) => session,
            Err(error) => return ready(Err(error)).boxed(),
        };
        session
            .fetch_optional(query)
            .inspect(move |row| {
                timer.note(row.is_ok());
            })
            .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        match self.session() {
            Ok(session) => session.prepare_with(sql, parameters),
            Err(error) => ready(Err(error)).boxed(),
        }
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        match self.session() {
            Ok(session) => session.describe(sql),
            Err(error) => ready(Err(error)).boxed(),
        }
    }
}
