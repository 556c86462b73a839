//! What was measured, beside what the prototype took and what is aimed at.

use std::collections::BTreeMap;
use std::fmt;

/// What is aimed at.
#[derive(Clone, Copy)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
    Exactly(f64),
    /// Shown for comparison.
    None,
}

/// Key, measure, the prototype's figure, the goal.
type Line = (&'static str, &'static str, &'static str, Goal);

const LINES: [Line; 35] = [
    (
        "flush",
        "one flush to this disk, ms (part of each ack)",
        "0.12",
        Goal::None,
    ),
    (
        "cold_start",
        "cold start to first 200, ms",
        "474",
        Goal::AtMost(150.0),
    ),
    ("memory_idle", "memory idle, MiB", "109", Goal::AtMost(25.0)),
    (
        "memory_500",
        "memory, 500 people talking, MiB",
        "189",
        Goal::AtMost(50.0),
    ),
    (
        "memory_burst",
        "memory, burst of 5,000, MiB",
        "456",
        Goal::AtMost(80.0),
    ),
    (
        "cpu_200",
        "CPU s per 1,000 webhooks, 200 people",
        "3.97",
        Goal::AtMost(0.6),
    ),
    (
        "cpu_500",
        "CPU s per 1,000 webhooks, 500 people",
        "2.58",
        Goal::AtMost(0.5),
    ),
    (
        "stores_200",
        "the stores' CPU s, 200 people",
        "1.13",
        Goal::AtMost(1.2),
    ),
    (
        "stores_500",
        "the stores' CPU s, 500 people",
        "0.88",
        Goal::AtMost(1.0),
    ),
    ("ack50_50", "ack p50, 50 people, ms", "", Goal::None),
    ("ack50_200", "ack p50, 200 people, ms", "", Goal::None),
    ("ack50_500", "ack p50, 500 people, ms", "", Goal::None),
    (
        "ack_50",
        "ack p95, 50 people, ms",
        "2.7 undurable",
        Goal::AtMost(3.0),
    ),
    (
        "ack_200",
        "ack p95, 200 people, ms",
        "4.1 undurable",
        Goal::AtMost(4.0),
    ),
    (
        "ack_500",
        "ack p95, 500 people, ms",
        "19 undurable",
        Goal::AtMost(10.0),
    ),
    (
        "reply_50",
        "own time to full reply p95, 50 people, ms",
        "16",
        Goal::AtMost(10.0),
    ),
    (
        "reply_200",
        "own time to full reply p95, 200 people, ms",
        "40",
        Goal::AtMost(15.0),
    ),
    (
        "reply_500",
        "own time to full reply p95, 500 people, ms",
        "636",
        Goal::AtMost(50.0),
    ),
    (
        "webhook_p95",
        "webhook p95 below, 500 people, ms",
        "",
        Goal::AtMost(500.0),
    ),
    (
        "send_p95",
        "send p95 below, 500 people, ms",
        "",
        Goal::AtMost(1000.0),
    ),
    (
        "query_p95",
        "query p95 below, 500 people, ms",
        "",
        Goal::AtMost(100.0),
    ),
    (
        "turn_p95",
        "turn p95 below, 500 people, ms",
        "",
        Goal::AtMost(200.0),
    ),
    (
        "cache_hits",
        "lists of providers from the cache, %",
        "",
        Goal::AtLeast(80.0),
    ),
    (
        "burst_acks",
        "burst of 5,000: acks/s",
        "722-963",
        Goal::AtLeast(3000.0),
    ),
    (
        "burst_answered",
        "burst of 5,000: answered/s",
        "363-423",
        Goal::AtLeast(800.0),
    ),
    (
        "open_lag",
        "open loop 400/s: behind at the end, s",
        "4-8",
        Goal::AtMost(0.05),
    ),
    (
        "open_reply",
        "open loop 400/s: own time p95, ms",
        "",
        Goal::AtMost(50.0),
    ),
    ("open_ack", "open loop 400/s: ack p95, ms", "", Goal::None),
    (
        LOST,
        "accepted messages lost by SIGKILL",
        "504-514",
        Goal::Exactly(0.0),
    ),
    (
        "thrice",
        "one wamid three times: bookings",
        "3",
        Goal::Exactly(1.0),
    ),
    (
        "forged",
        "wrong signature: status",
        "200",
        Goal::Exactly(401.0),
    ),
    (
        "replicas",
        "answered/s, two replicas to one",
        "",
        Goal::None,
    ),
    (
        "history_1",
        "own time p95, 10,000 stored, ms",
        "",
        Goal::None,
    ),
    (
        "history_10",
        "own time p95, 100,000 stored to 10,000",
        "",
        Goal::AtMost(1.3),
    ),
    (
        "history_100",
        "own time p95, 1,000,000 stored to 10,000",
        "",
        Goal::AtMost(1.3),
    ),
];
const LOST: &str = "lost";

/// Values by key, one a run or more.
#[derive(Debug, Default)]
pub struct Measures(BTreeMap<&'static str, Vec<f64>>);

impl Measures {
    /// Notes a value. One without a key is not wanted.
    pub(super) fn add(&mut self, key: &'static str, value: f64) {
        if !key.is_empty() {
            self.0.entry(key).or_default().push(value);
        }
    }

    /// How many accepted messages were lost in all runs.
    pub fn lost(&self) -> f64 {
        self.0.get(LOST).map_or(0.0, |lost| lost.iter().sum())
    }

    fn median(&self, key: &str) -> Option<f64> {
        let mut values = self.0.get(key)?.clone();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

impl Goal {
    fn is_met(self, value: f64) -> Option<bool> {
        match self {
            Self::AtMost(most) => Some(value <= most),
            Self::AtLeast(least) => Some(value >= least),
            Self::Exactly(wanted) => Some((value - wanted).abs() < f64::EPSILON),
            Self::None => None,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AtMost(most) => format!("<= {most}"),
            Self::AtLeast(least) => format!(">= {least}"),
            Self::Exactly(wanted) => format!("{wanted}"),
            Self::None => String::new(),
        };
        f.pad(&text)
    }
}

fn short(value: f64) -> String {
    match value {
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 10.0 => format!("{middle:.1}"),
        small => format!("{small:.2}"),
    }
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["measure", "here", "peer", "goal"];
        let [measure, here, peer, goal] = head;
        writeln!(f, "{measure:<44} {here:>8}  {peer:<14} {goal:<8}")?;
        for (key, measure, peer, goal) in LINES {
            let Some(value) = self.median(key) else {
                continue;
            };
            let verdict = match goal.is_met(value) {
                Some(true) => "ok",
                Some(false) => "over",
                None => "",
            };
            let here = short(value);
            writeln!(f, "{measure:<44} {here:>8}  {peer:<14} {goal:<8} {verdict}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_runs_is_judged() {
        let mut measures = Measures::default();
        for value in [9.0, 151.0, 149.0] {
            measures.add("cold_start", value);
        }
        measures.add("burst_acks", 2999.0);
        measures.add("", 1.0);
        let table = measures.to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(
            lines[1].contains(" 149 ") && lines[1].ends_with("ok"),
            "{table}"
        );
        assert!(lines[2].ends_with("over"), "{table}");
    }

    #[test]
    fn one_lost_message_in_any_run_counts() {
        let mut measures = Measures::default();
        for value in [0.0, 1.0, 0.0] {
            measures.add(LOST, value);
        }
        assert!(measures.lost() > 0.0);
    }
}
