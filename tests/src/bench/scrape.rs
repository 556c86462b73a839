//! What the bot counts itself, from its own metrics.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Metrics in Prometheus' text format at one moment.
pub(super) struct Scrape(String);

impl Scrape {
    pub(super) async fn of(address: SocketAddr) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        let request = b"GET /metrics HTTP/1.1\r\nhost: bot\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok(Self(text))
    }

    /// Name with labels, and value, of all series of a metric.
    fn series<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let is_name = labels.is_empty() || labels.starts_with('{');
            Some((labels, value.parse().ok()?)).filter(|_| is_name)
        })
    }

    /// How many of a hundred requests of a cache it could answer.
    pub(super) fn cache_hits(&self) -> f64 {
        let of = |result: &str| -> f64 {
            let series = self.series("cache_requests_total");
            let label = format!("result=\"{result}\"");
            let some = series.filter(|(labels, _)| labels.contains(&label));
            some.map(|(_, value)| value).sum()
        };
        let (hits, misses) = (of("hit"), of("miss"));
        100.0 * hits / (hits + misses)
    }

    /// The milliseconds that 95 of a hundred stayed below, by the bounds of a histogram of seconds.
    pub(super) fn p95(&self, histogram: &str) -> Result<f64> {
        let bucket = format!("{histogram}_bucket");
        let mut bounds: Vec<(f64, f64)> = Vec::new();
        for (labels, count) in self.series(&bucket) {
            let (_, rest) = labels.split_once("le=\"").context("a bucket's bound")?;
            let (bound, _) = rest.split_once('"').context("a bucket's bound")?;
            let bound = bound.parse().unwrap_or(f64::INFINITY);
            match bounds
                .iter_mut()
                .find(|(known, _)| known.total_cmp(&bound).is_eq())
            {
                Some((_, sum)) => *sum += count,
                None => bounds.push((bound, count)),
            }
        }
        bounds.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all = bounds.last().context("no buckets")?.1;
        let (bound, _) = bounds
            .iter()
            .find(|(_, count)| *count >= 0.95 * all)
            .context("no bucket holds so many")?;
        Ok(bound * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_and_quantiles_are_read_over_all_labels() {
        let text = "HTTP/1.1 200 OK\n\
            cache_requests_total{cache=\"providers\",result=\"hit\"} 9\n\
            cache_requests_total{cache=\"providers\",result=\"miss\"} 1\n\
            db_query_duration_seconds_bucket{outcome=\"error\",le=\"0.005\"} 0\n\
            db_query_duration_seconds_bucket{outcome=\"error\",le=\"+Inf\"} 1\n\
            db_query_duration_seconds_bucket{outcome=\"ok\",le=\"0.005\"} 99\n\
            db_query_duration_seconds_bucket{outcome=\"ok\",le=\"+Inf\"} 99\n";
        let scrape = Scrape(text.to_owned());
        assert!((scrape.cache_hits() - 90.0).abs() < 0.001);
        let p95 = scrape.p95("db_query_duration_seconds").unwrap();
        assert!((p95 - 5.0).abs() < 0.001);
    }
}
