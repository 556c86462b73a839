//! What faults make of a request: late, refused, or without an answer.

use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Code, answer_error, status_of};
use crate::control::Control;
use crate::graph::GraphError;
use crate::http::line::Line;
use crate::person::Person;
use crate::world::{Fault, FaultKind, FaultTarget, Outcome};

/// How long a connection is held by a fault that names no time.
const HOLD: Duration = Duration::from_mins(1);

/// The code of a later failure that names none.
const SOMETHING_WRONG: u32 = 131_000;

/// What a fault makes of a request.
pub(super) enum Fate {
    /// Nothing stands in the way, perhaps any more.
    Answer,
    Refuse(Refusal),
    Silence(Silence),
    /// The message is taken, and fails later with this code.
    FailLater(u32),
}

pub(super) struct Refusal {
    error: GraphError,
    with_body: bool,
    retry_after: Option<u64>,
}

pub(super) struct Silence {
    pub(super) accept: bool,
    hold: Duration,
}

/// Lets the first fault act that fits; `kind` is the type of a message.
pub(super) async fn meet_fault(
    control: &Control,
    on: FaultTarget,
    to: Option<&Person>,
    kind: Option<&str>,
) -> Fate {
    let Some(fault) = control.take_fault(on, to, kind) else {
        return Fate::Answer;
    };
    let delay = fault.delay_ms.map(Duration::from_millis);
    match fault.kind {
        FaultKind::Delay => {
            wait(control, delay.unwrap_or_default()).await;
            Fate::Answer
        }
        FaultKind::Status => Fate::Refuse(Refusal::of(&fault)),
        FaultKind::Drop => Fate::Silence(Silence {
            accept: fault.accept,
            hold: Duration::ZERO,
        }),
        FaultKind::Failed => Fate::FailLater(fault.code.unwrap_or(SOMETHING_WRONG)),
        FaultKind::Timeout => Fate::Silence(Silence {
            accept: fault.accept,
            hold: delay.unwrap_or(HOLD),
        }),
    }
}

impl Refusal {
    fn of(fault: &Fault) -> Self {
        let error = match fault.code {
            Some(code) => GraphError::new(code, "Ordered by a test"),
            None => GraphError::new(1, "Ordered by a test").with_status(500),
        };
        Self {
            error: match fault.status {
                Some(status) => error.with_status(status),
                None => error,
            },
            with_body: fault.code.is_some(),
            retry_after: fault.retry_after,
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        let code = self.with_body.then_some(self.error.code);
        Outcome::Refused {
            status: self.error.status,
            code,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = if self.with_body {
            answer_error(&self.error)
        } else {
            status_of(&self.error).into_response()
        };
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl Silence {
    /// Holds the connection, then cuts it. What is returned never leaves.
    pub(super) async fn keep(self, control: &Control, line: &Line) -> Response {
        wait(control, self.hold).await;
        line.cut();
        let mut never = StatusCode::NO_CONTENT.into_response();
        never.extensions_mut().insert(Code::Cut);
        never
    }
}

pub(super) async fn wait(control: &Control, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = control.shutdown().cancelled() => {}
    }
}
