//! A small world for conversations: providers, requests, and one phone whose dialogue is written down.
//! Facts hold what `needs` asked for and nothing else, so a missing need fails a test.

mod written;

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use crate::conversation::*;
use crate::domain::*;

/// Luis, unless somebody else is made the user.
pub(in crate::conversation) const LUIS: u128 = 0x10;
pub(in crate::conversation) const ROSA: u128 = 0x20;
pub(in crate::conversation) const PIA: u128 = 0x30;

pub(in crate::conversation) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 5, 18, 0, 0).unwrap()
}

pub(in crate::conversation) fn rules(language: Language) -> Rules {
    Rules {
        language,
        support_contact: Some("help@example.com".into()),
        zone: chrono_tz::America::Mexico_City,
        offer_timeout: TimeDelta::seconds(300),
        chat_idle: TimeDelta::hours(24),
        rating_fallback: TimeDelta::hours(1),
    }
}

pub(in crate::conversation) fn name(raw: &str) -> UserName {
    UserName::parse(raw).unwrap()
}

pub(in crate::conversation) fn user(id: u128, called: &str) -> User {
    User {
        id: UserId(Uuid::from_u128(id)),
        name: name(called),
        profile: None,
    }
}

pub(in crate::conversation) fn party(id: u128, called: &str) -> Party {
    Party {
        contact: ContactId(Uuid::from_u128(id)),
        user: UserId(Uuid::from_u128(id)),
        name: name(called),
        identity: Identity {
            phone: Phone::parse(&format!("5255000{:05}", id % 100_000)).ok(),
            bsuid: None,
        },
    }
}

pub(in crate::conversation) fn provider_id(id: u128) -> ProviderId {
    ProviderId(Uuid::from_u128(id + 1))
}

pub(in crate::conversation) fn profile(id: u128, called: &str) -> Profile {
    Profile {
        id: provider_id(id),
        name: name(called),
        services: vec![ServiceType::Plumbing],
        bio: Bio::parse("Twenty years of experience").unwrap(),
        is_online: true,
        enabled: true,
        rating: None,
        rating_count: 0,
        total_jobs: 0,
    }
}

pub(in crate::conversation) fn card(id: u128, called: &str, services: &[ServiceType]) -> Card {
    Card {
        provider: Provider {
            id: provider_id(id),
            name: name(called),
            rating: Some(Average(480)),
            total_jobs: 12,
            services: services.to_vec(),
        },
        party: party(id, called),
        bio: Bio::parse("Twenty years of experience").unwrap(),
        reviews: Vec::new(),
        is_visible: true,
    }
}

pub(in crate::conversation) fn request_id(number: u128) -> ServiceRequestId {
    ServiceRequestId(Uuid::from_u128(0x1000 + number))
}

/// Luis's request for a plumber, offered to Rosa and not answered.
pub(in crate::conversation) fn request(number: u128) -> Request {
    let rosa = provider_id(ROSA);
    Request {
        id: request_id(number),
        service: ServiceType::Plumbing,
        status: RequestStatus::Created,
        cancel_reason: None,
        customer: party(LUIS, "Luis"),
        provider: Some((rosa, party(ROSA, "Rosa"))),
        assignment: Some(Assignment {
            provider: rosa,
            contact: ContactId(Uuid::from_u128(ROSA)),
            status: AssignmentStatus::Pending,
            offered_at: now(),
            deadline: now() + TimeDelta::seconds(300),
        }),
        address: "Calle 5".into(),
        place: None,
        description: "Leaking tap".into(),
        created_at: now(),
        updated_at: now(),
        completed_at: None,
        customer_stars: None,
        provider_stars: None,
        provider_asked: false,
    }
}

