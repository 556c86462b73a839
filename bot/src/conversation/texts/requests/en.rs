//! English.

use super::{Happening, RequestTexts};
use crate::domain::AssignmentStatus;

pub(super) const TEXTS: RequestTexts = RequestTexts {
    cancel_request: "Cancel request",
    greeting: |name| format!("👋 Hello {name}! *Handy* here. This is your newest open request:"),
    my_requests: "These are your requests. Choose one to see its details.",
    provider: "Provider",
    customer: "Customer",
    address: "Address",
    date: "Date",
    description: "Details",
    your_answer: |status| match status {
        AssignmentStatus::Pending => "waiting for your answer",
        AssignmentStatus::Accepted => "accepted",
        AssignmentStatus::Rejected => "you declined it",
        AssignmentStatus::Cancelled => "no longer with you",
    },
    see_others: "See others",
    see_providers: "See providers",
    ask_cancel: |service, provider| match provider {
        Some(provider) => format!("Really cancel your *{service}* request with {provider}?"),
        None => format!("Really cancel your *{service}* request?"),
    },
    cancel_confirm: "Yes, cancel",
    cancel_keep: "No, keep it",
    kept: "All right, nothing was cancelled.",
    cancelled: |service, provider| match provider {
        Some(provider) => {
            format!("Your *{service}* request is cancelled, and {provider} will be told.")
        }
        None => format!("Your *{service}* request is cancelled."),
    },
    chat_closed: "The chat is closed.",
    accepted: |service, provider| {
        format!(
            "🎉 *{provider}* accepted your *{service}* request! \
             You can talk about the details in the chat."
        )
    },
    happened: |happening| match happening {
        Happening::Declined => "the provider declined it",
        Happening::TimedOut => "the provider did not answer in time, so it has expired",
        Happening::Undeliverable => "the provider could not be reached",
        Happening::Released => "the provider can't do it after all",
        Happening::CancelledByAdmin => "our support team cancelled it",
        Happening::Abandoned => "it was cancelled, as nobody was chosen for a day",
    },
    update: |service, happened| format!("About your *{service}* request: {happened}."),
    choose_other: "Would you like to choose somebody else? Your address is kept.",
    available: |service| format!("🔔 Good news: somebody is available for *{service}* now!"),
};
