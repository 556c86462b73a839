//! Which request a word means that names none: "accept", "chat", "complete", "cancel".

use crate::conversation::keywords::Keyword;
use crate::conversation::taps::{Action, Plain};
use crate::conversation::{Facts, Profile, Request};
use crate::domain::{AssignmentStatus, RequestStatus};

/// The requests that a word can mean: none, one, or several to choose from.
pub(super) fn requests(keyword: Keyword, facts: &Facts) -> Vec<&Request> {
    let profile = facts.user.as_ref().and_then(|user| user.profile.as_ref());
    let own = |fits: fn(&Request) -> bool| facts.requests.iter().filter(move |one| fits(one));
    let jobs = |fits: fn(&Request, &Profile) -> bool| {
        let jobs = facts.jobs.iter();
        jobs.filter(move |one| profile.is_some_and(|profile| fits(one, profile)))
    };
    match keyword {
        Keyword::Accept | Keyword::Decline => jobs(is_offered).collect(),
        Keyword::Complete => jobs(is_assigned).collect(),
        Keyword::Chat => own(|one| one.status == RequestStatus::ProviderAssigned)
            .chain(jobs(is_assigned))
            .collect(),
        Keyword::Cancel => own(|one| one.status.is_open()).collect(),
        Keyword::Menu
        | Keyword::Help
        | Keyword::Register
        | Keyword::CustomerMode
        | Keyword::ProviderMode
        | Keyword::GoOnline
        | Keyword::GoOffline
        | Keyword::MyRequests
        | Keyword::MyStats
        | Keyword::Settings
        | Keyword::EndChat
        | Keyword::Skip
        | Keyword::Done
        | Keyword::StopAlerts => Vec::new(),
    }
}

/// The keyword that means the same as an action whose request is not named.
pub(super) fn keyword(action: Action) -> Option<Keyword> {
    match action {
        Action::Accept => Some(Keyword::Accept),
        Action::Decline => Some(Keyword::Decline),
        Action::StartChat | Action::ChatCustomer => Some(Keyword::Chat),
        Action::Complete => Some(Keyword::Complete),
        Action::Cancel => Some(Keyword::Cancel),
        Action::Details => Some(Keyword::MyRequests),
        Action::ProviderRatingSkip => Some(Keyword::Skip),
        Action::SeeOthers
        | Action::CancelConfirm
        | Action::CancelKeep
        | Action::Release
        | Action::ReleaseConfirm
        | Action::RatingPoor
        | Action::RatingOk
        | Action::RatingGreat
        | Action::Star1
        | Action::Star2
        | Action::Star4
        | Action::Star5
        | Action::ProviderRatingPoor
        | Action::ProviderRatingOk
        | Action::ProviderRatingGreat
        | Action::ProviderStar1
        | Action::ProviderStar2
        | Action::ProviderStar4
        | Action::ProviderStar5 => None,
    }
}

fn is_offered(request: &Request, profile: &Profile) -> bool {
    request.status == RequestStatus::Created
        && request.assignment.is_some_and(|offer| {
            offer.provider == profile.id && offer.status == AssignmentStatus::Pending
        })
}

fn is_assigned(request: &Request, profile: &Profile) -> bool {
    request.status == RequestStatus::ProviderAssigned
        && request
            .provider
            .as_ref()
            .is_some_and(|(provider, _)| *provider == profile.id)
}

/// The same of a button that names no request.
pub(super) fn of_button(plain: Plain) -> Option<Keyword> {
    (plain == Plain::Cancel).then_some(Keyword::Cancel)
}
