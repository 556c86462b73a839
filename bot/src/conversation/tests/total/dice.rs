//! Sessions, inputs and facts made from random bytes.

use crate::conversation::keywords::all_words as words;
use crate::conversation::taps::{Action, Plain, Tap};
use crate::conversation::tests::world::*;
use crate::conversation::*;
use crate::domain::*;

/// Choices made by random bytes; when they run out, the first of each.
pub(super) struct Dice(pub(super) std::vec::IntoIter<u8>);

impl Dice {
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % most.max(1)
    }

    pub(super) fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(super) fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn request_id(&mut self) -> ServiceRequestId {
        request_id(self.below(4) as u128)
    }

    fn person(&mut self) -> u128 {
        self.one(&[LUIS, ROSA, PIA])
    }

    fn name(&mut self) -> UserName {
        let longest = "W".repeat(100);
        name(self.one(&["Luis", "Zoë 👩‍🔧 Li", &longest]))
    }

    fn place(&mut self) -> Place {
        let degrees = [0.0, 19.43, -180.0, 1e9, f64::NAN, f64::INFINITY];
        let words = [None, Some("Café".to_owned()), Some("x".repeat(5000))];
        Place {
            latitude: self.one(&degrees),
            longitude: self.one(&degrees),
            name: self.one(&words),
            address: self.one(&words),
        }
    }

    fn request(&mut self) -> Request {
        let status = self.one(&RequestStatus::ALL);
        let mut made = request_that_is(self.below(4) as u128, status);
        let (customer, provider) = (self.person(), self.person());
        made.service = self.one(&ServiceType::ALL);
        made.customer = party(customer, self.name().as_str());
        let named = party(provider, self.name().as_str());
        made.provider = self.flip().then(|| (provider_id(provider), named));
        if self.flip() {
            made.assignment = None;
        }
        if self.flip() {
            made.address = "a".repeat(255);
            made.description = "d".repeat(500);
            made.place = Some(self.place());
        }
        made.cancel_reason =
            self.one(&[None, Some(CancelReason::Timeout), Some(CancelReason::Admin)]);
        made.customer_stars = self.one(&[None, Stars::new(3)]);
        made
    }

    fn requests(&mut self) -> Vec<Request> {
        let mut made: Vec<Request> = (0..self.below(5)).map(|_| self.request()).collect();
        // A list names a request once.
        made.sort_by_key(|one| one.id);
        made.dedup_by_key(|one| one.id);
        made
    }

    fn card(&mut self) -> Card {
        let id = self.person();
        let mut made = card(id, self.name().as_str(), &ServiceType::ALL);
        made.is_visible = self.flip();
        made
    }

    #[expect(clippy::too_many_lines, reason = "one line a state")]
    pub(super) fn state(&mut self) -> State {
        let service = self.one(&ServiceType::ALL);
        let provider = provider_id(self.person());
        let request = self.request_id();
        let address = Address::parse("Calle 5").unwrap();
        let stars = Stars::new(4).unwrap();
        let great = self.flip();
        // What was taken before is on the map.
        let place = self.flip().then(|| Place {
            latitude: 19.43,
            longitude: -99.13,
            ..self.place()
        });
        let kept = Kept {
            rebook: self.flip().then(|| self.request_id()),
            address: self.flip().then(|| address.clone()),
            place: place.clone(),
            description: None,
        };
        let (called, chosen) = (self.name(), self.one(&[vec![], ServiceType::ALL.to_vec()]));
        let described = (service, provider, address, place);
        let (in_list, in_card) = (kept.clone(), kept);
        let named = called.clone();
        let all = [
            State::New,
            State::Welcome,
            State::AwaitingServiceSelection,
            State::AwaitingName { service },
            State::ProviderList {
                service,
                kept: in_list,
            },
            State::ProviderDetail {
                service,
                provider,
                kept: in_card,
            },
            State::AwaitingLocation { service, provider },
            State::AwaitingDescription {
                service: described.0,
                provider: described.1,
                address: described.2,
                place: described.3,
            },
            State::BookingConfirmed { request },
            State::AwaitingRating { request },
            State::AwaitingRatingFine { request, great },
            State::AwaitingRatingComment { request, stars },
            State::AwaitingProviderName,
            State::AwaitingServiceTypes {
                name: called,
                chosen: chosen.clone(),
            },
            State::AwaitingBio {
                name: named,
                chosen: chosen.clone(),
            },
            State::Idle,
            State::EditBio,
            State::EditServices { chosen },
            State::AwaitingProviderRating { request },
            State::AwaitingProviderRatingFine { request, great },
            State::AwaitingProviderRatingComment { request, stars },
        ];
        self.one(&all)
    }

    fn tap(&mut self) -> Tap {
        let request = self.request_id();
        let action = self.one(Action::ALL);
        let all = [
            Tap::Service(self.one(&ServiceType::ALL)),
            Tap::Provider(provider_id(self.person())),
            Tap::Plain(self.one(Plain::ALL)),
            Tap::Plain(self.one(Plain::ALL)),
            Tap::Request(action, request),
            Tap::Request(action, request),
            Tap::Bare(action),
            Tap::Unknown,
        ];
        self.one(&all)
    }

    fn notice(&mut self) -> Notice {
        let request = self.request_id();
        let reason = self.one(&[CancelReason::Admin, CancelReason::Customer]);
        let moment = now().timestamp_millis();
        let (offered_at, since) = (moment, moment);
        let cause = self.one(&[
            ChatEnd::ByOther,
            ChatEnd::BySelf,
            ChatEnd::Idle,
            ChatEnd::RequestEnded,
        ]);
        let (by_admin, file) = (self.flip(), self.flip());
        let service = self.one(&ServiceType::ALL);
        self.one(&[
            Notice::Offered { request },
            Notice::OfferDeadline {
                request,
                offered_at,
            },
            Notice::RequestCancelled { request, reason },
            Notice::OfferFailed {
                request,
                offered_at,
            },
            Notice::ProfileDisabled,
            Notice::Blocked,
            Notice::RateCustomer { request },
            Notice::Accepted { request },
            Notice::Declined { request },
            Notice::TimedOut { request },
            Notice::Undeliverable { request },
            Notice::Released { request },
            Notice::Completed { request, by_admin },
            Notice::Abandoned { request, since },
            Notice::ProviderAvailable { service },
            Notice::RatingFallback { request },
            Notice::ChatStarted { request },
            Notice::ChatEnded {
                request,
                cause,
                by_admin,
            },
            Notice::ChatIdle { request },
            Notice::ChatFree { request },
            Notice::RelayFailed { request, file },
            Notice::RelayHeld { request },
        ])
    }

    pub(super) fn input(&mut self, text: &str) -> Input {
        let wamid = Wamid::parse("wamid.1").unwrap();
        let all = [
            Input::Text(text.to_owned()),
            Input::Text(self.one(&words())),
            Input::Text(self.one(&words())),
            Input::Tap {
                id: self.tap().to_string(),
            },
            Input::Tap {
                id: self.tap().to_string(),
            },
            Input::Tap {
                id: text.to_owned(),
            },
            Input::Location(self.place()),
            Input::Media(Media {
                id: "1".into(),
                kind: self.one(&[MediaKind::Image, MediaKind::Audio, MediaKind::Document]),
                caption: self.one(&[None, Some("c".repeat(2000))]),
                filename: None,
            }),
            Input::Contacts(Vec::new()),
            Input::Reaction {
                message: wamid,
                emoji: Some("👍".into()),
            },
            Input::Other {
                kind: "order".into(),
            },
            Input::Notice(self.notice()),
            Input::Notice(self.notice()),
        ];
        self.one(&all)
    }

    fn user(&mut self) -> Option<User> {
        let id = self.person();
        let called = self.name();
        let mut own = profile(id, called.as_str());
        own.enabled = self.flip();
        own.is_online = self.flip();
        self.one(&[0_u8, 1, 2])
            .checked_sub(1)
            .map(|has_profile| User {
                profile: (has_profile == 1).then_some(own),
                ..user(id, called.as_str())
            })
    }

    pub(super) fn facts(&mut self) -> Facts {
        let user = self.user();
        let chat = Chat {
            request: self.request_id(),
            side: self.one(&[Side::Customer, Side::Provider]),
            own_name: self.name(),
            other: party(PIA, self.name().as_str()),
            has_ended: self.flip(),
            last_relay_at: now(),
        };
        let requests = self.requests();
        let mut jobs = self.requests();
        // Nobody is on both sides, and a list names everybody once.
        jobs.retain(|job| requests.iter().all(|one| one.id != job.id));
        let mut providers: Vec<Provider> =
            (0..self.below(3)).map(|_| self.card().provider).collect();
        providers.sort_by_key(|one| one.id);
        providers.dedup_by_key(|one| one.id);
        Facts {
            requests,
            jobs,
            request: self.flip().then(|| self.request()),
            other_is_chatting: self.flip(),
            providers,
            card: self.flip().then(|| self.card()),
            chat: (user.is_some() && self.below(4) == 1).then_some(chat),
            quoted_copy: None,
            user,
        }
    }
}
