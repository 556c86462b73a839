//! The PostgreSQL and Redis of all tests: given by `DATABASE_URL` and `REDIS_URL`, or started for the run.
//! A given Redis needs a database for each test (`--databases 4096`). A test that harms them has a pair of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// Where the servers are.
pub(crate) struct Servers {
    pub(crate) database_url: String,
    redis_url: String,
    keeper: Option<Mutex<Keeper>>,
}

/// Its standard input is closed when this process ends, which ends the servers.
struct Keeper {
    child: Child,
    output: BufReader<ChildStdout>,
}

static SERVERS: OnceLock<Servers> = OnceLock::new();

impl Servers {
    pub(crate) fn running() -> &'static Self {
        SERVERS.get_or_init(|| {
            let given = (std::env::var("DATABASE_URL"), std::env::var("REDIS_URL"));
            match given {
                (Ok(database_url), Ok(redis_url)) => Self {
                    database_url,
                    redis_url,
                    keeper: None,
                },
                _ => start(false),
            }
        })
    }

    /// A pair for one test, which may kill them; what PostgreSQL promises it keeps.
    pub(crate) fn own() -> &'static Self {
        Box::leak(Box::new(start(true)))
    }

    /// The address of one database on the server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (server, _) = self
            .database_url
            .rsplit_once('/')
            .expect("the address names a database");
        format!("{server}/{database}")
    }

    /// A Redis database that no other test counts in; all tests call from one address.
    pub(crate) fn new_redis(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        format!("{}/{number}", self.redis_url)
    }

    /// SIGKILL for `postgres` with all its processes, or for `redis`.
    pub(crate) async fn kill(&'static self, which: &str) {
        self.order(format!("kill {which}")).await;
    }

    /// Starts it again, at the same address, with what it had stored.
    pub(crate) async fn start(&'static self, which: &str) {
        self.order(format!("start {which}")).await;
    }

    async fn order(&'static self, order: String) {
        let keeper = self.keeper.as_ref().expect("the servers are our own");
        let run = move || {
            let mut keeper = keeper.lock().unwrap();
            let orders = keeper.child.stdin.as_mut().unwrap();
            writeln!(orders, "{order}").unwrap();
            let mut answer = String::new();
            keeper.output.read_line(&mut answer).unwrap();
            assert_eq!(answer, "done\n", "{order}");
        };
        tokio::task::spawn_blocking(run).await.unwrap();
    }
}

fn start(durable: bool) -> Servers {
    let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/servers.sh"))
        .env("DURABLE", if durable { "1" } else { "0" })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("servers.sh runs");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("its output is ours"));
    output
        .read_line(&mut line)
        .expect("servers.sh tells addresses");
    let (database_url, redis_url) = line
        .trim()
        .split_once(' ')
        .unwrap_or_else(|| panic!("PostgreSQL and Redis did not start; their packages are needed"));
    Servers {
        database_url: database_url.to_owned(),
        redis_url: redis_url.to_owned(),
        keeper: Some(Mutex::new(Keeper { child, output })),
    }
}
