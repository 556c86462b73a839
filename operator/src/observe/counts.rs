//! What the pods have counted that are judged by numbers.

use std::collections::BTreeMap;

use kube::ResourceExt;

use super::{World, pods, view};
use crate::names::REVISION;
use crate::rollout::{Observed, judged_by_numbers};
use crate::work::Fence;

/// Asks the ready pods of both sides of a judgement, and no others.
pub(super) async fn fill(fence: &Fence<'_>, world: &World, observed: &mut Observed) {
    let judged = judged_by_numbers(observed);
    let of_judged = world.pods.iter().filter(|pod| {
        let revision = pod.labels().get(REVISION);
        view::is_bot(pod) && revision.is_some_and(|revision| judged.contains(revision))
    });
    let addresses: BTreeMap<String, String> = of_judged
        .filter_map(|pod| Some((pod.uid()?, pods::address(pod)?)))
        .collect();
    if addresses.is_empty() {
        return;
    }
    let asked: Vec<_> = addresses.values().cloned().collect();
    let mut counts = fence.counts(&asked).await;
    for pod in observed
        .revisions
        .values_mut()
        .flat_map(|each| &mut each.pods)
    {
        pod.counts = addresses
            .get(&pod.uid)
            .and_then(|address| counts.remove(address));
    }
}
