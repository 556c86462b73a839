//! Starting: the candidate's pods start.

use jiff::Timestamp;
use ubermench_crds::{Phase, UbermenchDeploymentStatus};

use crate::rollout::candidate::{candidate, is_at_size};
use crate::rollout::change::Change;
use crate::rollout::evidence::{late, stopped};
use crate::rollout::{Observed, Reason};

/// Left when enough pods stand behind ready endpoints; fails by the evidence of a pod, or by the deadline.
pub(super) fn step(observed: &Observed, now: Timestamp) -> Option<UbermenchDeploymentStatus> {
    let (candidate, revision) = candidate(observed)?;
    if let Some(trouble) = revision.trouble() {
        return Some(stopped(observed, candidate, trouble, now));
    }
    if is_at_size(observed, candidate) {
        let message = "all of the candidate's pods are ready; the gates begin";
        return Some(Change::new(observed, now).to(Phase::Verifying, Reason::PodsReady, message));
    }
    let limit = observed.settings.start_seconds;
    late(observed, candidate, limit, "deadlines.startSeconds", now)
}

#[cfg(test)]
mod tests {
    use ubermench_crds::Phase;

    use crate::rollout::tests::fixture::{due, in_phase, to, trouble};
    use crate::rollout::{Observed, TroubleKind};

    fn with_endpoints(ready: &[&str]) -> Observed {
        let mut observed = in_phase(Phase::Starting);
        let service = observed.preview_service.as_mut().unwrap();
        service.revision = Some("new".to_owned());
        service.ready = ready.iter().map(|uid| (*uid).to_owned()).collect();
        for pod in &mut observed.of("new").pods {
            pod.ready = true;
        }
        observed
    }

    #[test]
    fn left_when_enough_endpoints_are_pods_of_the_candidate() {
        let cases: [(&[&str], i64, _); 5] = [
            (&["new-1"], 299, None),
            (&["new-1"], 300, to(Phase::Failed, "DeadlineExceeded")),
            (&["old-1", "old-2"], 1, None),
            (&["new-1", "gone-1"], 1, None),
            (&["new-1", "new-2"], 300, to(Phase::Verifying, "PodsReady")),
        ];
        for (ready, seconds, expected) in cases {
            assert_eq!(
                due(&with_endpoints(ready), seconds),
                expected,
                "{ready:?} after {seconds} s"
            );
        }
    }

    #[test]
    fn fails_by_the_evidence_of_a_pod_long_before_the_deadline() {
        let cases = [
            (TroubleKind::ImagePull, "ImagePullFailed"),
            (TroubleKind::ContainerConfig, "ContainerConfigInvalid"),
            (TroubleKind::Crash, "CrashLoop"),
        ];
        for (kind, reason) in cases {
            let mut observed = with_endpoints(&[]);
            observed.of("new").pods[1].trouble = Some(trouble(kind));
            assert_eq!(due(&observed, 1), to(Phase::Failed, reason));
        }
    }

    #[test]
    fn as_many_are_needed_as_serve_now() {
        let mut observed = with_endpoints(&["new-1", "new-2"]);
        let mut third = observed.of("old").pods[0].clone();
        third.uid = "old-3".to_owned();
        observed.of("old").pods.push(third);
        assert_eq!(due(&observed, 1), None);
    }

    #[test]
    fn lagging_endpoint_of_a_pod_that_is_not_ready_does_not_count() {
        let mut observed = with_endpoints(&["new-1", "new-2"]);
        observed.of("new").pods[0].ready = false;
        assert_eq!(due(&observed, 1), None);
    }
}
