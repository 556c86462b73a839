//! What providers read: registration, menu, settings.

pub(super) mod en;
pub(super) mod es;

use crate::conversation::Profile;
use crate::conversation::reply::{Reply, Row};
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::texts::{Texts, text};
use crate::domain::{Bio, InvalidText, ServiceType, UserName};

/// Stands before a service that is chosen already.
const CHOSEN: &str = "✓ ";

/// The words for them in one language.
pub(in crate::conversation) struct ProviderTexts {
    pub(super) ask_name: &'static str,
    pub(super) known_as: fn(name: &str) -> String,
    pub(super) already: &'static str,
    pub(super) registration_closed: &'static str,
    pub(super) how_to_register: &'static str,
    pub(super) choose_services: &'static str,
    pub(super) toggle_services: &'static str,
    pub(super) none_chosen: &'static str,
    pub(super) chosen: fn(services: &str) -> String,
    pub(super) add_more: &'static str,
    pub(super) go_on: &'static str,
    pub(super) ask_bio: &'static str,
    pub(super) bio_too_short: &'static str,
    pub(super) bio_too_long: &'static str,
    pub(super) type_bio: &'static str,
    pub(super) registered: fn(name: &str, services: &str, bio: &str) -> String,
    pub(super) go_online: &'static str,
    pub(super) go_offline: &'static str,
    pub(super) settings_button: &'static str,
    pub(super) dashboard_button: &'static str,
    pub(super) customer_mode: &'static str,
    pub(super) menu: fn(name: &str, is_online: bool) -> String,
    pub(super) hello: fn(name: &str) -> String,
    pub(super) is_online: &'static str,
    pub(super) is_offline: &'static str,
    pub(super) disabled: &'static str,
    pub(super) paused: &'static str,
    pub(super) requests: &'static str,
    pub(super) no_requests: &'static str,
    pub(super) new: &'static str,
    pub(super) stats: fn(rating: &str, profile: &Profile) -> String,
    pub(super) settings: &'static str,
    pub(super) edit_bio: &'static str,
    pub(super) edit_services: &'static str,
    pub(super) ask_new_bio: fn(bio: &str) -> String,
    pub(super) bio_saved: &'static str,
    pub(super) services_saved: fn(services: &str) -> String,
}

impl Texts {
    /// Asks somebody who registers for a name; a customer is told the one that is known.
    pub(in crate::conversation) fn ask_provider_name(&self, known: Option<&UserName>) -> Reply {
        let words = &self.provider;
        text(match known {
            Some(name) => format!("{}\n\n{}", words.ask_name, (words.known_as)(name.as_str())),
            None => words.ask_name.to_owned(),
        })
    }

    pub(in crate::conversation) fn already_registered(&self) -> Reply {
        text(self.provider.already)
    }

    pub(in crate::conversation) fn registration_closed(&self) -> Reply {
        text(self.provider.registration_closed)
    }

    pub(in crate::conversation) fn how_to_register(&self) -> Reply {
        text(self.provider.how_to_register)
    }

    /// The six services, those chosen marked.
    pub(in crate::conversation) fn choose_services(&self, chosen: &[ServiceType]) -> Reply {
        self.services_to_choose(self.provider.choose_services, chosen)
    }

    /// The same to change a profile: a row that is chosen already takes it away.
    pub(in crate::conversation) fn toggle_services(&self, chosen: &[ServiceType]) -> Reply {
        self.services_to_choose(self.provider.toggle_services, chosen)
    }

    fn services_to_choose(&self, body: &str, chosen: &[ServiceType]) -> Reply {
        let row = |service| {
            let offered = (self.service)(service);
            let mark = if chosen.contains(&service) {
                CHOSEN
            } else {
                ""
            };
            Row {
                id: Tap::Service(service).to_string(),
                title: format!("{mark}{}", offered.title),
                description: offered.description.to_owned(),
            }
        };
        let rows = ServiceType::ALL.into_iter().map(row).collect();
        self.list(body.to_owned(), self.open_list, rows)
    }

    pub(in crate::conversation) fn none_chosen(&self) -> Reply {
        text(self.provider.none_chosen)
    }

    pub(in crate::conversation) fn chosen_services(&self, chosen: &[ServiceType]) -> Vec<Reply> {
        let body = if chosen.is_empty() {
            self.provider.none_chosen.to_owned()
        } else {
            (self.provider.chosen)(&self.service_names(chosen))
        };
        let buttons = [
            (Tap::Plain(Plain::AddMore), self.provider.add_more),
            (Tap::Plain(Plain::Continue), self.provider.go_on),
        ];
        self.choices(body, &buttons)
    }

