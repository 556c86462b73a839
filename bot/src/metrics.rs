//! Every number that the bot shows to Prometheus. Labels come from enums and small fixed sets, never
//! from people or texts.

use prometheus::{
    CounterVec, Encoder, Gauge, GaugeVec, HistogramOpts, HistogramVec, Opts, Registry, TextEncoder,
};

use crate::domain::ServiceType;

mod counts;

pub use counts::{Counts, Latency};

const LATENCY_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0,
];
const RESPONSE_BUCKETS: &[f64] = &[5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 240.0, 300.0];
/// Message types that get a label of their own.
const KNOWN_TYPES: &[&str] = &[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "reaction",
    "order",
    "system",
    "unsupported",
];
const SENT_TYPES: &[&str] = &[
    "text", "list", "buttons", "location", "image", "audio", "video", "document", "sticker",
    "contacts", "reaction", "template",
];

/// What is booked, and how providers answer.
pub struct Bookings {
    /// Requests made, by service.
    pub created: CounterVec,
    /// How long providers took to answer an offer, by outcome.
    pub responses: HistogramVec,
    /// Providers who can be booked now.
    pub online: Gauge,
}

/// All metrics of one process and the registry that they are in.
pub struct Metrics {
    registry: Registry,
    /// Sends that ended, by message type and outcome.
    pub sent: CounterVec,
    /// Messages stored, by type.
    pub received: CounterVec,
    /// Unexpired sessions of real people.
    pub active_sessions: Gauge,
    /// How long a webhook took, by result.
    pub webhook_seconds: HistogramVec,
    /// How long one Graph call took, by outcome.
    pub send_seconds: HistogramVec,
    /// How long one database query took, by outcome.
    pub query_seconds: HistogramVec,
    /// Looks that every pod takes at the database, busy or not, by outcome.
    pub database_looks: CounterVec,
    /// How long one conversation's turn took, by outcome.
    pub transition_seconds: HistogramVec,
    /// Requests, by route, method and status.
    pub requests: CounterVec,
    /// Errors answered by the Graph API, by code.
    pub api_errors: CounterVec,
    /// Messages refused because their sender sent too many, by window.
    pub rate_limited: CounterVec,
    /// Asked of caches, by cache and whether it was there.
    pub cache_requests: CounterVec,
    /// What is booked, and how providers answer.
    pub bookings: Bookings,
    /// Messages that wait to be sent.
    pub outbox_pending: Gauge,
    /// Messages that wait to be worked.
    pub inbox_pending: Gauge,
    /// Rows given up.
    pub dead_letters: Gauge,
    /// Connections of the pool, by state.
    pub connections: GaugeVec,
    /// 1 while this pod's revision does the live work.
    pub owns_work: Gauge,
}

impl Metrics {
    /// Registers all metrics, so that each name is there from the start.
    ///
    /// # Errors
    /// When two metrics share a name.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let make = Maker {
            registry: &registry,
        };
        let metrics = Self {
            sent: make.counters(
                "whatsapp_messages_sent_total",
                "Sends that ended",
                &["type", "outcome"],
            )?,
            received: make.counters(
                "whatsapp_messages_received_total",
                "Messages stored",
                &["type"],
            )?,
            active_sessions: make.gauge("active_sessions", "Unexpired sessions")?,
            webhook_seconds: make.latencies(
                "webhook_processing_duration_seconds",
                "Time to answer a webhook",
                "result",
            )?,
            send_seconds: make.latencies(
                "message_send_duration_seconds",
                "Time of one Graph call",
                "outcome",
            )?,
            query_seconds: make.latencies(
                "db_query_duration_seconds",
                "Time of one database query",
                "outcome",
            )?,
            database_looks: make.database_looks()?,
            transition_seconds: make.latencies(
                "state_transition_duration_seconds",
                "Time of one conversation's turn",
                "outcome",
            )?,
            requests: make.counters(
                "http_requests_total",
                "Requests answered",
                &["route", "method", "status"],
            )?,
            api_errors: make.counters(
                "whatsapp_api_errors_total",
                "Errors of the Graph API",
                &["code"],
            )?,
            rate_limited: make.rate_limited()?,
            cache_requests: make.cache_requests()?,
            bookings: make.bookings()?,
            outbox_pending: make.gauge("outbox_pending", "Messages that wait to be sent")?,
            inbox_pending: make.gauge("inbox_pending", "Messages that wait to be worked")?,
            dead_letters: make.gauge("dead_letters", "Rows given up")?,
            connections: make.gauges("db_pool_connections", "Database connections", &["state"])?,
            owns_work: make.gauge("owns_work", "1 while this revision does the live work")?,
            registry: registry.clone(),
        };
        metrics.show_zeros();
        Ok(metrics)
    }

    fn show_zeros(&self) {
        for kind in SENT_TYPES {
            for outcome in ["accepted", "failed"] {
                self.sent.with_label_values(&[kind, outcome]);
            }
        }
        for kind in KNOWN_TYPES.iter().chain(&["other"]) {
            self.received.with_label_values(&[kind]);
        }
        for result in [
            "accepted",
            "rate_limited",
            "unauthorized",
            "invalid",
            "error",
        ] {
            self.webhook_seconds.with_label_values(&[result]);
        }
        for histogram in [
            &self.send_seconds,
            &self.query_seconds,
            &self.transition_seconds,
        ] {
            for outcome in ["ok", "error"] {
                histogram.with_label_values(&[outcome]);
            }
        }
        for outcome in ["ok", "error"] {
            self.database_looks.with_label_values(&[outcome]);
        }
        for result in ["hit", "miss"] {
            self.cache_requests
                .with_label_values(&["providers", result]);
        }
        for window in ["minute", "hour"] {
            self.rate_limited.with_label_values(&[window]);
        }
        for service in ServiceType::ALL {
            self.bookings.created.with_label_values(&[service.id()]);
        }
        for outcome in ["accepted", "declined", "timeout"] {
            self.bookings.responses.with_label_values(&[outcome]);
        }
        for state in ["idle", "used"] {
            self.connections.with_label_values(&[state]);
        }
    }

    /// The label of an inbound message type; types made up by strangers share one.
    pub fn type_label(kind: &str) -> &'static str {
        KNOWN_TYPES
            .iter()
            .find(|known| **known == kind)
            .copied()
            .unwrap_or("other")
    }

    /// All metrics in Prometheus' text format.
    ///
    /// # Errors
    /// When a metric cannot be written.
    pub fn render(&self) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

