//! `kubectl ubermench`: what a person on call asks and says. Everything that it shows is in the resource's status and
//! can be read with plain kubectl; everything that it does is an annotation.
//!
//! Rendering is pure and takes the time; only `cluster` and `act` talk to the API server.

mod act;
mod cli;
mod cluster;
mod complete;
mod explain;
mod history;
mod paint;
mod report;
mod scrub;
mod tree;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

pub use cli::Cli;
use cli::{Command, Format};
use cluster::Cluster;
use paint::Paint;

use crate::app::now;

/// How often `--watch` looks.
const LOOK: Duration = Duration::from_secs(1);

/// Does what the command line asks for. A refused action ends with 1.
///
/// # Errors
/// When the cluster can't be reached, or has no such resource.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let paint = Paint::new(std::io::stdout().is_terminal() && !cli.no_color);
    if let Command::Completion = &cli.command {
        return say(complete::SCRIPT);
    }
    if let Command::Complete { words } = &cli.command {
        let names = complete::names(&cli, words).await;
        return say(&complete::answer(words, &names));
    }
    let cluster = Cluster::connect(&cli).await?;
    match &cli.command {
        Command::Status {
            name,
            watch,
            output,
        } => status(&cluster, name.as_deref(), *watch, *output, paint).await,
        Command::Explain { name } => {
            let object = cluster.find(name.as_deref()).await?;
            say(&explain::text(&object, paint))
        }
        Command::History { name, output } => {
            let object = cluster.find(name.as_deref()).await?;
            match output {
                Format::Text => say(&history::table(&object, now())),
                Format::Json => say(&history::json(&object)?),
            }
        }
        Command::Report { name, with_log } => {
            let object = cluster.find(name.as_deref()).await?;
            let evidence = cluster.evidence(&object).await?;
            say(&report::bundle(&object, &evidence, *with_log, now())?)
        }
        Command::Promote(of) | Command::Abort(of) | Command::Retry(of) => {
            let action = cli.command.action().context("it is an action")?;
            act::ask(&cluster, action, &of.name, None, of.timeout, paint).await
        }
        Command::Rollback { of, revision } => {
            let action = cli.command.action().context("it is an action")?;
            let revision = revision.as_deref();
            act::ask(&cluster, action, &of.name, revision, of.timeout, paint).await
        }
        Command::Completion | Command::Complete { .. } => Ok(ExitCode::SUCCESS),
    }
}

async fn status(
    cluster: &Cluster,
    name: Option<&str>,
    watch: bool,
    output: Format,
    paint: Paint,
) -> anyhow::Result<ExitCode> {
    let mut last = String::new();
    loop {
        let object = cluster.find(name).await?;
        let view = cluster.view(object).await?;
        let text = match output {
            Format::Text => tree::text(&view, now(), paint),
            Format::Json => tree::json(&view)?,
        };
        if text != last {
            if watch && paint.is_on() {
                say("\u{1b}[H\u{1b}[2J")?;
            }
            say(&text)?;
            last = text;
        }
        if !watch {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// To standard output. A reader that has closed it, such as `head`, is no error.
fn say(text: &str) -> anyhow::Result<ExitCode> {
    let mut output = std::io::stdout();
    match output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output can't be written")
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

#[cfg(test)]
mod tests;
