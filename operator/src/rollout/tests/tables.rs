//! Single decisions, told as stories with one end each.

use ubermench_crds::{GateOutcome, Phase};

use super::world::{Happening, REVISIONS, World};
use crate::rollout::{Act, decide};

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
