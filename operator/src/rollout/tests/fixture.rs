//! One release in the middle of its way, for tables of single decisions: revision `old` serves with two pods, revision
//! `new` is on its way, in whatever phase a test asks for.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ubermench_crds::{
    Action, ActiveRevision, Approval, ApprovedBy, CandidateRevision, Color, Failure, LatencyCount,
    Phase, PreviousRevision, Transition, UbermenchDeploymentStatus, WorkOwner,
};

use super::counts::nothing;
use super::world::pod;
use crate::rollout::{
    Counts, Desired, Observed, Revision, ServiceView, Settings, Snapshot, Thresholds, Trouble,
    TroubleKind, Workload, numbers, phases,
};

/// When the phase began.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// Seconds after the phase began.
pub(crate) fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// A name as it stands in tables: the phase and the reason of its last transition, or nothing.
pub(crate) fn due(observed: &Observed, seconds: i64) -> Option<(Phase, String)> {
    let status = phases::due(observed, at(seconds))?;
    let reason = status.transition.map(|transition| transition.reason)?;
    (observed.status.transition.as_ref().map(|last| &last.reason) != Some(&reason))
        .then_some((status.phase, reason))
}

/// The same, as a table writes it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is compared with what may be nothing"
)]
pub(crate) fn to(phase: Phase, reason: &str) -> Option<(Phase, String)> {
    Some((phase, reason.to_owned()))
}

/// Evidence of a pod.
pub(crate) fn trouble(kind: TroubleKind) -> Trouble {
    Trouble {
        kind,
        pod: "pod-1".to_owned(),
        container: Some("bot".to_owned()),
        exit_code: Some(1),
        message: "it said why".to_owned(),
        log: vec!["last line".to_owned()],
    }
}

/// The release in a phase.
pub(crate) fn in_phase(phase: Phase) -> Observed {
    let serving = matches!(phase, Phase::Baking);
    let started = matches!(
        phase,
        Phase::Verifying | Phase::AwaitingApproval | Phase::Switching | Phase::Baking
    );
    let passed = started && phase != Phase::Verifying;
    let revisions = BTreeMap::from([
        ("old".to_owned(), revision("old", Color::Blue, true, true)),
        (
            "new".to_owned(),
            revision("new", Color::Green, started, passed),
        ),
    ]);
    let active = if serving { "new" } else { "old" };
    Observed {
        name: "handy".to_owned(),
        generation: 3,
        status: status(phase),
        settings: settings(),
        internal_secret: true,
        desired: Desired::Revision {
            name: "new".to_owned(),
            image: "image:new".to_owned(),
        },
        rotated: std::collections::BTreeSet::new(),
        deliveries: Vec::new(),
        requests: Vec::new(),
        active_service: Some(view(&revisions, active)),
        preview_service: Some(view(&revisions, if started { "new" } else { "old" })),
        revisions,
        budget: None,
        autoscaler: None,
        blocked: None,
        work: Some(if serving {
            owner("new", 5)
        } else {
            owner("old", 4)
        }),
    }
}

impl Observed {
    /// The spec asks for another revision.
    pub(crate) fn asking_for(mut self, name: &str) -> Self {
        self.desired = Desired::Revision {
            name: name.to_owned(),
            image: format!("image:{name}"),
        };
        self
    }

    /// Somebody asks for an action.
    pub(crate) fn with_request(mut self, action: Action, token: &str) -> Self {
        self.requests.push((action, token.to_owned()));
        self
    }

    /// The metrics gate is on, and every pod has told what it counted: nothing yet, where its judgement began.
    pub(crate) fn judged_by_numbers(mut self) -> Self {
        self.settings.metrics = Some(Thresholds {
            max_errors: 500,
            max_p95_milliseconds: 2_000,
            min_samples: 20,
        });
        for pod in self.revisions.values_mut().flat_map(|each| &mut each.pods) {
            pod.counts = Some(nothing());
        }
        if let Some(begun) = numbers::begin(&self) {
            self.status = begun;
        }
        self
    }

    /// A pod did something, each sample within those microseconds.
    pub(crate) fn with_counts(mut self, pod: &str, samples: i64, errors: i64, took: i64) -> Self {
        let mut pods = self.revisions.values_mut().flat_map(|each| &mut each.pods);
        let pod = pods.find(|each| each.uid == pod).unwrap();
        pod.counts = Some(Counts {
            samples,
            errors,
            latency: vec![LatencyCount {
                up_to_microseconds: took,
                samples,
            }],
            ..nothing()
        });
        self
    }

    /// What a pod of a revision counted.
    pub(crate) fn counts_mut(&mut self, revision: &str, pod: usize) -> &mut Counts {
        self.of(revision).pods[pod].counts.as_mut().unwrap()
    }

    /// The candidate has a person's approval.
    pub(crate) fn approved(mut self) -> Self {
        self.candidate_mut().approved = Some(ApprovedBy {
            token: "new/1".to_owned(),
            time: Time(start()),
        });
        self
    }

