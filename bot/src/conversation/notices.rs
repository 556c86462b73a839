//! What is said when something happened elsewhere. The state stays, and with it whatever is being
//! filled in.

use crate::conversation::turn::Turn;
use crate::conversation::{Notice, Side, chat, customer, provider};

pub(super) fn heard(turn: &mut Turn<'_>, notice: &Notice) {
    match notice {
        Notice::Offered { .. }
        | Notice::OfferDeadline { .. }
        | Notice::OfferFailed { .. }
        | Notice::ProfileDisabled
        | Notice::Blocked
        | Notice::RateCustomer { .. }
        | Notice::RatingFallback { .. } => provider::notice(turn, notice),
        // An admin ends a request for both.
        Notice::RequestCancelled { .. } | Notice::Completed { .. } => {
            let side = turn.request().and_then(|request| turn.side(request));
            if side == Some(Side::Customer) {
                customer::notice(turn, notice);
            } else {
                provider::notice(turn, notice);
            }
        }
        Notice::Accepted { .. }
        | Notice::Declined { .. }
        | Notice::TimedOut { .. }
        | Notice::Undeliverable { .. }
        | Notice::Released { .. }
        | Notice::Abandoned { .. }
        | Notice::ProviderAvailable { .. } => customer::notice(turn, notice),
        Notice::ChatStarted { .. }
        | Notice::ChatEnded { .. }
        | Notice::ChatIdle { .. }
        | Notice::ChatFree { .. }
        | Notice::RelayFailed { .. }
        | Notice::RelayHeld { .. } => chat::notice(turn, notice),
    }
}
