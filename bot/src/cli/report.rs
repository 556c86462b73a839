//! The result of a Job, where the operator reads it: in the container's termination message, and on
//! standard output.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

const TERMINATION_LOG: &str = "/dev/termination-log";

/// Writes the result as one line of JSON.
pub(super) fn write(result: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(result)?;
    let log = Path::new(TERMINATION_LOG);
    // Absent outside Kubernetes.
    if log.exists() {
        std::fs::write(log, &line)?;
    }
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
