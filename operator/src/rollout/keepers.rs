//! What keeps the pods that serve: a `PodDisruptionBudget`, so that drains take one at a time, and a
//! `HorizontalPodAutoscaler`, which sets the resource's size through its scale subresource.
//!
//! Neither is needed for a release, so one that is missing or taken holds up nothing.

use super::{Act, Observed};

/// The act that is due for one of them.
pub(super) fn due(observed: &Observed) -> Option<Act> {
    budget(observed).or_else(|| autoscaler(observed))
}

/// Why one of them can't be had: its name belongs to someone else.
pub(super) fn taken(observed: &Observed) -> Option<String> {
    let name = &observed.name;
    let says = |kind: &str, field: &str| {
        format!("{kind} {name} exists and belongs to someone else: delete it, or {field}")
    };
    if wants_budget(observed) && observed.budget.as_ref().is_some_and(|found| !found.owned) {
        return Some(says(
            "PodDisruptionBudget",
            "set spec.disruptionBudget.enabled to false",
        ));
    }
    let autoscaler = observed.autoscaler.as_ref();
    (wants_autoscaler(observed) && autoscaler.is_some_and(|found| !found.owned))
        .then(|| says("HorizontalPodAutoscaler", "leave spec.autoscaling out"))
}

fn wants_budget(observed: &Observed) -> bool {
    observed.settings.disruption_budget && kept(observed).is_some()
}

/// Before anything serves there is nothing to measure.
fn wants_autoscaler(observed: &Observed) -> bool {
    observed.settings.autoscaling.is_some() && observed.status.active.is_some()
}

/// The budget keeps the pods that the active Service selects: it follows the traffic.
fn budget(observed: &Observed) -> Option<Act> {
    let found = observed.budget.as_ref();
    if found.is_some_and(|found| !found.owned) {
        return None;
    }
    let Some(revision) = kept(observed).filter(|_| observed.settings.disruption_budget) else {
        return found.map(|_| Act::DropBudget);
    };
    let right =
        found.is_some_and(|found| found.revision.as_deref() == Some(revision) && !found.drifted);
    (!right).then(|| Act::ApplyBudget {
        revision: revision.to_owned(),
    })
}

fn autoscaler(observed: &Observed) -> Option<Act> {
    let found = observed.autoscaler.as_ref();
    if found.is_some_and(|found| !found.owned) {
        return None;
    }
    if !wants_autoscaler(observed) {
        return found.map(|_| Act::DropAutoscaler);
    }
    let right = found.is_some_and(|found| !found.drifted);
    (!right).then_some(Act::ApplyAutoscaler)
}

/// What the active Service selects; where that is damaged or gone, what is to be active.
fn kept(observed: &Observed) -> Option<&str> {
    let selected = observed
        .active_service
        .as_ref()
        .and_then(|service| service.revision.as_deref());
    let active = observed.status.active.as_ref();
    selected.or_else(|| active.map(|active| active.revision.as_str()))
}

#[cfg(test)]
mod tests {
    use ubermench_crds::{Autoscaling, Phase};

    use super::*;
    use crate::rollout::tests::fixture::in_phase;
    use crate::rollout::{AutoscalerView, BudgetView};

    const LIMITS: Autoscaling = Autoscaling {
        min_replicas: 2,
        max_replicas: 9,
        target_cpu_utilization_percentage: 70,
    };

    fn keeps(revision: &str) -> BudgetView {
        BudgetView {
            owned: true,
            revision: Some(revision.to_owned()),
            drifted: false,
        }
    }

    fn apply(revision: &str) -> Act {
        let revision = revision.to_owned();
        Act::ApplyBudget { revision }
    }

    #[test]
    fn budget_follows_the_traffic() {
        let mut stable = in_phase(Phase::Stable);
        assert_eq!(due(&stable), Some(apply("old")), "there is none");
        stable.budget = Some(keeps("old"));
        assert_eq!(due(&stable), None);
        let mut switching = in_phase(Phase::Switching);
        switching.budget = Some(keeps("old"));
        assert_eq!(due(&switching), None, "traffic has not moved");
        assert_eq!(due(&switching.pointing_at("new")), Some(apply("new")));
        let mut damaged = stable.clone();
        damaged.budget.as_mut().unwrap().revision = None;
        assert_eq!(due(&damaged), Some(apply("old")));
        let mut edited = stable.clone();
        edited.budget.as_mut().unwrap().drifted = true;
        assert_eq!(due(&edited), Some(apply("old")));
        stable.settings.disruption_budget = false;
        assert_eq!(due(&stable), Some(Act::DropBudget));
    }

    #[test]
    fn autoscaler_is_kept_while_the_spec_has_limits_and_something_serves() {
        let mut observed = in_phase(Phase::Stable);
        observed.budget = Some(keeps("old"));
        observed.settings.autoscaling = Some(LIMITS);
        assert_eq!(due(&observed), Some(Act::ApplyAutoscaler));
        observed.autoscaler = Some(AutoscalerView {
            owned: true,
            drifted: false,
        });
        assert_eq!(due(&observed), None);
        observed.autoscaler.as_mut().unwrap().drifted = true;
        assert_eq!(due(&observed), Some(Act::ApplyAutoscaler));
        observed.settings.autoscaling = None;
        assert_eq!(due(&observed), Some(Act::DropAutoscaler));
        let mut first = in_phase(Phase::Migrating);
        first.settings.autoscaling = Some(LIMITS);
        (first.status.active, first.active_service) = (None, None);
        assert_eq!(due(&first), None, "nothing serves yet");
    }

    #[test]
    fn what_belongs_to_someone_else_is_left_alone_and_named() {
        let mut observed = in_phase(Phase::Stable);
        observed.settings.autoscaling = Some(LIMITS);
        observed.budget = Some(BudgetView::default());
        observed.autoscaler = Some(AutoscalerView::default());
        assert_eq!(due(&observed), None);
        let message = taken(&observed).unwrap();
        assert!(
            message.starts_with("PodDisruptionBudget handy"),
            "{message}"
        );
        observed.settings.disruption_budget = false;
        let message = taken(&observed).unwrap();
        assert!(
            message.starts_with("HorizontalPodAutoscaler handy"),
            "{message}"
        );
        observed.settings.autoscaling = None;
        assert_eq!((taken(&observed), due(&observed)), (None, None));
    }
}
