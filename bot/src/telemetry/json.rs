//! One JSON object a line: `timestamp`, `level`, `event`, and the fields of the event and of the spans
//! around it, side by side.

use std::fmt;
use std::io::Write;

use chrono::SecondsFormat;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Scope};

use crate::telemetry::{chain, now};

/// Writes events as lines of JSON.
pub(super) struct JsonLines<W> {
    sink: W,
}

impl<W> JsonLines<W> {
    pub(super) fn new(sink: W) -> Self {
        Self { sink }
    }
}

/// Fields by name.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    /// Durations in milliseconds come as this type.
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(field, u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    /// The whole chain, outermost first.
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.put(field, chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Map::new();
        line.insert(
            "timestamp".to_owned(),
            now().to_rfc3339_opts(SecondsFormat::Millis, true).into(),
        );
        line.insert(
            "level".to_owned(),
            metadata.level().as_str().to_ascii_lowercase().into(),
        );
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        line.extend(fields.0);
        line.entry("event")
            .or_insert_with(|| metadata.target().into());
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // A log that cannot be written has nowhere to say so.
        let _ = self
            .sink
            .make_writer_for(metadata)
            .write_all(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_holds_the_events_fields_and_its_spans() {
        let sink = Sink::default();
        let copy = sink.clone();
        let subscriber = tracing_subscriber::registry().with(JsonLines::new(move || copy.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("webhook", request_id = "abc");
            let _entered = span.enter();
            let error = std::io::Error::other("gone");
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(event = "db_error", error, tries = 3, "could not store");
        });
        let written = sink.0.lock().unwrap().clone();
        let line: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(written.last(), Some(&b'\n'));
        assert_eq!(line["level"], "warn");
        assert_eq!(line["event"], "db_error");
        assert_eq!(line["request_id"], "abc");
        assert_eq!(line["error"], "gone");
        assert_eq!(line["tries"], 3);
        assert_eq!(line["message"], "could not store");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }
}
