//! Completion. kubectl asks the program `kubectl_complete-ubermench` for its plugin's words, whatever the shell; the
//! script is that program, and calls back.

use std::time::Duration;

use clap::CommandFactory;

use super::cli::Cli;
use super::cluster::Cluster;

/// To be put on the PATH as `kubectl_complete-ubermench`.
pub(super) const SCRIPT: &str = "#!/bin/sh\nexec kubectl ubermench __complete -- \"$@\"\n";

/// What kubectl is told after the words: no file names.
const NO_FILES: &str = ":4\n";

/// A cluster that does not answer must not hold a shell up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Names of bots, where one is to be completed.
pub(super) async fn names(cli: &Cli, words: &[String]) -> Vec<String> {
    if words.len() < 2 {
        return Vec::new();
    }
    let asked = async { Cluster::connect(cli).await?.names().await };
    // Without an answer nothing is completed; a person who types sees that well enough.
    tokio::time::timeout(PATIENCE, asked)
        .await
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default()
}

/// The words that fit, one a line, as kubectl expects them.
pub(super) fn answer(words: &[String], names: &[String]) -> String {
    let command = Cli::command();
    let last = words.last().map_or("", String::as_str);
    let chosen = words
        .first()
        .filter(|_| words.len() > 1)
        .and_then(|first| command.find_subcommand(first));
    let mut found: Vec<String> = Vec::new();
    let of = chosen.unwrap_or(&command);
    if last.starts_with('-') {
        let flags = of.get_arguments().chain(command.get_arguments());
        found.extend(
            flags
                .filter_map(|flag| flag.get_long())
                .map(|long| format!("--{long}")),
        );
    } else if chosen.is_some() {
        found.extend(names.iter().cloned());
    } else {
        let shown = command.get_subcommands().filter(|each| !each.is_hide_set());
        found.extend(shown.map(|each| {
            let about = each
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!("{}\t{about}", each.get_name())
        }));
    }
    found.retain(|word| word.starts_with(last));
    found.sort();
    found.dedup();
    let lines: String = found.into_iter().map(|word| word + "\n").collect();
    lines + NO_FILES
}
