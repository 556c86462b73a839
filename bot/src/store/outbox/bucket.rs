//! The pace of all replicas together: a token bucket in one row, whose lock is held while tokens are taken. Its size and
//! its refill make up the rate, so no second sees more than that.

use std::time::Duration;

/// One part in so many of the rate may go at once.
const BURST_SHARE: f64 = 20.0;

/// Size and refill of a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bucket {
    pub(super) size: f64,
    pub(super) per_second: f64,
}

impl Bucket {
    /// `None` without a limit.
    pub(super) fn of(rate_per_second: u32) -> Option<Self> {
        let rate = f64::from(rate_per_second);
        let size = (rate / BURST_SHARE).max(1.0).floor();
        let per_second = if rate <= BURST_SHARE {
            rate
        } else {
            rate - size
        };
        (rate_per_second > 0).then_some(Self { size, per_second })
    }

    /// Until the next message may go.
    pub(super) fn wait(self, tokens: f64) -> Option<Duration> {
        let missing = ((1.0 - tokens) / self.per_second).max(0.001);
        (tokens < 1.0).then(|| Duration::from_secs_f64(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_sees_more_than_the_rate() {
        for rate in [40, 80, 200, 1000] {
            let bucket = Bucket::of(rate).unwrap();
            assert!(
                bucket.size + bucket.per_second <= f64::from(rate),
                "{bucket:?}"
            );
            assert!(bucket.per_second >= f64::from(rate) * 0.9, "{bucket:?}");
        }
        assert_eq!(
            Bucket::of(1),
            Some(Bucket {
                size: 1.0,
                per_second: 1.0
            })
        );
        assert_eq!(Bucket::of(0), None);
    }

    #[test]
    fn an_empty_bucket_tells_when_to_come_again() {
        let bucket = Bucket::of(80).unwrap();
        assert_eq!(bucket.wait(1.0), None);
        let wait = bucket.wait(0.24).unwrap();
        assert!((wait.as_secs_f64() - 0.01).abs() < 1e-9, "{wait:?}");
    }
}
