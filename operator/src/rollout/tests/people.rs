//! What people ask for by token, and what no change of phase may do whatever they ask.

use ubermench_crds::{Action, Approval, Phase, Transition, UbermenchDeploymentStatus};

use super::world::World;

impl World {
    /// Asks for an action on the revision that it makes sense for, with a word of its own.
    pub(super) fn ask_well(&mut self, action: Action) {
        let status = &self.status;
        let active = status.active.as_ref().map(|active| &active.revision);
        let target = match action {
            Action::Promote | Action::Abort => status.candidate.as_ref().map(|each| &each.revision),
            Action::Retry => status.failure.as_ref().map(|failure| &failure.revision),
            Action::Rollback => {
                let mut passed = self
                    .revisions
                    .iter()
                    .filter(|(_, each)| !each.passes.is_empty());
                passed
                    .find(|(name, _)| Some(*name) != active)
                    .map(|(name, _)| name)
            }
        };
        if let Some(target) = target {
            let token = format!("{target}/at-{}-{}", self.now, self.asked);
            self.asked += 1;
            self.requests.retain(|(of, _)| *of != action);
            self.requests.push((action, token));
        }
    }

    /// What no change of phase may do.
    pub(super) fn check(&self, transition: &Transition, next: &UbermenchDeploymentStatus) {
        let candidate = next.candidate.as_ref();
        if transition.to == Phase::Switching && self.settings.approval == Approval::Manual {
            let approved = candidate.is_some_and(|candidate| candidate.approved.is_some());
            assert!(approved, "a switch that nobody approved");
        }
        let by_hand = next.rollback.as_ref().zip(candidate);
        let by_hand = by_hand.is_some_and(|(rollback, of)| rollback.revision == of.revision);
        let progress = matches!(
            transition.reason.as_str(),
            "SnapshotTaken"
                | "MigrationsApplied"
                | "PodsReady"
                | "GatesPassed"
                | "Approved"
                | "AwaitingApproval"
                | "Switched"
                | "Baked"
                | "DeadlineExceeded"
                | "ApprovalTimedOut"
        );
        assert!(
            !(self.settings.paused && progress && !by_hand && self.status.rollback.is_none()),
            "a pause that stops nothing: {transition:?}"
        );
    }
}
