//! The stores, the simulated WhatsApp, and databases and bots on them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use ubermench_simulator::{Handle, Settings, Simulator};

use super::answers::Answers;
use super::bot::{self, Bot};
use super::script::{APP_SECRET, NUMBER, Script};
use super::{GRAPH, Plan, usage};

/// What all measures run on.
pub(super) struct Rig {
    program: PathBuf,
    server: String,
    redis_url: String,
    /// Process ids: the postmaster's and that of Redis.
    stores: [u32; 2],
    simulator: Handle,
    pub(super) answers: Answers,
    next: AtomicU32,
    /// Its standard input is closed when this is dropped, which ends the stores.
    _keeper: Child,
}

/// A database with the schema and the providers of the demo data.
pub(super) struct Database {
    pub(super) connection: PgConnection,
    pub(super) script: Script,
    environment: BTreeMap<String, String>,
}

impl Rig {
    pub(super) async fn start(plan: &Plan) -> Result<Self> {
        let mut keeper = Command::new(&plan.servers)
            .env("DURABLE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| plan.servers.display().to_string())?;
        let mut line = String::new();
        let output = keeper.stdout.take().context("no output")?;
        BufReader::new(output).read_line(&mut line).await?;
        let (database_url, redis_url) = line
            .trim()
            .split_once(' ')
            .context("PostgreSQL and Redis did not start")?;
        let (server, _) = database_url.rsplit_once('/').context("no database")?;
        let simulator = Simulator::start(Settings {
            status_webhooks: false,
            ..Settings::default()
        })
        .await?;
        simulator.delay(GRAPH);
        Ok(Self {
            program: plan.bot.clone(),
            server: server.to_owned(),
            redis_url: redis_url.to_owned(),
            stores: [postmaster(database_url).await?, redis(redis_url).await?],
            answers: Answers::watch(simulator.control.clone()),
            simulator,
            next: AtomicU32::default(),
            _keeper: keeper,
        })
    }

    /// CPU seconds of `PostgreSQL` and Redis so far.
    pub(super) fn cpu_of_stores(&self) -> Result<f64> {
        let [postmaster, redis] = self.stores;
        Ok(usage::cpu_of_tree(postmaster)? + usage::cpu(redis)?)
    }

    /// A number that nobody had before.
    pub(super) fn phone(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("1202{}", 2_000_000 + number)
    }

    pub(super) async fn database(&self) -> Result<Database> {
        // Answers of the measure before no longer matter.
        self.simulator.clear();
        self.answers.clear();
        let name = format!("bench_{}", self.next.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&format!("{}/postgres", self.server)).await?;
        execute(&mut admin, &format!("create database {name}")).await?;
        admin.close().await?;
        let url = format!("{}/{name}", self.server);
        let environment = self.environment(&url);
        for command in ["migrate", "demo-data"] {
            bot::command(&self.program, command, &environment).await?;
        }
        let mut connection = PgConnection::connect(&url).await?;
        let provider = text(
            &mut connection,
            "select id::text from provider_profile where 'plumbing' = any(service_types) limit 1",
        )
        .await?;
        Ok(Database {
            connection,
            script: Script::new(provider),
            environment,
        })
    }

    pub(super) async fn bot(&self, database: &Database) -> Result<Bot> {
        Bot::serve(&self.program, &database.environment).await
    }

    /// The limits of sends and of people are lifted: the prototype has none.
    fn environment(&self, database_url: &str) -> BTreeMap<String, String> {
        let variables = [
            ("WHATSAPP_API_URL", self.simulator.url()),
            ("WHATSAPP_PHONE_NUMBER_ID", NUMBER.to_owned()),
            ("WHATSAPP_ACCESS_TOKEN", "simulator-access-token".to_owned()),
            ("WHATSAPP_VERIFY_TOKEN", "simulator-verify-token".to_owned()),
            ("WHATSAPP_APP_SECRET", APP_SECRET.to_owned()),
            ("DATABASE_URL", database_url.to_owned()),
            ("REDIS_URL", self.redis_url.clone()),
            ("BIND_ADDRESS", "127.0.0.1".to_owned()),
            ("METRICS_PORT", "0".to_owned()),
            ("SEND_RATE_PER_SECOND", "0".to_owned()),
            ("SHUTDOWN_DELAY_SECONDS", "0".to_owned()),
            ("RATE_LIMIT_PER_MINUTE", "1000000".to_owned()),
            ("RATE_LIMIT_PER_HOUR", "1000000".to_owned()),
            ("RATE_LIMIT_CHAT_PER_MINUTE", "1000000".to_owned()),
            ("RATE_LIMIT_CHAT_PER_HOUR", "1000000".to_owned()),
        ];
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

pub(super) async fn execute(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn text(connection: &mut PgConnection, sql: &str) -> Result<String> {
    let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

async fn postmaster(database_url: &str) -> Result<u32> {
    let mut connection = PgConnection::connect(database_url).await?;
    let first_line = "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)";
    Ok(text(&mut connection, first_line).await?.trim().parse()?)
}

async fn redis(redis_url: &str) -> Result<u32> {
    let address = redis_url.trim_start_matches("redis://");
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"INFO server\r\nQUIT\r\n").await?;
    let mut info = String::new();
    stream.read_to_string(&mut info).await?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("process_id:"));
    Ok(line.context("Redis tells no process id")?.trim().parse()?)
}
