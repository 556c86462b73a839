//! PostgreSQL, and the bots' way to it: the ledger of migrations under its lock, and the row that says who works.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use ubermench_crds::WorkOwner;

use super::World;
use super::api_server::{JOBS, PODS, name};
use super::invariants;
use super::mistakes::{self, Mistake};
use super::operator::Link;
use crate::names::REVISION;
use crate::transport::{Answer, Call, Silence, Transport};

/// As many as the smoke gate makes where the metrics gate is on.
const SAMPLES: i64 = 20;

/// One database.
#[derive(Clone, Debug)]
pub(super) struct Database {
    /// Migrations that are applied.
    pub(super) ledger: BTreeSet<usize>,
    /// How often each was executed.
    pub(super) executions: BTreeMap<usize, usize>,
    /// The pod that holds the migrations' lock.
    pub(super) lock: Option<String>,
    /// Who works.
    pub(super) row: WorkOwner,
    /// Not there before that time.
    pub(super) away_until: i64,
}

impl Database {
    pub(super) fn new(epoch: i64) -> Self {
        Self {
            ledger: BTreeSet::new(),
            executions: BTreeMap::new(),
            lock: None,
            row: WorkOwner {
                epoch,
                revision: String::new(),
            },
            away_until: 0,
        }
    }

    /// Applies what is not applied, under the lock.
    pub(super) fn migrate(&mut self, schema: usize) {
        for migration in 1..=schema {
            let is_new = self.ledger.insert(migration);
            if is_new || mistakes::made(Mistake::LedgerIgnored) {
                *self.executions.entry(migration).or_default() += 1;
            }
        }
    }
}

/// What became of a call to a pod.
pub(super) enum Told {
    Answer(u16, Value),
    Silence,
    Killed,
}

impl Transport for Link {
    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Answer, Silence>> {
        let told = self.world().asked(&call);
        async move {
            match told {
                Told::Answer(status, body) => Ok(Answer {
                    status,
                    body: body.to_string().into_bytes(),
                }),
                Told::Silence => Err(Silence("no route to the pod".into())),
                Told::Killed => self.die().await,
            }
        }
        .boxed()
    }
}

impl World {
    /// A pod is asked, by its address.
    fn asked(&mut self, call: &Call<'_>) -> Told {
        self.counted();
        let Some((ip, page)) = page(&call.url) else {
            return Told::Answer(404, Value::Null);
        };
        let given = call.token.map(|token| token.expose_secret().to_owned());
        let pod = self
            .api
            .values(&PODS)
            .find(|pod| pod["status"]["podIP"] == ip);
        let revision = pod.map(|pod| pod["metadata"]["labels"][REVISION].clone());
        let life = pod.and_then(|pod| self.lives.get(name(pod)));
        let Some(life) = life.filter(|_| self.now >= self.faults.cut_off_until) else {
            return Told::Silence;
        };
        if life.token != given {
            return Told::Answer(401, Value::Null);
        }
        let is_there = self.now >= self.database.away_until;
        if page == "counts" {
            let samples = revision.map_or(0, |revision| self.samples(&revision));
            return Told::Answer(200, counts(samples, is_there));
        }
        if !is_there {
            return Told::Answer(503, Value::Null);
        }
        if call.method == reqwest::Method::GET {
            return Told::Answer(200, row(&self.database.row));
        }
        let body = call.body.clone().unwrap_or_default();
        let wanted = WorkOwner {
            epoch: body["epoch"].as_i64().unwrap_or_default(),
            revision: body["revision"].as_str().unwrap_or_default().to_owned(),
        };
        self.moved(wanted)
    }

    /// What each pod of a revision has done: what smoke gates that ended well asked of it.
    fn samples(&self, revision: &Value) -> i64 {
        let jobs = self.api.values(&JOBS).filter(|job| {
            job["metadata"]["labels"][REVISION] == *revision
                && name(job).contains("-smoke-")
                && job["status"]["succeeded"].as_i64() > Some(0)
        });
        jobs.map(|_| SAMPLES).sum()
    }

    fn moved(&mut self, wanted: WorkOwner) -> Told {
        if self.dies_before() {
            return Told::Killed;
        }
        self.tell(|| {
            format!(
                "the operator moves the work to {} at epoch {}",
                wanted.revision, wanted.epoch
            )
        });
        invariants::work_moves(self, &wanted);
        let current = &self.database.row;
        let answer = if *current == wanted {
            Told::Answer(200, row(current))
        } else if wanted.epoch <= current.epoch {
            Told::Answer(409, row(current))
        } else {
            self.database.row = wanted;
            Told::Answer(200, row(&self.database.row))
        };
        if self.dies_after() {
            return Told::Killed;
        }
        answer
    }
}

fn row(owner: &WorkOwner) -> Value {
    json!({"epoch": owner.epoch, "revision": owner.revision})
}

/// All went well, and in no time.
fn counts(samples: i64, database: bool) -> Value {
    json!({
        "samples": samples, "errors": 0, "databaseErrors": 0, "database": database,
        "latency": [{"upToMicroseconds": 1000, "samples": samples}],
    })
}

/// Address and page in `http://10.1.0.7:8081/internal/work`.
fn page(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("http://")?.split_once(":8081/internal/")
}
