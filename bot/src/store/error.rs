//! What went wrong at the database, and what that means for the caller.

use thiserror::Error;

/// A database operation that failed.
#[derive(Debug, Error)]
#[error("database operation failed: {operation}")]
pub struct StoreError {
    operation: &'static str,
    source: sqlx::Error,
}

/// What a failed operation says about trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The database is away or going; the same may work later.
    Unavailable,
    /// Another transaction was in the way; the same works when tried again.
    Contention,
    /// A table or column is missing: migrations have yet to run.
    Schema,
    /// The data itself is refused; the same fails again.
    Data,
}

impl StoreError {
    /// Whether a unique index refused a row, because somebody else made it first.
    pub(super) fn is_taken(&self) -> bool {
        let sqlx::Error::Database(error) = &self.source else {
            return false;
        };
        error.code().as_deref() == Some("23505")
    }

    /// What it says about trying again. Decided by kind and SQLSTATE, never by message.
    pub fn fault(&self) -> Fault {
        match &self.source {
            sqlx::Error::Database(error) => by_state(error.code().as_deref().unwrap_or_default()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Configuration(_) => Fault::Unavailable,
            _ => Fault::Data,
        }
    }
}

/// SQLSTATE classes of PostgreSQL's appendix A.
fn by_state(state: &str) -> Fault {
    match state {
        // Serialisation failure, deadlock, lock not available, query cancelled.
        "40001" | "40P01" | "55P03" => Fault::Contention,
        // Undefined table, column, function; invalid schema name.
        "42P01" | "42703" | "42883" | "3F000" => Fault::Schema,
        _ => match state.get(..2).unwrap_or_default() {
            // Connection, authorisation, resources, operator intervention, system, internal; no such
            // database; and a server that is read-only because another took over.
            "08" | "28" | "53" | "57" | "58" | "XX" | "3D" | "25" => Fault::Unavailable,
            _ => Fault::Data,
        },
    }
}

/// Says what was being done when a query failed.
pub(super) trait During<T> {
    fn during(self, operation: &'static str) -> Result<T, StoreError>;
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, operation: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError { operation, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_tell_away_from_refused() {
        for (state, fault) in [
            ("57P01", Fault::Unavailable),
            ("53300", Fault::Unavailable),
            ("25006", Fault::Unavailable),
            ("40P01", Fault::Contention),
            ("55P03", Fault::Contention),
            ("42P01", Fault::Schema),
            ("22021", Fault::Data),
            ("23514", Fault::Data),
            ("", Fault::Data),
        ] {
            assert_eq!(by_state(state), fault, "{state}");
        }
    }
}
