//! Which installation of the operator looks after a resource.
//!
//! An installation is named by its lease. It writes that name on a resource before anything else, and another one leaves
//! the resource alone for as long as that lease is held. The lease is renewed anyway, so a claim costs no writes of its
//! own, and one of an installation that crashed or was removed ends by itself.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, ResourceExt};
use serde_json::json;
use ubermench_crds::UbermenchDeployment;

use crate::apply;
use crate::context::Context;
use crate::error::{Category, During, Error};
use crate::names::{CLAIM, FINALIZER};

/// Whether the resource is ours: claimed by this installation, and held by our finalizer.
pub fn is_ours(ctx: &Context, object: &UbermenchDeployment) -> bool {
    let claimed = object.annotations().get(CLAIM);
    object.finalizers().iter().any(|each| each == FINALIZER)
        && (ctx.claim.is_none() || claimed == ctx.claim.as_ref())
}

/// Refuses a resource that another installation looks after, which is known by its lease.
pub async fn check(ctx: &Context, object: &UbermenchDeployment) -> Result<(), Error> {
    let claimed = object.annotations().get(CLAIM);
    let Some(by) = claimed.filter(|by| ctx.claim.is_some() && Some(*by) != ctx.claim.as_ref())
    else {
        return Ok(());
    };
    let Some((namespace, name)) = by.split_once('/') else {
        // What was written there by hand is no claim.
        return Ok(());
    };
    let leases = Api::<Lease>::namespaced(ctx.client.clone(), namespace);
    let found = match leases.get_opt(name).await.during("read", "Lease", name) {
        Ok(found) => found,
        // An installation for one namespace sees no lease of another: it can't know, so it does nothing.
        Err(error) if error.category() == Category::Forbidden => {
            return Err(Error::Claimed { by: by.clone() });
        }
        Err(error) => return Err(error),
    };
    if found.is_some_and(|lease| is_held(&lease, ctx.now())) {
        return Err(Error::Claimed { by: by.clone() });
    }
    Ok(())
}

/// Claims a resource and holds it by our finalizer, if nothing was written since it was read.
pub async fn take(ctx: &Context, object: &UbermenchDeployment) -> Result<(), Error> {
    let mut held = object.finalizers().to_vec();
    if !held.iter().any(|each| each == FINALIZER) {
        held.push(FINALIZER.to_owned());
    }
    let mut metadata = json!({
        "resourceVersion": object.metadata.resource_version,
        "finalizers": held,
    });
    if let (Some(claim), Some(metadata)) = (&ctx.claim, metadata.as_object_mut()) {
        metadata.insert("annotations".to_owned(), json!({CLAIM: claim}));
    }
    apply::metadata(ctx, object, &metadata).await
}

fn is_held(lease: &Lease, now: Timestamp) -> bool {
    let Some(spec) = &lease.spec else {
        return false;
    };
    let holder = spec.holder_identity.as_deref().unwrap_or_default();
    let seconds = i64::from(spec.lease_duration_seconds.unwrap_or_default());
    let until = spec.renew_time.as_ref().map(|renewed| {
        let renewed = renewed.0;
        renewed + SignedDuration::from_secs(seconds)
    });
    !holder.is_empty() && until.is_some_and(|until| until > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lease_is_held_while_it_is_renewed() {
        let lease = |holder: &str, renewed: &str| -> Lease {
            let spec =
                json!({"holderIdentity": holder, "leaseDurationSeconds": 10, "renewTime": renewed});
            serde_json::from_value(json!({"metadata": {}, "spec": spec})).unwrap()
        };
        let now: Timestamp = "2026-01-01T00:00:10Z".parse().unwrap();
        let cases = [
            ("operator-0", "2026-01-01T00:00:05.000000Z", true),
            ("operator-0", "2026-01-01T00:00:00.000000Z", false),
            ("", "2026-01-01T00:00:05.000000Z", false),
        ];
        for (holder, renewed, expected) in cases {
            assert_eq!(
                is_held(&lease(holder, renewed), now),
                expected,
                "{holder} {renewed}"
            );
        }
        assert!(!is_held(&Lease::default(), now));
    }
}
