//! The PostgreSQL and Redis of all tests: given by `DATABASE_URL` and `REDIS_URL`, or started for the run.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Where the servers are.
pub(crate) struct Servers {
    pub(crate) database_url: String,
    pub(crate) redis_url: String,
    /// Its standard input is closed when this process ends, which ends the servers.
    _keeper: Option<Child>,
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
                    _keeper: None,
                },
                _ => start(),
            }
        })
    }

    /// The address of one database on the server.
    pub(crate) fn url_of(&self, database: &str) -> String {
        let (server, _) = self
            .database_url
            .rsplit_once('/')
            .expect("the address names a database");
        format!("{server}/{database}")
    }
}

fn start() -> Servers {
    let mut keeper = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/servers.sh"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("servers.sh runs");
    let mut line = String::new();
    let output = keeper.stdout.take().expect("its output is ours");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("servers.sh tells addresses");
    let (database_url, redis_url) = line
        .trim()
        .split_once(' ')
        .unwrap_or_else(|| panic!("PostgreSQL and Redis did not start; their packages are needed"));
    Servers {
        database_url: database_url.to_owned(),
        redis_url: redis_url.to_owned(),
        _keeper: Some(keeper),
    }
}
