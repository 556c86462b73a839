//! `make bench`: speed and cost of the bot, beside what the prototype took and what is aimed at.
//!
//! The target is the release build as a process of its own, on a throw-away `PostgreSQL` that flushes every commit, a
//! Redis, and a simulated WhatsApp that answers each send after 100 ms. Everything is timed by one clock, tokio's; CPU
//! time and memory are those of the target and the stores as the kernel counts them, so the driver's own don't count.

mod answers;
mod bot;
mod burst;
mod history;
mod people;
mod rig;
mod rules;
mod scrape;
mod script;
mod table;
mod talk;
mod usage;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use rig::Rig;
pub use table::Measures;

/// How long WhatsApp takes for a send.
const GRAPH: Duration = Duration::from_millis(100);

/// What to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The release build.
    pub bot: PathBuf,
    /// Starts the stores.
    pub servers: PathBuf,
    /// How often; medians are shown.
    pub runs: u32,
    /// With a million messages of history too.
    pub full: bool,
    /// Only these groups, if any is named.
    pub only: BTreeSet<String>,
}

impl Plan {
    /// Reads `BENCH_BOT`, `BENCH_RUNS`, `BENCH_FULL` and `BENCH_ONLY`.
    pub fn read() -> Result<Self> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let runs = match variable("BENCH_RUNS").as_str() {
            "" => 3,
            number => number.parse().context("BENCH_RUNS is no number")?,
        };
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let only = variable("BENCH_ONLY");
        Ok(Self {
            bot: PathBuf::from(variable("BENCH_BOT")),
            servers: root.join("bot/tests/it/servers.sh"),
            runs,
            full: variable("BENCH_FULL") == "1",
            only: only.split_whitespace().map(str::to_owned).collect(),
        })
    }

    fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.contains(group)
    }
}

/// Measures all of it.
///
/// # Errors
/// When something could not be measured.
pub async fn run(plan: &Plan) -> Result<Measures> {
    let rig = Arc::new(Rig::start(plan).await?);
    let mut measures = Measures::default();
    for run in 1..=plan.runs.max(1) {
        measures.add("flush", usage::flush()?.as_secs_f64() * 1000.0);
        for group in GROUPS {
            if plan.wants(group) {
                tell(&format!("run {run}: {group}"));
                measure(&rig, group, plan.full, &mut measures)
                    .await
                    .with_context(|| format!("group {group}"))?;
            }
        }
    }
    Ok(measures)
}

/// Names for `BENCH_ONLY`.
const GROUPS: [&str; 7] = ["start", "talk", "burst", "open", "kill", "rules", "history"];

async fn measure(rig: &Arc<Rig>, group: &str, full: bool, measures: &mut Measures) -> Result<()> {
    match group {
        "start" => rules::cold_start(rig, measures).await,
        "talk" => talk::closed(rig, measures).await,
        "burst" => burst::bursts(rig, measures).await,
        "open" => talk::open(rig, measures).await,
        "kill" => burst::kill(rig, measures).await,
        "rules" => rules::refusals(rig, measures).await,
        _ => history::grown(rig, full, measures).await,
    }
}

/// What goes on, for whoever waits.
fn tell(text: &str) {
    eprintln!("bench: {text}");
}
