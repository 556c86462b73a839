//! What happened in a turn, counted and logged once it lasts.

use std::time::Duration;

use chrono::TimeDelta;

use super::Workshop;
use super::turn::Step;
use crate::domain::{Phone, RequestId, Wamid};
use crate::store::effects::Happened;

/// A smoke test's steps are logged and not counted.
pub(super) fn step(
    workshop: &Workshop,
    step: &Step,
    phone: Option<&Phone>,
    elapsed: Duration,
    is_live: bool,
) {
    let request_id = step.request_id.as_ref().map(RequestId::as_str);
    tracing::info!(
        event = "state_transition",
        request_id,
        wamid = step.wamid.as_ref().map(Wamid::as_str),
        phone = phone.map(tracing::field::display),
        state = step.before,
        next_state = step.after,
        duration_ms = elapsed.as_millis(),
    );
    for happened in &step.happened {
        if is_live {
            count(workshop, *happened);
        }
        log(*happened, request_id, phone);
    }
}

fn count(workshop: &Workshop, happened: Happened) {
    let metrics = &workshop.metrics;
    let answered = |outcome: &str, after: TimeDelta| {
        let seconds = after.to_std().unwrap_or_default().as_secs_f64();
        let responses = &metrics.bookings.responses;
        responses.with_label_values(&[outcome]).observe(seconds);
    };
    match happened {
        Happened::Booked(_, service) => {
            let booked = &metrics.bookings.created;
            booked.with_label_values(&[service.id()]).inc();
        }
        Happened::ProviderNotified(_) => {}
        Happened::Accepted(_, after) => answered("accepted", after),
        Happened::Declined(_, after) => answered("declined", after),
        Happened::Expired(_, after) => answered("timeout", after),
    }
}

fn log(happened: Happened, request_id: Option<&str>, phone: Option<&Phone>) {
    let (event, request, after) = match happened {
        Happened::Booked(request, _) => ("request_created", request, None),
        Happened::ProviderNotified(request) => ("provider_notified", request, None),
        Happened::Accepted(request, after) => ("request_accepted", request, Some(after)),
        Happened::Declined(request, after) => ("request_declined", request, Some(after)),
        Happened::Expired(request, after) => ("request_expired", request, Some(after)),
    };
    tracing::info!(
        event,
        request_id,
        service_request_id = %request,
        phone = phone.map(tracing::field::display),
        after_ms = after.map(|after| after.num_milliseconds()),
    );
}
