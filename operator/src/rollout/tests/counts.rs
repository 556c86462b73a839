//! What the simulated pods count.

use ubermench_crds::LatencyCount;

use super::world::World;
use crate::rollout::{Counts, JobState, Pod};

impl World {
    /// The database goes away, or is there again, and every pod notices.
    pub(super) fn lose_database(&mut self, away: bool) {
        self.database_away = away;
        let pods = self.revisions.values_mut().flat_map(|each| &mut each.pods);
        for counts in pods.filter_map(|pod| pod.counts.as_mut()) {
            counts.database = !away;
            counts.database_errors += i64::from(away);
        }
    }

    /// Smoke Jobs under way make samples.
    pub(super) fn make_samples(&mut self) {
        for revision in self.revisions.values_mut() {
            let mut smokes = revision.smokes.values();
            if smokes.any(|job| *job == JobState::Running(None)) {
                for pod in &mut revision.pods {
                    work(pod, 20, 0);
                }
            }
        }
    }
}

/// A pod does something, quickly.
pub(super) fn work(pod: &mut Pod, samples: i64, errors: i64) {
    let counts = pod.counts.get_or_insert_with(nothing);
    counts.samples += samples;
    counts.errors += errors;
    counts.latency = vec![LatencyCount {
        up_to_microseconds: 5_000,
        samples: counts.samples,
    }];
}

/// What a pod has counted that has just started.
pub(super) fn nothing() -> Counts {
    Counts {
        samples: 0,
        errors: 0,
        database_errors: 0,
        database: true,
        latency: Vec::new(),
    }
}