struct Maker<'a> {
    registry: &'a Registry,
}

impl Maker<'_> {
    fn rate_limited(&self) -> prometheus::Result<CounterVec> {
        let help = "Messages refused for their sender's pace";
        self.counters("rate_limited_messages_total", help, &["window"])
    }

    fn database_looks(&self) -> prometheus::Result<CounterVec> {
        let help = "Looks at who owns the work, by every pod";
        self.counters("db_looks_total", help, &["outcome"])
    }

    fn cache_requests(&self) -> prometheus::Result<CounterVec> {
        let help = "What was asked for of a cache";
        self.counters("cache_requests_total", help, &["cache", "result"])
    }

    fn bookings(&self) -> prometheus::Result<Bookings> {
        Ok(Bookings {
            created: self.counters(
                "service_requests_created_total",
                "Bookings",
                &["service_type"],
            )?,
            responses: self.histograms(
                "provider_responses_duration_seconds",
                "Time from an offer to its answer",
                &["outcome"],
                RESPONSE_BUCKETS,
            )?,
            online: self.gauge("providers_online", "Providers who can be booked now")?,
        })
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<CounterVec> {
        let counters = CounterVec::new(Opts::new(name, help), labels)?;
        self.registry.register(Box::new(counters.clone()))?;
        Ok(counters)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<Gauge> {
        let gauge = Gauge::new(name, help)?;
        self.registry.register(Box::new(gauge.clone()))?;
        Ok(gauge)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
        let gauges = GaugeVec::new(Opts::new(name, help), labels)?;
        self.registry.register(Box::new(gauges.clone()))?;
        Ok(gauges)
    }

    fn latencies(&self, name: &str, help: &str, label: &str) -> prometheus::Result<HistogramVec> {
        self.histograms(name, help, &[label], LATENCY_BUCKETS)
    }

    fn histograms(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
        buckets: &[f64],
    ) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        let histograms = HistogramVec::new(options, labels)?;
        self.registry.register(Box::new(histograms.clone()))?;
        Ok(histograms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promised_name_is_there_before_anything_happened() {
        let text = String::from_utf8(Metrics::new().unwrap().render().unwrap()).unwrap();
        for name in [
            "whatsapp_messages_sent_total{",
            "whatsapp_messages_received_total{",
            "active_sessions 0",
            "providers_online 0",
            "service_requests_created_total{",
            "provider_responses_duration_seconds_bucket{",
            "webhook_processing_duration_seconds_bucket{result=\"accepted\",le=\"0.5\"} 0",
        ] {
            assert!(text.contains(name), "{name} in {text}");
        }
    }

    #[test]
    fn types_made_up_by_strangers_make_no_new_series() {
        assert_eq!(Metrics::type_label("text"), "text");
        assert_eq!(Metrics::type_label("hologram"), "other");
    }
}
