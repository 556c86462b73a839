//! All at once: a burst from new people, on one replica and on two, and a kill in the midst of one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::rig::{Rig, execute};
use super::script::{Script, Signed, Step};
use super::table::Measures;
use super::talk::warm_up;
use super::tell;
use crate::load::connection::Kept;

const PEOPLE: usize = 5000;
const PEOPLE_OF_REPLICAS: usize = 2000;
const CONNECTIONS: usize = 64;
const LIMIT: Duration = Duration::from_mins(3);

/// Somebody's first message.
struct First {
    phone: String,
    signed: Signed,
}

fn firsts(rig: &Rig, count: usize, step: &Step) -> Vec<First> {
    let first = |_| {
        let phone = rig.phone();
        let signed = step.signed(&format!("wamid.{phone}"), &phone);
        First { phone, signed }
    };
    (0..count).map(first).collect()
}

/// Posted as fast as they are taken; shared out over the addresses.
struct Burst {
    firsts: Arc<Vec<First>>,
    /// By place: whether it was answered 200.
    accepted: Vec<bool>,
    took: Duration,
}

async fn post(firsts: Vec<First>, addresses: &[SocketAddr], acks: &Arc<Acks>) -> Result<Burst> {
    let firsts = Arc::new(firsts);
    let next = Arc::new(AtomicUsize::default());
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for (_, address) in (0..CONNECTIONS).zip(addresses.iter().copied().cycle()) {
        let (firsts, next, acks) = (Arc::clone(&firsts), Arc::clone(&next), Arc::clone(acks));
        tasks.spawn(async move {
            let mut kept = Kept::default();
            let mut done = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(first) = firsts.get(place) else {
                    return done;
                };
                if kept.post(first.signed.to(address)).await == Ok(200) {
                    done.push(place);
                    acks.count();
                }
            }
        });
    }
    let mut accepted = vec![false; firsts.len()];
    while let Some(done) = tasks.join_next().await {
        for place in done? {
            if let Some(accepted) = accepted.get_mut(place) {
                *accepted = true;
            }
        }
    }
    Ok(Burst {
        firsts,
        accepted,
        took: begin.elapsed(),
    })
}

/// Counts acks, and tells when there are enough.
#[derive(Default)]
struct Acks {
    count: AtomicUsize,
    at: usize,
    reached: Notify,
}

impl Acks {
    fn count(&self) {
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 == self.at {
            self.reached.notify_one();
        }
    }
}

/// Acks and whole answers a second.
async fn rates(rig: &Rig, count: usize, addresses: &[SocketAddr]) -> Result<(f64, f64)> {
    let step = Script::hello();
    let firsts = firsts(rig, count, &step);
    let answers: Vec<_> = firsts
        .iter()
        .map(|first| rig.answers.nth(&first.phone, step.messages))
        .collect();
    let begin = Instant::now();
    let burst = post(firsts, addresses, &Arc::default()).await?;
    if burst.accepted.contains(&false) {
        bail!("a webhook of the burst was not accepted");
    }
    let mut last = begin;
    for answer in answers {
        let done = timeout(LIMIT, answer).await.context("no answer came")??;
        last = last.max(done);
    }
    let count = f64::from(u32::try_from(count)?);
    let answered = (last - begin).as_secs_f64();
    Ok((count / burst.took.as_secs_f64(), count / answered))
}

pub(super) async fn bursts(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    let database = rig.database().await?;
    let bot = rig.bot(&database).await?;
    warm_up(rig, bot.address, &database.script).await?;
    let (acks, answered) = rates(rig, PEOPLE, &[bot.address]).await?;
    measures.add("burst_acks", acks);
    measures.add("burst_answered", answered);
    measures.add("memory_burst", bot.memory()?.peak);
    let (_, one) = rates(rig, PEOPLE_OF_REPLICAS, &[bot.address]).await?;
    let other = rig.bot(&database).await?;
    warm_up(rig, other.address, &database.script).await?;
    let (_, two) = rates(rig, PEOPLE_OF_REPLICAS, &[bot.address, other.address]).await?;
    measures.add("replicas", two / one);
    bot.kill().await?;
    other.kill().await
}

const KILLED: usize = 1000;
/// The kill comes after so many acks.
const KILL_AT: usize = 700;

/// Counted from outside: whoever's message was accepted must get the whole answer from the next process.
pub(super) async fn kill(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    let mut database = rig.database().await?;
    let bot = rig.bot(&database).await?;
    warm_up(rig, bot.address, &database.script).await?;
    let step = Script::hello();
    let acks = Arc::new(Acks {
        at: KILL_AT,
        ..Acks::default()
    });
    let firsts = firsts(rig, KILLED, &step);
    let addresses = [bot.address];
    let killed = async {
        // Without so many acks it is killed all the same.
        let _ = timeout(LIMIT, acks.reached.notified()).await;
        bot.kill().await
    };
    let (burst, killed) = tokio::join!(post(firsts, &addresses, &acks), killed);
    let (burst, ()) = (burst?, killed?);
    // Claims of the killed process end now rather than in half a minute.
    let end =
        "update outbox set claimed_until = now() where state = 'pending' and claim is not null";
    execute(&mut database.connection, end).await?;
    let next = rig.bot(&database).await?;
    let begin = Instant::now();
    let lost = loop {
        let of_accepted = burst.firsts.iter().zip(&burst.accepted);
        let open = of_accepted
            .filter(|(first, accepted)| {
                **accepted && rig.answers.count(&first.phone) < step.messages
            })
            .count();
        if open == 0 || begin.elapsed() > LIMIT {
            break open;
        }
        sleep(Duration::from_millis(100)).await;
    };
    let accepted = burst.accepted.iter().filter(|accepted| **accepted).count();
    let surplus: usize = burst
        .firsts
        .iter()
        .map(|first| {
            rig.answers
                .count(&first.phone)
                .saturating_sub(step.messages)
        })
        .sum();
    tell(&format!(
        "killed after {accepted} accepted: {lost} lost, {surplus} sends twice"
    ));
    measures.add("lost", f64::from(u32::try_from(lost)?));
    next.kill().await
}
