//! What goes wrong: kills of processes and servers, faults of the Graph API, webhooks that come twice.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;
use ubermench_simulator::{Control, Fault};

use super::Kills;
use crate::harness::World;
use crate::harness::process::Process;

const BOTS: usize = 2;
/// Bots, Redis and PostgreSQL, in turn before they are shuffled.
const TARGETS: [&str; 4] = ["bot", "postgres", "bot", "redis"];

/// The bots, and who kills them.
pub(super) struct Trouble<'w> {
    world: &'w World,
    environments: Vec<BTreeMap<String, String>>,
    bots: Vec<Option<Process>>,
    random: StdRng,
    pub(super) kills: Kills,
    /// Sends whose sender may not have learnt or recorded what became of them: row and claim.
    pub(super) under_way: BTreeSet<String>,
}

impl<'w> Trouble<'w> {
    /// Starts the bots.
    pub(super) async fn start(world: &'w World, seed: u64) -> Self {
        let mut environments = Vec::new();
        let mut bots = Vec::new();
        for _ in 0..BOTS {
            let mut environment = world.environment();
            // Kept over restarts, as a Service's address is.
            environment.insert("HTTP_PORT".to_owned(), free_port().to_string());
            environment.insert("BOT_LANGUAGE".to_owned(), "en".to_owned());
            bots.push(Some(Process::serve(&environment).await));
            environments.push(environment);
        }
        Self {
            world,
            environments,
            bots,
            random: StdRng::seed_from_u64(seed),
            kills: Kills::new(),
            under_way: BTreeSet::new(),
        }
    }

    pub(super) fn urls(&self) -> Vec<String> {
        let bots = self.bots.iter().flatten();
        bots.map(|bot| bot.url.clone()).collect()
    }

    /// So many kills, with faults all the while.
    pub(super) async fn make(&mut self, kills: usize) {
        let world = self.world;
        let control = &world.simulator.control;
        let faults = faults(control, StdRng::seed_from_u64(self.random.random()));
        let repeats = repeats(control);
        tokio::select! {
            () = faults => {}
            () = repeats => {}
            () = self.kill_all(kills) => {}
        }
    }

    async fn kill_all(&mut self, kills: usize) {
        let mut targets: Vec<_> = TARGETS.into_iter().cycle().take(kills).collect();
        targets.shuffle(&mut self.random);
        for target in targets {
            let pause = self.random.random_range(500..3500);
            sleep(Duration::from_millis(pause)).await;
            *self.kills.entry(target).or_default() += 1;
            let down = Duration::from_millis(self.random.random_range(0..1000));
            if target == "bot" {
                self.kill_bot(down).await;
            } else {
                self.world.servers.kill(target).await;
                sleep(down).await;
                self.world.servers.start(target).await;
                if target == "postgres" {
                    self.note_under_way().await;
                }
            }
        }
    }

    async fn kill_bot(&mut self, down: Duration) {
        let which = self.random.random_range(0..BOTS);
        self.bots[which].take().unwrap().kill().await;
        self.note_under_way().await;
        sleep(down).await;
        let bot = Process::serve(&self.environments[which]).await;
        self.bots[which] = Some(bot);
    }

    async fn note_under_way(&mut self) {
        let claimed =
            "select id || ' ' || claim from outbox where state = 'pending' and claim is not null";
        self.under_way.extend(self.world.texts(claimed).await);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Now and then a send is refused, late, or taken without an answer.
async fn faults(control: &Control, mut random: StdRng) {
    loop {
        sleep(Duration::from_millis(random.random_range(50..250))).await;
        let fault = match random.random_range(0..12) {
            0..=3 => Fault::status(500),
            4 => Fault::status(503),
            5..=6 => Fault::drop_answer(),
            7 => Fault::drop_answer().without_effect(),
            _ => Fault::delay_ms(random.random_range(100..1500)),
        };
        control.fault(fault).unwrap();
    }
}

/// Meta posts some webhooks again although they were answered.
async fn repeats(control: &Control) {
    loop {
        sleep(Duration::from_millis(150)).await;
        // Before the first webhook there is none.
        let _ = control.redeliver(None, 1).await;
    }
}
