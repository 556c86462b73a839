//! The ledger of applied migrations, and the run that adds to it.
//!
//! Each migration and its ledger row are one transaction under an advisory lock, so it happens at most
//! once and never twice at a time, wherever the run is killed. Expand rows that this program does not
//! know are a newer revision's and no fault: an older one must start on a newer schema. A contract row
//! that it does not know took away something that it may need, so it does not start.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row as _};
use thiserror::Error;

use crate::store::Store;
use crate::store::error::{During, Fault, StoreError};
use crate::store::migrations::{BadName, Migration, Phase};

const LOCK: i64 = 0x7562_6d6d_6967_7261;
/// A migration gives up waiting for a table's lock after this, so that nothing queues behind it.
const LOCK_TIMEOUT: &str = "2s";
const LOCK_TRIES: u32 = 60;
const READ: &str = "select name, phase, checksum from schema_migration";
const LOCK_PAUSE: Duration = Duration::from_secs(1);

/// Why the schema is not as this program needs it.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The database cannot be asked.
    #[error("the database could not be asked for its migrations")]
    Ask(#[source] StoreError),
    /// A name that tells neither number nor phase.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Two migrations have one name.
    #[error("migration {0} is there twice")]
    Twice(&'static str),
    /// A file is not what was applied under its name.
    #[error("migration {name} was changed after it was applied: {applied} then, {found} now")]
    Changed {
        /// The file.
        name: &'static str,
        /// The checksum in the ledger.
        applied: String,
        /// The checksum of the file.
        found: String,
    },
    /// What a contract migration took away may be needed here.
    #[error(
        "the schema is too new: {0} was applied, which this program does not know; it needs an image that does"
    )]
    TooNew(String),
    /// A migration failed and nothing of it lasts.
    #[error("migration {name} failed")]
    Failed {
        /// The file.
        name: &'static str,
        /// Why.
        #[source]
        source: StoreError,
    },
}

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Names of the migrations that it applied.
    pub applied: Vec<&'static str>,
    /// How many had been applied before.
    pub already: usize,
}

/// Applies every expand migration that is not in the ledger yet, in the order of their numbers.
///
/// # Errors
/// When one fails or was changed; those before it stay applied.
pub async fn migrate(
    options: &PgConnectOptions,
    migrations: &[Migration],
    revision: &str,
) -> Result<Applied, MigrateError> {
    let expand = in_order(migrations)?;
    let mut connection = PgConnection::connect_with(&options.clone().statement_cache_capacity(0))
        .await
        .during("connect")
        .map_err(MigrateError::Ask)?;
    create_ledger(&mut connection)
        .await
        .map_err(MigrateError::Ask)?;
    let ledger = read(&mut connection).await.map_err(MigrateError::Ask)?;
    fits(migrations, &ledger)?;
    let mut done = Applied::default();
    for migration in expand {
        if ledger.contains_key(migration.name()) {
            done.already += 1;
        } else if apply(&mut connection, migration, revision).await? {
            done.applied.push(migration.name());
        } else {
            done.already += 1;
        }
    }
    // All is committed; how the connection ends no longer matters.
    let _ = connection.close().await;
    Ok(done)
}

fn in_order(migrations: &[Migration]) -> Result<Vec<&Migration>, MigrateError> {
    let mut placed = Vec::new();
    for migration in migrations {
        let (number, phase) = migration.place()?;
        placed.push((number, phase, migration));
    }
    placed.sort_by_key(|(number, _, migration)| (*number, migration.name()));
    for pair in placed.windows(2) {
        if let [(_, _, one), (_, _, next)] = pair
            && one.name() == next.name()
        {
            return Err(MigrateError::Twice(one.name()));
        }
    }
    let expand = placed
        .into_iter()
        .filter(|(_, phase, _)| *phase == Phase::Expand);
    Ok(expand.map(|(_, _, migration)| migration).collect())
}

/// What the ledger says of one migration.
struct Row {
    checksum: String,
    phase: String,
}

/// Whether this program can run on the schema: nothing was changed under its name, and nothing was taken away that it
/// does not know of.
fn fits(migrations: &[Migration], ledger: &HashMap<String, Row>) -> Result<(), MigrateError> {
    for migration in migrations {
        let found = migration.checksum();
        if let Some(row) = ledger.get(migration.name())
            && row.checksum != found
        {
            return Err(MigrateError::Changed {
                name: migration.name(),
                applied: row.checksum.clone(),
                found,
            });
        }
    }
    let known = |name: &str| migrations.iter().any(|each| each.name() == name);
    let strange = ledger.iter().filter_map(|(name, row)| {
        (row.phase == Phase::Contract.name() && !known(name)).then_some(name)
    });
    // The same one is named each time.
    match strange.min() {
        Some(name) => Err(MigrateError::TooNew(name.clone())),
        None => Ok(()),
    }
}

