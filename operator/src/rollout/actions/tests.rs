//! Every action in every phase, and tokens that are stale, repeated or damaged.

use std::fmt::Write;

use ubermench_crds::{Action, ActionResult, Phase, UbermenchDeploymentStatus};

use crate::rollout::tests::fixture::{at, in_phase};
use crate::rollout::{Desired, Observed, phases};

const PHASES: [Phase; 10] = [
    Phase::Stable,
    Phase::Snapshotting,
    Phase::Migrating,
    Phase::Starting,
    Phase::Verifying,
    Phase::AwaitingApproval,
    Phase::Switching,
    Phase::Baking,
    Phase::RollingBack,
    Phase::Failed,
];

/// The release in a phase, with a cold revision to return to, and nothing due but what is asked for.
fn quiet(phase: Phase) -> Observed {
    let mut observed = if phase == Phase::RollingBack {
        let mut observed = in_phase(Phase::Baking);
        observed.status.phase = phase;
        observed.status.failure = in_phase(Phase::Failed).status.failure;
        observed
    } else {
        in_phase(phase)
    };
    observed.settings.approval = ubermench_crds::Approval::Manual;
    if phase == Phase::Failed {
        let failed = observed.of("new");
        failed.deployment = None;
        failed.pods.clear();
    }
    if phase == Phase::Stable {
        observed = observed.asking_for("old");
    }
    observed.with_cold("cold")
}

fn answered(observed: &Observed) -> UbermenchDeploymentStatus {
    phases::due(observed, at(1)).unwrap()
}