    /// The candidate's state.
    pub(crate) fn candidate_mut(&mut self) -> &mut CandidateRevision {
        self.status.candidate.as_mut().unwrap()
    }

    /// What exists of a revision.
    pub(crate) fn of(&mut self, name: &str) -> &mut Revision {
        self.revisions.get_mut(name).unwrap()
    }

    /// A Service selects another revision, and its endpoints have followed.
    pub(crate) fn pointing_at(mut self, name: &str) -> Self {
        self.active_service = Some(view(&self.revisions, name));
        self
    }

    /// A revision that served once and is kept only as record and snapshot.
    pub(crate) fn with_cold(mut self, name: &str) -> Self {
        let cold = Revision {
            deployment: None,
            pods: Vec::new(),
            ..revision(name, Color::Blue, false, true)
        };
        self.revisions.insert(name.to_owned(), cold);
        self
    }
}

fn revision(name: &str, color: Color, ready: bool, passed: bool) -> Revision {
    let pods = (1..=2).map(|number| {
        let mut pod = pod(&format!("{name}-{number}"), start());
        pod.ready = ready;
        pod
    });
    Revision {
        image: format!("image:{name}"),
        recorded: Some(if name == "old" { 1 } else { 2 }),
        passes: passed.then_some(7).into_iter().collect(),
        snapshot: Some(Snapshot::Kept),
        deployment: Some(Workload {
            color,
            replicas: 2,
            paused: true,
            has_replica_set: true,
            drifted: false,
            refused: None,
        }),
        pods: pods.collect(),
        ..Revision::default()
    }
}

fn view(revisions: &BTreeMap<String, Revision>, name: &str) -> ServiceView {
    let ready = revisions.get(name).into_iter().flat_map(Revision::ready);
    ServiceView {
        revision: Some(name.to_owned()),
        drifted: false,
        ready: ready.map(|pod| pod.uid.clone()).collect(),
    }
}

fn owner(revision: &str, epoch: i64) -> WorkOwner {
    WorkOwner {
        epoch,
        revision: revision.to_owned(),
    }
}

fn settings() -> Settings {
    Settings {
        paused: false,
        replicas: 2,
        autoscaling: None,
        disruption_budget: true,
        migrations: true,
        approval: Approval::Automatic,
        approval_seconds: 3_600,
        smoke: true,
        smoke_seconds: 120,
        metrics: None,
        bake_seconds: 60,
        warm_seconds: 300,
        start_seconds: 300,
        migrate_seconds: 600,
        notifications: Vec::new(),
        settle_seconds: 5,
        history_limit: 5,
    }
}

fn status(phase: Phase) -> UbermenchDeploymentStatus {
    let release = !matches!(phase, Phase::Stable | Phase::Failed);
    let serving = phase == Phase::Baking;
    let passed = matches!(
        phase,
        Phase::AwaitingApproval | Phase::Switching | Phase::Baking
    );
    let active = |name: &str, color| ActiveRevision {
        revision: name.to_owned(),
        color,
        image: format!("image:{name}"),
        since: Time(start()),
    };
    let previous = PreviousRevision {
        revision: "old".to_owned(),
        color: Color::Blue,
        image: "image:old".to_owned(),
        warm_until: Time(at(300)),
    };
    let moves = matches!(phase, Phase::Switching | Phase::Baking);
    UbermenchDeploymentStatus {
        phase,
        active: Some(if serving {
            active("new", Color::Green)
        } else {
            active("old", Color::Blue)
        }),
        previous: serving.then_some(previous),
        candidate: release.then(candidate).map(|mut candidate| {
            if passed {
                candidate.passed_pods = vec!["new-1".to_owned(), "new-2".to_owned()];
            }
            candidate
        }),
        work: Some(if moves {
            owner("new", 5)
        } else {
            owner("old", 4)
        }),
        last_attempt: 7,
        failure: (phase == Phase::Failed).then(failure),
        transition: Some(Transition {
            sequence: 9,
            from: Phase::Stable,
            to: phase,
            reason: "Before".to_owned(),
            message: String::new(),
            revision: "new".to_owned(),
            time: Time(start()),
        }),
        ..UbermenchDeploymentStatus::default()
    }
}

fn candidate() -> CandidateRevision {
    CandidateRevision {
        revision: "new".to_owned(),
        color: Color::Green,
        image: "image:new".to_owned(),
        attempt: 7,
        cause: "RevisionChanged".to_owned(),
        started_at: Time(start()),
        phase_started_at: Time(start()),
        paused_at: None,
        gates: Vec::new(),
        baseline: None,
        passed_pods: Vec::new(),
        approved: None,
        durations: Vec::new(),
    }
}

fn failure() -> Failure {
    Failure {
        reason: "CrashLoop".to_owned(),
        phase: Phase::Starting,
        revision: "new".to_owned(),
        image: "image:new".to_owned(),
        attempt: 7,
        pod: None,
        container: None,
        exit_code: None,
        log: Vec::new(),
        message: "it ended".to_owned(),
        time: Time(start()),
    }
}