/// The same with another status, as it got there by the usual way.
pub(in crate::conversation) fn request_that_is(number: u128, status: RequestStatus) -> Request {
    let mut made = request(number);
    made.status = status;
    let offer = match status {
        RequestStatus::Created => AssignmentStatus::Pending,
        RequestStatus::Searching => {
            made.provider = None;
            AssignmentStatus::Rejected
        }
        RequestStatus::ProviderAssigned => AssignmentStatus::Accepted,
        RequestStatus::Completed => {
            made.completed_at = Some(now());
            AssignmentStatus::Accepted
        }
        RequestStatus::Cancelled => {
            made.cancel_reason = Some(CancelReason::Timeout);
            AssignmentStatus::Cancelled
        }
    };
    if let Some(assignment) = &mut made.assignment {
        assignment.status = offer;
    }
    made
}

/// A person with a phone, and the world as they meet it.
pub(in crate::conversation) struct Dialogue {
    pub(in crate::conversation) rules: Rules,
    pub(in crate::conversation) flags: Flags,
    pub(in crate::conversation) session: Session,
    pub(in crate::conversation) now: DateTime<Utc>,
    pub(in crate::conversation) user: Option<User>,
    pub(in crate::conversation) cards: Vec<Card>,
    pub(in crate::conversation) requests: Vec<Request>,
    pub(in crate::conversation) chat: Option<Chat>,
    pub(in crate::conversation) transcript: String,
}

impl Dialogue {
    /// Nobody known, in a world where Rosa and Pia are plumbers.
    pub(in crate::conversation) fn of_stranger(language: Language) -> Self {
        Self {
            rules: rules(language),
            flags: Flags::default(),
            session: Session::default(),
            now: now(),
            user: None,
            cards: vec![
                card(ROSA, "Rosa", &[ServiceType::Plumbing]),
                card(PIA, "Pia", &[ServiceType::Plumbing, ServiceType::Repair]),
            ],
            requests: Vec::new(),
            chat: None,
            transcript: String::new(),
        }
    }

    pub(in crate::conversation) fn of_luis(language: Language) -> Self {
        Self {
            user: Some(user(LUIS, "Luis")),
            ..Self::of_stranger(language)
        }
    }

    pub(in crate::conversation) fn types(&mut self, text: &str) -> Vec<Effect> {
        self.hears(Input::Text(text.into()))
    }

    pub(in crate::conversation) fn taps(&mut self, id: &str) -> Vec<Effect> {
        self.hears(Input::Tap { id: id.into() })
    }

    pub(in crate::conversation) fn hears(&mut self, input: Input) -> Vec<Effect> {
        self.write_input(&input);
        let fresh = Uuid::from_u128(0x1000 + self.requests.len() as u128 + 1);
        let event = Event {
            now: self.now,
            received_at: self.now,
            fresh,
            facts: self.facts(&input),
            input,
            wamid: None,
            quoted: None,
            flags: self.flags,
        };
        let (next, effects) = step(&self.rules, self.session.clone(), &event);
        for effect in &effects {
            self.write_effect(effect);
            self.apply(effect);
        }
        self.session = next;
        let state = self.session.state.name();
        writeln!(self.transcript, "  = {state}").unwrap();
        effects
    }

