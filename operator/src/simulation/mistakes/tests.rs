//! Each mistake is made until it is caught, and by what is written down here.

use std::sync::atomic::{AtomicUsize, Ordering};

use ubermench_crds::Action;

use super::super::controllers::Controller;
use super::super::history::{Aim, Event, History, Setting, Side, Step};
use super::super::invariants::Invariant;
use super::super::run;
use super::super::tests::runtime;
use super::{MADE, Mistake};
use crate::metrics::Metrics;

/// Worlds in which a mistake is tried: how fast they are is chance.
const SEEDS: u64 = 12;

const SETTING: Setting = Setting {
    image: 0,
    replicas: 2,
    manual: false,
    bake: 2,
    smoke: true,
    metrics: false,
    migrations: true,
    history_limit: 2,
};

/// What catches a mistake.
#[rustfmt::skip]
const TABLE: [(Mistake, &[Invariant]); 35] = [
    (Mistake::CountersForEndpoints, &[Invariant::EnoughEndpoints, Invariant::WorkFollowsTraffic]),
    (Mistake::EndpointsWithoutUid, &[Invariant::EnoughEndpoints, Invariant::WorkFollowsTraffic]),
    (Mistake::FormerAttemptCounted, &[Invariant::GatesPassed]),
    (Mistake::OtherRevisionCounted, &[Invariant::GatesPassed]),
    (Mistake::UnknownCountedAsPassed, &[Invariant::GatesPassed]),
    (Mistake::PassNotRecorded, &[Invariant::GatesPassed]),
    (Mistake::ReplacedPodsServe, &[Invariant::JudgedPodsServe]),
    (Mistake::ApprovalSkipped, &[Invariant::ApprovalGiven]),
    (Mistake::IntentNotWritten, &[Invariant::IntentFirst]),
    (Mistake::ActWithoutVersion, &[Invariant::ConditionalWrites]),
    (Mistake::ScaledDownFirst, &[Invariant::InUseStays]),
    (Mistake::DeletedInUse, &[Invariant::InUseStays]),
    (Mistake::WarmDropped, &[Invariant::WarmStays]),
    (Mistake::RollbackToNothing, &[Invariant::PointedAtReadyPods]),
    (Mistake::RetryHonouredTwice, &[Invariant::TokensActOnce]),
    (Mistake::StalePromoteHonoured, &[Invariant::TokensActOnce]),
    (Mistake::PauseStopsRollback, &[Invariant::Settles]),
    (Mistake::PauseStopsScaling, &[Invariant::DriftPutBack]),
    (Mistake::DeadlineRunsWhilePaused, &[Invariant::PauseStopsClocks]),
    (Mistake::StaleGenerationActedOn, &[Invariant::ReadyIsTrue, Invariant::NewestEditServes]),
    (Mistake::SupersededCandidateKept, &[Invariant::NewestEditServes]),
    (Mistake::SupersededJobCounted, &[Invariant::MigratedFirst]),
    (Mistake::WorkBeforeService, &[Invariant::WorkFollowsTraffic]),
    (Mistake::WorkForgottenAtRestart, &[Invariant::Settles]),
    (Mistake::EpochBackwards, &[Invariant::EpochOnlyGrows]),
    (Mistake::LedgerIgnored, &[Invariant::MigrationOnce]),
    (Mistake::MigrationRetried, &[Invariant::MigrationJobIsTransport]),
    (Mistake::MigrationCutOff, &[Invariant::MigrationJobIsTransport]),
    (Mistake::EmptySelector, &[Invariant::SelectorIsRecorded]),
    (Mistake::DamagedSelectorBelieved, &[Invariant::DriftPutBack]),
    (Mistake::EventPerProcess, &[Invariant::OneEventEach]),
    (Mistake::StatusOnEveryPass, &[Invariant::Settles, Invariant::NoWriteAtRest]),
    (Mistake::FinalizerForever, &[Invariant::DeletedGoes]),
    (Mistake::EmptiedSecretRolledOut, &[Invariant::SecretsComplete]),
    (Mistake::ForeignTaken, &[Invariant::ForeignUntouched]),
];

