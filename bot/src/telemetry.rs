//! Logs: one line an event, to a sink that the caller gives. JSON in production, readable otherwise.

mod json;

use std::error::Error;

use chrono::{DateTime, Utc};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry};

use json::JsonLines;

/// How to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What to leave out.
    pub level: Level,
    /// In which form.
    pub format: Format,
}

/// The least that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Only what somebody must look at.
    Error,
    /// Also what may become a fault.
    Warn,
    /// Also what happens.
    Info,
    /// Also how.
    Debug,
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For programs.
    Json,
    /// For people.
    Pretty,
}

impl Level {
    /// By its name in settings.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "error" => Some(Self::Error),
            "warn" => Some(Self::Warn),
            "info" => Some(Self::Info),
            "debug" => Some(Self::Debug),
            _ => None,
        }
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
        }
    }
}

impl Format {
    /// By its name in settings.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "pretty" => Some(Self::Pretty),
            _ => None,
        }
    }
}

/// An error and its causes in one line, outermost first.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Logs to the sink from now on, panics too.
///
/// # Errors
/// When the process logs already.
pub fn start<W>(settings: Settings, sink: W) -> Result<(), TryInitError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        Format::Json => JsonLines::new(sink).boxed(),
        Format::Pretty => tracing_subscriber::fmt::layer().with_writer(sink).boxed(),
    };
    // Libraries' own lines may hold addresses or query texts; ours never hold personal data.
    let ours = tracing_subscriber::filter::Targets::new()
        .with_target("ubermench_bot", settings.level.filter())
        .with_default(LevelFilter::ERROR.min(settings.level.filter()));
    // Over all layers: a filter of one layer loses lines of ours after a library's mere question what is enabled.
    tracing_subscriber::registry()
        .with(lines)
        .with(ours)
        .try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        // Without the message, which may quote data.
        tracing::error!(event = "panic", place, "a task panicked");
    }));
    Ok(())
}

/// The time stamp of lines and answers. Nothing is decided by it: the worker goes by the database's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
