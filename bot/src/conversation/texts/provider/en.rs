//! English.

use super::ProviderTexts;

pub(in crate::conversation::texts) const TEXTS: ProviderTexts = ProviderTexts {
    ask_name: "🔧 Let's set up your *Handy* provider profile. What name should customers see?",
    known_as: |name| {
        format!("As a customer you are *{name}*. Type that name again, or a different one.")
    },
    already: "You are already registered as a provider.",
    registration_closed: "We are not taking new providers at the moment. Please try again later.",
    how_to_register: "You have no provider profile yet. Type *register provider* to create one.",
    choose_services: "Which services do you offer? Choose one; you can add more.",
    toggle_services: "Tap a service to add it, or one with ✓ to remove it. Type *done* when you have finished.",
    none_chosen: "No service is chosen yet. Please choose at least one.",
    chosen: |services| format!("Chosen so far: *{services}*. Add another, or continue?"),
    add_more: "Add more",
    go_on: "Continue",
    ask_bio: "Almost done! Tell customers about your work in 10 to 200 characters: \
              your experience, what you do best.",
    bio_too_short: "That is a little short. Please write at least 10 characters about your work.",
    bio_too_long: "That is a little long. Please use at most 200 characters.",
    type_bio: "Please type a few words about your work as a text message.",
    registered: |name, services, bio| {
        format!(
            "✅ Your profile is ready.\n\n*{name}*\nServices: {services}\n{bio}\n\n\
             You are *offline*: go online when you want to receive requests."
        )
    },
    go_online: "Go online",
    go_offline: "Go offline",
    settings_button: "Settings",
    dashboard_button: "Dashboard",
    customer_mode: "Customer mode",
    menu: |name, is_online| {
        let status = if is_online {
            "🟢 You are *online* and receive requests."
        } else {
            "⚪ You are *offline* and receive no new requests."
        };
        format!(
            "🔧 *{name}*\n{status}\n\n\
             You can type: *go online*, *go offline*, *my requests*, *my stats*, *settings*, \
             *customer mode*, *help*."
        )
    },
    hello: |name| format!("Hello {name}! What would you like to do?"),
    is_online: "🟢 You are online. New requests will reach you here.",
    is_offline: "⚪ You are offline. You get no new requests; jobs you have stay yours.",
    disabled: "Your profile is paused by the Handy team, so this can't be changed right now. \
               Please contact support.",
    paused: "Your profile was paused by the Handy team, and requests waiting for your answer were \
             taken back. Jobs you already accepted stay yours.",
    requests: "Your requests and jobs:",
    no_requests: "You have no requests or jobs yet. Go online to receive some.",
    new: "New",
    stats: |rating, profile| {
        let status = if profile.is_online {
            "online"
        } else {
            "offline"
        };
        format!(
            "📊 *Your stats*\nRating: {rating}\nRatings received: {}\nTotal jobs: {}\n\
             Completed: {}\nStatus: {status}",
            profile.rating_count, profile.total_jobs, profile.total_jobs
        )
    },
    settings: "⚙️ What would you like to change?",
    edit_bio: "Edit bio",
    edit_services: "Edit services",
    ask_new_bio: |bio| {
        format!("Your bio now:\n_{bio}_\n\nType the new one, in 10 to 200 characters.")
    },
    bio_saved: "✅ Your new bio is saved. Customers see it at once.",
    services_saved: |services| format!("✅ Saved. Your services are now: *{services}*."),
};
