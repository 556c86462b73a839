//! Sums of what pods counted since their baseline.

use std::collections::BTreeMap;
use std::iter::Sum;

use ubermench_crds::{Baseline, GateNumbers, PodCount};

use crate::rollout::Pod;

/// What a pod, or all pods of a side, did since the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) samples: i64,
    pub(super) errors: i64,
    pub(super) database_errors: i64,
    /// By upper bound, in microseconds.
    latency: BTreeMap<i64, i64>,
}

/// What a pod did since its baseline; `None` for one that has none, or that gives no answer.
pub(super) fn since(baseline: &Baseline, pod: &Pod) -> Option<Tally> {
    let counts = pod.counts.as_ref()?;
    let base = baseline.pods.iter().find(|base| base.pod == pod.uid)?;
    let nothing = PodCount::default();
    // A container that started anew counts from zero; the kubelet may tell of it later than the counts do.
    let anew = pod.restarts != base.restarts
        || counts.samples < base.samples
        || counts.errors < base.errors
        || counts.database_errors < base.database_errors;
    let base = if anew { &nothing } else { base };
    let before = |bound: i64| {
        let known = base
            .latency
            .iter()
            .find(|each| each.up_to_microseconds == bound);
        known.map_or(0, |each| each.samples)
    };
    let latency = counts.latency.iter().map(|each| {
        let bound = each.up_to_microseconds;
        (bound, (each.samples - before(bound)).max(0))
    });
    Some(Tally {
        samples: counts.samples - base.samples,
        errors: counts.errors - base.errors,
        database_errors: counts.database_errors - base.database_errors,
        latency: latency.collect(),
    })
}

impl Tally {
    /// Microseconds within which 95 of 100 were done, between a bucket's bounds in proportion, as Prometheus has it.
    /// `None` without samples, and where it lies beyond the last bound.
    pub(super) fn p95(&self) -> Option<i64> {
        let wanted = self.samples * 95;
        let (mut below, mut lower) = (0, 0);
        for (upper, samples) in &self.latency {
            let within = below + samples;
            if *samples > 0 && within * 100 >= wanted {
                let share = (upper - lower) * (wanted - below * 100);
                return Some(lower + share / (samples * 100));
            }
            (below, lower) = (within, *upper);
        }
        None
    }

    pub(super) fn numbers(&self) -> GateNumbers {
        GateNumbers {
            samples: self.samples,
            errors: self.errors,
            p95_milliseconds: self.p95().map(|microseconds| microseconds / 1_000),
        }
    }
}

impl<'a> Sum<&'a Self> for Tally {
    fn sum<I: Iterator<Item = &'a Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut total, each| {
            total.samples += each.samples;
            total.errors += each.errors;
            total.database_errors += each.database_errors;
            for (bound, samples) in &each.latency {
                *total.latency.entry(*bound).or_default() += samples;
            }
            total
        })
    }
}
