//! A turn of the sender, in one statement: what Meta took is recorded, and what may go now is claimed.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::{ContactId, Wamid};
use crate::store::error::{During, StoreError};
use crate::store::outbox::bucket::Bucket;
use crate::store::outbox::{Accepted, LEASE_SECONDS, Outgoing, Pace};
use crate::store::tx::Tx;

/// What a turn came to.
pub(super) struct Turned {
    /// Of what was taken, those whose claim still held.
    pub(super) recorded: HashSet<i64>,
    /// The live work is this revision's.
    pub(super) owns: bool,
    /// Messages of different people, in order.
    pub(super) messages: Vec<Outgoing>,
    /// Some can't go, since their window is closed.
    pub(super) are_shut: bool,
    /// Until the shared pace allows another, if it is that which holds.
    pub(super) wait: Option<Duration>,
}

/// A row of what was claimed: nothing but the first columns if nothing was.
struct Row {
    owns: bool,
    recorded: Vec<i64>,
    are_shut: bool,
    allowed: Option<i64>,
    tokens: Option<f64>,
    paused_for: Option<f64>,
    id: Option<i64>,
    contact_id: Option<Uuid>,
    request_id: Option<String>,
    attempts: Option<i32>,
    media_id: Option<String>,
    kind: Option<String>,
    payload: Option<Value>,
    media: Option<Value>,
}

impl Row {
    fn outgoing(self, claim: Uuid) -> Option<Outgoing> {
        Some(Outgoing {
            id: self.id?,
            claim,
            contact: ContactId(self.contact_id?),
            kind: self.kind?,
            payload: self.payload?,
            media: self
                .media
                .and_then(|media| serde_json::from_value(media).ok()),
            media_id: self.media_id,
            request_id: self.request_id?,
            attempts: self.attempts?,
        })
    }

    /// Whoever used all that the pace allows waits for more.
    fn wait(&self, bucket: Option<Bucket>, used: i64) -> Option<Duration> {
        match (self.paused_for, self.allowed, self.tokens) {
            (Some(pause), ..) if pause > 0.0 => Some(Duration::from_secs_f64(pause)),
            (_, Some(allowed), Some(left)) if used >= allowed => bucket?.wait(left),
            _ => None,
        }
    }
}

/// Records and claims; nothing but what is pending has a claim.
///
/// The locks on the fence's row and on the bucket's are had only if something is due. Whoever waited for them sees the
/// rows as they are then, so nothing is claimed by an owner who was one. The template goes instead where the window is
/// closed. Who is first of a person's is asked by order, for which only one index will do: others look as cheap while
/// the table is small, and a plan may live until it no longer is.
pub(super) async fn turn(
    tx: &mut Tx,
    revision: &str,
    accepted: &[Accepted],
    limit: i64,
    pace: Pace,
) -> Result<Turned, StoreError> {
    let ids: Vec<i64> = accepted.iter().map(|it| it.id).collect();
    let claims: Vec<Uuid> = accepted.iter().map(|it| it.claim).collect();
    let wamids = accepted.iter().map(|it| it.wamid.as_ref());
    let wamids: Vec<Option<&str>> = wamids.map(|wamid| wamid.map(Wamid::as_str)).collect();
    let bucket = Bucket::of(pace.rate_per_second);
    let claim = Uuid::now_v7();
    let rows = sqlx::query_file_as!(
        Row,
        "src/store/outbox/turn.sql",
        &ids,
        &claims,
        &wamids as &[Option<&str>],
        revision,
        limit,
        bucket.map(|bucket| bucket.size),
        bucket.map(|bucket| bucket.per_second),
        pace.service_window.as_secs_f64(),
        claim,
        LEASE_SECONDS
    )
    .fetch_all(&mut *tx)
    .await
    .during("claim sends")?;
    let first = rows.first();
    let used = i64::try_from(rows.iter().filter(|row| row.id.is_some()).count());
    let wait = first.and_then(|row| row.wait(bucket, used.unwrap_or(i64::MAX)));
    let (owns, are_shut) = first.map_or((true, false), |row| (row.owns, row.are_shut));
    let recorded = first.map(|row| row.recorded.iter().copied().collect());
    let taken = rows.into_iter().filter_map(|row| row.outgoing(claim));
    let mut messages: Vec<Outgoing> = taken.collect();
    messages.sort_by_key(|message| message.id);
    Ok(Turned {
        recorded: recorded.unwrap_or_default(),
        owns,
        messages,
        are_shut,
        wait,
    })
}
