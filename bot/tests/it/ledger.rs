//! Migrations and their ledger.

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use ubermench_bot::store::ledger::{Applied, MigrateError, migrate};
use ubermench_bot::store::migrations::{EMBEDDED, Migration};

use crate::harness::{World, eventually};

fn options(world: &World) -> PgConnectOptions {
    PgConnectOptions::from_str(&world.database_url()).unwrap()
}

const ONE: Migration = Migration::new("0001_expand_one", "create table one (id int)");
const TWO: Migration = Migration::new(
    "0002_expand_two",
    "create table two (id int); insert into one values (2)",
);
const SHRINK: Migration = Migration::new("0003_contract_one", "drop table one");

#[tokio::test(flavor = "multi_thread")]
async fn each_expand_migration_runs_once_and_contract_ones_wait() {
    let world = World::empty().await;
    let all = [TWO, SHRINK, ONE];
    let done = migrate(&options(&world), &all, "blue").await.unwrap();
    assert_eq!(
        done,
        Applied {
            applied: vec![ONE.name(), TWO.name()],
            already: 0
        }
    );
    let done = migrate(&options(&world), &all, "green").await.unwrap();
    assert_eq!(
        done,
        Applied {
            applied: vec![],
            already: 2
        }
    );
    let ledger = world
        .texts("select name || ' ' || phase || ' ' || revision from schema_migration where finished_at >= started_at order by name")
        .await;
    assert_eq!(
        ledger,
        ["0001_expand_one expand blue", "0002_expand_two expand blue"]
    );
    assert_eq!(world.count("select count(*) from one").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_runs_at_once_apply_everything_once() {
    let world = World::empty().await;
    let options = options(&world);
    let runs = (0..10).map(|_| migrate(&options, EMBEDDED, "blue"));
    let done = futures::future::join_all(runs).await;
    let applied: usize = done
        .iter()
        .map(|done| done.as_ref().unwrap().applied.len())
        .sum();
    assert_eq!(applied, EMBEDDED.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_an_error_that_names_it_and_nothing_runs() {
    let world = World::empty().await;
    migrate(&options(&world), &[ONE], "blue").await.unwrap();
    let changed = Migration::new(ONE.name(), "create table uno (id int)");
    let error = migrate(&options(&world), &[changed, TWO], "green")
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            MigrateError::Changed {
                name: "0001_expand_one",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("0001_expand_one"));
    assert_eq!(
        world.count("select count(*) from schema_migration").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_nothing_of_itself() {
    let world = World::empty().await;
    let broken = Migration::new(
        "0002_expand_broken",
        "create table half (id int); select 1 / 0",
    );
    let error = migrate(&options(&world), &[ONE, broken, SHRINK], "blue")
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            MigrateError::Failed {
                name: "0002_expand_broken",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(
        world.texts("select name from schema_migration").await,
        [ONE.name()]
    );
    assert_eq!(
        world
            .count("select count(*) from pg_tables where tablename = 'half'")
            .await,
        0
    );
    migrate(&options(&world), &[ONE, TWO], "blue")
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_waits_briefly_for_a_lock_and_tries_again() {
    let world = World::empty().await;
    migrate(&options(&world), &[ONE], "blue").await.unwrap();
    let mut reader = world.pool.begin().await.unwrap();
    sqlx::raw_sql("lock table one in access share mode")
        .execute(&mut *reader)
        .await
        .unwrap();
    let alter = Migration::new("0002_expand_column", "alter table one add column name text");
    let (options, all) = (options(&world), [ONE, alter]);
    let run = migrate(&options, &all, "blue");
    let release = async {
        // Twice seen waiting: the first wait was given up, so that others could pass.
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'alter table one%'";
        world.until_count(waits, 1).await;
        world.until_count(waits, 0).await;
        world.until_count(waits, 1).await;
        reader.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(run, release);
    assert_eq!(done.unwrap().applied, [alter.name()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_tell_nothing_are_refused() {
    let world = World::empty().await;
    let nameless = Migration::new("create_table", "select 1");
    let error = migrate(&options(&world), &[nameless], "blue")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("create_table"), "{error}");
    let error = migrate(&options(&world), &[ONE, ONE], "blue")
        .await
        .unwrap_err();
    assert!(
        matches!(error, MigrateError::Twice("0001_expand_one")),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_is_unready_until_its_migrations_ran_and_an_older_one_starts_on_a_newer_schema() {
    let world = World::empty().await;
    let bot = world.starting_bot(&[]).await;
    let answer = bot.get("/health/pod").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("migrations_missing"));
    assert_eq!(bot.get("/health/ready").await.status(), 503);
    let newer = [
        EMBEDDED,
        &[Migration::new(
            "9000_expand_later",
            "create table later (id int)",
        )],
    ]
    .concat();
    migrate(&options(&world), &newer, "later").await.unwrap();
    bot.until_ready().await;
    eventually("it is ready outside too", || async {
        let status = bot.get("/health/ready").await.status();
        if status == 200 {
            Ok(())
        } else {
            Err(status.to_string())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_on_no_schema_that_lost_what_it_may_need() {
    let world = World::empty().await;
    migrate(&options(&world), &[ONE], "blue").await.unwrap();
    let note = |name: &str, phase: &str, checksum: &str| {
        format!(
            "insert into schema_migration (name, phase, checksum, revision, started_at, finished_at)
             values ('{name}', '{phase}', '{checksum}', 'green', now(), now())"
        )
    };
    world
        .execute(&note("0004_expand_later", "expand", "x"))
        .await;
    migrate(&options(&world), &[ONE], "blue").await.unwrap();
    assert!(world.store().has_migrations(&[ONE]).await.unwrap());
    let gone = note(SHRINK.name(), "contract", &SHRINK.checksum());
    world.execute(&gone).await;
    let migrated = migrate(&options(&world), &[ONE, TWO], "blue").await;
    let looked = world.store().has_migrations(&[ONE]).await;
    for error in [migrated.unwrap_err(), looked.unwrap_err()] {
        assert!(
            matches!(&error, MigrateError::TooNew(name) if name == SHRINK.name()),
            "{error}"
        );
    }
    assert_eq!(
        world
            .count("select count(*) from information_schema.tables where table_name = 'two'")
            .await,
        0,
        "nothing runs"
    );
    migrate(&options(&world), &[ONE, SHRINK], "green")
        .await
        .unwrap();
    assert!(world.store().has_migrations(&[ONE, SHRINK]).await.unwrap());
}