/// A history that leads to where a mistake shows.
#[expect(clippy::too_many_lines, reason = "one arm for each mistake")]
fn path(mistake: Mistake, seed: u64) -> History {
    let mut setting = SETTING;
    let happens = |event| vec![Step::Happens(event)];
    let work = |length| vec![Step::Work(length)];
    let release = || work(12_000);
    let ask = |action, aim| [happens(Event::Ask(action, aim)), work(3_000)].concat();
    let next = || [release(), happens(Event::Edit(1)), release()].concat();
    let steps = match mistake {
        Mistake::PassNotRecorded
        | Mistake::IntentNotWritten
        | Mistake::ActWithoutVersion
        | Mistake::WorkBeforeService
        | Mistake::WorkForgottenAtRestart
        | Mistake::EpochBackwards
        | Mistake::MigrationRetried
        | Mistake::EventPerProcess
        | Mistake::StatusOnEveryPass => release(),
        Mistake::ScaledDownFirst
        | Mistake::DeletedInUse
        | Mistake::WarmDropped
        | Mistake::SupersededJobCounted
        | Mistake::LedgerIgnored
        | Mistake::EmptySelector => next(),
        Mistake::CountersForEndpoints | Mistake::EndpointsWithoutUid => {
            let frozen = Event::Frozen(Controller::Endpoints, 4_000);
            [
                release(),
                happens(Event::Edit(1)),
                work(5_000),
                happens(frozen),
                work(5_000),
            ]
            .concat()
        }
        Mistake::OtherRevisionCounted => [release(), happens(Event::Edit(7)), release()].concat(),
        Mistake::UnknownCountedAsPassed => {
            setting.image = 8;
            release()
        }
        Mistake::ApprovalSkipped => {
            setting.manual = true;
            release()
        }
        Mistake::FormerAttemptCounted | Mistake::ReplacedPodsServe => {
            setting.manual = true;
            let approved = ask(Action::Promote, Aim::Right);
            [
                work(9_000),
                happens(Event::PodDeleted(0)),
                work(4_000),
                approved,
            ]
            .concat()
        }
        Mistake::StalePromoteHonoured => {
            setting.manual = true;
            [work(9_000), ask(Action::Promote, Aim::Other)].concat()
        }
        Mistake::RollbackToNothing => {
            // The pods of what serves, while the next one starts.
            let crashes = [0, 3]
                .map(|pod| Step::Happens(Event::PodCrashes(pod)))
                .to_vec();
            let edit = happens(Event::Edit(12));
            [release(), edit, work(2_000), crashes, release()].concat()
        }
        Mistake::RetryHonouredTwice => {
            setting.image = 7;
            [release(), ask(Action::Retry, Aim::Right), work(20_000)].concat()
        }
        Mistake::PauseStopsRollback => {
            setting.bake = 4;
            let until_it_serves = work(6_000 + 300 * i64::try_from(seed).unwrap());
            let (edit, pause) = (happens(Event::Edit(12)), happens(Event::Pause(true)));
            [release(), edit, until_it_serves, pause, release()].concat()
        }
        Mistake::PauseStopsScaling => [
            release(),
            happens(Event::Pause(true)),
            happens(Event::Scale(3)),
            work(3_000),
        ]
        .concat(),
        Mistake::DeadlineRunsWhilePaused => {
            setting.image = 6;
            let pause = [
                happens(Event::Pause(true)),
                work(15_000),
                happens(Event::Pause(false)),
            ];
            [work(6_000), pause.concat(), work(9_000)].concat()
        }
        Mistake::StaleGenerationActedOn | Mistake::SupersededCandidateKept => {
            [work(3_000), happens(Event::Edit(1)), release()].concat()
        }
        Mistake::MigrationCutOff => {
            setting.image = 11;
            [work(4_000), happens(Event::Edit(0)), work(5_000)].concat()
        }
        Mistake::DamagedSelectorBelieved => [
            next(),
            happens(Event::SelectorTurned(Side::Active)),
            work(3_000),
        ]
        .concat(),
        Mistake::FinalizerForever => [release(), happens(Event::ResourceDeleted)].concat(),
        Mistake::EmptiedSecretRolledOut => {
            [release(), happens(Event::SecretEmptied(0)), work(4_000)].concat()
        }
        Mistake::ForeignTaken => [happens(Event::ForeignObject(1)), work(9_000)].concat(),
    };
    History {
        seed,
        setting,
        killed_from: 0,
        steps,
    }
}

/// The promise that a mistake breaks first.
fn caught(mistake: Mistake, metrics: &Metrics) -> Option<Invariant> {
    MADE.set(Some(mistake));
    let found = runtime().block_on(async {
        for seed in 1..=SEEDS {
            let outcome = run::all(&path(mistake, seed), metrics).await;
            if let Some(failure) = outcome.failure {
                return Some(failure.violation.invariant);
            }
        }
        None
    });
    MADE.set(None);
    found
}

#[test]
fn each_mistake_is_caught_by_its_promise() {
    let next = AtomicUsize::new(0);
    let wrong: Vec<_> = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| uncaught(&next)));
        let found = threads.into_iter().map(|thread| thread.join().unwrap());
        found.flatten().collect()
    });
    assert!(wrong.is_empty(), "mistake, expected, caught: {wrong:#?}");
}

/// Those that are caught by nothing, or by something else.
fn uncaught(next: &AtomicUsize) -> Vec<(Mistake, &'static [Invariant], Option<Invariant>)> {
    let metrics = Metrics::new().unwrap();
    let rows = std::iter::from_fn(|| TABLE.get(next.fetch_add(1, Ordering::Relaxed)));
    rows.map(|(mistake, expected)| (*mistake, *expected, caught(*mistake, &metrics)))
        .filter(|(_, expected, caught)| !caught.is_some_and(|caught| expected.contains(&caught)))
        .collect()
}
