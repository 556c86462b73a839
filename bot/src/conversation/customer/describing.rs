//! Where, and what is to be done: `AWAITING_LOCATION`, `AWAITING_DESCRIPTION`.

use super::booking::{self, Draft};
use super::{provider_list, tap};
use crate::conversation::keywords::{self, Keyword};
use crate::conversation::taps::{Plain, Tap};
use crate::conversation::turn::Turn;
use crate::conversation::{Input, Kept, Place, State};
use crate::domain::sanitise::{Lines, sanitise};
use crate::domain::text::cut;
use crate::domain::{Address, Description, ProviderId, ServiceType};

const ADDRESS_UNITS: usize = 255;

pub(super) fn hear_address(turn: &mut Turn<'_>, service: ServiceType, provider: ProviderId) {
    let (address, place) = match &turn.event.input {
        Input::Text(typed) => match Address::parse(typed) {
            Ok(address) => (address, None),
            Err(reason) => {
                turn.say(turn.texts.invalid_address(reason));
                return;
            }
        },
        Input::Location(shared) => match located(shared) {
            Some((address, place)) => (address, Some(place)),
            None => return turn.say(turn.texts.address_needed()),
        },
        Input::Tap { .. } if tap(turn) == Some(Tap::Plain(Plain::BackToList)) => {
            return provider_list::show(turn, service, Kept::default(), None);
        }
        Input::Tap { .. }
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => return turn.say(turn.texts.address_needed()),
    };
    turn.say(turn.texts.ask_description());
    turn.go(State::AwaitingDescription {
        service,
        provider,
        address,
        place,
    });
}

/// A shared place with its address in words: name and address, or one of them, or the coordinates.
fn located(shared: &Place) -> Option<(Address, Place)> {
    let in_range =
        (-90.0..=90.0).contains(&shared.latitude) && (-180.0..=180.0).contains(&shared.longitude);
    if !in_range {
        return None;
    }
    let clean = |words: &Option<String>| {
        let words = sanitise(words.as_deref().unwrap_or_default(), Lines::One);
        (!words.is_empty()).then(|| cut(&words, ADDRESS_UNITS))
    };
    let place = Place {
        latitude: shared.latitude,
        longitude: shared.longitude,
        name: clean(&shared.name),
        address: clean(&shared.address),
    };
    let words: Vec<&str> = [place.name.as_deref(), place.address.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let coordinates = || format!("{:.5}, {:.5}", place.latitude, place.longitude);
    let address = Address::parse(&cut(&words.join(", "), ADDRESS_UNITS))
        .or_else(|_| Address::parse(&coordinates()))
        .ok()?;
    Some((address, place))
}

pub(super) fn hear_description(turn: &mut Turn<'_>, draft: Draft) {
    match &turn.event.input {
        Input::Text(typed) if keywords::keyword(typed) == Some(Keyword::Skip) => {
            booking::finish(turn, draft);
        }
        Input::Text(typed) => match Description::parse(typed) {
            Ok(description) => {
                let description = Some(description);
                booking::finish(
                    turn,
                    Draft {
                        description,
                        ..draft
                    },
                );
            }
            Err(reason) => turn.say(turn.texts.invalid_description(reason)),
        },
        Input::Tap { .. } if tap(turn) == Some(Tap::Plain(Plain::BackToList)) => {
            provider_list::show(turn, draft.service, Kept::default(), None);
        }
        Input::Tap { .. }
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => turn.say(turn.texts.description_needed()),
    }
}
