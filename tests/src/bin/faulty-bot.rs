//! The bot, misbehaving as the variable `FAULT` says; without it, the bot. Only an image of the tests has this program.
//!
//! | `FAULT` | what goes wrong |
//! |---|---|
//! | `exit-at-start` | `serve` ends at once with code 3 |
//! | `broken-migration` | `migrate` runs a statement that PostgreSQL refuses |
//! | `deaf` | `serve` has another app secret than Meta, so it refuses every webhook |
//! | `unready-when-active` | `/health/pod` answers 503 while the work is this revision's |
//! | `exit-when-active` | the process ends with code 3 while the work is this revision's |

#![expect(
    clippy::disallowed_methods,
    reason = "a program of the tests, in one file"
)]

use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use ubermench_bot::store::migrations::Migration;

/// Code of a fault on purpose.
const FAULTY: u8 = 3;
/// Where the bot listens behind the relay that answers its readiness probe.
const INNER_PORT: u16 = 18080;
/// Set for the program that this one becomes, so that it does not become another.
const INNER: &str = "FAULT_INNER";

fn main() -> ExitCode {
    let fault = env::var("FAULT").unwrap_or_default();
    let command = env::args().nth(1).unwrap_or_default();
    match misbehave(&fault, &command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("faulty-bot: {fault}: {error:#}");
            ExitCode::from(FAULTY)
        }
    }
}

/// Does what the fault asks, and runs the bot unless the fault replaces it.
fn misbehave(fault: &str, command: &str) -> Result<ExitCode> {
    match (fault, command) {
        ("exit-at-start", "serve") => bail!("ends on purpose"),
        ("broken-migration", "migrate") => {
            eprintln!("faulty-bot: {fault}: runs a migration that PostgreSQL refuses");
            return ubermench_bot::cli::run(&[BROKEN]);
        }
        ("deaf", "serve") if env::var(INNER).is_err() => {
            eprintln!("faulty-bot: {fault}: serves with another app secret");
            bail!(become_inner(
                "WHATSAPP_APP_SECRET",
                "nobody-signs-with-this"
            ));
        }
        ("unready-when-active", "serve") if env::var(INNER).is_err() => {
            bail!(become_inner("HTTP_PORT", &INNER_PORT.to_string()));
        }
        ("unready-when-active", "serve") => {
            let active = watch_work(|| {
                eprintln!("faulty-bot: unready-when-active: the work is mine, unready on purpose");
            });
            aside(relay(active));
        }
        ("exit-when-active", "serve") => {
            watch_work(|| {
                eprintln!("faulty-bot: exit-when-active: the work is mine, ends on purpose");
                #[expect(clippy::exit, reason = "a crash is what is asked for")]
                std::process::exit(FAULTY.into());
            });
        }
        (
            ""
            | "exit-at-start"
            | "broken-migration"
            | "deaf"
            | "unready-when-active"
            | "exit-when-active",
            _,
        ) => {}
        _ => bail!("FAULT is none of those that this program knows"),
    }
    ubermench_bot::cli::run(&[])
}

/// Starts this program again in its own place, with one variable changed. Returns only when that fails.
fn become_inner(variable: &str, value: &str) -> anyhow::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.into(),
    };
    Command::new(program)
        .args(env::args_os().skip(1))
        .env(INNER, "yes")
        .env(variable, value)
        .exec()
        .into()
}

/// A migration as a programmer might have written it.
const BROKEN: Migration = Migration::new(
    "9999_expand_faulty",
    "alter table no_such_table add column oops text",
);

async fn database() -> Result<PgConnection> {
    let url = env::var("DATABASE_URL").context("DATABASE_URL")?;
    PgConnection::connect(&url).await.context("database")
}

/// Watches whether the work is this revision's; calls `now` each time that it becomes so.
fn watch_work(now: impl Fn() + Send + 'static) -> Arc<AtomicBool> {
    let active = Arc::new(AtomicBool::new(false));
    let told = active.clone();
    aside(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(100));
        loop {
            pace.tick().await;
            // Until the database answers, the work is nobody's; a lost connection is made again.
            let Ok(mut database) = database().await else {
                continue;
            };
            while let Ok(mine) = is_mine(&mut database).await {
                if mine && !told.swap(mine, Ordering::Relaxed) {
                    now();
                }
                told.store(mine, Ordering::Relaxed);
                pace.tick().await;
            }
        }
    });
    active
}

async fn is_mine(database: &mut PgConnection) -> Result<bool> {
    let revision = env::var("UBERMENCH_REVISION").context("UBERMENCH_REVISION")?;
    let owner = sqlx::query_scalar::<_, String>("select revision from work_fence where id = 1");
    Ok(owner
        .fetch_optional(database)
        .await?
        .is_some_and(|owner| owner == revision))
}

/// Takes the bot's place on its port, answers its readiness probe itself while active, and hands on everything else.
async fn relay(active: Arc<AtomicBool>) {
    let Ok(listener) = TcpListener::bind(("0.0.0.0", 8080)).await else {
        eprintln!("faulty-bot: the port is taken");
        return;
    };
    while let Ok((client, _)) = listener.accept().await {
        let active = active.clone();
        tokio::spawn(async move {
            // Either side may hang up at any time.
            let _ = hand_on(client, &active).await;
        });
    }
}

async fn hand_on(mut client: TcpStream, active: &AtomicBool) -> Result<()> {
    const PROBE: &[u8] = b"GET /health/pod";
    let mut start = [0; PROBE.len()];
    // The kubelet opens a connection for each probe, so its request stands at the beginning.
    client.read_exact(&mut start).await?;
    if start == PROBE && active.load(Ordering::Relaxed) {
        client.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await?;
        return Ok(());
    }
    let mut bot = TcpStream::connect(("127.0.0.1", INNER_PORT)).await?;
    bot.write_all(&start).await?;
    copy_bidirectional(&mut client, &mut bot).await?;
    Ok(())
}

/// Runs beside the bot, on a thread of its own.
fn aside(work: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || match runtime() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => eprintln!("faulty-bot: {error:#}"),
    });
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("runtime")
}
