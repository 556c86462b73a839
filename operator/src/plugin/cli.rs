//! The command line of `kubectl ubermench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ubermench_crds::Action;

const EXAMPLES: &str = "\
Examples:
  kubectl ubermench status handy -n prod --watch   # the tree of revisions, Services and pods
  kubectl ubermench explain handy                  # what it waits for, and what you can do
  kubectl ubermench promote handy                  # let the candidate serve that awaits approval
  kubectl ubermench rollback handy                 # back to the revision before
  kubectl ubermench report handy > report.json     # for support: no secret, phone number or text in it";

/// Looks at bots and acts on their releases.
#[derive(Debug, Parser)]
#[command(name = "kubectl-ubermench", bin_name = "kubectl ubermench", version, after_help = EXAMPLES)]
pub struct Cli {
    /// Namespace; if not given, that of the kubeconfig's context
    #[arg(short, long, global = true)]
    pub(super) namespace: Option<String>,

    /// Context of the kubeconfig
    #[arg(long, global = true)]
    pub(super) context: Option<String>,

    /// Path of the kubeconfig
    #[arg(long, global = true)]
    pub(super) kubeconfig: Option<PathBuf>,

    /// No colours, also on a terminal
    #[arg(long, global = true, env = "NO_COLOR", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub(super) no_color: bool,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show revisions, Services and pods as a tree
    #[command(
        after_help = "Examples:\n  kubectl ubermench status\n  kubectl ubermench status handy --watch\n  kubectl ubermench status handy -o json | jq .status.phase"
    )]
    Status {
        /// Name of the bot; may be left out if there is only one
        name: Option<String>,
        /// Show it again at every change, until interrupted
        #[arg(short, long)]
        watch: bool,
        /// Form of the answer
        #[arg(short, long, default_value = "text")]
        output: Format,
    },
    /// Say what a bot waits for, why, and what can be done
    #[command(after_help = "Example:\n  kubectl ubermench explain handy")]
    Explain {
        /// Name of the bot; may be left out if there is only one
        name: Option<String>,
    },
    /// Let the candidate serve that awaits approval
    #[command(after_help = "Example:\n  kubectl ubermench promote handy")]
    Promote(Of),
    /// End the release under way; what served serves on, or again
    #[command(after_help = "Example:\n  kubectl ubermench abort handy")]
    Abort(Of),
    /// Try the revision again that failed, or that a rollback keeps from serving
    #[command(after_help = "Example:\n  kubectl ubermench retry handy")]
    Retry(Of),
    /// Serve a former revision instead of the one that the spec asks for, until the next edit
    #[command(
        after_help = "Examples:\n  kubectl ubermench rollback handy\n  kubectl ubermench rollback handy 0123456789"
    )]
    Rollback {
        #[command(flatten)]
        of: Of,
        /// The revision; if not given, the previous one
        revision: Option<String>,
    },
    /// List ended releases with their causes and how long each phase took
    #[command(after_help = "Example:\n  kubectl ubermench history handy")]
    History {
        /// Name of the bot; may be left out if there is only one
        name: Option<String>,
        /// Form of the answer
        #[arg(short, long, default_value = "text")]
        output: Format,
    },
    /// Write what support needs as JSON: no secret, phone number or text in it
    #[command(after_help = "Example:\n  kubectl ubermench report handy > report.json")]
    Report {
        /// Name of the bot; may be left out if there is only one
        name: Option<String>,
        /// With the last log lines of a failure, numbers and credentials masked
        #[arg(long)]
        with_log: bool,
    },
    /// Print the script by which kubectl completes words, in every shell
    #[command(
        after_help = "Example:\n  kubectl ubermench completion > /usr/local/bin/kubectl_complete-ubermench\n  chmod +x /usr/local/bin/kubectl_complete-ubermench"
    )]
    Completion,
    /// What the completion script asks
    #[command(name = "__complete", hide = true, disable_help_flag = true)]
    Complete {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// What an action is for.
#[derive(Args, Debug)]
pub(super) struct Of {
    /// Name of the bot
    pub(super) name: String,
    /// Seconds to wait for the operator's answer
    #[arg(long, default_value = "10", value_parser = seconds)]
    pub(super) timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Command {
    /// The action that it asks for, if it does.
    pub(super) const fn action(&self) -> Option<Action> {
        match self {
            Self::Promote(_) => Some(Action::Promote),
            Self::Abort(_) => Some(Action::Abort),
            Self::Retry(_) => Some(Action::Retry),
            Self::Rollback { .. } => Some(Action::Rollback),
            _ => None,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}
