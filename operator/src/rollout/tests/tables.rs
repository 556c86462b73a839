//! Single decisions, told as stories with one end each.

use std::collections::BTreeMap;

use ubermench_crds::{GateOutcome, Phase};

use super::fixture::in_phase;
use super::happening::Happening;
use super::world::{REVISIONS, World};
use crate::rollout::{Act, Observed, Role, Workload, decide};

/// A world in which revision 0 serves and is settled.
fn settled() -> World {
    let mut world = World::new();
    world.settle();
    assert_eq!(world.status.phase, Phase::Stable);
    world
}

/// Goes on until a phase is reached.
fn until(world: &mut World, phase: Phase) {
    for _ in 0..300 {
        if world.status.phase == phase {
            return;
        }
        world.pass();
        for number in 0..REVISIONS {
            world.happen(Happening::PodsMove(number));
        }
        world.happen(Happening::EndpointsFollow);
        world.happen(Happening::JobsEnd);
        world.happen(Happening::TimePasses(1));
    }
    panic!(
        "{phase:?} is never reached, only {:?}: {}",
        world.status.phase, world.status.message
    );
}

fn active(world: &World) -> String {
    world
        .status
        .active
        .as_ref()
        .map(|active| active.revision.clone())
        .unwrap_or_default()
}

#[test]
fn settled_world_is_left_alone() {
    let world = settled();
    let observed = world.observe();
    let decision = decide(
        &observed,
        observed.status.transition.as_ref().unwrap().time.0,
    );
    assert_eq!(decision.act, None);
    assert_eq!(decision.status, observed.status);
}

#[test]
fn warm_revision_is_returned_to_without_gates() {
    let mut world = settled();
    world.happen(Happening::Edit(1));
    until(&mut world, Phase::Stable);
    while active(&world) != "rev1" || world.status.phase != Phase::Stable {
        world.pass();
        until(&mut world, Phase::Baking);
        until(&mut world, Phase::Stable);
    }
    let attempts = world.status.last_attempt;
    world.happen(Happening::Edit(0));
    world.pass();
    assert_eq!(world.status.phase, Phase::RollingBack);
    world.pass();
    assert_eq!(world.active.as_deref(), Some("rev0"));
    until(&mut world, Phase::Stable);
    assert_eq!(
        (active(&world).as_str(), world.status.last_attempt),
        ("rev0", attempts)
    );
}

#[test]
fn pause_does_not_stop_the_way_back() {
    let mut world = settled();
    world.happen(Happening::Edit(3));
    world.pass();
    until(&mut world, Phase::Baking);
    world.happen(Happening::Pause(true));
    until(&mut world, Phase::RollingBack);
    until(&mut world, Phase::Failed);
    assert_eq!(active(&world), "rev0");
    assert_eq!(
        world
            .status
            .failure
            .as_ref()
            .map(|failure| failure.revision.as_str()),
        Some("rev3")
    );
}

#[test]
fn pause_stops_the_clock() {
    let mut world = settled();
    world.happen(Happening::Edit(1));
    world.pass();
    until(&mut world, Phase::Starting);
    world.happen(Happening::Pause(true));
    world.pass();
    world.happen(Happening::TimePasses(10_000));
    world.pass();
    assert_eq!(world.status.phase, Phase::Starting);
    world.happen(Happening::Pause(false));
    world.pass();
    world.pass();
    assert_ne!(
        world.status.phase,
        Phase::Failed,
        "{}",
        world.status.message
    );
}

#[test]
fn crash_fails_by_its_evidence() {
    let mut world = settled();
    world.happen(Happening::Edit(2));
    world.pass();
    until(&mut world, Phase::Failed);
    let failure = world.status.failure.clone().unwrap();
    assert_eq!(
        (failure.reason.as_str(), failure.phase),
        ("CrashLoop", Phase::Starting)
    );
    assert!(failure.pod.is_some());
    assert_eq!(active(&world), "rev0");
}

#[test]
fn damaged_selector_is_repaired_towards_the_active_revision() {
    let mut world = settled();
    world.happen(Happening::SelectorDamaged);
    let decision = decide(&world.observe(), jiff::Timestamp::UNIX_EPOCH);
    assert!(
        matches!(decision.act, Some(Act::PointService { ref revision, .. }) if revision == "rev0"),
        "{:?}",
        decision.act
    );
}

#[test]
fn replaced_pod_is_judged_again_in_a_new_attempt() {
    let mut world = settled();
    world.happen(Happening::Edit(1));
    world.pass();
    until(&mut world, Phase::Verifying);
    let first = world.status.candidate.as_ref().unwrap().attempt;
    let has_passed = |world: &World| {
        !world
            .status
            .candidate
            .as_ref()
            .unwrap()
            .passed_pods
            .is_empty()
    };
    for _ in 0..20 {
        if has_passed(&world) {
            break;
        }
        world.pass();
        world.happen(Happening::JobsEnd);
    }
    assert!(has_passed(&world));
    world.happen(Happening::PodDies(1));
    world.happen(Happening::PodsMove(1));
    world.pass();
    let candidate = world.status.candidate.as_ref().unwrap();
    assert!(
        candidate.attempt > first && candidate.gates.is_empty(),
        "{candidate:?}"
    );
    until(&mut world, Phase::Baking);
    let candidate = world.status.candidate.as_ref().unwrap();
    assert!(
        candidate
            .gates
            .iter()
            .all(|gate| gate.attempt == candidate.attempt && gate.result == GateOutcome::Passed)
    );
}

