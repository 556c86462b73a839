//! English.

use super::JobTexts;

pub(in crate::conversation::texts) const TEXTS: JobTexts = JobTexts {
    offer: |service, customer| format!("🔔 New request: *{service}*\nCustomer: {customer}"),
    address: |address| format!("📍 {address}"),
    description: |description| format!("📝 {description}"),
    map: |link| format!("🗺️ {link}"),
    minutes: |minutes| match minutes {
        1 => "Can you take it? Please answer within 1 minute.".to_owned(),
        _ => format!("Can you take it? Please answer within {minutes} minutes."),
    },
    accept: "Accept",
    decline: "Decline",
    accepted: |service, customer| format!("✅ The job is yours: *{service}* for {customer}."),
    what_next: "Type *complete* when it is done. If you can't do it after all, give it up in *my requests*.",
    chat_customer: "Chat with customer",
    complete: "Complete",
    declined: |service, customer| format!("You declined *{service}* for {customer}."),
    expired: |service, customer| {
        format!("⏰ The request *{service}* from {customer} expired: the time to answer is over.")
    },
    expired_short: "the time to answer is over",
    no_longer: |service, customer| {
        format!("The request *{service}* from {customer} is no longer available.")
    },
    already_accepted: |service, customer| {
        format!("You already accepted *{service}* for {customer}; the job is yours.")
    },
    already_declined: |service, customer| {
        format!("You already declined *{service}* for {customer}.")
    },
    already_completed: |service, customer| {
        format!("*{service}* for {customer} is already completed.")
    },
    use_give_up: |service, customer| {
        format!(
            "You already accepted *{service}* for {customer}. To give the job up, type \
             *my requests*, open it and choose *Give up*."
        )
    },
    cancelled: |service, customer| {
        format!("❌ {customer} cancelled the request *{service}*. There is nothing left to do.")
    },
    cancelled_short: "the customer cancelled the request",
    cancelled_by_admin: |service, customer| {
        format!("❌ The Handy team cancelled the request *{service}* from {customer}.")
    },
    cancelled_by_admin_short: "the Handy team cancelled the request",
    ask_release: |service, customer| {
        format!("Do you really want to give up *{service}* for {customer}?")
    },
    release: "Give up",
    keep: "Keep the job",
    released: |service, customer| {
        format!(
            "You gave up *{service}* for {customer}. They are told and can choose somebody else."
        )
    },
    kept: |service, customer| format!("👍 *{service}* for {customer} stays your job."),
    completed: |service, customer| {
        format!("🎉 *{service}* for {customer} is completed. Well done!")
    },
    completed_by_admin: |service, customer| {
        format!("🎉 The Handy team marked *{service}* for {customer} as completed.")
    },
    completed_short: "the job is completed",
    not_assigned: |service, customer| {
        format!("*{service}* for {customer} is not a job of yours at the moment.")
    },
};
