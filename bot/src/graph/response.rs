//! What came back from a call, and what a failure means.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::domain::text;
use crate::whatsapp::graph_error::{Class, classify};

const TITLE_UNITS: usize = 255;
/// A server that asks for more is not waited for longer.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

const CLOSED_WINDOW: i64 = 131_047;
const FILE_FAULTS: [i64; 2] = [131_052, 131_053];
const DOUBTFUL: [i64; 2] = [1, 131_000];

/// A call that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it.
    pub class: Class,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Graph's code, when the answer had one.
    pub code: Option<i64>,
    /// What Meta calls it.
    pub title: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// No answer: it is not known whether the call was carried out.
    pub(super) fn of_transport(_error: &reqwest::Error) -> Self {
        Self {
            class: Class::Retry,
            status: None,
            code: None,
            title: None,
            retry_after: None,
        }
    }

    /// Whether it is a transport failure or the server's own fault.
    pub fn is_server_fault(&self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }

    /// Whether Meta says that the person did not write for a day.
    pub fn is_closed_window(&self) -> bool {
        self.code == Some(CLOSED_WINDOW)
    }

    /// Whether Meta could not take the file, as against the message.
    pub fn is_about_file(&self) -> bool {
        self.code.is_some_and(|code| FILE_FAULTS.contains(&code))
    }

    /// Whether the code may also stand for what never passes, so that it is tried a few times only.
    pub fn is_doubtful(&self) -> bool {
        self.code.is_some_and(|code| DOUBTFUL.contains(&code))
    }

    /// Whether it shows that the API as a whole does not work for us.
    pub fn is_outage(&self) -> bool {
        self.is_server_fault() || self.class == Class::Authorisation
    }

    /// The label of its metric: a code, a status, or the transport.
    pub fn label(&self) -> String {
        match (self.code, self.status) {
            (Some(code), _) => code.to_string(),
            (None, Some(status)) => format!("http_{status}"),
            (None, None) => "transport".to_owned(),
        }
    }
}

/// The answer's JSON, or what its failure means.
pub(super) async fn read(response: Response) -> Result<Value, Failure> {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let body = response
        .bytes()
        .await
        .map_err(|error| Failure::of_transport(&error))?;
    let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(json);
    }
    let error = |member: &str| json.pointer(member);
    let code = error("/error/code").and_then(Value::as_i64);
    let title = error("/error/message").and_then(Value::as_str);
    let title = title.map(|title| text::cut(title, TITLE_UNITS));
    let status = status.as_u16();
    let title = title.map(|title| title.replace('\0', ""));
    Err(Failure {
        class: classify(status, code),
        status: Some(status),
        code,
        title,
        retry_after,
    })
}

/// Seconds only: Meta sends no dates here.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outages_are_told_from_errors_of_one_message() {
        let failure = |status, code| Failure {
            class: classify(status, code),
            status: Some(status),
            code,
            title: None,
            retry_after: None,
        };
        assert!(failure(503, None).is_outage());
        assert!(failure(401, Some(190)).is_outage());
        assert!(!failure(400, Some(131_026)).is_outage());
        assert!(!failure(400, Some(130_429)).is_outage());
        assert!(!failure(401, Some(190)).is_server_fault());
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_bounded() {
        let wait = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("999999"), Some(LONGEST_WAIT));
        assert_eq!(wait("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(wait("-1"), None);
    }
}
