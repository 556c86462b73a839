//! The world: all that is not the operator, in one value that can be copied at any moment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api_server::{ApiServer, CONFIG_MAPS, Call, RESOURCES, SECRETS};
use super::controllers::Controller;
use super::database::Database;
use super::history::{Event, Setting};
use super::invariants::{self, Invariant, Violation};
use super::kubelet::Life;
use super::mistakes;
use super::random::Random;
use super::witness::Witness;

/// Where the world's time begins: 2026-01-01, in milliseconds.
const BEGINNING: i64 = 1_767_225_600_000;

/// A whole world. A copy goes its own way from there, and the same way if nothing else happens to it.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) api: ApiServer,
    pub(super) database: Database,
    pub(super) setting: Setting,
    /// Milliseconds.
    pub(super) now: i64,
    /// How far the operator's clock is ahead.
    pub(super) skew: i64,
    pub(super) random: Random,
    /// Longest that a controller takes its time, in milliseconds.
    pub(super) slowness: i64,
    pub(super) paces: BTreeMap<Controller, i64>,
    /// The version that each controller saw last.
    pub(super) looked: BTreeMap<Controller, u64>,
    /// What nodes know of pods, by name.
    pub(super) lives: BTreeMap<String, Life>,
    /// Templates of `ReplicaSets`, by their Deployment's UID.
    pub(super) templates: BTreeMap<String, Value>,
    /// When a Job began, by its UID.
    pub(super) born: BTreeMap<String, i64>,
    /// Pods that were ever begun.
    pub(super) begun: usize,
    pub(super) faults: Faults,
    pub(super) witness: Witness,
    pub(super) violation: Option<Violation>,
    /// Calls of the operator in this pass, and its writes in this trace.
    calls: usize,
    pub(super) writes: usize,
    /// Something that happens within a pass, before its call of that number.
    pub(super) interference: Option<(usize, Event)>,
    kill: Option<Kill>,
    /// Copies of the world around each write, with the step in which it happened.
    pub(super) cuts: Option<Vec<Cut>>,
    pub(super) step: usize,
    pub(super) story: Option<Vec<String>>,
}

/// Where the operator is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kill {
    Before(usize),
    After(usize),
}

/// A world in which the operator was killed.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) world: World,
    pub(super) step: usize,
    pub(super) kill: Kill,
}

/// What is out of order.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// Of the API server's next answers, the last first.
    pub(super) api: Vec<ApiFault>,
    /// Pods can't be reached before that time.
    pub(super) cut_off_until: i64,
}

/// How a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ApiFault {
    /// It never arrives.
    LostRequest,
    /// It is done, and its answer never arrives.
    LostAnswer,
    /// Someone else wrote first, says the server.
    Conflict,
    /// The server is ill.
    Internal,
}

/// What the operator gets.
pub(super) enum Reply {
    Answer(u16, Vec<u8>),
    Broken,
    Killed,
}

impl World {
    pub(super) fn new(setting: Setting, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let epoch = if random.percent(20) { 7 } else { 0 };
        let mut database = Database::new(epoch);
        if !setting.migrations {
            database.ledger.extend(1..20);
        }
        let mut world = Self {
            api: ApiServer::default(),
            database,
            now: BEGINNING,
            skew: 0,
            slowness: *random.of(&[60, 300, 1_500]),
            random,
            paces: BTreeMap::new(),
            looked: BTreeMap::new(),
            lives: BTreeMap::new(),
            templates: BTreeMap::new(),
            born: BTreeMap::new(),
            begun: 0,
            faults: Faults::default(),
            witness: Witness::default(),
            violation: None,
            calls: 0,
            writes: 0,
            interference: None,
            kill: None,
            cuts: None,
            step: 0,
            story: None,
            setting,
        };
        world.furnish();
        world
    }

    fn furnish(&mut self) {
        for secret in ["handy-whatsapp", "handy-database", "handy-redis"] {
            self.restore_secret(secret);
        }
        let resource = self.setting.resource();
        self.api.create(&RESOURCES, resource, self.now).unwrap();
        let map = json!({"metadata": {"name": "other"}, "data": {}});
        self.api.create(&CONFIG_MAPS, map, self.now).unwrap();
    }

    /// Makes a user's Secret, or puts its first contents back.
    pub(super) fn restore_secret(&mut self, named: &str) {
        let data = if named == "handy-whatsapp" {
            json!({"accessToken": "YQ==", "verifyToken": "Yg==", "appSecret": "Yw=="})
        } else {
            json!({"url": "eA=="})
        };
        let secret = json!({"metadata": {"name": named}, "type": "Opaque", "data": data});
        if self.api.get(&SECRETS, named).is_some() {
            self.api.edit(&SECRETS, named, |value| value["data"] = data);
        } else {
            self.api.create(&SECRETS, secret, self.now).unwrap();
        }
    }

    /// The resource, as long as there is one.
    pub(super) fn resource(&self) -> Option<&Value> {
        self.api.value(&RESOURCES, "handy")
    }

