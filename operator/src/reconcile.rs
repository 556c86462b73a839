//! The steps of a pass, in order, and what follows a failure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use kube::core::{DeserializeGuard, error_boundary::InvalidObject};
use kube::runtime::controller::Action;
use kube::{Api, ResourceExt};
use rand::RngExt;
use ubermench_crds::{Phase, Transition, UbermenchDeployment, UbermenchDeploymentStatus};

use crate::context::Context;
use crate::error::{Category, During, Error};
use crate::names::Names;
use crate::observe::{World, observe};
use crate::rollout::{Decision, Observed, decide};
use crate::{apply, claim, cleanup, events};

/// Passes that may follow each other at once. More in a row means that two parties undo each other's writes.
const PASSES: usize = 40;

/// Where [`PASSES`] ends, and where a name is taken.
const PACE: Duration = Duration::from_secs(5);

/// Events of transitions older than that are not posted again: the API server may have forgotten them.
const EVENT_AGE: SignedDuration = SignedDuration::from_mins(10);

/// A resource that may make no sense to us, as one that a newer operator wrote.
pub type Guarded = DeserializeGuard<UbermenchDeployment>;

/// What follows a pass.
pub(crate) enum Next {
    /// It wrote; another one sees the result.
    Again,
    /// Nothing is due before that.
    Wait(Duration),
    /// The resource is gone.
    Done,
}

/// Takes passes until nothing is due.
pub async fn reconcile(object: Arc<Guarded>, ctx: Arc<Context>) -> Result<Action, Error> {
    let object = match &object.0 {
        Ok(object) => object,
        Err(invalid) => return unreadable(&ctx, invalid).await,
    };
    let uid = object.uid().unwrap_or_default();
    let namespace = object.namespace().unwrap_or_default();
    if let Some(waited) = ctx.queue.take(&namespace, &object.name_any()) {
        ctx.metrics.queued(waited);
    }
    for _ in 0..PASSES {
        let started = Instant::now();
        let next = Box::pin(pass(&ctx, object)).await;
        ctx.metrics.reconciled(started.elapsed());
        match next {
            Ok(Next::Again) => {}
            Ok(Next::Wait(pause)) => {
                ctx.note_success(&uid);
                return Ok(Action::requeue(pause));
            }
            Ok(Next::Done) => {
                ctx.forget(&uid);
                return Ok(Action::await_change());
            }
            Err(error) => return Err(error),
        }
    }
    tracing::warn!("passes without an end, pausing");
    Ok(Action::requeue(PACE))
}

/// One that makes no sense stops no other: it says so, and waits for an edit.
async fn unreadable(ctx: &Context, invalid: &InvalidObject) -> Result<Action, Error> {
    let name = invalid.metadata.name.clone().unwrap_or_default();
    tracing::warn!(name, error = invalid.error, "a resource can't be read");
    ctx.metrics.failed(Category::Object);
    apply::stall(ctx, &invalid.metadata, &invalid.error).await?;
    Ok(Action::await_change())
}

/// When to try again.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is the controller's"
)]
pub fn error_policy(object: Arc<Guarded>, error: &Error, ctx: Arc<Context>) -> Action {
    let failures = ctx.note_failure(&object.uid().unwrap_or_default()).min(16);
    ctx.metrics.failed(error.category());
    let (first, longest) = match error.category() {
        Category::Conflict => (20, 1_000),
        Category::Work => (200, 2_000),
        Category::Forbidden | Category::Api | Category::NameTaken | Category::Object => {
            (200, 60_000)
        }
        // The other installation may end at any time.
        Category::Claimed => (1_000, 10_000),
    };
    let pause = (first << (failures - 1)).min(longest);
    let jitter = rand::rng().random_range(0.8..1.2);
    Action::requeue(Duration::from_millis(pause).mul_f64(jitter))
}

/// One pass: one intent written, or one act carried out, or nothing.
pub(crate) async fn pass(ctx: &Context, object: &UbermenchDeployment) -> Result<Next, Error> {
    let (name, namespace) = (object.name_any(), object.namespace().ok_or(Error::Unnamed)?);
    let api = Api::<UbermenchDeployment>::namespaced(ctx.client.clone(), &namespace);
    let Some(object) = api
        .get_opt(&name)
        .await
        .during("read", "UbermenchDeployment", &name)?
    else {
        return Ok(Next::Done);
    };
    claim::check(ctx, &object).await?;
    if object.metadata.deletion_timestamp.is_some() {
        if cleanup::is_held(&object) {
            cleanup::release(ctx, &object, ctx.now()).await?;
        }
        return Ok(Next::Done);
    }
    if !claim::is_ours(ctx, &object) {
        claim::take(ctx, &object).await?;
        return Ok(Next::Again);
    }
    if let Some(transition) = object
        .status
        .as_ref()
        .and_then(|status| status.transition.as_ref())
    {
        tell(ctx, &object, transition).await;
    }
    ctx.notifier.start(&object, ctx.now());
    let deliveries = ctx.notifier.collect(&object);
    let (world, mut observed) = observe(ctx, object).await?;
    observed.deliveries = deliveries;
    let decision = decided(ctx, &world.names, &observed);
    match &decision.act {
        Some(act) => {
            tracing::info!(?act, "acting");
            match apply::act(ctx, &world, &observed.settings, act).await {
                Ok(()) => Ok(Next::Again),
                Err(error) => refused(ctx, &world, observed, decision, error).await,
            }
        }
        None => write(ctx, &world, &observed, decision).await,
    }
}

