//! The ids of rows and buttons. They are the same in every language and stay valid in old messages.

use crate::domain::ServiceType;

/// Asks for the list of services.
pub(super) const NEW_SERVICE: &str = "btn_new_service";
/// The same, offered where a service has no provider.
pub(super) const TRY_ANOTHER: &str = "btn_try_another";
/// As typing "cancel".
pub(super) const CANCEL: &str = "btn_cancel";
/// Asks for the person's requests.
pub(super) const MY_REQUESTS: &str = "btn_my_requests";
/// As typing "help".
pub(super) const HELP: &str = "btn_help";

const SERVICE_PREFIX: &str = "service_";

/// What a tap asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tap {
    Service(ServiceType),
    Services,
    Cancel,
    MyRequests,
    Help,
    /// An id that means nothing here: of another version, another bot or made up.
    Unknown,
}

impl Tap {
    pub(super) fn from_id(id: &str) -> Self {
        match id {
            NEW_SERVICE | TRY_ANOTHER => Self::Services,
            CANCEL => Self::Cancel,
            MY_REQUESTS => Self::MyRequests,
            HELP => Self::Help,
            _ => id
                .strip_prefix(SERVICE_PREFIX)
                .and_then(ServiceType::from_id)
                .map_or(Self::Unknown, Self::Service),
        }
    }
}

/// The id of a service's row.
pub(super) fn service_id(service: ServiceType) -> String {
    format!("{SERVICE_PREFIX}{service}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_sent_are_understood_when_tapped() {
        for service in ServiceType::ALL {
            assert_eq!(Tap::from_id(&service_id(service)), Tap::Service(service));
        }
        assert_eq!(
            Tap::from_id("service_plumbing"),
            Tap::Service(ServiceType::Plumbing)
        );
        for (id, tap) in [
            ("btn_new_service", Tap::Services),
            ("btn_try_another", Tap::Services),
            ("btn_cancel", Tap::Cancel),
            ("btn_my_requests", Tap::MyRequests),
            ("btn_help", Tap::Help),
        ] {
            assert_eq!(Tap::from_id(id), tap);
        }
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
        ] {
            assert_eq!(Tap::from_id(id), Tap::Unknown, "{id}");
        }
    }
}
