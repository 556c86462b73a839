//! How long to wait before a send is tried again: 1, 2, 4 … 300 s, each a little shorter or longer so
//! that messages that failed together don't come back together.

use std::time::Duration;

const LONGEST_SECONDS: f64 = 300.0;
/// The shortest and the longest part of the plain delay.
const JITTER: std::ops::Range<f64> = 0.75..1.25;

/// The delay after the given number of tries. A server's own wish is never undercut.
pub(super) fn delay(tries: i32, base: f64, retry_after: Option<Duration>) -> Duration {
    let factor = rand::random_range(JITTER);
    jittered(tries, base, factor).max(retry_after.unwrap_or_default())
}

fn jittered(tries: i32, base: f64, factor: f64) -> Duration {
    let plain = base.powi(tries.saturating_sub(1).clamp(0, 30));
    Duration::from_secs_f64((plain * factor).min(LONGEST_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_five_minutes() {
        let seconds: Vec<f64> = [1, 2, 3, 4, 9, 10, 1000]
            .map(|tries| jittered(tries, 2.0, 1.0).as_secs_f64())
            .into();
        assert_eq!(seconds, [1.0, 2.0, 4.0, 8.0, 256.0, 300.0, 300.0]);
    }

    #[test]
    fn one_recipients_pace_slows_down_fourfold() {
        let seconds: Vec<f64> = [1, 2, 3]
            .map(|tries| jittered(tries, 4.0, 1.0).as_secs_f64())
            .into();
        assert_eq!(seconds, [1.0, 4.0, 16.0]);
    }

    #[test]
    fn a_server_that_asks_for_longer_gets_it() {
        for tries in 1..20 {
            let plain = delay(tries, 2.0, None);
            assert!(plain >= Duration::from_millis(750) && plain <= Duration::from_mins(5));
            assert!(delay(tries, 2.0, Some(Duration::from_secs(400))) >= Duration::from_secs(400));
        }
    }
}
