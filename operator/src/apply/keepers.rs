//! Writes of disruption budget and autoscaler: created where there is none, else replaced in the version that was read.

use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;

use super::{delete, write};
use crate::context::Context;
use crate::desired;
use crate::error::Error;
use crate::observe::World;
use crate::rollout::Settings;

pub(super) async fn budget(ctx: &Context, world: &World, revision: &str) -> Result<(), Error> {
    let kind = "PodDisruptionBudget";
    let wanted = desired::disruption_budget(&world.names, revision);
    let Some(live) = &world.budget else {
        return write::create(ctx, &world.names, kind, &wanted).await;
    };
    let mut next = live.clone();
    next.spec = wanted.spec;
    write::relabel(&mut next.metadata, wanted.metadata.labels);
    write::replace(ctx, &world.names, kind, &next).await
}

pub(super) async fn drop_budget(ctx: &Context, world: &World) -> Result<(), Error> {
    match &world.budget {
        Some(live) => {
            let meta = &live.metadata;
            delete::delete::<PodDisruptionBudget>(ctx, world, "PodDisruptionBudget", meta).await
        }
        None => Ok(()),
    }
}

pub(super) async fn autoscaler(
    ctx: &Context,
    world: &World,
    settings: &Settings,
) -> Result<(), Error> {
    let kind = "HorizontalPodAutoscaler";
    let Some(limits) = settings.autoscaling else {
        return Ok(());
    };
    let wanted = desired::autoscaler(&world.names, limits);
    let Some(live) = &world.autoscaler else {
        return write::create(ctx, &world.names, kind, &wanted).await;
    };
    let mut next = live.clone();
    next.spec = wanted.spec;
    write::relabel(&mut next.metadata, wanted.metadata.labels);
    write::replace(ctx, &world.names, kind, &next).await
}

pub(super) async fn drop_autoscaler(ctx: &Context, world: &World) -> Result<(), Error> {
    match &world.autoscaler {
        Some(live) => {
            let (kind, meta) = ("HorizontalPodAutoscaler", &live.metadata);
            delete::delete::<HorizontalPodAutoscaler>(ctx, world, kind, meta).await
        }
        None => Ok(()),
    }
}