/// An act failed: what is known is told all the same.
async fn refused(
    ctx: &Context,
    world: &World,
    mut observed: Observed,
    decision: Decision,
    error: Error,
) -> Result<Next, Error> {
    if error.category() == Category::Conflict {
        return Err(error);
    }
    if let Error::NameTaken { kind, name } = &error {
        observed.blocked = Some(format!(
            "{kind} {name} exists and belongs to someone else: rename or delete it"
        ));
        let decision = decided(ctx, &world.names, &observed);
        return match write(ctx, world, &observed, decision).await? {
            Next::Again | Next::Wait(_) => Ok(Next::Wait(PACE)),
            Next::Done => Ok(Next::Done),
        };
    }
    write(ctx, world, &observed, decision).await?;
    Err(error)
}

/// Writes the status, unless it is as it was.
async fn write(
    ctx: &Context,
    world: &World,
    observed: &Observed,
    decision: Decision,
) -> Result<Next, Error> {
    if decision.status == observed.status {
        return Ok(Next::Wait(decision.requeue));
    }
    let written = apply::status(ctx, &world.object, decision.status).await?;
    measure(ctx, observed, &written);
    let transition = written
        .status
        .as_ref()
        .and_then(|status| status.transition.as_ref());
    if let Some(transition) =
        transition.filter(|transition| observed.status.transition.as_ref() != Some(transition))
    {
        tracing::info!(from = ?transition.from, to = ?transition.to, reason = transition.reason, "transition");
        tell(ctx, &written, transition).await;
    }
    Ok(Next::Again)
}

/// Counts what a written status has that the one before it had not.
fn measure(ctx: &Context, observed: &Observed, written: &UbermenchDeployment) {
    let (Some(status), before) = (&written.status, &observed.status) else {
        return;
    };
    let ended = status.history.first();
    if let Some(ended) = ended.filter(|ended| Some(*ended) != before.history.first()) {
        ctx.metrics.released(ended);
    }
    let Some(transition) = &status.transition else {
        return;
    };
    if before.transition.as_ref() == Some(transition) {
        return;
    }
    ctx.metrics.transition(transition);
    if let Some(last) = &before.transition {
        let took = transition.time.0.duration_since(last.time.0);
        ctx.metrics
            .phase_ended(transition.from, took.unsigned_abs());
    }
    if let Some((reason, since)) = evidence(observed, status) {
        let after = ctx.now().duration_since(since).max(SignedDuration::ZERO);
        ctx.metrics.detected(reason, after.unsigned_abs());
    }
    let uid = written.uid().unwrap_or_default();
    if transition.to == Phase::RollingBack {
        ctx.note_way_back(&uid, &transition.reason);
    } else if transition.from == Phase::RollingBack
        && let Some((reason, took)) = ctx.end_way_back(&uid)
    {
        ctx.metrics.switched_back(&reason, took);
    }
}

/// Reason of a failure that was just decided on, and since when its pod shows it.
fn evidence<'a>(
    observed: &Observed,
    status: &'a UbermenchDeploymentStatus,
) -> Option<(&'a str, Timestamp)> {
    let failure = status.failure.as_ref()?;
    if observed.status.failure.is_some() {
        return None;
    }
    let pods = observed.revision(&failure.revision)?.pods.iter();
    let mut pods = pods.filter(|pod| failure.pod.as_ref() == Some(&pod.name));
    Some((failure.reason.as_str(), pods.next()?.since?))
}

fn decided(ctx: &Context, names: &Names, observed: &Observed) -> Decision {
    #[cfg(test)]
    let observed = &*crate::simulation::mistakes::observe(observed);
    let mut decision = decide(observed, ctx.now());
    #[cfg(test)]
    crate::simulation::mistakes::decide(observed, &mut decision, ctx.now());
    let active = decision.status.active.as_ref();
    decision.status.selector = active.map_or_else(String::new, |active| {
        names.pod_selector_text(&active.revision)
    });
    decision
}

/// Posts a transition's Event, unless this process has. One that can't be posted is tried again in the next pass.
async fn tell(ctx: &Context, object: &UbermenchDeployment, transition: &Transition) {
    let uid = object.uid().unwrap_or_default();
    if ctx.has_posted(&uid, transition.sequence) {
        return;
    }
    if ctx.now().duration_since(transition.time.0) < EVENT_AGE
        && let Err(error) = events::publish(&ctx.client, &ctx.instance, object, transition).await
    {
        tracing::warn!(error = error.chain(), "an Event could not be posted");
        return;
    }
    ctx.note_posted(&uid, transition.sequence);
}