    pub(in crate::conversation) fn ask_bio(&self) -> Reply {
        text(self.provider.ask_bio)
    }

    pub(in crate::conversation) fn invalid_bio(&self, reason: InvalidText) -> Reply {
        text(match reason {
            InvalidText::TooShort { .. } => self.provider.bio_too_short,
            InvalidText::TooLong { .. } => self.provider.bio_too_long,
        })
    }

    pub(in crate::conversation) fn type_bio(&self) -> Reply {
        text(self.provider.type_bio)
    }

    /// A new provider's profile.
    pub(in crate::conversation) fn registered_provider(
        &self,
        name: &UserName,
        services: &[ServiceType],
        bio: &Bio,
    ) -> Vec<Reply> {
        let services = self.service_names(services);
        let body = (self.provider.registered)(name.as_str(), &services, bio.as_str());
        let buttons = [
            self.online_button(true),
            self.online_button(false),
            self.settings_button(),
        ];
        self.choices(body, &buttons)
    }

    pub(in crate::conversation) fn online_button(&self, online: bool) -> (Tap, &'static str) {
        if online {
            (Tap::Plain(Plain::GoOnline), self.provider.go_online)
        } else {
            (Tap::Plain(Plain::GoOffline), self.provider.go_offline)
        }
    }

    fn settings_button(&self) -> (Tap, &'static str) {
        (Tap::Plain(Plain::Settings), self.provider.settings_button)
    }

    pub(in crate::conversation) fn dashboard_button(&self) -> (Tap, &'static str) {
        (Tap::Plain(Plain::Dashboard), self.provider.dashboard_button)
    }

    pub(in crate::conversation) fn my_requests_button(&self) -> (Tap, &'static str) {
        (Tap::Plain(Plain::MyRequests), self.my_requests)
    }

    /// The provider's menu.
    pub(in crate::conversation) fn provider_menu(&self, profile: &Profile) -> Vec<Reply> {
        let body = (self.provider.menu)(profile.name.as_str(), profile.is_online);
        let buttons = [
            self.online_button(!profile.is_online),
            self.my_requests_button(),
            self.settings_button(),
        ];
        self.choices(body, &buttons)
    }

    /// What a provider gets for whatever means nothing.
    pub(in crate::conversation) fn provider_hello(&self, profile: &Profile) -> Vec<Reply> {
        let body = (self.provider.hello)(profile.name.as_str());
        let buttons = [
            self.dashboard_button(),
            (Tap::Plain(Plain::CustomerMode), self.provider.customer_mode),
            (Tap::Plain(Plain::Help), self.help_button),
        ];
        self.choices(body, &buttons)
    }

    pub(in crate::conversation) fn online(&self, online: bool) -> Reply {
        text(if online {
            self.provider.is_online
        } else {
            self.provider.is_offline
        })
    }

    pub(in crate::conversation) fn profile_disabled(&self) -> Reply {
        text(self.provider.disabled)
    }

    /// An admin disabled the profile; its offers went to others.
    pub(in crate::conversation) fn profile_paused(&self) -> Reply {
        text(self.provider.paused)
    }

    pub(in crate::conversation) fn provider_requests(&self, rows: Vec<Row>) -> Reply {
        let body = self.provider.requests.to_owned();
        self.list(body, self.open_requests, rows)
    }

    pub(in crate::conversation) fn no_provider_requests(&self) -> Reply {
        text(self.provider.no_requests)
    }

    pub(in crate::conversation) fn stats(&self, profile: &Profile) -> Reply {
        let rating = match profile.rating {
            Some(average) => format!("{average}/5.0"),
            None => self.provider.new.to_owned(),
        };
        text((self.provider.stats)(&rating, profile))
    }

    pub(in crate::conversation) fn settings(&self) -> Vec<Reply> {
        let buttons = [
            (Tap::Plain(Plain::EditBio), self.provider.edit_bio),
            (Tap::Plain(Plain::EditServices), self.provider.edit_services),
        ];
        self.choices(self.provider.settings.to_owned(), &buttons)
    }

    pub(in crate::conversation) fn ask_new_bio(&self, current: &Bio) -> Reply {
        text((self.provider.ask_new_bio)(current.as_str()))
    }

    pub(in crate::conversation) fn bio_saved(&self) -> Reply {
        text(self.provider.bio_saved)
    }

    pub(in crate::conversation) fn services_saved(&self, services: &[ServiceType]) -> Reply {
        text((self.provider.services_saved)(
            &self.service_names(services),
        ))
    }
}
