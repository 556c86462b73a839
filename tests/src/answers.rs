//! Counting from outside: what was accepted against what the people got.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::load::{Sent, Via};
use crate::stage::Stage;
use crate::wait::{Seen, until};

/// Replies to a stranger's first message: the welcome, and the list of services.
pub const FIRST_REPLIES: usize = 2;

/// What became of a load's messages.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages that were sent.
    pub sent: usize,
    /// Messages that were not accepted, with the answer.
    pub refused: Vec<String>,
    /// People whose accepted message got less than its replies.
    pub lost: Vec<String>,
    /// People who got more than its replies.
    pub doubled: Vec<String>,
}

impl Tally {
    /// Fails unless everything was accepted, nothing lost and nothing answered twice.
    pub fn is_perfect(&self) -> Result<()> {
        ensure!(
            self.refused.is_empty(),
            "{} of {} refused: {:?}",
            self.refused.len(),
            self.sent,
            head(&self.refused)
        );
        self.nothing_lost()?;
        ensure!(
            self.doubled.is_empty(),
            "{} answered twice: {:?}",
            self.doubled.len(),
            head(&self.doubled)
        );
        Ok(())
    }

    /// Fails if an accepted message was not answered.
    pub fn nothing_lost(&self) -> Result<()> {
        ensure!(
            self.lost.is_empty(),
            "{} of {} lost: {:?}",
            self.lost.len(),
            self.sent,
            head(&self.lost)
        );
        Ok(())
    }
}

/// Waits until everyone whose message was accepted got the first replies, then counts.
pub async fn tally(stage: &Stage, sent: &[Sent], limit: Duration) -> Result<Tally> {
    let accepted: BTreeSet<&str> = sent
        .iter()
        .filter(|sent| sent.accepted())
        .map(|sent| sent.from.as_str())
        .collect();
    // What is missing at the limit is counted as lost, with names.
    let _ = until("answers to all accepted messages", limit, async || {
        let replies = replies_by_person(stage);
        let missing = accepted
            .iter()
            .filter(|person| count(&replies, person) < FIRST_REPLIES)
            .count();
        Ok(if missing == 0 {
            Seen::Done(())
        } else {
            Seen::not(format!("{missing} people wait"))
        })
    })
    .await;
    let replies = replies_by_person(stage);
    let mut tally = Tally {
        sent: sent.len(),
        ..Tally::default()
    };
    for message in sent {
        let got = count(&replies, &message.from);
        if !message.accepted() {
            tally.refused.push(format!(
                "{:?} {:?} after {:?}",
                message.via, message.answer, message.took
            ));
        }
        if message.accepted() && got < FIRST_REPLIES {
            tally
                .lost
                .push(format!("{} ({got} replies)", message.wamid));
        }
        if got > FIRST_REPLIES {
            tally
                .doubled
                .push(format!("{} ({got} replies)", message.wamid));
        }
    }
    Ok(tally)
}

/// One line on a load, for the person who reads the test's output.
pub fn summary(sent: &[Sent]) -> String {
    let kept = sent.iter().filter(|sent| sent.via == Via::Kept).count();
    let mut took: Vec<Duration> = sent.iter().map(|sent| sent.took).collect();
    took.sort_unstable();
    let p95 = took.get(took.len() * 95 / 100).copied().unwrap_or_default();
    let refused = sent.iter().filter(|sent| !sent.accepted()).count();
    format!(
        "{} messages, {kept} on kept connections, {refused} refused, p95 {} ms",
        sent.len(),
        p95.as_millis()
    )
}

fn replies_by_person(stage: &Stage) -> BTreeMap<String, usize> {
    let mut replies = BTreeMap::new();
    for message in stage.graph.messages() {
        *replies.entry(message.to).or_default() += 1;
    }
    replies
}

fn count(replies: &BTreeMap<String, usize>, person: &str) -> usize {
    replies.get(person).copied().unwrap_or_default()
}

fn head(all: &[String]) -> &[String] {
    all.get(..all.len().min(8)).unwrap_or_default()
}
