//! `history`: ended releases, newest first.

use jiff::Timestamp;
use ubermench_crds::{HistoryEntry, UbermenchDeployment};

use super::tree::{ago, took};

/// As JSON: `status.history`.
pub(super) fn json(object: &UbermenchDeployment) -> serde_json::Result<String> {
    serde_json::to_string_pretty(entries(object)).map(|text| text + "\n")
}

/// For people.
pub(super) fn table(object: &UbermenchDeployment, now: Timestamp) -> String {
    let entries = entries(object);
    if entries.is_empty() {
        return "no release has ended yet\n".to_owned();
    }
    let head = [
        "AGO", "REVISION", "ATTEMPT", "CAUSE", "OUTCOME", "TOOK", "PHASES", "WHY",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(entries.iter().map(|entry| row(entry, now)));
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let lines = rows.iter().map(|row| {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    });
    lines.collect()
}

fn entries(object: &UbermenchDeployment) -> &[HistoryEntry] {
    object
        .status
        .as_ref()
        .map_or(&[], |status| status.history.as_slice())
}

fn row(entry: &HistoryEntry, now: Timestamp) -> [String; 8] {
    let whole = entry.finished_at.0.duration_since(entry.started_at.0);
    let phases: Vec<_> = entry
        .durations
        .iter()
        .map(|each| format!("{:?} {}", each.phase, took(each.seconds)))
        .collect();
    let or_dash = |text: &str| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text.to_owned()
        }
    };
    let why = match (entry.reason.as_str(), entry.message.as_str()) {
        (reason, "") => reason.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    };
    [
        ago(entry.finished_at.0, now),
        entry.revision.clone(),
        if entry.attempt == 0 {
            "-".to_owned()
        } else {
            entry.attempt.to_string()
        },
        or_dash(&entry.cause),
        format!("{:?}", entry.outcome),
        took(whole.as_secs()),
        or_dash(&phases.join(", ")),
        or_dash(&why),
    ]
}