fn of_rows(rows: &[PgRow]) -> Result<HashMap<String, Row>, StoreError> {
    let row = |row: &PgRow| {
        let (checksum, phase) = (row.try_get("checksum")?, row.try_get("phase")?);
        Ok((row.try_get("name")?, Row { checksum, phase }))
    };
    rows.iter()
        .map(row)
        .collect::<Result<_, sqlx::Error>>()
        .during("read ledger")
}

async fn create_ledger(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut tx = connection.begin().await.during("begin")?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .persistent(false)
        .execute(&mut *tx)
        .await
        .during("lock ledger")?;
    sqlx::raw_sql(
        "create table if not exists schema_migration (
             name text primary key,
             phase text not null check (phase in ('expand', 'contract')),
             checksum text not null,
             revision text not null,
             started_at timestamptz not null,
             finished_at timestamptz not null
         )",
    )
    .execute(&mut *tx)
    .await
    .during("create ledger")?;
    tx.commit().await.during("create ledger")
}

async fn read(connection: &mut PgConnection) -> Result<HashMap<String, Row>, StoreError> {
    let mut tx = connection.begin().await.during("begin")?;
    let rows = sqlx::query(READ)
        .persistent(false)
        .fetch_all(&mut *tx)
        .await
        .during("read ledger")?;
    tx.commit().await.during("read ledger")?;
    of_rows(&rows)
}

/// False when another run applied it meanwhile.
async fn apply(
    connection: &mut PgConnection,
    migration: &Migration,
    revision: &str,
) -> Result<bool, MigrateError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match apply_once(connection, migration, revision).await {
            Ok(applied) => return Ok(applied),
            Err(error) if error.fault() == Fault::Contention && tries < LOCK_TRIES => {
                tracing::info!(
                    event = "migration_waits",
                    migration = migration.name(),
                    tries
                );
                tokio::time::sleep(LOCK_PAUSE).await;
            }
            Err(source) => {
                return Err(MigrateError::Failed {
                    name: migration.name(),
                    source,
                });
            }
        }
    }
}

async fn apply_once(
    connection: &mut PgConnection,
    migration: &Migration,
    revision: &str,
) -> Result<bool, StoreError> {
    let mut tx = connection.begin().await.during("begin")?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .persistent(false)
        .execute(&mut *tx)
        .await
        .during("lock ledger")?;
    let present = sqlx::query("select 1 from schema_migration where name = $1")
        .bind(migration.name())
        .persistent(false)
        .fetch_optional(&mut *tx)
        .await
        .during("read ledger")?;
    if present.is_some() {
        return Ok(false);
    }
    let timeout = format!("set local lock_timeout = '{LOCK_TIMEOUT}'");
    sqlx::raw_sql(AssertSqlSafe(timeout))
        .execute(&mut *tx)
        .await
        .during("set lock timeout")?;
    sqlx::raw_sql(migration.sql())
        .execute(&mut *tx)
        .await
        .during("run migration")?;
    let (_, phase) = migration.place().unwrap_or((0, Phase::Expand));
    sqlx::query(
        "insert into schema_migration (name, phase, checksum, revision, started_at, finished_at)
         values ($1, $2, $3, $4, now(), clock_timestamp())",
    )
    .bind(migration.name())
    .bind(phase.name())
    .bind(migration.checksum())
    .bind(revision)
    .persistent(false)
    .execute(&mut *tx)
    .await
    .during("write ledger")?;
    tx.commit().await.during("commit migration")?;
    Ok(true)
}

impl Store {
    /// Whether every expand migration of this program is in the ledger, unchanged.
    ///
    /// # Errors
    /// When the ledger cannot be read or holds another file under one of the names.
    pub async fn has_migrations(&self, migrations: &[Migration]) -> Result<bool, MigrateError> {
        let expand = in_order(migrations)?;
        let ledger = match self.read_ledger().await {
            Ok(ledger) => ledger,
            Err(error) if error.fault() == Fault::Schema => return Ok(false),
            Err(error) => return Err(MigrateError::Ask(error)),
        };
        fits(migrations, &ledger)?;
        Ok(expand
            .iter()
            .all(|migration| ledger.contains_key(migration.name())))
    }

    async fn read_ledger(&self) -> Result<HashMap<String, Row>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query(READ)
            .fetch_all(&mut tx)
            .await
            .during("read ledger")?;
        tx.commit().await?;
        of_rows(&rows)
    }
}
