//! Whether each connection has a server session of its own, or a pooler in transaction mode lends one for each
//! transaction. Statements may be prepared once and kept in a session only if it is ours: in a lent one a name may
//! stand for what somebody else prepared, which is worse than slow.

use std::sync::atomic::Ordering;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::store::Store;
use crate::store::error::{During, StoreError};

/// A pooler hands out the session that came back last, or that came back first, unless others are faster; not so often
/// in a row.
const LOOKS: u32 = 20;

impl Store {
    /// Finds out about the sessions; until then, and where they are lent, statements are prepared each time. True if
    /// they are our own.
    ///
    /// # Errors
    /// When the database does not tell.
    pub async fn learn_sessions(&self) -> Result<bool, StoreError> {
        let mut one = self.pool.acquire().await.during("look at sessions")?;
        let mut other = self.pool.acquire().await.during("look at sessions")?;
        let mut are_lent = false;
        for _ in 0..LOOKS {
            let mark = Uuid::new_v4().to_string();
            set(&mut one, &mark).await.during("mark a session")?;
            // A session of our own shows its mark, and no other does.
            let own = read(&mut one).await.during("look at sessions")?;
            let others = read(&mut other).await.during("look at sessions")?;
            are_lent |= own != mark || others == mark;
        }
        set(&mut one, "").await.during("mark a session")?;
        if !are_lent {
            for session in [&mut one, &mut other] {
                prepare(session).await.during("prepare a session")?;
            }
        }
        self.keeps_statements.store(!are_lent, Ordering::Relaxed);
        tracing::info!(event = "sessions", are_lent, "database sessions looked at");
        Ok(!are_lent)
    }
}

/// Plans each statement once and by an index, whatever its parameters are and however small its tables still are: a
/// plan that reads a small table whole would be kept until somebody notices that the table has grown. What is asked
/// of a table without an index costs so much by this that it would be compiled first.
const PLANS: &str = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
    set enable_hashjoin = off; set enable_mergejoin = off; set jit = off";

/// What is asked about everything is planned for what it asks.
pub(super) const BEGIN_REPORT: &str = "begin; set local plan_cache_mode = force_custom_plan;
    set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on";

/// Makes a session of our own ready for the statements that it keeps.
pub(super) async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(PLANS).execute(connection).await?;
    Ok(())
}

/// Leaves a mark in the session, as no transaction-mode pooler takes along to the next one.
async fn set(connection: &mut PgConnection, mark: &str) -> Result<(), sqlx::Error> {
    let set = format!("select set_config('ubermench.session', '{mark}', false)");
    sqlx::raw_sql(AssertSqlSafe(set))
        .execute(connection)
        .await?;
    Ok(())
}

async fn read(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let read = "select coalesce(current_setting('ubermench.session', true), '') as mark";
    let row = sqlx::raw_sql(read).fetch_one(connection).await?;
    row.try_get("mark")
}
