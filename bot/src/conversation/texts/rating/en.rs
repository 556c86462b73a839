//! English.

use super::RatingTexts;

pub(in crate::conversation::texts) const TEXTS: RatingTexts = RatingTexts {
    ask_customer: |service, provider| format!("🎉 *{service}* is done. How was *{provider}*?"),
    how_was: |provider| format!("How was *{provider}*?"),
    ask_provider: |service, customer| {
        format!("*{service}* is done. How was your customer *{customer}*?")
    },
    poor: "Poor",
    ok: "OK",
    great: "Great",
    how_poor: "Sorry to hear that. How many stars?",
    how_great: "Glad to hear that! How many stars?",
    stars: |stars| match stars {
        1 => "⭐ 1 star",
        2 => "⭐ 2 stars",
        4 => "⭐ 4 stars",
        _ => "⭐ 5 stars",
    },
    skip: "Skip",
    ask_comment: |stars| {
        format!("{stars}/5, got it. Would you like to add a comment? Type it, or *skip*.")
    },
    comment_too_long: "That is a little long. Please use at most 500 characters, or type *skip*.",
    type_comment: "Please type your comment as a text message, or *skip*.",
    thanks: |stars| format!("🙏 Thank you for your rating: {stars}/5"),
    no_rating: "All right, no rating this time.",
    already: "You have already rated this one. Thank you!",
    too_late: "Ratings are possible for 30 days, and these are over.",
    not_done: "You can rate once the job is completed.",
};