#[test]
fn lost_status_is_rebuilt_from_what_serves() {
    let mut world = settled();
    world.happen(Happening::StatusLost);
    world.pass();
    assert_eq!(
        (active(&world).as_str(), world.status.phase),
        ("rev0", Phase::Stable)
    );
    world.settle();
    assert_eq!(world.row.revision, "rev0");
}

#[test]
fn size_follows_the_resource_in_every_phase() {
    for phase in [
        Phase::Stable,
        Phase::Snapshotting,
        Phase::Migrating,
        Phase::Starting,
        Phase::Verifying,
        Phase::AwaitingApproval,
        Phase::Switching,
        Phase::Baking,
        Phase::Failed,
    ] {
        for paused in [false, true] {
            let mut observed = in_phase(phase).asking_for("new");
            observed.settings.paused = paused;
            if let Some(candidate) = observed.status.candidate.as_mut() {
                candidate.paused_at = paused.then(|| candidate.started_at.clone());
            }
            observed.settings.replicas = 5;
            let sizes = sizes(&mut observed);
            let serving = if phase == Phase::Baking { "new" } else { "old" };
            assert_eq!(sizes.get(serving), Some(&5), "{phase:?}, paused {paused}");
            if phase == Phase::Baking {
                assert_eq!(sizes.get("old"), Some(&5), "the way back bears the load");
            }
            observed.settings.replicas = 1;
            let sizes = self::sizes(&mut observed);
            assert_eq!(sizes.get(serving), Some(&1), "{phase:?}, paused {paused}");
            if phase == Phase::Baking {
                assert_eq!(
                    sizes.get("old"),
                    Some(&5),
                    "the way back is not made smaller"
                );
            }
        }
    }
}

#[test]
fn candidate_starts_at_the_size_of_what_serves_and_is_made_no_smaller_before_the_switch() {
    let mut observed = in_phase(Phase::Starting);
    let third = crate::rollout::Pod {
        uid: "old-3".to_owned(),
        ..observed.of("old").pods[0].clone()
    };
    observed.of("old").pods.push(third);
    observed.of("old").deployment.as_mut().unwrap().replicas = 3;
    observed.settings.replicas = 1;
    observed.of("new").deployment = None;
    let started = sizes(&mut observed);
    assert_eq!(
        (started.get("old"), started.get("new")),
        (Some(&1), Some(&3))
    );
    observed.of("old").pods.truncate(1);
    assert_eq!(sizes(&mut observed).get("new"), Some(&3));
}

/// Carries out all changes of size that are due, and tells the sizes that come of them.
fn sizes(observed: &mut Observed) -> BTreeMap<String, i32> {
    for _ in 0..6 {
        let (revision, replicas) = match crate::rollout::acts::due(observed) {
            Some(Act::ApplyDeployment {
                revision, replicas, ..
            }) => (revision, replicas),
            Some(Act::PointService { role, revision }) => {
                let service = match role {
                    Role::Active => &mut observed.active_service,
                    Role::Preview => &mut observed.preview_service,
                };
                service.as_mut().unwrap().revision = Some(revision);
                continue;
            }
            _ => break,
        };
        let of = observed.of(&revision);
        let mut made = of.deployment.clone().unwrap_or(Workload {
            color: ubermench_crds::Color::Green,
            replicas,
            paused: true,
            has_replica_set: true,
            drifted: false,
            refused: None,
        });
        made.replicas = replicas;
        of.deployment = Some(made);
    }
    let sizes = observed.revisions.iter();
    sizes
        .filter_map(|(name, of)| Some((name.clone(), of.deployment.as_ref()?.replicas)))
        .collect()
}

#[test]
fn revision_that_fails_at_its_work_is_taken_back_by_its_numbers() {
    let mut world = settled();
    world.happen(Happening::Edit(4));
    world.pass();
    until(&mut world, Phase::RollingBack);
    until(&mut world, Phase::Failed);
    let failure = world.status.failure.clone().unwrap();
    assert_eq!(
        (failure.reason.as_str(), failure.phase),
        ("ErrorRatio", Phase::Baking)
    );
    assert_eq!(active(&world), "rev0");
    let gates = world.status.history[0].gates.iter();
    let told: Vec<_> = gates
        .map(|gate| (gate.name.as_str(), gate.result))
        .collect();
    let expected = [
        ("smoke", GateOutcome::Passed),
        ("metrics", GateOutcome::Passed),
        ("bake", GateOutcome::Failed),
    ];
    assert_eq!(told, expected);
}

#[test]
fn database_that_goes_away_in_the_bake_takes_nothing_back() {
    let mut world = settled();
    world.happen(Happening::Edit(1));
    world.pass();
    until(&mut world, Phase::Baking);
    for away in [true, false] {
        world.happen(Happening::DatabaseAway(away));
        for _ in 0..10 {
            world.happen(Happening::PodsMove(1));
            world.pass();
        }
    }
    until(&mut world, Phase::Stable);
    assert_eq!(active(&world), "rev1");
}
