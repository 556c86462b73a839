//! What stands in a Lease, and when it is free. Pure.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use tokio::time::Instant;

/// Who claims the lease, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    pub(super) name: &'a str,
    pub(super) identity: &'a str,
    pub(super) duration: Duration,
    pub(super) now: Timestamp,
}

/// What a follower saw of the lease last, and when it saw it change.
#[derive(Debug, Default)]
pub(super) struct Sight {
    seen: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    version: Option<String>,
    holder: String,
    since: Instant,
}

impl Sight {
    /// Whether the lease may be taken, and remembers what was seen.
    pub(super) fn is_free(
        &mut self,
        lease: &Lease,
        identity: &str,
        ours: Duration,
        now: Instant,
    ) -> bool {
        let version = &lease.metadata.resource_version;
        let holder = holder(lease).unwrap_or_default();
        // The holder says how long it relies on the lease; it may be set otherwise than we are.
        let seconds = lease
            .spec
            .as_ref()
            .and_then(|spec| spec.lease_duration_seconds);
        let theirs = seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(ours, Duration::from_secs);
        let since = self
            .seen
            .as_ref()
            .filter(|seen| seen.version == *version)
            .map_or(now, |seen| seen.since);
        self.seen = Some(Seen {
            version: version.clone(),
            holder: holder.to_owned(),
            since,
        });
        holder.is_empty() || holder == identity || now.duration_since(since) > theirs
    }

    /// Who held it.
    pub(super) fn holder(&self) -> &str {
        self.seen
            .as_ref()
            .map(|seen| seen.holder.as_str())
            .unwrap_or_default()
    }
}

/// Who holds a lease.
pub(super) fn holder(lease: &Lease) -> Option<&str> {
    lease
        .spec
        .as_ref()?
        .holder_identity
        .as_deref()
        .filter(|holder| !holder.is_empty())
}

/// The lease, taken; made anew if there was none.
pub(super) fn claimed(claim: Claim<'_>, found: Option<&Lease>) -> Lease {
    let before = found
        .and_then(|lease| lease.spec.clone())
        .unwrap_or_default();
    let metadata = found.map_or_else(
        || ObjectMeta {
            name: Some(claim.name.to_owned()),
            ..ObjectMeta::default()
        },
        |lease| lease.metadata.clone(),
    );
    let changes_hands = before
        .holder_identity
        .as_deref()
        .is_some_and(|holder| !holder.is_empty() && holder != claim.identity);
    Lease {
        metadata,
        spec: Some(LeaseSpec {
            holder_identity: Some(claim.identity.to_owned()),
            lease_duration_seconds: Some(
                i32::try_from(claim.duration.as_secs()).unwrap_or(i32::MAX),
            ),
            acquire_time: Some(MicroTime(claim.now)),
            renew_time: Some(MicroTime(claim.now)),
            lease_transitions: Some(
                before.lease_transitions.unwrap_or(0) + i32::from(changes_hands),
            ),
            ..before
        }),
    }
}

/// The lease, held on.
pub(super) fn renewed(claim: Claim<'_>, held: &Lease) -> Lease {
    let mut lease = held.clone();
    let spec = lease.spec.get_or_insert_default();
    spec.holder_identity = Some(claim.identity.to_owned());
    spec.renew_time = Some(MicroTime(claim.now));
    lease
}

/// The lease, given back.
pub(super) fn released(claim: Claim<'_>, held: &Lease) -> Lease {
    let mut lease = held.clone();
    let spec = lease.spec.get_or_insert_default();
    spec.holder_identity = Some(String::new());
    spec.renew_time = Some(MicroTime(claim.now));
    lease
}
