//! The pace of all replicas together: a token bucket in one row, whose lock is held from looking to
//! taking. Its size and its refill make up the rate, so no second sees more than that.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// One part in so many of the rate may go at once.
const BURST_SHARE: f64 = 20.0;

/// What may be taken from the bucket in this transaction.
pub(super) struct Allowance {
    pace: Option<Pace>,
    tokens: f64,
    at: DateTime<Utc>,
    paused_for: f64,
}

/// Size and refill of a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pace {
    size: f64,
    per_second: f64,
}

impl Pace {
    /// `None` without a limit.
    fn of(rate_per_second: u32) -> Option<Self> {
        let rate = f64::from(rate_per_second);
        let size = (rate / BURST_SHARE).max(1.0).floor();
        let per_second = if rate <= BURST_SHARE {
            rate
        } else {
            rate - size
        };
        (rate_per_second > 0).then_some(Self { size, per_second })
    }

    fn refilled(self, tokens: f64, elapsed_seconds: f64) -> f64 {
        (tokens + elapsed_seconds.max(0.0) * self.per_second).min(self.size)
    }
}

impl Allowance {
    /// How many messages may go now.
    pub(super) fn whole(&self) -> i64 {
        if self.paused_for > 0.0 {
            return 0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "never above the bucket's size"
        )]
        self.pace.map_or(i64::MAX, |_| self.tokens.floor() as i64)
    }
}

/// What there is to claim, and who may.
pub(super) struct Look {
    /// The live work is this revision's.
    pub(super) owns: bool,
    /// Something is to be sent.
    pub(super) due: bool,
    pub(super) allowance: Allowance,
}

/// Locks the bucket, so that no other replica claims, and refills it.
pub(super) async fn open(
    tx: &mut Tx,
    revision: &str,
    rate_per_second: u32,
) -> Result<Look, StoreError> {
    let row = sqlx::query!(
        r#"select f.revision = $1 as "owns!",
                  exists (
                      select 1 from outbox
                      where state = 'pending' and lane = 'live' and attempt_at <= now()
                        and (claimed_until is null or claimed_until < now())
                  ) as "due!",
                  tokens, clock_timestamp() as "at!",
                  extract(epoch from clock_timestamp() - refilled_at)::float8 as "elapsed!",
                  extract(epoch from greatest(paused_until, clock_timestamp()) - clock_timestamp())::float8
                      as "paused_for!"
        from send_bucket b join work_fence f on f.id = 1 where b.id = 1 for no key update of b"#,
        revision
    )
    .fetch_one(&mut *tx)
    .await
    .during("open send bucket")?;
    let pace = Pace::of(rate_per_second);
    let tokens = pace.map_or(0.0, |pace| pace.refilled(row.tokens, row.elapsed));
    Ok(Look {
        owns: row.owns,
        due: row.due,
        allowance: Allowance {
            pace,
            tokens,
            at: row.at,
            paused_for: row.paused_for,
        },
    })
}

/// Takes what was used, and tells how long until more may go if all that was allowed was used.
pub(super) async fn close(
    tx: &mut Tx,
    allowance: Allowance,
    used: usize,
    allowed: i64,
) -> Result<Option<Duration>, StoreError> {
    if allowance.paused_for > 0.0 {
        return Ok(Some(Duration::from_secs_f64(allowance.paused_for)));
    }
    let Some(pace) = allowance.pace else {
        return Ok(None);
    };
    let used = u32::try_from(used).unwrap_or(u32::MAX);
    let (left, at) = (allowance.tokens - f64::from(used), allowance.at);
    sqlx::query!(
        "update send_bucket set tokens = $1, refilled_at = $2 where id = 1",
        left,
        at
    )
    .execute(&mut *tx)
    .await
    .during("take from send bucket")?;
    let is_short = i64::from(used) >= allowed && left < 1.0;
    let missing = Duration::from_secs_f64(((1.0 - left) / pace.per_second).max(0.001));
    Ok(is_short.then_some(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_sees_more_than_the_rate() {
        for rate in [40, 80, 200, 1000] {
            let pace = Pace::of(rate).unwrap();
            assert!(pace.size + pace.per_second <= f64::from(rate), "{pace:?}");
            assert!(pace.per_second >= f64::from(rate) * 0.9, "{pace:?}");
        }
        assert_eq!(
            Pace::of(1),
            Some(Pace {
                size: 1.0,
                per_second: 1.0
            })
        );
        assert_eq!(Pace::of(0), None);
    }

    #[test]
    fn a_bucket_refills_up_to_its_size_and_ignores_a_clock_set_back() {
        let pace = Pace::of(80).unwrap();
        assert!((pace.refilled(0.0, 0.01) - 0.76).abs() < 1e-9);
        assert!((pace.refilled(0.0, 3600.0) - pace.size).abs() < 1e-9);
        assert!((pace.refilled(2.0, -5.0) - 2.0).abs() < 1e-9);
    }
}