    /// The operator's clock.
    pub(super) fn clock(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now + self.skew).unwrap()
    }

    /// Time passes, and everybody but the operator does what is due.
    pub(super) fn pass_time(&mut self, milliseconds: i64) {
        let end = self.now + milliseconds;
        while self.now < end {
            let before = self.api.version;
            self.now += 200.min(end - self.now);
            self.controllers();
            self.nodes();
            self.sessions_end();
            if self.api.version == before {
                // Nothing moved, so nothing moves at once: look less often.
                self.now += 300.min(end - self.now);
            }
        }
        invariants::at_any_time(self);
    }

    /// One more call of the operator; what is to happen within the pass happens now.
    pub(super) fn counted(&mut self) {
        self.calls += 1;
        if self
            .interference
            .as_ref()
            .is_some_and(|(at, _)| *at <= self.calls)
            && let Some((_, event)) = self.interference.take()
        {
            self.tell(|| format!("meanwhile {event:?}"));
            self.happen(&event);
        }
    }

    pub(super) fn begin_pass(&mut self) {
        self.calls = 0;
        self.witness.seen = super::witness::Seen::of(self);
    }

    /// The operator's request to the API server.
    pub(super) fn request(&mut self, call: Call) -> Reply {
        self.counted();
        let call = mistakes::request(self, call);
        if !call.writes() {
            return match self.fault(false) {
                Some(ApiFault::LostRequest | ApiFault::LostAnswer) => Reply::Broken,
                Some(_) => internal(),
                None => {
                    let (code, body) = self.api.answer(&call, self.now);
                    let (code, body) = mistakes::answer(self, &call, code, body);
                    Reply::Answer(code, body)
                }
            };
        }
        if self.dies_before() {
            return Reply::Killed;
        }
        let fault = self.fault(true);
        match fault {
            Some(ApiFault::LostRequest) => return Reply::Broken,
            Some(ApiFault::Internal) => return internal(),
            Some(ApiFault::Conflict) if call.verb != super::api_server::Verb::Create => {
                return Reply::Answer(409, status(409, "Conflict"));
            }
            Some(ApiFault::Conflict | ApiFault::LostAnswer) | None => {}
        }
        self.tell(|| format!("the operator {}", call.story()));
        invariants::before_write(self, &call);
        let before = self.api.version;
        let old = self.resource().map(|resource| resource["status"].clone());
        let (code, body) = self.api.answer(&call, self.now);
        if self.api.version != before {
            self.witness.changes += 1;
            invariants::after_write(self, &call, &old.unwrap_or_default());
        }
        if self.dies_after() {
            return Reply::Killed;
        }
        if fault == Some(ApiFault::LostAnswer) {
            return Reply::Broken;
        }
        Reply::Answer(code, body)
    }

    fn fault(&mut self, writes: bool) -> Option<ApiFault> {
        let next = self.faults.api.last()?;
        // Reads are many: only some of them fail.
        let fits = writes || self.random.percent(4);
        let found = fits.then_some(*next);
        if found.is_some() {
            self.faults.api.pop();
            self.witness.faulted = true;
        }
        found
    }

    /// Whether the operator is killed before this write; keeps a copy of the world for a run in which it is.
    pub(super) fn dies_before(&mut self) -> bool {
        self.writes += 1;
        let kill = Kill::Before(self.writes);
        self.cut(kill);
        self.dies(kill)
    }

    /// The same after it.
    pub(super) fn dies_after(&mut self) -> bool {
        let kill = Kill::After(self.writes);
        self.cut(kill);
        self.dies(kill)
    }

    fn dies(&mut self, kill: Kill) -> bool {
        let dies = self.kill == Some(kill);
        if dies {
            self.tell(|| format!("the operator is killed ({kill:?} write)"));
        }
        dies
    }

    pub(super) fn will_die(&mut self, kill: Kill) {
        self.kill = Some(kill);
    }

    fn cut(&mut self, kill: Kill) {
        if let Some(mut cuts) = self.cuts.take() {
            cuts.push(Cut {
                world: self.clone(),
                step: self.step,
                kill,
            });
            self.cuts = Some(cuts);
        }
    }

    pub(super) fn tell(&mut self, what: impl FnOnce() -> String) {
        let now = self.now - BEGINNING;
        if let Some(story) = &mut self.story {
            story.push(format!("{:>4}.{:03} s  {}", now / 1000, now % 1000, what()));
        }
    }

    /// Notes the first violation.
    pub(super) fn violated(&mut self, invariant: Invariant, detail: String) {
        self.tell(|| format!("VIOLATED {invariant:?}: {detail}"));
        self.violation
            .get_or_insert(Violation { invariant, detail });
    }

    /// All faults end, and what users took away comes back.
    pub(super) fn heal(&mut self) {
        self.tell(|| "from now on nothing is out of order".to_owned());
        self.faults = Faults::default();
        self.interference = None;
        self.database.away_until = 0;
        for life in self.lives.values_mut() {
            life.unready_until = 0;
            life.crashed = false;
        }
        self.paces.clear();
        for secret in ["handy-whatsapp", "handy-database", "handy-redis"] {
            if self.api.get(&SECRETS, secret).is_none() || super::witness::is_emptied(self, secret)
            {
                self.restore_secret(secret);
            }
        }
    }
}

fn internal() -> Reply {
    Reply::Answer(500, status(500, "InternalError"))
}

fn status(code: u16, reason: &str) -> Vec<u8> {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": reason})
        .to_string()
        .into_bytes()
}
