//! People who talk to the bot.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::GRAPH;
use super::rig::Rig;
use super::script::{Script, Step};
use crate::load::connection::Kept;

/// Whoever waits longer for an answer is lost.
const LIMIT: Duration = Duration::from_mins(2);

/// Times of what people said and got.
#[derive(Default)]
pub(super) struct Times {
    /// From the webhook to its 200.
    pub(super) acks: Vec<Duration>,
    /// From the webhook to the last message of the answer, less what WhatsApp took for each of them.
    pub(super) replies: Vec<Duration>,
}

impl Times {
    pub(super) fn add(&mut self, other: Self) {
        self.acks.extend(other.acks);
        self.replies.extend(other.replies);
    }
}

/// The value below which this share of all lies, in milliseconds.
pub(super) fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let place = ((times.len() as f64 * share).ceil() as usize).saturating_sub(1);
    times
        .get(place)
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}

/// Somebody on a connection of their own.
pub(super) struct Person {
    pub(super) phone: String,
    address: SocketAddr,
    kept: Kept,
    said: usize,
    expected: usize,
}

impl Person {
    pub(super) fn new(rig: &Rig, address: SocketAddr) -> Self {
        Self {
            phone: rig.phone(),
            address,
            kept: Kept::default(),
            said: 0,
            expected: 0,
        }
    }

    /// Says something, waits for the whole answer.
    pub(super) async fn say(&mut self, rig: &Rig, step: &Step) -> Result<Times> {
        let wamid = format!("wamid.{}.{}", self.phone, self.said);
        self.said += 1;
        self.expected += step.messages;
        let signed = step.signed(&wamid, &self.phone);
        let answer = rig.answers.nth(&self.phone, self.expected);
        let at = Instant::now();
        let status = self.kept.post(signed.to(self.address)).await;
        let ack = at.elapsed();
        if status != Ok(200) {
            bail!("a webhook was answered {status:?}");
        }
        let own = own_time(answer, at, step.messages).await?;
        Ok(Times {
            acks: vec![ack],
            replies: vec![own],
        })
    }
}

/// The bot's own part of the time since a webhook.
pub(super) async fn own_time(
    answer: oneshot::Receiver<Instant>,
    at: Instant,
    messages: usize,
) -> Result<Duration> {
    let done = timeout(LIMIT, answer).await.context("no answer came")??;
    let graph = GRAPH * u32::try_from(messages)?;
    Ok(done.saturating_duration_since(at).saturating_sub(graph))
}

/// People who say one thing after the other, each a while after the answer.
#[derive(Clone, Copy)]
pub(super) struct Crowd {
    pub(super) people: u32,
    pub(super) steps: usize,
    /// The mean pause; each one is between half and one and a half of it.
    pub(super) pause: Duration,
}

impl Crowd {
    /// Lets them talk; they come one after the other within the first pause.
    pub(super) async fn talk(
        self,
        rig: &Arc<Rig>,
        address: SocketAddr,
        script: &Script,
    ) -> Result<Times> {
        let mut tasks = JoinSet::new();
        let begin = Instant::now();
        for n in 0..self.people {
            let (rig, script) = (Arc::clone(rig), script.clone());
            let first = begin + self.pause * n / self.people;
            tasks.spawn(async move {
                sleep_until(first).await;
                let mut person = Person::new(&rig, address);
                let mut times = Times::default();
                for step in 0..self.steps {
                    if step > 0 {
                        sleep(self.pause.mul_f64(0.5 + rand::random::<f64>())).await;
                    }
                    times.add(person.say(&rig, &script.step(step)).await?);
                }
                Ok::<_, anyhow::Error>(times)
            });
        }
        let mut all = Times::default();
        while let Some(done) = tasks.join_next().await {
            all.add(done??);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_list() {
        let mut times: Vec<Duration> = (1..=20).rev().map(Duration::from_millis).collect();
        assert!((quantile(&mut times, 0.95) - 19.0).abs() < 1e-9);
        assert!((quantile(&mut times, 0.5) - 10.0).abs() < 1e-9);
        assert!(quantile(&mut [], 0.5).is_nan());
    }
}
