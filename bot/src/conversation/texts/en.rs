//! English.

use super::{FOOTER, ServiceText, Texts, booking, requests};
use crate::domain::{CancelReason, RequestStatus, ServiceType};

pub(super) const TEXTS: Texts = Texts {
    footer: FOOTER,
    welcome: "👋 Welcome to *Handy*! I find you a trusted professional nearby. \
              Type *help* whenever you need a hand, or *register provider* to offer your own services.",
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
            title: "Other work",
            description: "Anything else around your home",
        },
    },
    greeting: |name| format!("👋 Hello {name}! *Handy* here, what can I do for you?"),
    new_service: "New service",
    my_requests: "My requests",
    help_button: "Help",
    cancel_button: "Cancel",
    ask_name: |service| format!("*{service}*, got it. What is your name?"),
    name_too_short: "That is too short for a name. Please type at least 2 letters.",
    name_too_long: "That is too long for a name. Please use at most 100 characters.",
    name_too_few_letters: "A name needs at least 2 letters. Please type your name.",
    type_name: "Please type your name as a text message.",
    no_requests: "You have no requests yet. Type *menu* to book a service.",
    not_understood: "Sorry, I did not understand that.",
    option_expired: "Sorry, that option has expired.",
    cancelled: "Cancelled. Nothing was booked.",
    nothing_to_cancel: "There is nothing to cancel.",
    not_available: "Sorry, that is not available to you.",
    alerts_stopped: "Done. I will not send you any more alerts about available providers.",
    choose: "What would you like to do?",
    which_request: "Which request do you mean?",
    open_requests: "See requests",
    months: [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    status: |status, reason| match (status, reason) {
        (RequestStatus::Created, _) => "waiting for an answer",
        (RequestStatus::Searching, _) => "looking for a provider",
        (RequestStatus::ProviderAssigned, _) => "accepted",
        (RequestStatus::Completed, _) => "completed",
        (RequestStatus::Cancelled, Some(CancelReason::Timeout)) => "expired without an answer",
        (RequestStatus::Cancelled, _) => "cancelled",
    },
    provider_help: "This is what you can type:\n\
                    *menu* – your provider menu\n\
                    *go online* / *go offline* – take offers or pause\n\
                    *my requests* – your offers and jobs\n\
                    *accept* / *decline* – answer an offer\n\
                    *chat* – talk to your customer\n\
                    *complete* – a job is done\n\
                    *my stats*, *settings*\n\
                    *customer mode* – book a service yourself\n\
                    *cancel* – stop what we are doing\n\
                    *help* – this message",
    help: "This is what you can type:\n\
           *menu* – choose a service\n\
           *my requests* – see your bookings\n\
           *chat* – talk to your provider\n\
           *cancel* – stop what we are doing, or cancel a request\n\
           *stop* – no more alerts about available providers\n\
           *register provider* – offer your own services\n\
           *help* – this message",
    help_contact: |contact| format!("To talk to a person: {contact}"),
    provider: super::provider::en::TEXTS,
    jobs: super::jobs::en::TEXTS,
    chat: super::chat::en::TEXTS,
    rating: super::rating::en::TEXTS,
    choose_service_named: |name| format!("What do you need help with, {name}?"),
    provider_mode_hint: "Type *provider mode* to see your offers and jobs.",
    booking: booking::EN,
    requests: requests::EN,
};
