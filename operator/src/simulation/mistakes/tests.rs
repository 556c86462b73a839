//! Each mistake is made until it is caught, and by what is written down here.

use ubermench_crds::Action;

use super::super::history::{Aim, Event, History, Setting, Side, Step};
use super::super::invariants::Invariant;
use super::super::run;
use super::super::tests::runtime;
use super::{MADE, Mistake};
use crate::metrics::Metrics;

/// Histories of chance in which a mistake may hide.
const HISTORIES: u64 = 400;

const SETTING: Setting = Setting {
    image: 0,
    replicas: 2,
    manual: false,
    bake: 2,
    smoke: true,
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
    (Mistake::StaleGenerationActedOn, &[Invariant::ReadyIsTrue]),
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

/// A history that leads straight to where a mistake shows; for most, chance does.
fn path(mistake: Mistake) -> Option<History> {
    let release = [Step::Work(12_000)];
    let edit = |image| [Step::Happens(Event::Edit(image))];
    let ask = |action, aim| [Step::Happens(Event::Ask(action, aim)), Step::Work(2_000)];
    let mut setting = SETTING;
    let steps = match mistake {
        Mistake::RollbackToNothing => [
            &release[..],
            &edit(12),
            &[Step::Work(6_000)],
            &[0, 1, 2, 3].map(|pod| Step::Happens(Event::PodCrashes(pod))),
            &[Step::Work(6_000)],
        ]
        .concat(),
        Mistake::RetryHonouredTwice => {
            setting.image = 7;
            [
                &release[..],
                &ask(Action::Retry, Aim::Right),
                &[Step::Work(20_000)],
            ]
            .concat()
        }
        Mistake::StalePromoteHonoured => {
            setting.manual = true;
            [&[Step::Work(8_000)][..], &ask(Action::Promote, Aim::Other)].concat()
        }
        Mistake::PauseStopsRollback => [
            &release[..],
            &edit(12),
            &[
                Step::Work(4_000),
                Step::Happens(Event::Pause(true)),
                Step::Work(9_000),
            ],
        ]
        .concat(),
        Mistake::DeadlineRunsWhilePaused => {
            setting.image = 6;
            [
                &[
                    Step::Work(6_000),
                    Step::Happens(Event::Pause(true)),
                    Step::Work(15_000),
                ][..],
                &[Step::Happens(Event::Pause(false)), Step::Work(9_000)],
            ]
            .concat()
        }
        Mistake::DamagedSelectorBelieved => [
            &release[..],
            &edit(1),
            &release,
            &[
                Step::Happens(Event::SelectorTurned(Side::Active)),
                Step::Work(3_000),
            ],
        ]
        .concat(),
        _ => return None,
    };
    Some(History {
        seed: 1,
        setting,
        killed_from: 0,
        steps,
    })
}

/// The promise that a mistake breaks first.
fn caught(mistake: Mistake, metrics: &Metrics) -> Option<Invariant> {
    MADE.set(Some(mistake));
    let broken = runtime().block_on(async {
        let by_chance = (1..=HISTORIES).map(History::of);
        for history in path(mistake).into_iter().chain(by_chance) {
            if let Some(failure) = run::all(&history, metrics).await.failure {
                return Some(failure.violation.invariant);
            }
        }
        None
    });
    MADE.set(None);
    broken
}

#[test]
fn each_mistake_is_caught_by_its_promise() {
    let metrics = Metrics::new().unwrap();
    let wrong: Vec<_> = TABLE
        .iter()
        .map(|(mistake, expected)| (*mistake, *expected, caught(*mistake, &metrics)))
        .filter(|(_, expected, caught)| !caught.is_some_and(|caught| expected.contains(&caught)))
        .collect();
    assert!(wrong.is_empty(), "mistake, expected, caught: {wrong:#?}");
}
