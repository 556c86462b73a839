//! Show: nothing lost, nothing doubled. Pairs of customers and providers book, chat and rate over two bot processes
//! while processes, Redis and PostgreSQL are killed and Meta's side fails; then all is counted by message id.

mod ledger;
mod people;
mod trouble;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use ubermench_simulator::{Control, Retry, Settings};

use crate::acceptance::balancer;
use crate::harness::{Servers, World, within};
use people::{Pair, Said};
use trouble::Trouble;

/// Ten a service: as many as a list shows.
const PAIRS: usize = 60;
const MESSAGES: usize = 5000;
const KILLS: usize = 12;

/// What the pairs share.
struct Town<'w> {
    world: &'w World,
    control: Control,
    said: Mutex<Vec<Said>>,
}

/// Settings under which senders repeat until they are heard, as Meta does for days.
fn persistent() -> Settings {
    Settings {
        status_webhooks: false,
        retry: Retry {
            attempts: 10_000,
            first_wait: Duration::from_millis(50),
            longest_wait: Duration::from_millis(400),
        },
        ..Settings::default()
    }
}

fn seed() -> u64 {
    let given = std::env::var("CHAOS_SEED").ok();
    given.map_or_else(rand::random, |seed| {
        seed.parse().expect("CHAOS_SEED is a number")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_whatever_is_killed() {
    let seed = seed();
    eprintln!("CHAOS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let world = World::on(Servers::own(), persistent()).await;
    world.migrate().await;
    let mut trouble = Trouble::start(&world, random.random()).await;
    let address = balancer::start(trouble.urls()).await;
    let control = &world.simulator.control;
    control
        .set_webhook_url(Some(&format!("http://{address}/api/webhook")))
        .unwrap();
    let town = Town {
        world: &world,
        control: control.clone(),
        said: Mutex::default(),
    };
    let began = Instant::now();
    let pairs: Vec<Pair> = (0..PAIRS).map(|n| Pair::new(n, random.random())).collect();
    let lives = join_all(pairs.iter().map(|pair| pair.live(&town)));
    let (_, ()) = tokio::join!(lives, trouble.make(KILLS));
    let talked = began.elapsed();
    control.clear_faults();
    settle(&world).await;
    let settled = began.elapsed();

    let said = town.said.into_inner().unwrap();
    let counted = ledger::Counted::of(&world, &said, &trouble).await;
    eprintln!(
        "{counted}talked for {} s, settled after {} s",
        talked.as_secs(),
        settled.as_secs()
    );
    assert!(said.len() >= MESSAGES, "only {} messages", said.len());
    assert!(
        trouble.kills.values().all(|count| *count > 0)
            && trouble.kills.values().sum::<usize>() >= 10
    );
    counted.check();
}

async fn settle(world: &World) {
    within(Duration::from_mins(2), "all is worked and sent", || async {
        let left = world
            .count(
                "select (select count(*) from inbox where worked_at is null and dead_at is null)
                      + (select count(*) from outbox where state = 'pending')",
            )
            .await;
        (left == 0)
            .then_some(())
            .ok_or_else(|| format!("{left} left"))
    })
    .await;
}

/// How often what was killed.
type Kills = BTreeMap<&'static str, usize>;
