//! A transaction whose queries are timed, and whose statements are kept only where that is safe.

use std::fmt;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use prometheus::HistogramVec;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, Postgres, SqlStr, Transaction};

use crate::store::error::{During, StoreError};

/// One transaction. Dropping it undoes it.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    timings: HistogramVec,
    keeps_statements: bool,
}

impl Tx {
    pub(super) fn new(
        inner: Transaction<'static, Postgres>,
        timings: HistogramVec,
        keeps_statements: bool,
    ) -> Self {
        Self {
            inner,
            timings,
            keeps_statements,
        }
    }

    /// Makes all of it last.
    ///
    /// # Errors
    /// When the database did not confirm it; it may have been done or not.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await.during("commit")
    }

    /// Undoes all of it now, rather than when the connection is used next.
    pub async fn rollback(self) {
        // Without an answer the connection is closed, which undoes it too.
        let _ = self.inner.rollback().await;
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
    timings: HistogramVec,
    started: Instant,
    outcome: &'static str,
}

impl Timer {
    fn note(&mut self, is_ok: bool) {
        if !is_ok {
            self.outcome = "error";
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed().as_secs_f64();
        self.timings
            .with_label_values(&[self.outcome])
            .observe(elapsed);
    }
}

impl Tx {
    fn timer(&self) -> Timer {
        Timer {
            timings: self.timings.clone(),
            started: Instant::now(),
            outcome: "ok",
        }
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
        (*self.inner)
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
        (*self.inner)
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
        (*self.inner).prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        (*self.inner).describe(sql)
    }
}
