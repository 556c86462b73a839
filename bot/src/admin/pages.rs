//! The dashboard's pages. Everything shown is escaped; nothing is inline that the policy forbids.

mod api;
mod chart;
mod flags;
mod keys;
mod layout;
mod lists;
mod overview;
mod parts;
mod people;
mod requests;

use chrono_tz::Tz;

use crate::admin::texts::{self, Texts};
use crate::domain::Language;

pub use api::api_docs;
pub use flags::{audit, flags};
pub use keys::keys;
pub use layout::{LoginProblem, login, message_page};
pub use lists::{messages, reviews};
pub use overview::overview;
pub use people::{providers, user, users};
pub use requests::{request, requests};

/// A part of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Numbers and charts.
    Overview,
    /// Registered people.
    Users,
    /// Provider profiles.
    Providers,
    /// Service requests.
    Requests,
    /// The message log.
    Messages,
    /// Ratings.
    Reviews,
    /// Feature flags.
    Flags,
    /// Keys of services.
    Keys,
    /// Who changed what.
    Audit,
}

impl Section {
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Users,
        Self::Providers,
        Self::Requests,
        Self::Messages,
        Self::Reviews,
        Self::Flags,
        Self::Keys,
        Self::Audit,
    ];

    /// Where it is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Users => "/admin/users",
            Self::Providers => "/admin/providers",
            Self::Requests => "/admin/requests",
            Self::Messages => "/admin/messages",
            Self::Reviews => "/admin/reviews",
            Self::Flags => "/admin/flags",
            Self::Keys => "/admin/keys",
            Self::Audit => "/admin/audit",
        }
    }

    fn title(self, texts: &Texts) -> &'static str {
        match self {
            Self::Overview => texts.overview,
            Self::Users => texts.users,
            Self::Providers => texts.providers,
            Self::Requests => texts.requests,
            Self::Messages => texts.messages,
            Self::Reviews => texts.reviews,
            Self::Flags => texts.flags,
            Self::Keys => texts.keys,
            Self::Audit => texts.audit,
        }
    }
}

/// What became of the form that led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// It was done.
    Done,
    /// The record's state does not allow it.
    Conflict,
    /// The flag's values are wrong.
    BadFlag,
    /// The key's name is wrong.
    BadKey,
    /// Something is away.
    Failed,
}

impl Flash {
    const ALL: [Self; 5] = [
        Self::Done,
        Self::Conflict,
        Self::BadFlag,
        Self::BadKey,
        Self::Failed,
    ];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Conflict => "conflict",
            Self::BadFlag => "bad_flag",
            Self::BadKey => "bad_key",
            Self::Failed => "failed",
        }
    }

    /// By the word in the address.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flash| flash.word() == word)
    }

    fn text(self, texts: &Texts) -> &'static str {
        match self {
            Self::Done => texts.done,
            Self::Conflict => texts.conflict,
            Self::BadFlag => texts.bad_flag,
            Self::BadKey => texts.bad_key,
            Self::Failed => texts.try_later,
        }
    }
}

/// Who looks at which page, and how.
#[derive(Debug, Clone)]
pub struct View {
    texts: &'static Texts,
    /// The zone of the times that are shown.
    zone: Tz,
    /// Who is logged in.
    username: String,
    /// What every form carries.
    mark: String,
    /// The page's own path and query, without the word of a form's outcome.
    here: String,
    /// Its parameters.
    asked: Vec<(String, String)>,
    flash: Option<Flash>,
    /// Only the part that renews itself is wanted.
    partial: bool,
}

/// What a [`View`] is made of.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// The language to show.
    pub language: Language,
    /// The zone of the times that are shown.
    pub zone: Tz,
    /// Who is logged in.
    pub username: &'a str,
    /// What every form carries.
    pub mark: &'a str,
    /// The page's path.
    pub path: &'a str,
    /// Its parameters.
    pub asked: Vec<(String, String)>,
    /// Only the part that renews itself is wanted.
    pub partial: bool,
}

const FLASH: &str = "outcome";

impl View {
    /// The view of a visit.
    pub fn new(visit: Visit<'_>) -> Self {
        let mut asked = visit.asked;
        let flash = asked
            .iter()
            .find(|(name, _)| name == FLASH)
            .and_then(|(_, word)| Flash::from_word(word));
        asked.retain(|(name, value)| name != FLASH && !value.is_empty());
        Self {
            texts: texts::of(visit.language),
            zone: visit.zone,
            username: visit.username.to_owned(),
            mark: visit.mark.to_owned(),
            here: parts::address(visit.path, &asked),
            asked,
            flash,
            partial: visit.partial,
        }
    }

    fn asked(&self, name: &str) -> &str {
        let found = self.asked.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Where a form leads: back, with the word of its outcome.
pub fn back_to(path: &str, flash: Flash) -> String {
    // Only pages of the dashboard; `//` would be another site.
    let inside = path == "/admin" || path.starts_with("/admin/") || path.starts_with("/admin?");
    let path = if inside && !path.contains(['\\', '\r', '\n']) {
        path
    } else {
        "/admin"
    };
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{FLASH}={}", flash.word())
}

#[cfg(test)]
mod tests;
