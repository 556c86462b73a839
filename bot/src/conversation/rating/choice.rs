//! What a button or a word of a rating says.

use crate::conversation::Side;
use crate::conversation::keywords::{self, Keyword};
use crate::conversation::taps::Action;
use crate::domain::Stars;

/// What a button of a rating says.
pub(super) enum Choice {
    Poor,
    Great,
    Stars(Stars),
    Skip,
}

/// What is typed instead of tapped: a number, or what stands on the first buttons.
pub(super) fn typed(text: &str) -> Option<Choice> {
    if keywords::keyword(text) == Some(Keyword::Skip) {
        return Some(Choice::Skip);
    }
    let stars = match text.trim().to_lowercase().as_str() {
        "poor" | "mal" => return Some(Choice::Poor),
        "great" | "excelente" => return Some(Choice::Great),
        "ok" | "regular" => 3,
        number => number.parse().ok()?,
    };
    Stars::new(stars).map(Choice::Stars)
}

pub(super) fn read(action: Action) -> Option<(Side, Choice)> {
    let stars = |side, stars| Stars::new(stars).map(|stars| (side, Choice::Stars(stars)));
    match action {
        Action::RatingPoor => Some((Side::Customer, Choice::Poor)),
        Action::RatingGreat => Some((Side::Customer, Choice::Great)),
        Action::RatingOk => stars(Side::Customer, 3),
        Action::Star1 => stars(Side::Customer, 1),
        Action::Star2 => stars(Side::Customer, 2),
        Action::Star4 => stars(Side::Customer, 4),
        Action::Star5 => stars(Side::Customer, 5),
        Action::ProviderRatingPoor => Some((Side::Provider, Choice::Poor)),
        Action::ProviderRatingGreat => Some((Side::Provider, Choice::Great)),
        Action::ProviderRatingSkip => Some((Side::Provider, Choice::Skip)),
        Action::ProviderRatingOk => stars(Side::Provider, 3),
        Action::ProviderStar1 => stars(Side::Provider, 1),
        Action::ProviderStar2 => stars(Side::Provider, 2),
        Action::ProviderStar4 => stars(Side::Provider, 4),
        Action::ProviderStar5 => stars(Side::Provider, 5),
        Action::Details
        | Action::SeeOthers
        | Action::Cancel
        | Action::CancelConfirm
        | Action::CancelKeep
        | Action::StartChat
        | Action::Accept
        | Action::Decline
        | Action::ChatCustomer
        | Action::Complete
        | Action::Release
        | Action::ReleaseConfirm => None,
    }
}
