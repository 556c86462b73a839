//! English.

use super::{ServiceText, Texts};
use crate::domain::ServiceType;

pub(super) const TEXTS: Texts = Texts {
    welcome: "👋 Welcome to *Handy*! I find you a trusted professional nearby. \
              Type *help* whenever you need a hand.",
    choose_service: "What do you need help with?",
    open_list: "See services",
    service: |service| match service {
        ServiceType::Plumbing => ServiceText {
            title: "Plumbing",
            description: "Leaks, pipes, taps and drains",
        },
        ServiceType::Electrical => ServiceText {
            title: "Electrical",
            description: "Wiring, lights, sockets and fuses",
        },
        ServiceType::Cleaning => ServiceText {
            title: "Cleaning",
            description: "Homes and offices, once or regularly",
        },
        ServiceType::Gardening => ServiceText {
            title: "Gardening",
            description: "Lawns, plants, hedges and trees",
        },
        ServiceType::Repair => ServiceText {
            title: "Repair",
            description: "Furniture, doors, walls and appliances",
        },
        ServiceType::Other => ServiceText {
            title: "Other",
            description: "Anything else around your home",
        },
    },
    greeting: |name| format!("👋 Hello {name}! *Handy* here, what can I do for you?"),
    new_service: "New service",
    my_requests: "My requests",
    help_button: "Help",
    try_another: "Try another",
    cancel_button: "Cancel",
    ask_name: |service| format!("*{service}*, got it. What is your name?"),
    name_too_short: "That is too short for a name. Please type at least 2 letters.",
    name_too_long: "That is too long for a name. Please use at most 100 characters.",
    name_too_few_letters: "A name needs at least 2 letters. Please type your name.",
    type_name: "Please type your name as a text message.",
    registered: |name| format!("Nice to meet you, {name}!"),
    no_provider: |service| {
        format!(
            "Sorry, nobody is available for *{service}* right now. \
             You can try another service, or come back a little later."
        )
    },
    no_requests: "You have no requests yet. Type *menu* to book a service.",
    not_understood: "Sorry, I did not understand that.",
    option_expired: "Sorry, that option has expired.",
    cancelled: "Cancelled. Nothing was booked.",
    nothing_to_cancel: "There is nothing to cancel.",
    help: "This is what you can type at any time:\n\
           *menu* – choose a service\n\
           *cancel* – stop what we are doing\n\
           *help* – this message",
    help_contact: |contact| format!("To talk to a person: {contact}"),
};
