//! Tables of judgements: the thresholds, one pod and all, and what a baseline keeps out.

use ubermench_crds::{LatencyCount, Phase};

use super::*;
use crate::rollout::tests::fixture::in_phase;

/// In Baking, where `new` serves and `old` is warm, both judged from now on.
fn baking() -> Observed {
    in_phase(Phase::Baking).judged_by_numbers()
}

fn verdict(observed: &Observed) -> Verdict {
    Numbers::of(observed).unwrap().verdict()
}

fn reason(observed: &Observed) -> Option<Reason> {
    match verdict(observed) {
        Verdict::Broken { reason, .. } => Some(reason),
        Verdict::Sound | Verdict::TooFew => None,
    }
}

#[test]
fn thresholds_are_those_of_the_spec_all_together_and_each_pod() {
    const FAST: i64 = 5_000;
    // Samples and errors of either pod, and in how many microseconds.
    let cases = [
        ((19, 0, FAST), (0, 0, FAST), Some(Verdict::TooFew), None),
        ((20, 1, FAST), (0, 0, FAST), Some(Verdict::Sound), None),
        ((20, 2, FAST), (0, 0, FAST), None, Some(Reason::ErrorRatio)),
        ((10, 1, FAST), (10, 1, FAST), None, Some(Reason::ErrorRatio)),
        (
            (100, 0, FAST),
            (25, 5, FAST),
            None,
            Some(Reason::ErrorRatio),
        ),
        ((100, 0, FAST), (19, 5, FAST), Some(Verdict::Sound), None),
        ((20, 0, 2_000_000), (0, 0, FAST), Some(Verdict::Sound), None),
        (
            (20, 0, 5_000_000),
            (0, 0, FAST),
            None,
            Some(Reason::Latency),
        ),
        (
            (1_000, 0, FAST),
            (20, 0, 5_000_000),
            None,
            Some(Reason::Latency),
        ),
    ];
    for (first, second, sound, broken) in cases {
        let observed = baking()
            .with_counts("new-1", first.0, first.1, first.2)
            .with_counts("new-2", second.0, second.1, second.2);
        if let Some(sound) = sound {
            assert_eq!(verdict(&observed), sound, "{first:?} {second:?}");
        }
        assert_eq!(reason(&observed), broken, "{first:?} {second:?}");
    }
}

#[test]
fn pod_that_is_bad_alone_is_named() {
    let observed = baking()
        .with_counts("new-1", 200, 0, 5_000)
        .with_counts("new-2", 25, 5, 5_000);
    let Verdict::Broken { pod, message, .. } = verdict(&observed) else {
        panic!("{:?}", verdict(&observed));
    };
    assert_eq!(pod.as_deref(), Some("new-2"));
    assert!(message.contains("5 of 25"), "{message}");
}

#[test]
fn only_what_came_after_the_baseline_is_judged() {
    let before = in_phase(Phase::Baking).with_counts("new-1", 1_000, 1_000, 9_000_000);
    let mut observed = before.judged_by_numbers();
    observed.candidate_mut().baseline = None;
    observed = observed.with_counts("new-1", 1_000, 1_000, 9_000_000);
    observed.status = begin(&observed).unwrap();
    assert_eq!(verdict(&observed), Verdict::TooFew);
    let count = observed.counts_mut("new", 0);
    count.samples += 30;
    count.latency.insert(
        0,
        LatencyCount {
            up_to_microseconds: 5_000,
            samples: 30,
        },
    );
    assert_eq!(verdict(&observed), Verdict::Sound);
    let numbers = Numbers::of(&observed).unwrap().numbers();
    assert_eq!((numbers.samples, numbers.errors), (30, 0));
    assert_eq!(numbers.p95_milliseconds, Some(4));
}

#[test]
fn baseline_of_another_attempt_or_phase_counts_for_nothing() {
    let bad = || baking().with_counts("new-1", 100, 50, 5_000);
    assert_eq!(reason(&bad()), Some(Reason::ErrorRatio));
    let mut other = bad();
    other.candidate_mut().attempt = 8;
    assert!(Numbers::of(&other).is_none());
    let mut phase = bad();
    phase.candidate_mut().baseline.as_mut().unwrap().phase = Phase::Verifying;
    assert!(Numbers::of(&phase).is_none());
    phase.status = begin(&phase).unwrap();
    assert_eq!(verdict(&phase), Verdict::TooFew, "noted anew from here on");
}

#[test]
fn container_that_started_anew_counts_from_zero() {
    let mut observed = baking();
    observed = observed.with_counts("new-1", 500, 0, 5_000);
    observed.candidate_mut().baseline = None;
    observed.status = begin(&observed).unwrap();
    // Fewer than before: the kubelet has not told of the restart yet.
    observed = observed.with_counts("new-1", 30, 10, 5_000);
    assert_eq!(reason(&observed), Some(Reason::ErrorRatio));
    // More than before, and the kubelet has told.
    observed = observed.with_counts("new-1", 510, 100, 5_000);
    observed.of("new").pods[0].restarts = 1;
    let numbers = Numbers::of(&observed).unwrap().numbers();
    assert_eq!((numbers.samples, numbers.errors), (510, 100));
}

#[test]
fn pods_are_noted_once_each_at_their_first_answer() {
    let mut observed = baking();
    assert_eq!(begin(&observed), None, "all are noted");
    observed.of("new").pods[1].uid = "new-3".to_owned();
    assert!(!covers(&observed));
    assert!(Numbers::of(&observed).unwrap().silent().is_some());
    observed.status = begin(&observed).unwrap();
    assert_eq!(begin(&observed), None);
    assert!(covers(&observed));
    observed.of("new").pods[0].counts = None;
    let numbers = Numbers::of(&observed).unwrap();
    assert_eq!(numbers.silent().map(|pod| pod.uid.as_str()), Some("new-1"));
}

#[test]
fn nothing_is_asked_or_noted_where_nothing_is_judged() {
    for phase in [
        Phase::Stable,
        Phase::Starting,
        Phase::Switching,
        Phase::RollingBack,
    ] {
        let observed = in_phase(phase).judged_by_numbers();
        assert!(judged_by_numbers(&observed).is_empty(), "{phase:?}");
        assert_eq!(begin(&observed), None, "{phase:?}");
    }
    let mut off = baking();
    off.settings.metrics = None;
    assert!(Numbers::of(&off).is_none());
    assert_eq!(judged_by_numbers(&baking()), ["new", "old"]);
}
