//! A small cluster: pods that start, Jobs that end, endpoints that lag, a database that goes away, and people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use ubermench_crds::{Action, Approval, Phase, UbermenchDeploymentStatus, WorkOwner};

use super::counts::{nothing, work};
use super::happening::Happening;
use crate::rollout::{
    BudgetView, Counts, Desired, JobState, Observed, Pod, Revision, ServiceView, Settings,
    Snapshot, Thresholds, Trouble, TroubleKind, decide,
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a world"
)]
pub(super) struct World {
    pub(super) status: UbermenchDeploymentStatus,
    pub(super) desired: usize,
    /// Whether that is so by contents of Secrets alone.
    rotates: bool,
    /// What the active Service selects, by name; `None` while it does not exist.
    pub(super) active: Option<String>,
    pub(super) row: WorkOwner,
    pub(super) damaged: bool,
    pub(super) preview: Option<String>,
    active_ready: BTreeSet<String>,
    pub(super) preview_ready: BTreeSet<String>,
    pub(super) settings: Settings,
    pub(super) revisions: BTreeMap<String, Revision>,
    pub(super) internal_secret: bool,
    pub(super) budget: Option<String>,
    pub(super) requests: Vec<(Action, String)>,
    secret_missing: bool,
    pub(super) database_away: bool,
    pub(super) now: Timestamp,
    pods_made: usize,
    pub(super) asked: usize,
}

/// How many revisions there are.
pub(super) const REVISIONS: usize = 5;
const CRASHES: usize = 2;
const GOES_BAD: usize = 3;
/// Is ready, and fails at what it is to do.
const ERRS: usize = 4;

const THRESHOLDS: Thresholds = Thresholds {
    max_errors: 500,
    max_p95_milliseconds: 2_000,
    min_samples: 20,
};

