//! What must be read before an input can be answered.

use crate::conversation::keywords::{self, Keyword};
use crate::conversation::taps::{Action, Tap};
use crate::conversation::{Facts, Input, Session, State, meant, precedence};
use crate::domain::{ProviderId, ServiceRequestId, ServiceType, Wamid};

/// What must be read, beyond who writes, their requests and jobs, and their chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// The request named by the input, or else by the state; read and locked.
    pub request: Option<ServiceRequestId>,
    /// A list of providers.
    pub providers: Option<Wanted>,
    /// One provider's card, visible or not. Whether it is visible is by the same `providers`: for its
    /// service, and not for somebody whom its request was offered to in vain.
    pub card: Option<ProviderId>,
    /// A message whose copy at the other side of the chat is looked for: the one that a reaction is
    /// on. The reader does the same for the message that an event quotes.
    pub quoted: Option<Wamid>,
}

/// Which providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// For which service; `None` takes that of the needed request.
    pub service: Option<ServiceType>,
    /// Leaves out those who declined this request or let it time out.
    pub rebook: Option<ServiceRequestId>,
}

/// What an input in a session needs. Of `facts` those that are always read must be there: the user,
/// their requests and jobs, and their chat. What a word such as "accept" means is found in these lists,
/// so `step` must be given the same ones.
#[must_use]
pub fn needs(session: &Session, facts: &Facts, input: &Input) -> Needs {
    let tap = match input {
        Input::Tap { id } => Some(Tap::from_id(id)),
        Input::Text(_)
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Reaction { .. }
        | Input::Other { .. }
        | Input::Notice(_) => None,
    };
    let named = named(session, facts, input, tap);
    let request = named.or_else(|| session.state.request());
    let tap_or_word = tap.or_else(|| service_word(session, input));
    // A notice leaves the state's question alone, and what goes over in a chat shows nothing.
    let shows_none = matches!(input, Input::Notice(_)) || (facts.chat.is_some() && tap.is_none());
    let (providers, card) = if shows_none {
        (None, None)
    } else {
        choice(session, tap_or_word)
    };
    let quoted = match input {
        Input::Reaction { message, .. } => Some(message.clone()),
        Input::Text(_)
        | Input::Tap { .. }
        | Input::Location(_)
        | Input::Media(_)
        | Input::Contacts(_)
        | Input::Other { .. }
        | Input::Notice(_) => None,
    };
    Needs {
        request,
        providers,
        card,
        quoted: quoted.filter(|_| facts.chat.is_some()),
    }
}

/// The request that the input itself is about.
fn named(
    session: &Session,
    facts: &Facts,
    input: &Input,
    tap: Option<Tap>,
) -> Option<ServiceRequestId> {
    if let Input::Notice(notice) = input {
        return notice.request();
    }
    let keyword = match (tap, input) {
        (Some(Tap::Request(_, request)), _) => return Some(request),
        (Some(Tap::Bare(action)), _) => meant::keyword(action),
        (Some(Tap::Plain(plain)), _) => meant::of_button(plain),
        (Some(Tap::Service(_) | Tap::Provider(_) | Tap::Unknown), _) => None,
        (None, Input::Text(text)) if facts.chat.is_none() => {
            keywords::keyword(text).filter(|word| precedence::is_honoured(*word, session, facts))
        }
        // What is said in a chat is about its request.
        (None, _) => return facts.chat.as_ref().map(|chat| chat.request),
    }?;
    if keyword == Keyword::Cancel && session.state.request().is_some() {
        return None;
    }
    match meant::requests(keyword, facts).as_slice() {
        [one] => Some(one.id),
        _ => None,
    }
}

/// A service that is typed where one is asked for is as good as its row.
fn service_word(session: &Session, input: &Input) -> Option<Tap> {
    match (&session.state, input) {
        (State::New | State::Welcome | State::AwaitingServiceSelection, Input::Text(text)) => {
            keywords::service(text).map(Tap::Service)
        }
        _ => None,
    }
}

/// The providers and the card that the answer shows.
fn choice(session: &Session, tap: Option<Tap>) -> (Option<Wanted>, Option<ProviderId>) {
    let of = |service, rebook| {
        Some(Wanted {
            service: Some(service),
            rebook,
        })
    };
    let (listed, shown) = match &session.state {
        State::AwaitingName { service } => (of(*service, None), None),
        State::ProviderList { service, kept } => (of(*service, kept.rebook), None),
        State::ProviderDetail {
            service,
            provider,
            kept,
        } => (of(*service, kept.rebook), Some(*provider)),
        State::AwaitingLocation { service, provider }
        | State::AwaitingDescription {
            service, provider, ..
        } => (of(*service, None), Some(*provider)),
        State::New
        | State::Welcome
        | State::AwaitingServiceSelection
        | State::BookingConfirmed { .. }
        | State::AwaitingRating { .. }
        | State::AwaitingRatingFine { .. }
        | State::AwaitingRatingComment { .. }
        | State::AwaitingProviderName
        | State::AwaitingServiceTypes { .. }
        | State::AwaitingBio { .. }
        | State::Idle
        | State::EditBio
        | State::EditServices { .. }
        | State::AwaitingProviderRating { .. }
        | State::AwaitingProviderRatingFine { .. }
        | State::AwaitingProviderRatingComment { .. } => (None, None),
    };
    match tap {
        Some(Tap::Service(service)) => (of(service, None), None),
        Some(Tap::Request(Action::SeeOthers, request)) => {
            let wanted = Wanted {
                service: None,
                rebook: Some(request),
            };
            (Some(wanted), None)
        }
        Some(Tap::Provider(provider)) => (listed, listed.map(|_| provider)),
        Some(Tap::Plain(_) | Tap::Request(..) | Tap::Bare(_) | Tap::Unknown) | None => {
            (listed, shown)
        }
    }
}
