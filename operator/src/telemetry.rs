//! Starts the log: one line an event, on standard error, JSON unless asked otherwise.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// The log can't be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `LOG_LEVEL` is no level and no filter.
    #[error("LOG_LEVEL is not a level or filter")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// Another log was started before.
    #[error("the log is already started")]
    Started(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Starts the log of the process.
pub fn start(level: &str, format: LogFormat) -> Result<(), Error> {
    tracing::subscriber::set_global_default(subscriber(level, format, io::stderr)?)
        .map_err(|error| Error::Started(error.into()))
}

/// A log that writes to `sink`.
pub fn subscriber<W>(
    level: &str,
    format: LogFormat,
    sink: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(level).map_err(Error::Filter)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(sink);
    Ok(match format {
        LogFormat::Json => Box::new(
            log.json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .finish(),
        ),
        LogFormat::Pretty => Box::new(log.finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_json_and_levels_count() {
        let sink = Sink::default();
        let writer = sink.clone();
        let log = subscriber("info", LogFormat::Json, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(log, || {
            tracing::debug!("unheard");
            tracing::info!(namespace = "prod", "heard");
        });
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(
            (&line["message"], &line["namespace"]),
            (&"heard".into(), &"prod".into())
        );
    }

    #[test]
    fn bad_filter_names_the_variable() {
        let error = subscriber("kube=loud", LogFormat::Json, io::sink)
            .err()
            .unwrap();
        assert!(error.to_string().contains("LOG_LEVEL"));
    }
}
