//! What the operator's acts do to the simulated world, and what none of them may do.

use ubermench_crds::{Color, WorkOwner};

use super::world::World;
use crate::rollout::{Act, JobState, Observed, Revision, Role, Snapshot, Workload};

impl World {
    /// Carries out an act; whether it wrote.
    pub(super) fn act(&mut self, act: Act, observed: &Observed) -> bool {
        match act {
            Act::CreateInternalSecret => self.internal_secret = true,
            Act::CreateSnapshot { revision } | Act::RemakeSnapshot { revision } => {
                self.of(revision).snapshot = Some(Snapshot::Kept);
            }
            Act::CreateRecord { revision } => {
                let numbers = self.revisions.values().filter_map(|each| each.recorded);
                self.of(revision).recorded = Some(numbers.max().unwrap_or_default() + 1);
            }
            Act::RunMigration { revision, attempt } => {
                self.of(revision)
                    .migrations
                    .insert(attempt, JobState::Running(None));
            }
            Act::RunSmoke { revision, attempt } => {
                self.of(revision)
                    .smokes
                    .insert(attempt, JobState::Running(None));
            }
            Act::RecordPass { revision, attempt } => drop(self.of(revision).passes.insert(attempt)),
            Act::ApplyDeployment {
                revision,
                color,
                replicas,
                ..
            } => {
                self.apply(revision, color, replicas, observed);
            }
            Act::DeleteDeployment { revision } => self.delete_deployment(revision),
            Act::PointService { role, revision } => self.point(role, revision, observed),
            Act::DropPreview => {
                self.preview = None;
                self.preview_ready.clear();
            }
            Act::ApplyBudget { revision } => self.keep(revision),
            Act::DropBudget => self.budget = None,
            Act::ApplyAutoscaler | Act::DropAutoscaler => {}
            Act::MoveWork(owner) => return self.move_work(owner),
            Act::ResumeJobs { revision, attempt } => self.resume(revision, attempt),
            Act::DeleteJobs { revision, attempt } => self.delete_jobs(revision, attempt),
            Act::Forget { revision } => {
                assert_ne!(
                    self.active.as_ref(),
                    Some(&revision),
                    "the active revision is forgotten"
                );
                self.revisions.remove(&revision);
            }
        }
        true
    }

    fn keep(&mut self, revision: String) {
        assert_eq!(
            self.active.as_ref(),
            Some(&revision),
            "it keeps what serves"
        );
        self.budget = Some(revision);
    }

    fn resume(&mut self, revision: String, attempt: i64) {
        let was_stopped = self.of(revision).halted.remove(&attempt);
        assert!(was_stopped, "nothing was stopped");
    }

    fn delete_jobs(&mut self, revision: String, attempt: i64) {
        let of = self.of(revision);
        of.migrations.remove(&attempt);
        of.smokes.remove(&attempt);
        of.halted.remove(&attempt);
    }

    fn of(&mut self, revision: String) -> &mut Revision {
        self.revisions.entry(revision).or_default()
    }

    fn apply(&mut self, revision: String, color: Color, replicas: i32, observed: &Observed) {
        let asked = self.settings.replicas;
        let served = observed.points_at(&revision);
        let is_previous = self
            .status
            .previous
            .as_ref()
            .is_some_and(|previous| previous.revision == revision);
        let of = self.of(revision);
        let before = of.deployment.as_ref();
        let shrinks = before.is_some_and(|before| replicas < before.replicas);
        assert!(
            !(served && shrinks && replicas < asked),
            "what serves is scaled below what is asked for"
        );
        assert!(!(is_previous && shrinks), "a way back is made smaller");
        assert!(of.recorded.is_some(), "a Deployment without a record");
        let has_replica_set = before.is_some_and(|before| before.has_replica_set);
        of.deployment = Some(Workload {
            color,
            replicas,
            paused: has_replica_set,
            has_replica_set,
            drifted: false,
            refused: None,
        });
    }

    fn delete_deployment(&mut self, revision: String) {
        for selected in [&self.active, &self.preview].into_iter().flatten() {
            assert_ne!(
                *selected, revision,
                "a Deployment that a Service selects is deleted"
            );
        }
        let of = self.of(revision);
        of.deployment = None;
        of.pods.clear();
    }

    fn point(&mut self, role: Role, revision: String, observed: &Observed) {
        if role == Role::Preview {
            self.preview = Some(revision);
            return;
        }
        let passed = observed
            .revision(&revision)
            .is_some_and(|revision| revision.recorded.is_some() && !revision.passes.is_empty());
        assert!(passed, "{revision} becomes active without a recorded pass");
        let ready = |name: &str| {
            observed
                .revision(name)
                .map_or(0, |each| each.ready().count())
        };
        let leaves_ready = self
            .active
            .as_deref()
            .is_some_and(|old| old != revision && ready(old) > 0);
        assert!(
            self.damaged || !leaves_ready || ready(&revision) > 0,
            "traffic moves to pods that can't answer"
        );
        self.damaged = false;
        self.active = Some(revision);
    }

    fn move_work(&mut self, owner: WorkOwner) -> bool {
        assert_eq!(
            self.active.as_ref(),
            Some(&owner.revision),
            "the work follows the traffic"
        );
        if self.database_away || owner.epoch <= self.row.epoch {
            return false;
        }
        self.row = owner;
        true
    }
}
