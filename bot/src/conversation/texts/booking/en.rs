//! English.

use super::BookingTexts;

pub(super) const TEXTS: BookingTexts = BookingTexts {
    registered: |name| format!("Nice to meet you, {name}!"),
    providers: |service| format!("These people can help you with *{service}*. Who shall it be?"),
    open_providers: "See providers",
    unrated: "New",
    jobs: |count| match count {
        1 => "1 job".to_owned(),
        _ => format!("{count} jobs"),
    },
    no_provider: |service| {
        format!(
            "Sorry, nobody is available for *{service}* right now. \
             You can try another service or come back a little later."
        )
    },
    nobody_else: |service| {
        format!(
            "Sorry, nobody else is available for *{service}* right now. \
             You can try another service or come back a little later."
        )
    },
    try_another: "Try another",
    notify_me: "Notify me",
    will_notify: |service| {
        format!(
            "Got it! I will write to you once somebody is available for *{service}*, \
             within the next 7 days. Type *stop* if you change your mind."
        )
    },
    gone: "Sorry, this provider is no longer available.",
    reviews: "What customers say:",
    no_comment: "no comment",
    somebody: "a customer",
    card_question: |name| format!("Would you like to book {name}?"),
    book: "Book",
    back: "Back to list",
    ask_address: |service| {
        format!("Where do you need *{service}*? Type the address, or share a location with 📎.")
    },
    address_too_short: "That is too short for an address. Please type street, number and area.",
    address_too_long: "That is too long for an address. Please use at most 255 characters.",
    address_needed: "Please type the address as a text, or share a location with 📎.",
    ask_description: "What needs to be done? Describe it in a few words, or type *skip*.",
    description_too_long: "That is a bit long. Please shorten it to at most 500 characters, or type *skip*.",
    description_needed: "Please type what needs to be done, or type *skip*.",
    too_many_open: "You already have 3 open requests. \
                    Please finish or cancel one before you book another.",
    already_booked: |name| {
        format!(
            "You already have an open request with {name}. \
             Please finish or cancel it first, or choose somebody else."
        )
    },
    booked: |service, provider, minutes| {
        let answer = if minutes == 1 {
            "within a minute".to_owned()
        } else {
            format!("within {minutes} minutes")
        };
        format!(
            "✅ Your request for *{service}* went to *{provider}*. \
             You will hear from me {answer}."
        )
    },
    address: "Address",
    description: "Details",
};
