//! Migrating: a Job runs the candidate's `expand` migrations.

use jiff::Timestamp;
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

use crate::rollout::candidate::candidate;
use crate::rollout::change::Change;
use crate::rollout::evidence::{late, out_of_time, refused, stopped};
use crate::rollout::{JobState, Observed, Reason, TroubleKind};

/// Left when the Job of this attempt has succeeded; fails by its exit, by an image that can't be had, by the deadline.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    let limit = observed.settings.migrate_seconds;
    match revision.migrations.get(&candidate.attempt) {
        Some(JobState::Succeeded(message)) => Some(Change::new(observed, now).to(
            Phase::Starting,
            Reason::MigrationsApplied,
            &format!("migrations: {message}"),
        )),
        Some(JobState::Failed(trouble)) => out_of_time(observed, candidate, trouble, limit, now)
            .or_else(|| {
                let (reason, what) = if trouble.kind == TroubleKind::SchemaTooNew {
                    let what = "the revision can't run on the schema as it is now";
                    (Reason::SchemaTooNew, what)
                } else {
                    (Reason::MigrationFailed, "the migration Job failed")
                };
                Some(refused(observed, candidate, reason, what, trouble, now))
            }),
        Some(JobState::Running(Some(trouble))) => Some(stopped(observed, candidate, trouble, now)),
        Some(JobState::Running(None)) | None => {
            late(observed, candidate, limit, "deadlines.migrateSeconds", now)
        }
    }
}

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{at, due, in_phase, start, to, trouble};
    use crate::rollout::{JobState, Observed, TroubleKind, phases};

    fn with(job: Option<JobState>) -> Observed {
        let mut observed = in_phase(Phase::Migrating);
        observed.of("new").migrations = job.into_iter().map(|job| (7, job)).collect();
        observed
    }

    #[test]
    fn left_by_what_the_job_of_this_attempt_did() {
        let crash = trouble(TroubleKind::Crash);
        let image = trouble(TroubleKind::ImagePull);
        let cases = [
            (None, 599, None),
            (None, 600, to(Phase::Failed, "DeadlineExceeded")),
            (Some(JobState::Running(None)), 599, None),
            (
                Some(JobState::Running(None)),
                600,
                to(Phase::Failed, "DeadlineExceeded"),
            ),
            (
                Some(JobState::Running(Some(image))),
                1,
                to(Phase::Failed, "ImagePullFailed"),
            ),
            (
                Some(JobState::Failed(trouble(TroubleKind::SchemaTooNew))),
                1,
                to(Phase::Failed, "SchemaTooNew"),
            ),
            (
                Some(JobState::Failed(crash)),
                1,
                to(Phase::Failed, "MigrationFailed"),
            ),
            (
                Some(JobState::Succeeded("done".to_owned())),
                599,
                to(Phase::Starting, "MigrationsApplied"),
            ),
        ];
        for (job, seconds, expected) in cases {
            assert_eq!(
                due(&with(job.clone()), seconds),
                expected,
                "{job:?} after {seconds} s"
            );
        }
    }

    #[test]
    fn job_of_another_attempt_counts_for_nothing() {
        let mut observed = in_phase(Phase::Migrating);
        observed
            .of("new")
            .migrations
            .insert(6, JobState::Succeeded("done".to_owned()));
        assert_eq!(due(&observed, 1), None);
    }

    #[test]
    fn job_that_ran_out_of_time_in_a_pause_is_run_again() {
        let late = JobState::Failed(trouble(TroubleKind::Deadline));
        let mut observed = with(Some(late.clone()));
        // A thousand seconds of pause: the step has used up ten.
        observed.candidate_mut().phase_started_at.0 = at(1_000);
        let status = phases::due(&observed, at(1_010)).unwrap();
        assert_eq!(status.phase, Phase::Migrating);
        assert_eq!(status.candidate.unwrap().attempt, 8);
        assert_eq!(
            due(&with(Some(late)), 600),
            to(Phase::Failed, "MigrationFailed")
        );
        assert!(start() < at(1));
    }
}
