//! The dashboard's words, in both languages.

mod en;
mod es;

use chrono::NaiveDate;

use crate::domain::Language;

/// All words of the dashboard.
#[derive(Debug)]
pub(super) struct Texts {
    /// The language's code.
    pub(super) code: &'static str,
    /// The name on top.
    pub(super) brand: &'static str,
    /// Jumps over the menu.
    pub(super) skip: &'static str,
    /// A page.
    pub(super) overview: &'static str,
    /// A page.
    pub(super) users: &'static str,
    /// One of them.
    pub(super) user: &'static str,
    /// A page.
    pub(super) providers: &'static str,
    /// One of them.
    pub(super) provider: &'static str,
    /// A page.
    pub(super) requests: &'static str,
    /// One of them.
    pub(super) request: &'static str,
    /// A page.
    pub(super) messages: &'static str,
    /// A page.
    pub(super) reviews: &'static str,
    /// A page.
    pub(super) flags: &'static str,
    /// A page.
    pub(super) keys: &'static str,
    /// A page.
    pub(super) audit: &'static str,
    /// A page.
    pub(super) api: &'static str,
    /// A button.
    pub(super) log_in: &'static str,
    /// A button.
    pub(super) log_out: &'static str,
    /// A button.
    pub(super) other_language: &'static str,
    /// A field.
    pub(super) username: &'static str,
    /// A field.
    pub(super) password: &'static str,
    /// A refusal.
    pub(super) wrong_password: &'static str,
    /// A refusal.
    pub(super) too_many: &'static str,
    /// What to do.
    pub(super) unconfigured: &'static str,
    /// A fault.
    pub(super) try_later: &'static str,
    /// A fault.
    pub(super) not_found: &'static str,
    /// A fault.
    pub(super) bad_filter: &'static str,
    /// A success.
    pub(super) done: &'static str,
    /// A refusal.
    pub(super) conflict: &'static str,
    /// A number.
    pub(super) total_users: &'static str,
    /// A number.
    pub(super) online_now: &'static str,
    /// A number.
    pub(super) active_requests: &'static str,
    /// A number.
    pub(super) completed_today: &'static str,
    /// A number.
    pub(super) cancelled_today: &'static str,
    /// A number.
    pub(super) messages_today: &'static str,
    /// A number.
    pub(super) average_rating: &'static str,
    /// A chart.
    pub(super) by_day: &'static str,
    /// A chart.
    pub(super) by_service: &'static str,
    /// Under a chart.
    pub(super) numbers: &'static str,
    /// A column.
    pub(super) day: &'static str,
    /// A column.
    pub(super) created: &'static str,
    /// A column.
    pub(super) completed: &'static str,
    /// A column.
    pub(super) cancelled: &'static str,
    /// A column.
    pub(super) count: &'static str,
    /// A column.
    pub(super) name: &'static str,
    /// A column.
    pub(super) phone: &'static str,
    /// A column.
    pub(super) role: &'static str,
    /// A column.
    pub(super) rating: &'static str,
    /// A column.
    pub(super) rating_as_customer: &'static str,
    /// A day under a chart.
    pub(super) short_day: fn(NaiveDate) -> String,
    /// A column.
    pub(super) status: &'static str,
    /// A column.
    pub(super) since: &'static str,
    /// A column.
    pub(super) services: &'static str,
    /// A column.
    pub(super) service: &'static str,
    /// A column.
    pub(super) jobs: &'static str,
    /// A column.
    pub(super) online: &'static str,
    /// A column.
    pub(super) enabled: &'static str,
    /// Its contrary.
    pub(super) disabled: &'static str,
    /// A column.
    pub(super) customer: &'static str,
    /// A column.
    pub(super) address: &'static str,
    /// A column.
    pub(super) time: &'static str,
    /// A column.
    pub(super) direction: &'static str,
    /// A column.
    pub(super) kind: &'static str,
    /// A column.
    pub(super) content: &'static str,
    /// A column.
    pub(super) error: &'static str,
    /// A column.
    pub(super) stars: &'static str,
    /// A column.
    pub(super) comment: &'static str,
    /// A column.
    pub(super) rater: &'static str,
    /// A column.
    pub(super) ratee: &'static str,
    /// A column.
    pub(super) offered: &'static str,
    /// A column.
    pub(super) answered: &'static str,
    /// A column.
    pub(super) accepted: &'static str,
    /// A column.
    pub(super) updated: &'static str,
    /// A column.
    pub(super) by: &'static str,
    /// A column.
    pub(super) action: &'static str,
    /// A column.
    pub(super) subject: &'static str,
    /// A column.
    pub(super) before: &'static str,
    /// A column.
    pub(super) after: &'static str,
    /// A column.
    pub(super) last_seen: &'static str,
    /// A field.
    pub(super) id: &'static str,
    /// A column.
    pub(super) last_used: &'static str,
    /// A field.
    pub(super) search: &'static str,
    /// A field.
    pub(super) from: &'static str,
    /// A field.
    pub(super) to: &'static str,
    /// A choice.
    pub(super) all: &'static str,
    /// A word.
    pub(super) yes: &'static str,
    /// A word.
    pub(super) no: &'static str,
    /// A button.
    pub(super) filter: &'static str,
    /// A link.
    pub(super) reset: &'static str,
    /// A link.
    pub(super) previous: &'static str,
    /// A link.
    pub(super) next: &'static str,
    /// Before a number.
    pub(super) page: &'static str,
    /// Between numbers.
    pub(super) of: &'static str,
    /// After a number.
    pub(super) entries: &'static str,
    /// An empty list.
    pub(super) nothing: &'static str,
    /// Instead of a name.
    pub(super) erased: &'static str,
    /// Instead of a provider.
    pub(super) nobody: &'static str,
    /// A part.
    pub(super) profile: &'static str,
    /// A field.
    pub(super) whatsapp_name: &'static str,
    /// A field.
    pub(super) bio: &'static str,
    /// A field.
    pub(super) description: &'static str,
    /// A part.
    pub(super) assignments: &'static str,
    /// A part.
    pub(super) chat: &'static str,
    /// A button.
    pub(super) block: &'static str,
    /// A button.
    pub(super) unblock: &'static str,
    /// What it does.
    pub(super) block_hint: &'static str,
    /// A button.
    pub(super) erase: &'static str,
    /// What it does.
    pub(super) erase_hint: &'static str,
    /// A box to tick.
    pub(super) sure: &'static str,
    /// A button.
    pub(super) cancel_request: &'static str,
    /// A button.
    pub(super) complete_request: &'static str,
    /// A part.
    pub(super) actions: &'static str,
    /// A field.
    pub(super) share: &'static str,
    /// A field.
    pub(super) allowed: &'static str,
    /// A button.
    pub(super) save: &'static str,
    /// What it does.
    pub(super) flag_hint: &'static str,
    /// A refusal.
    pub(super) bad_flag: &'static str,
    /// A button.
    pub(super) make_key: &'static str,
    /// What it does.
    pub(super) key_hint: &'static str,
    /// Beside a new key.
    pub(super) key_once: &'static str,
    /// A refusal.
    pub(super) bad_key: &'static str,
    /// A button.
    pub(super) revoke: &'static str,
    /// A state.
    pub(super) revoked: &'static str,
    /// A state.
    pub(super) in_use: &'static str,
    /// What stored words are called.
    words: &'static [(&'static str, &'static str)],
}

/// The words of a language.
pub(super) fn of(language: Language) -> &'static Texts {
    match language {
        Language::En => &en::TEXTS,
        Language::Es => &es::TEXTS,
    }
}

impl Texts {
    /// What a stored word is called; itself where it has no other name.
    pub(super) fn word<'w>(&self, stored: &'w str) -> &'w str {
        let found = self.words.iter().find(|(word, _)| *word == stored);
        found.map_or(stored, |(_, called)| called)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_same_words() {
        let names = |texts: &'static Texts| texts.words.iter().map(|(word, _)| *word);
        assert!(names(&en::TEXTS).eq(names(&es::TEXTS)));
        assert_eq!(es::TEXTS.word("created"), "ofrecida");
        assert_eq!(es::TEXTS.word("sticker"), "sticker");
    }
}