    /// What is always read, then what the input needs.
    fn facts(&self, input: &Input) -> Facts {
        let user = self.user.clone();
        let own = |one: &&Request| {
            let user = user.as_ref();
            user.is_some_and(|user| one.customer.user == user.id)
        };
        let job = |one: &&Request| {
            let profile = user.as_ref().and_then(|user| user.profile.as_ref());
            let offer = one.assignment.as_ref();
            profile.is_some_and(|own| offer.is_some_and(|offer| offer.provider == own.id))
        };
        let mut facts = Facts {
            requests: self.requests.iter().filter(own).cloned().collect(),
            jobs: self.requests.iter().filter(job).cloned().collect(),
            user: user.clone(),
            chat: self.chat.clone(),
            ..Facts::default()
        };
        let needs = needs(&self.session, &facts, input);
        let find = |id| self.requests.iter().find(|one| one.id == id);
        facts.request = needs.request.and_then(find).cloned();
        let visible = |card: &Card| {
            let Some(wanted) = needs.providers else {
                return false;
            };
            let service = wanted
                .service
                .or(facts.request.as_ref().map(|one| one.service));
            let in_vain = wanted.rebook.and_then(find).and_then(|one| one.assignment);
            card.is_visible
                && service.is_some_and(|service| card.provider.services.contains(&service))
                && in_vain.is_none_or(|offer| offer.provider != card.provider.id)
        };
        let cards = self.cards.iter();
        facts.card = cards
            .clone()
            .find(|card| Some(card.provider.id) == needs.card)
            .map(|card| Card {
                is_visible: visible(card),
                ..card.clone()
            });
        facts.providers = cards
            .filter(|card| visible(card))
            .map(|card| card.provider.clone())
            .take(10)
            .collect();
        facts
    }

    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::CreateUser { name } => self.user = Some(user(LUIS, name.as_str())),
            Effect::Book(booking) => {
                let mut made = request(0);
                made.id = booking.request;
                made.service = booking.service;
                made.address = booking.address.as_str().to_owned();
                made.place = booking.place.clone();
                let description = booking.description.as_ref();
                made.description = description
                    .map(|one| one.as_str().to_owned())
                    .unwrap_or_default();
                made.created_at = self.now;
                self.requests.push(made);
                self.offer(booking.request, booking.provider);
            }
            Effect::Offer {
                request, provider, ..
            } => self.offer(*request, *provider),
            Effect::Move(moved) => {
                let one = self.request_mut(moved.request);
                assert_eq!(one.status, moved.from);
                assert!(moved.from.may_become(moved.to));
                one.status = moved.to;
                one.cancel_reason = moved.reason;
                if moved.to == RequestStatus::Searching {
                    one.provider = None;
                }
                if let Some(assignment) = &mut one.assignment {
                    assignment.status = moved.assignment;
                }
            }
            Effect::EndChat { .. } => self.chat = None,
            Effect::AskedProvider { request } => self.request_mut(*request).provider_asked = true,
            _ => {}
        }
    }

    fn offer(&mut self, request: ServiceRequestId, provider: ProviderId) {
        let party = self
            .cards
            .iter()
            .find(|card| card.provider.id == provider)
            .map(|card| card.party.clone())
            .unwrap();
        let offered_at = self.now;
        let one = self.request_mut(request);
        one.status = RequestStatus::Created;
        one.assignment = Some(Assignment {
            provider,
            contact: party.contact,
            status: AssignmentStatus::Pending,
            offered_at,
            deadline: offered_at + TimeDelta::seconds(300),
        });
        one.provider = Some((provider, party));
    }

    pub(in crate::conversation) fn request_mut(&mut self, id: ServiceRequestId) -> &mut Request {
        let mut all = self.requests.iter_mut();
        all.find(|one| one.id == id).unwrap()
    }
}

/// Replies as the specification writes them, and everything else as `+`.
pub(in crate::conversation) fn kinds(effects: &[Effect]) -> String {
    let kind = |effect: &Effect| match effect {
        Effect::Send(message) => match message.reply {
            Reply::Text { .. } => 'T',
            Reply::List { .. } => 'L',
            Reply::Buttons { .. } => 'B',
            _ => '?',
        },
        _ => '+',
    };
    effects.iter().map(kind).collect()
}

/// All that was said.
pub(in crate::conversation) fn said(effects: &[Effect]) -> String {
    let mut all = String::new();
    for effect in effects {
        if let Effect::Send(message) = effect {
            all += message.reply.body();
            all.push('\n');
        }
    }
    all
}

/// The ids of all buttons and rows.
pub(in crate::conversation) fn ids(effects: &[Effect]) -> Vec<String> {
    let mut all = Vec::new();
    for effect in effects {
        if let Effect::Send(message) = effect {
            match &message.reply {
                Reply::List { rows, .. } => all.extend(rows.iter().map(|row| row.id.clone())),
                Reply::Buttons { buttons, .. } => {
                    all.extend(buttons.iter().map(|button| button.id.clone()));
                }
                _ => {}
            }
        }
    }
    all
}
