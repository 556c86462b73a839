//! People at a steady pace: closed loops of 50, 200 and 500, and 400 messages a second come what may.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::people::{Crowd, Times, own_time, quantile};
use super::rig::Rig;
use super::script::Script;
use super::table::Measures;
use crate::load::connection::Kept;

const PAUSE: Duration = Duration::from_secs(1);
/// People and what each says, with the keys of what is measured.
const CROWDS: [(u32, usize, [&str; 5]); 3] = [
    (50, 20, ["ack50_50", "ack_50", "reply_50", "", ""]),
    (
        200,
        5,
        ["ack50_200", "ack_200", "reply_200", "cpu_200", "stores_200"],
    ),
    (
        500,
        4,
        ["ack50_500", "ack_500", "reply_500", "cpu_500", "stores_500"],
    ),
];

/// Times for which a bound is promised, and what the bot measures them by.
const PROMISED: [(&str, &str); 4] = [
    ("webhook_p95", "webhook_processing_duration_seconds"),
    ("send_p95", "message_send_duration_seconds"),
    ("query_p95", "db_query_duration_seconds"),
    ("turn_p95", "state_transition_duration_seconds"),
];

pub(super) async fn warm_up(
    rig: &Arc<Rig>,
    address: std::net::SocketAddr,
    script: &Script,
) -> Result<()> {
    let crowd = Crowd {
        people: 20,
        steps: 5,
        pause: Duration::from_millis(50),
    };
    crowd.talk(rig, address, script).await?;
    Ok(())
}

pub(super) async fn closed(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    for (people, steps, [ack_median, ack, reply, cpu, stores]) in CROWDS {
        let database = rig.database().await?;
        let bot = rig.bot(&database).await?;
        warm_up(rig, bot.address, &database.script).await?;
        let (bot_before, stores_before) = (bot.cpu()?, rig.cpu_of_stores()?);
        let crowd = Crowd {
            people,
            steps,
            pause: PAUSE,
        };
        let mut times = crowd.talk(rig, bot.address, &database.script).await?;
        let thousands = f64::from(people) * f64::from(u32::try_from(steps)?) / 1000.0;
        measures.add(cpu, (bot.cpu()? - bot_before) / thousands);
        measures.add(stores, (rig.cpu_of_stores()? - stores_before) / thousands);
        measures.add(ack_median, quantile(&mut times.acks, 0.5));
        measures.add(ack, quantile(&mut times.acks, 0.95));
        measures.add(reply, quantile(&mut times.replies, 0.95));
        if people == 500 {
            measures.add("memory_500", bot.memory()?.peak);
            let scrape = bot.scrape().await?;
            measures.add("cache_hits", scrape.cache_hits());
            for (key, histogram) in PROMISED {
                measures.add(key, scrape.p95(histogram)?);
            }
        }
        bot.kill().await?;
    }
    Ok(())
}

const RATE: u32 = 400;
const SECONDS: u32 = 60;
/// Each of them says something every five seconds.
const TALKERS: u32 = RATE * 5;

/// Every webhook leaves at its time, and is timed from it, whatever became of those before.
pub(super) async fn open(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    let database = rig.database().await?;
    let bot = rig.bot(&database).await?;
    warm_up(rig, bot.address, &database.script).await?;
    let phones: Vec<String> = (0..TALKERS).map(|_| rig.phone()).collect();
    let mut expected = vec![0; phones.len()];
    let kept: Arc<Mutex<Vec<Kept>>> = Arc::default();
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for n in 0..RATE * SECONDS {
        let at = begin + Duration::from_secs(1) * n / RATE;
        let place = usize::try_from(n % TALKERS)?;
        let round = usize::try_from(n / TALKERS)?;
        let (Some(phone), Some(expected)) = (phones.get(place), expected.get_mut(place)) else {
            bail!("nobody is there");
        };
        let step = database.script.step(round);
        *expected += step.messages;
        let answer = rig.answers.nth(phone, *expected);
        let post = step
            .signed(&format!("wamid.{phone}.{round}"), phone)
            .to(bot.address);
        let kept = Arc::clone(&kept);
        sleep_until(at).await;
        tasks.spawn(async move {
            let mut connection = kept.lock().await.pop().unwrap_or_default();
            let status = connection.post(post).await;
            let ack = at.elapsed();
            kept.lock().await.push(connection);
            if status != Ok(200) {
                bail!("a webhook was answered {status:?}");
            }
            let own = own_time(answer, at, step.messages).await?;
            Ok(Times {
                acks: vec![ack],
                replies: vec![own],
            })
        });
    }
    let mut times = Times::default();
    while let Some(done) = tasks.join_next().await {
        times.add(done??);
    }
    // What the last ones waited is how far behind it is at the end.
    let mut last = times
        .replies
        .split_off(times.replies.len().saturating_sub(100));
    measures.add("open_lag", quantile(&mut last, 0.5) / 1000.0);
    times.replies.extend(last);
    measures.add("open_ack", quantile(&mut times.acks, 0.95));
    measures.add("open_reply", quantile(&mut times.replies, 0.95));
    bot.kill().await
}
