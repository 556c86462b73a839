//! The ids of rows and buttons (§4.1). They are the same in every language and stay valid in old messages.

use std::fmt;

use uuid::Uuid;

use crate::domain::{ProviderId, ServiceRequestId, ServiceType};

/// What a tap asks for. `Display` gives the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tap {
    /// A service's row.
    Service(ServiceType),
    /// A provider's row.
    Provider(ProviderId),
    /// A button that means the same everywhere, or belongs to a state.
    Plain(Plain),
    /// A button or row of one request.
    Request(Action, ServiceRequestId),
    /// An action without its request: as the keyword of the same meaning.
    Bare(Action),
    /// An id that means nothing here: of another version, another bot or made up.
    Unknown,
}

macro_rules! ids {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $id:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }

            fn from_id(id: &str) -> Option<Self> {
                match id {
                    $($id => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

ids!(
    /// Buttons without a request.
    Plain {
        /// The list of services.
        NewService = "btn_new_service",
        /// The same, offered where a service has no provider.
        TryAnother = "btn_try_another",
        /// As typing "cancel".
        Cancel = "btn_cancel",
        /// As typing "my requests".
        MyRequests = "btn_my_requests",
        /// As typing "help".
        Help = "btn_help",
        /// As typing "customer mode".
        CustomerMode = "btn_customer_mode",
        /// The provider's menu.
        Dashboard = "btn_provider_dashboard",
        /// As typing "go online".
        GoOnline = "btn_go_online",
        /// As typing "go offline".
        GoOffline = "btn_go_offline",
        /// As typing "settings".
        Settings = "btn_settings",
        /// State-bound: hear when the service has somebody.
        NotifyMe = "btn_notify_me",
        /// State-bound: book the provider on the card.
        Book = "btn_book_provider",
        /// State-bound: back to the list.
        BackToList = "btn_back_to_list",
        /// State-bound: another service.
        AddMore = "btn_add_more",
        /// State-bound: enough services.
        Continue = "btn_continue",
        /// State-bound: new words about the work.
        EditBio = "btn_edit_bio",
        /// State-bound: other services.
        EditServices = "btn_edit_services",
    }
);

ids!(
    /// What is done to a request; a bare id, without the request's, equals the keyword of the same meaning.
    Action {
        /// Its details.
        Details = "req",
        /// A list of others for the same.
        SeeOthers = "btn_see_other_providers",
        /// Asks whether to cancel.
        Cancel = "btn_cancel_request",
        /// Cancels.
        CancelConfirm = "btn_cancel_confirm",
        /// Keeps it, asked about cancelling or giving up.
        CancelKeep = "btn_cancel_keep",
        /// The customer starts the chat.
        StartChat = "btn_start_chat",
        /// The provider takes it.
        Accept = "btn_accept_request",
        /// The provider does not.
        Decline = "btn_decline_request",
        /// The provider starts the chat.
        ChatCustomer = "btn_chat_customer",
        /// The provider has done it.
        Complete = "btn_complete",
        /// Asks whether to give it up.
        Release = "btn_release",
        /// Gives it up.
        ReleaseConfirm = "btn_release_confirm",
        /// The customer's rating, in words, then in stars.
        RatingPoor = "rating_poor",
        /// Three stars.
        RatingOk = "rating_ok",
        /// Four or five.
        RatingGreat = "rating_great",
        /// One star.
        Star1 = "star_1",
        /// Two stars.
        Star2 = "star_2",
        /// Four stars.
        Star4 = "star_4",
        /// Five stars.
        Star5 = "star_5",
        /// The provider's rating.
        ProviderRatingPoor = "prating_poor",
        /// Three stars.
        ProviderRatingOk = "prating_ok",
        /// Four or five.
        ProviderRatingGreat = "prating_great",
        /// None.
        ProviderRatingSkip = "prating_skip",
        /// One star.
        ProviderStar1 = "pstar_1",
        /// Two stars.
        ProviderStar2 = "pstar_2",
        /// Four stars.
        ProviderStar4 = "pstar_4",
        /// Five stars.
        ProviderStar5 = "pstar_5",
    }
);

impl Action {
    /// Whether it is a button of a rating.
    pub(super) fn is_rating(self) -> bool {
        match self {
            Self::RatingPoor
            | Self::RatingOk
            | Self::RatingGreat
            | Self::Star1
            | Self::Star2
            | Self::Star4
            | Self::Star5
            | Self::ProviderRatingPoor
            | Self::ProviderRatingOk
            | Self::ProviderRatingGreat
            | Self::ProviderRatingSkip
            | Self::ProviderStar1
            | Self::ProviderStar2
            | Self::ProviderStar4
            | Self::ProviderStar5 => true,
            Self::Details
            | Self::SeeOthers
            | Self::Cancel
            | Self::CancelConfirm
            | Self::CancelKeep
            | Self::StartChat
            | Self::Accept
            | Self::Decline
            | Self::ChatCustomer
            | Self::Complete
            | Self::Release
            | Self::ReleaseConfirm => false,
        }
    }
}

const SERVICE_PREFIX: &str = "service_";
const PROVIDER_PREFIX: &str = "provider_";

impl Tap {
    pub(super) fn from_id(id: &str) -> Self {
        Self::find(id).unwrap_or(Self::Unknown)
    }

    fn find(id: &str) -> Option<Self> {
        if let Some(plain) = Plain::from_id(id) {
            return Some(Self::Plain(plain));
        }
        if let Some(service) = id.strip_prefix(SERVICE_PREFIX) {
            return ServiceType::from_id(service).map(Self::Service);
        }
        if let Some(provider) = id.strip_prefix(PROVIDER_PREFIX) {
            return uuid(provider).map(ProviderId).map(Self::Provider);
        }
        if let Some(action) = Action::from_id(id) {
            return Some(Self::Bare(action));
        }
        let (action, request) = id.rsplit_once('_')?;
        let request = ServiceRequestId(uuid(request)?);
        Action::from_id(action).map(|action| Self::Request(action, request))
    }
}

/// Only the form that we write, so that an id has one meaning.
fn uuid(raw: &str) -> Option<Uuid> {
    let parsed = Uuid::try_parse(raw).ok()?;
    (parsed.to_string() == raw).then_some(parsed)
}

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => write!(f, "{SERVICE_PREFIX}{service}"),
            Self::Provider(provider) => write!(f, "{PROVIDER_PREFIX}{provider}"),
            Self::Plain(plain) => f.write_str(plain.id()),
            Self::Request(action, request) => write!(f, "{}_{request}", action.id()),
            Self::Bare(action) => f.write_str(action.id()),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Tap> {
        let id = Uuid::from_u128(0x0192_0000_7000_8000_0000_0000_0000_0001);
        let mut taps: Vec<Tap> = ServiceType::ALL.into_iter().map(Tap::Service).collect();
        taps.push(Tap::Provider(ProviderId(id)));
        taps.extend(Plain::ALL.iter().map(|plain| Tap::Plain(*plain)));
        let request = ServiceRequestId(id);
        taps.extend(
            Action::ALL
                .iter()
                .map(|action| Tap::Request(*action, request)),
        );
        taps.extend(Action::ALL.iter().map(|action| Tap::Bare(*action)));
        taps
    }

    #[test]
    fn ids_that_are_sent_are_understood_when_tapped_and_fit_a_row() {
        for tap in all() {
            let id = tap.to_string();
            assert_eq!(Tap::from_id(&id), tap, "{id}");
            assert!(id.len() <= 200, "{id}");
        }
        assert_eq!(
            Tap::from_id("service_plumbing"),
            Tap::Service(ServiceType::Plumbing)
        );
    }

    #[test]
    fn other_ids_are_unknown() {
        for id in [
            "",
            "service_",
            "service_dancing",
            "btn_help ",
            "BTN_HELP",
            "provider_1",
            "req_",
            "req_1",
            "btn_accept_request_0192000070008000000000000000 0001",
        ] {
            assert_eq!(Tap::from_id(id), Tap::Unknown, "{id}");
        }
    }
}