#[test]
fn table_of_answers() {
    let mut table = String::new();
    for action in Action::ALL {
        let targets: &[&str] = match action {
            Action::Rollback => &["old", "cold", "gone"],
            Action::Abort | Action::Retry | Action::Promote => &["new", "other"],
        };
        for target in targets {
            for phase in PHASES {
                let observed = quiet(phase).with_request(action, &format!("{target}/1"));
                let status = answered(&observed);
                let answer = &status.actions[0];
                let to = if status.phase == phase {
                    String::new()
                } else {
                    format!(" -> {:?}", status.phase)
                };
                writeln!(
                    table,
                    "{action:?} {target} in {phase:?}: {:?}{to}: {}: {}",
                    answer.result, answer.reason, answer.message
                )
                .unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn token_is_answered_once() {
    let observed = quiet(Phase::AwaitingApproval).with_request(Action::Promote, "new/1");
    let status = answered(&observed);
    assert!(status.candidate.as_ref().unwrap().approved.is_some());
    // The same candidate, in a later attempt: the annotation still stands, and nobody approved.
    let mut later = quiet(Phase::AwaitingApproval).with_request(Action::Promote, "new/1");
    later.status.actions.clone_from(&status.actions);
    assert_eq!(phases::due(&later, at(1)), None);
    // Another token, then the first again.
    later.requests = vec![(Action::Promote, "other/2".to_owned())];
    later.status = answered(&later);
    later.requests = vec![(Action::Promote, "new/1".to_owned())];
    let answer = answered(&later).actions[0].clone();
    assert_eq!(
        (answer.result, answer.reason.as_str()),
        (ActionResult::Refused, "Repeated")
    );
}

#[test]
fn damaged_tokens_are_refused() {
    for token in ["", "new", "/1", "new/", "new/a b", "new/1\n2", "new/1/2"] {
        let observed = quiet(Phase::AwaitingApproval).with_request(Action::Promote, token);
        let answer = answered(&observed).actions[0].clone();
        assert_eq!(answer.reason, "Malformed", "{token:?}");
    }
}

#[test]
fn answers_are_bounded_and_the_last_of_each_kind_stays() {
    let mut observed = quiet(Phase::Stable).with_request(Action::Abort, "x/0");
    observed.status = answered(&observed);
    observed.requests.clear();
    for number in 0..20 {
        observed.requests = vec![(Action::Promote, format!("x/{number}"))];
        observed.status = answered(&observed);
    }
    let kinds: Vec<_> = observed
        .status
        .actions
        .iter()
        .map(|each| each.action)
        .collect();
    assert_eq!(
        kinds,
        [
            Action::Promote,
            Action::Promote,
            Action::Promote,
            Action::Abort
        ]
    );
}

#[test]
fn what_keeps_a_revision_from_serving_is_answered_first() {
    let observed = quiet(Phase::AwaitingApproval)
        .with_request(Action::Promote, "new/1")
        .with_request(Action::Abort, "new/1");
    assert_eq!(answered(&observed).phase, Phase::Failed);
}

#[test]
fn annotations_older_than_the_status_are_refused() {
    for rebuilt in [true, false] {
        let mut observed = quiet(Phase::Stable)
            .asking_for("new")
            .with_request(Action::Rollback, "cold/1")
            .with_request(Action::Retry, "new/1");
        observed.status = UbermenchDeploymentStatus::default();
        if !rebuilt {
            observed.revisions.clear();
            observed.active_service = None;
        }
        for _ in 0..3 {
            let Some(status) = phases::due(&observed, at(1)) else {
                break;
            };
            observed.status = status;
        }
        let refused = observed.status.actions.iter();
        assert_eq!(
            refused.filter(|each| each.reason == "StatusLost").count(),
            2
        );
        assert_eq!(observed.status.rollback, None);
    }
}

#[test]
fn pause_holds_promote_and_retry_and_never_the_way_back() {
    let paused = |phase, action, token: &str| {
        let mut observed = quiet(phase).with_request(action, token);
        observed.settings.paused = true;
        if let Some(candidate) = observed.status.candidate.as_mut() {
            candidate.paused_at = Some(candidate.phase_started_at.clone());
        }
        observed
    };
    let promoted = answered(&paused(Phase::AwaitingApproval, Action::Promote, "new/1"));
    assert_eq!(promoted.phase, Phase::AwaitingApproval);
    let retried = answered(&paused(Phase::Failed, Action::Retry, "new/1"));
    assert_eq!(retried.actions[0].reason, "Paused");
    let aborted = answered(&paused(Phase::Baking, Action::Abort, "new/1"));
    assert_eq!(aborted.phase, Phase::RollingBack);
    for (target, expected) in [("old", Phase::RollingBack), ("cold", Phase::Snapshotting)] {
        let mut observed = paused(Phase::Baking, Action::Rollback, &format!("{target}/1"));
        observed.status = answered(&observed);
        let status = answered(&observed);
        assert_eq!(status.phase, expected, "{target}");
        assert!(
            status
                .candidate
                .is_none_or(|candidate| candidate.paused_at.is_none())
        );
    }
}

#[test]
fn cold_rollback_goes_through_the_gates_also_while_paused_and_needs_no_second_approval() {
    let mut observed = quiet(Phase::Stable).with_request(Action::Rollback, "cold/1");
    observed.settings.paused = true;
    observed.status = answered(&observed);
    assert_eq!(observed.status.actions[0].reason, "ColdRollback");
    observed.status = answered(&observed);
    let candidate = observed.status.candidate.as_ref().unwrap();
    assert_eq!(candidate.cause, "ColdRollback");
    assert!(candidate.approved.is_some());
    assert_eq!(answered(&observed).phase, Phase::Migrating);
}

#[test]
fn rollback_ends_with_the_next_edit_and_with_a_retry() {
    let mut observed = quiet(Phase::Baking).with_request(Action::Rollback, "old/1");
    observed.status = answered(&observed);
    let rollback = observed.status.rollback.clone().unwrap();
    assert_eq!(
        (rollback.revision.as_str(), rollback.instead_of.as_str()),
        ("old", "new")
    );
    let edited = observed.clone().asking_for("newer");
    assert_eq!(answered(&edited).rollback, None);
    // A Secret that is missing for a while is no edit.
    let mut unreadable = observed.clone();
    unreadable.desired = Desired::Missing {
        message: "gone".to_owned(),
    };
    assert!(answered(&unreadable).rollback.is_some());
    // Back on `old`, the spec still asks for `new`.
    let mut settled = quiet(Phase::Stable).asking_for("new");
    settled.status.rollback = Some(rollback);
    settled.status.actions.clone_from(&observed.status.actions);
    assert_eq!(phases::due(&settled, at(1)), None);
    let retried = answered(&settled.with_request(Action::Retry, "new/2"));
    assert_eq!(
        (retried.phase, retried.rollback),
        (Phase::Snapshotting, None)
    );
}

#[test]
fn retry_waits_until_the_pods_of_the_failed_attempt_are_gone() {
    let mut observed = in_phase(Phase::Failed).with_request(Action::Retry, "new/1");
    assert_eq!(phases::due(&observed, at(1)), None);
    observed.of("new").deployment = None;
    assert_eq!(phases::due(&observed, at(1)), None);
    observed.of("new").pods.clear();
    let status = answered(&observed);
    assert_eq!(status.candidate.unwrap().attempt, 8);
    assert_eq!(status.failure, None);
}
