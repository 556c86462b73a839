//! Runs a history, once as it is and once more for each place where the operator can be killed, each to its end.

use std::sync::Arc;

use super::history::{History, Step};
use super::invariants::{self, Invariant, Violation};
use super::operator::{Came, Link, Operator};
use super::world::{Kill, World};
use crate::metrics::Metrics;

/// Milliseconds between a pass and the next one that follows it at once.
const MOMENT: i64 = 20;
/// Without any change for so long, longer than the longest requeue, a trace has come to rest.
const REST: i64 = 65_000;
/// In that time, and within so many passes, a trace must come to rest.
const LONGEST: i64 = 600_000;
const MOST_PASSES: usize = 500;

/// A broken promise, with the place where the operator was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) violation: Violation,
    pub(super) kill: Option<Kill>,
}

/// What a history came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How often it was run to its end.
    pub(super) traces: usize,
    pub(super) failure: Option<Failure>,
}

/// A history on its way.
struct Run {
    link: Arc<Link>,
    operator: Operator,
    metrics: Metrics,
    /// The operator was killed in this step, which ends it.
    killed: bool,
}

/// Runs a history with all its kills, until a promise is broken.
pub(super) async fn all(history: &History, metrics: &Metrics) -> Outcome {
    let mut world = World::new(history.setting, history.seed);
    world.cuts = (history.killed_from == 0).then(Vec::new);
    let mut run = Run::start(world, metrics);
    run.steps(history, 0).await;
    let (violation, cuts) = {
        let mut world = run.link.world();
        (
            world.violation.take(),
            world.cuts.take().unwrap_or_default(),
        )
    };
    let mut outcome = Outcome {
        traces: 1,
        failure: violation.map(|violation| Failure {
            violation,
            kill: None,
        }),
    };
    for cut in cuts {
        if outcome.failure.is_some() {
            break;
        }
        let mut world = cut.world;
        world.witness.restarted = true;
        let mut run = Run::start(world, metrics);
        run.steps(history, cut.step + 1).await;
        outcome.traces += 1;
        let violation = run.link.world().violation.take();
        outcome.failure = violation.map(|violation| Failure {
            violation,
            kill: Some(cut.kill),
        });
    }
    outcome
}

/// Runs a history once and tells its story.
pub(super) async fn told(history: &History, kill: Option<Kill>, metrics: &Metrics) -> Vec<String> {
    let mut world = World::new(history.setting, history.seed);
    world.story = Some(Vec::new());
    if let Some(kill) = kill {
        world.will_die(kill);
    }
    let mut run = Run::start(world, metrics);
    run.steps(history, 0).await;
    let story = run.link.world().story.take();
    story.unwrap_or_default()
}

impl Run {
    fn start(world: World, metrics: &Metrics) -> Self {
        let link = Link::new(world);
        Self {
            operator: Operator::start(&link, metrics),
            link,
            metrics: metrics.clone(),
            killed: false,
        }
    }

    fn restart(&mut self) {
        self.link.world().witness.restarted = true;
        self.operator = Operator::start(&self.link, &self.metrics);
    }

    fn has_failed(&self) -> bool {
        self.link.world().violation.is_some()
    }

    async fn steps(&mut self, history: &History, first: usize) {
        for (index, step) in history.steps.iter().enumerate().skip(first) {
            {
                let mut world = self.link.world();
                world.step = index;
                if first == 0 && index == history.killed_from {
                    world.cuts.get_or_insert_default();
                }
                world.tell(|| format!("— {step:?}"));
            }
            self.killed = false;
            self.step(*step).await;
            if self.has_failed() {
                return;
            }
        }
        self.link.world().step = history.steps.len();
        self.killed = true;
        while self.killed {
            self.killed = false;
            self.settle().await;
        }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Work(length) => self.work(length, false).await,
            Step::Deaf(length) => self.work(length, true).await,
            Step::Passes(count) => {
                for _ in 0..count {
                    self.pass().await;
                    if self.killed {
                        return;
                    }
                    self.link.world().pass_time(MOMENT);
                }
            }
            Step::Away(length) => {
                self.link.world().pass_time(length);
                self.restart();
            }
            Step::Restart => self.restart(),
            Step::Happens(event) => self.link.world().happen(&event),
            Step::Meanwhile(call, event) => {
                self.link.world().interference = Some((call, event));
                self.pass().await;
            }
        }
    }

    async fn pass(&mut self) -> Came {
        let came = self.operator.pass().await;
        if came == Came::Killed {
            self.restart();
            self.killed = true;
        }
        came
    }

    /// Passes for a while: at once after a write, when something changed, and when a requeue is due.
    async fn work(&mut self, length: i64, deaf: bool) {
        let end = self.now() + length;
        let (mut due, mut known) = (self.now(), 0);
        while self.now() < end && !self.has_failed() && !self.killed {
            let version = self.link.world().api.version;
            let now = self.now();
            if now >= due || (!deaf && version != known) {
                known = version;
                due = self.due(now).await;
            } else {
                let pause = 400.min(due - now).min(end - now);
                self.link.world().pass_time(pause.max(1));
            }
        }
    }

    /// Takes a pass; returns when the next one is due.
    async fn due(&mut self, now: i64) -> i64 {
        match self.pass().await {
            Came::Killed => now,
            Came::Again => {
                self.link.world().pass_time(MOMENT);
                now
            }
            Came::Wait(pause) | Came::Failed(pause) => now + pause,
            Came::Done => i64::MAX,
        }
    }

    fn now(&self) -> i64 {
        self.link.world().now
    }

    /// Without further faults a trace comes to rest, and then nothing is written any more.
    async fn settle(&mut self) {
        self.link.world().heal();
        let begin = self.now();
        let (mut due, mut known, mut since, mut passes) = (begin, 0, begin, 0);
        loop {
            if self.has_failed() || self.killed {
                return;
            }
            let now = self.now();
            let version = self.link.world().api.version;
            if version != known {
                since = now;
            } else if now - since >= REST {
                break;
            }
            if now - begin > LONGEST || passes > MOST_PASSES {
                let detail = format!(
                    "no rest after {passes} passes and {} s",
                    (now - begin) / 1000
                );
                self.link.world().violated(Invariant::Settles, detail);
                return;
            }
            if now >= due || version != known {
                known = version;
                passes += 1;
                due = self.due(now).await;
            } else {
                let quiet = if now - since > 3_000 { 2_000 } else { 200 };
                self.link.world().pass_time(quiet.min(due - now).max(1));
            }
        }
        invariants::settled(&mut self.link.world());
        self.rests().await;
    }

    /// A restart, resyncs and a label on the resource are no reason to write.
    async fn rests(&mut self) {
        let before = self.link.world().witness.changes;
        self.restart();
        for pass in 0..3 {
            if pass == 1 {
                self.link.world().happen(&super::history::Event::Labelled);
            }
            self.pass().await;
            self.link.world().pass_time(MOMENT);
        }
        let mut world = self.link.world();
        let after = world.witness.changes;
        if after != before {
            let detail = format!("{} writes at rest", after - before);
            world.violated(Invariant::NoWriteAtRest, detail);
        }
    }
}