fn name(number: usize) -> String {
    format!("rev{number}")
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            status: UbermenchDeploymentStatus::default(),
            desired: 0,
            rotates: false,
            active: None,
            row: WorkOwner {
                epoch: 5,
                revision: "of another time".to_owned(),
            },
            damaged: false,
            preview: None,
            active_ready: BTreeSet::new(),
            preview_ready: BTreeSet::new(),
            settings: Settings {
                paused: false,
                replicas: 2,
                autoscaling: None,
                disruption_budget: true,
                migrations: true,
                approval: Approval::Automatic,
                approval_seconds: 3_600,
                smoke: true,
                smoke_seconds: 120,
                metrics: Some(THRESHOLDS),
                bake_seconds: 60,
                warm_seconds: 300,
                start_seconds: 300,
                migrate_seconds: 600,
                notifications: Vec::new(),
                settle_seconds: 5,
                history_limit: 2,
            },
            revisions: BTreeMap::new(),
            internal_secret: false,
            budget: None,
            requests: Vec::new(),
            secret_missing: false,
            database_away: false,
            now: Timestamp::from_second(1_800_000_000).unwrap(),
            pods_made: 0,
            asked: 0,
        }
    }

    /// Whether nothing is wrong with a revision.
    pub(super) fn is_good(revision: &str) -> bool {
        ![CRASHES, GOES_BAD, ERRS]
            .map(name)
            .iter()
            .any(|bad| bad == revision)
    }

    pub(super) fn desired_name(&self) -> String {
        name(self.desired)
    }

    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Pass => drop(self.pass()),
            Happening::KilledPass => drop(decide(&self.observe(), self.now)),
            Happening::PodsMove(number) => self.move_pods(number),
            Happening::EndpointsFollow => self.follow(),
            Happening::JobsEnd => self.end_jobs(),
            Happening::TimePasses(seconds) => self.now += SignedDuration::from_secs(seconds),
            Happening::Edit(number) => (self.desired, self.rotates) = (number, false),
            Happening::Rotate(number) => (self.desired, self.rotates) = (number, true),
            Happening::PodDies(number) => {
                if let Some(revision) = self.revisions.get_mut(&name(number)) {
                    revision.pods.pop();
                }
            }
            Happening::Scale(replicas) => self.settings.replicas = replicas,
            Happening::Pause(paused) => self.settings.paused = paused,
            Happening::SelectorDamaged => self.damaged = self.active.is_some(),
            Happening::DatabaseAway(away) => self.lose_database(away),
            Happening::Metrics(enabled) => self.settings.metrics = enabled.then_some(THRESHOLDS),
            Happening::SecretMissing(missing) => self.secret_missing = missing,
            Happening::DeploymentDeleted(number) => {
                if let Some(revision) = self.revisions.get_mut(&name(number)) {
                    revision.deployment = None;
                    revision.pods.clear();
                }
            }
            Happening::JobsDeleted => {
                for revision in self.revisions.values_mut() {
                    revision.migrations.clear();
                    revision.smokes.clear();
                    revision.halted.clear();
                }
            }
            Happening::JobsSuspended => {
                for revision in self.revisions.values_mut() {
                    let jobs = revision.migrations.iter().chain(&revision.smokes);
                    let halted = jobs
                        .filter(|(_, job)| matches!(job, JobState::Running(_)))
                        .map(|(attempt, _)| *attempt);
                    revision.halted = halted.collect();
                }
            }
            Happening::SnapshotsUnheld => {
                for revision in self.revisions.values_mut() {
                    revision.snapshot = revision.snapshot.map(|_| Snapshot::Unheld);
                }
            }
            Happening::BudgetDeleted => self.budget = None,
            Happening::Ask(action, number, word) => {
                self.requests.retain(|(of, _)| *of != action);
                self.requests
                    .push((action, format!("{}/{word}", name(number))));
            }
            Happening::AskWell(action) => self.ask_well(action),
            Happening::Approval(approval) => self.settings.approval = approval,
            Happening::StatusLost => self.status = UbermenchDeploymentStatus::default(),
        }
    }

    /// Nobody interferes any more.
    pub(super) fn calm(&mut self) {
        self.settings.paused = false;
        self.lose_database(false);
        self.secret_missing = false;
        self.settings.approval = Approval::Automatic;
    }

    /// Everything goes its way until nothing is written any more, also not when time passes.
    pub(super) fn settle(&mut self) {
        let mut idle = 0;
        for _ in 0..2_000 {
            idle = if self.pass() { 0 } else { idle + 1 };
            if idle > 40 {
                return;
            }
            for number in 0..REVISIONS {
                self.move_pods(number);
            }
            self.follow();
            self.end_jobs();
            self.now += SignedDuration::from_secs(10);
        }
        panic!(
            "writes without an end: {:?}",
            decide(&self.observe(), self.now)
        );
    }

    /// One pass; whether it wrote.
    pub(super) fn pass(&mut self) -> bool {
        let observed = self.observe();
        let decision = decide(&observed, self.now);
        if let Some(act) = decision.act {
            assert_eq!(
                decision.status.phase, self.status.phase,
                "an intent and an act in one pass"
            );
            return self.act(act, &observed);
        }
        let changed = decision.status != self.status;
        let (before, after) = (
            self.status.transition.as_ref(),
            decision.status.transition.as_ref(),
        );
        if let (Some(before), Some(after)) = (before, after) {
            assert!(after.sequence >= before.sequence, "transitions count up");
        }
        assert!(
            decision.status.last_attempt >= self.status.last_attempt,
            "attempts count up"
        );
        if before != after
            && let Some(transition) = after
        {
            self.check(transition, &decision.status);
        }
        self.status = decision.status;
        changed
    }

    pub(super) fn observe(&self) -> Observed {
        let desired = if self.secret_missing {
            Desired::Missing {
                message: "Secret is missing".to_owned(),
            }
        } else {
            Desired::Revision {
                name: name(self.desired),
                image: format!("image:{}", self.desired),
            }
        };
        let view = |selected: &Option<String>, ready: &BTreeSet<String>, damaged: bool| {
            selected.as_ref().map(|selected| ServiceView {
                revision: (!damaged).then(|| selected.clone()),
                drifted: damaged,
                ready: ready.clone(),
            })
        };
        Observed {
            name: "handy".to_owned(),
            rotated: if self.rotates {
                self.revisions.keys().cloned().collect()
            } else {
                BTreeSet::new()
            },
            deliveries: Vec::new(),
            requests: self.requests.clone(),
            generation: 1,
            status: self.status.clone(),
            settings: self.settings.clone(),
            internal_secret: self.internal_secret,
            desired,
            revisions: self.revisions.clone(),
            active_service: view(&self.active, &self.active_ready, self.damaged),
            preview_service: view(&self.preview, &self.preview_ready, false),
            budget: self.budget.as_ref().map(|kept| BudgetView {
                owned: true,
                revision: Some(kept.clone()),
                drifted: false,
            }),
            autoscaler: None,
            blocked: None,
            work: (!self.database_away
                && self.revisions.values().any(|each| each.ready().count() > 0))
            .then(|| self.row.clone()),
        }
    }

    /// The Deployment controller and the kubelet, for one revision.
    fn move_pods(&mut self, number: usize) {
        let is_active =
            self.status.phase == Phase::Baking && self.active.as_ref() == Some(&name(number));
        let Some(revision) = self.revisions.get_mut(&name(number)) else {
            return;
        };
        let Some(deployment) = revision.deployment.as_mut() else {
            revision.pods.clear();
            return;
        };
        deployment.has_replica_set = true;
        let wanted = usize::try_from(deployment.replicas).unwrap();
        revision.pods.truncate(wanted);
        while revision.pods.len() < wanted {
            self.pods_made += 1;
            let uid = format!("pod{}", self.pods_made);
            let mut pod = pod(&uid, self.now);
            pod.counts = Some(Counts {
                database: !self.database_away,
                ..nothing()
            });
            revision.pods.push(pod);
        }
        for pod in &mut revision.pods {
            match number {
                CRASHES => pod.trouble = Some(pod.last.clone()),
                GOES_BAD if is_active && pod.ready => {
                    (pod.ready, pod.since) = (false, Some(self.now));
                }
                GOES_BAD if is_active => {}
                _ if !pod.ready => {
                    (pod.ready, pod.since) = (true, Some(self.now));
                }
                _ => {}
            }
            if is_active {
                let fails = number == ERRS || self.database_away;
                work(pod, 7, if fails { 7 } else { 0 });
            }
        }
    }

    fn follow(&mut self) {
        let ready = |selected: &Option<String>| -> BTreeSet<String> {
            let revision = selected.as_ref().and_then(|name| self.revisions.get(name));
            revision
                .into_iter()
                .flat_map(Revision::ready)
                .map(|pod| pod.uid.clone())
                .collect()
        };
        self.active_ready = if self.damaged {
            BTreeSet::new()
        } else {
            ready(&self.active)
        };
        self.preview_ready = ready(&self.preview);
    }

    fn end_jobs(&mut self) {
        self.make_samples();
        for revision in self.revisions.values_mut() {
            let halted = &revision.halted;
            let jobs = revision
                .migrations
                .iter_mut()
                .chain(revision.smokes.iter_mut());
            for (_, job) in jobs.filter(|(attempt, _)| !halted.contains(attempt)) {
                *job = JobState::Succeeded("done".to_owned());
            }
        }
    }
}

pub(super) fn pod(uid: &str, now: Timestamp) -> Pod {
    let last = Trouble {
        kind: TroubleKind::Crash,
        pod: uid.to_owned(),
        container: Some("bot".to_owned()),
        exit_code: None,
        message: String::new(),
        log: Vec::new(),
    };
    Pod {
        name: uid.to_owned(),
        uid: uid.to_owned(),
        ready: false,
        since: Some(now),
        trouble: None,
        last,
        restarts: 0,
        counts: None,
    }
}
