//! Show: on a long history no statement reads a growing table from end to end, whatever its parameters are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::harness::World;

/// Tables that grow with use.
const GROWING: [&str; 13] = [
    "inbox",
    "outbox",
    "message_status",
    "chat_message",
    "service_request",
    "assignment",
    "rating",
    "audit",
    "timer",
    "contact",
    "contact_alias",
    "conversation",
    "users",
];

/// Any table.
const ALL: &str = "";
const LIST: &str =
    "an admin's list tells how many entries there are, and is searched by parts of texts";
const FIGURES: &str = "an admin's figures are about everything";

/// Statements that may read such a table from end to end: part of the text, the table, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("as \"total!\"\n           from users u", ALL, LIST),
    ("as \"total!\"\n           from message m", ALL, LIST),
    (
        "as \"total!\"\n           from service_request r",
        ALL,
        LIST,
    ),
    ("with period as (", ALL, FIGURES),
    ("select r.service_type, count(*)", ALL, FIGURES),
    ("with today as (", ALL, FIGURES),
    (
        "as \"providers_online!\"",
        "users",
        "a gauge counts all who are online: many, so that a hash of the users is the cheaper way",
    ),
    (
        "delete from service_request where id in (",
        "service_request",
        "the daily clean-up deletes by the thousand",
    ),
    (
        "encode(i.raw, 'escape') ~ $1",
        ALL,
        "somebody who is erased is looked for in all that others got",
    ),
    (
        "with people as (select id from contact where lane = $1)",
        ALL,
        "once a release, what a smoke test left is deleted",
    ),
];

struct Statement {
    text: String,
    parameters: usize,
}

/// What the program was compiled with.
fn statements() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.sqlx");
    let files = fs::read_dir(folder).unwrap();
    let read = files.map(|file| {
        let json: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        Statement {
            text: json["query"].as_str().unwrap().to_owned(),
            parameters: json["describe"]["parameters"]["Left"]
                .as_array()
                .map_or(0, Vec::len),
        }
    });
    read.collect()
}

/// The plan that serves all parameters.
async fn plan(connection: &mut PgConnection, statement: &Statement) -> Value {
    let nulls = vec!["null"; statement.parameters].join(", ");
    let arguments = if nulls.is_empty() {
        String::new()
    } else {
        format!("({nulls})")
    };
    let prepare = format!("deallocate all; prepare asked as {}", statement.text);
    sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .unwrap();
    let explain = format!("explain (format json) execute asked{arguments}");
    let row = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    serde_json::from_str(row.get_unchecked(0)).unwrap()
}

/// Growing tables that a plan reads from end to end.
fn read_whole(plan: &Value, found: &mut BTreeSet<String>) {
    match plan {
        Value::Object(node) => {
            let table = node
                .get("Relation Name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if node.get("Node Type").is_some_and(|kind| kind == "Seq Scan")
                && GROWING.contains(&table)
            {
                found.insert(table.to_owned());
            }
            node.values().for_each(|part| read_whole(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| read_whole(part, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_a_growing_table_from_end_to_end() {
    let world = World::new().await;
    let mut connection = PgConnection::connect(&world.database_url()).await.unwrap();
    sqlx::raw_sql(include_str!("plans/history.sql"))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("set plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    let statements = statements();
    assert!(
        statements.len() > 100,
        "only {} statements",
        statements.len()
    );
    let mut wrong = Vec::new();
    let mut needed = BTreeSet::new();
    for statement in &statements {
        let mut tables = BTreeSet::new();
        read_whole(&plan(&mut connection, statement).await, &mut tables);
        for table in tables {
            let allowed = ALLOWED.iter().position(|(text, of, _)| {
                (*of == ALL || *of == table) && statement.text.contains(text)
            });
            match allowed {
                Some(entry) => drop(needed.insert(entry)),
                None => wrong.push(format!("{table}: {}", statement.text)),
            }
        }
    }
    let stale: Vec<_> = (0..ALLOWED.len())
        .filter(|entry| !needed.contains(entry))
        .collect();
    eprintln!(
        "{} statements, {} allowed to read a table whole",
        statements.len(),
        ALLOWED.len()
    );
    assert!(
        wrong.is_empty(),
        "{} without an index:\n{}",
        wrong.len(),
        wrong.join("\n---\n")
    );
    assert!(
        stale.is_empty(),
        "no longer needed: {:?}",
        stale.iter().map(|at| ALLOWED[*at]).collect::<Vec<_>>()
    );
}
