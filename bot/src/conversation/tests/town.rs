//! A small town for tests: several phones whose notices reach each other, with the records that the
//! effects leave behind. What happens is written down as a transcript.

mod admin;
mod chats;
mod jobs;
mod offers;
mod providers;
mod ratings;
mod records;
mod relays;
mod words;
mod written;

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use uuid::Uuid;

use crate::conversation::*;
use crate::domain::*;

/// A customer.
pub(super) const LUIS: u128 = 0x10;
/// A plumber.
pub(super) const ROSA: u128 = 0x20;
/// Another one.
pub(super) const PIA: u128 = 0x30;
/// Another customer.
pub(super) const ANA: u128 = 0x40;
/// Nobody known yet.
pub(super) const STRANGER: u128 = 0x50;

const R1: u128 = 1;
const R2: u128 = 2;

pub(super) struct Person {
    id: u128,
    user: Option<User>,
    session: Session,
}

struct ChatRow {
    request: ServiceRequestId,
    contacts: [ContactId; 2],
    last_relay_at: DateTime<Utc>,
    has_ended: bool,
}

/// All that is on record, and what still has to be heard.
pub(super) struct Town {
    rules: Rules,
    flags: Flags,
    now: DateTime<Utc>,
    people: Vec<Person>,
    requests: Vec<Request>,
    chats: Vec<ChatRow>,
    waits: Vec<(ContactId, ContactId, ServiceRequestId)>,
    inbox: VecDeque<(ContactId, Notice)>,
    timers: Vec<(DateTime<Utc>, ContactId, Notice)>,
    ratings: Vec<(bool, u8, String)>,
    announced: Vec<ServiceType>,
    /// Notices wait until they are asked for.
    holds_notices: bool,
    quoted: Option<Wamid>,
    quoted_copy: Option<Wamid>,
    transcript: String,
}

fn contact(person: u128) -> ContactId {
    ContactId(Uuid::from_u128(person))
}

fn pid(person: u128) -> ProviderId {
    ProviderId(Uuid::from_u128(person + 1))
}

fn rid(number: u128) -> ServiceRequestId {
    ServiceRequestId(Uuid::from_u128(0x1000 + number))
}

fn name(raw: &str) -> UserName {
    UserName::parse(raw).unwrap()
}

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 5, 18, 0, 0).unwrap()
}

fn called(person: u128) -> &'static str {
    match person {
        LUIS => "Luis",
        ROSA => "Rosa",
        PIA => "Pia",
        ANA => "Ana",
        _ => "Stranger",
    }
}

fn party(person: u128) -> Party {
    Party {
        contact: contact(person),
        user: UserId(Uuid::from_u128(person)),
        name: name(called(person)),
        identity: Identity {
            phone: Phone::parse(&format!("52550000{person:04}")).ok(),
            bsuid: None,
        },
    }
}

fn person(id: u128) -> Person {
    let is_provider = matches!(id, ROSA | PIA);
    let profile = is_provider.then(|| Profile {
        id: pid(id),
        name: name(called(id)),
        services: vec![ServiceType::Plumbing],
        bio: Bio::parse("Twenty years of experience").unwrap(),
        is_online: true,
        enabled: true,
        rating: Some(Average(467)),
        rating_count: 3,
        total_jobs: 12,
    });
    Person {
        id,
        user: (id != STRANGER).then(|| User {
            id: UserId(Uuid::from_u128(id)),
            name: name(called(id)),
            profile,
        }),
        session: Session {
            mode: if is_provider {
                Mode::Provider
            } else {
                Mode::Customer
            },
            state: if id == STRANGER {
                State::New
            } else if is_provider {
                State::Idle
            } else {
                State::Welcome
            },
        },
    }
}

impl Town {
    pub(super) fn new(language: Language) -> Self {
        Self {
            rules: Rules {
                language,
                support_contact: None,
                zone: chrono_tz::America::Mexico_City,
                offer_timeout: TimeDelta::seconds(300),
                chat_idle: TimeDelta::hours(24),
                rating_fallback: TimeDelta::hours(1),
            },
            flags: Flags::default(),
            now: start(),
            people: [LUIS, ROSA, PIA, ANA, STRANGER].map(person).into(),
            requests: Vec::new(),
            chats: Vec::new(),
            waits: Vec::new(),
            inbox: VecDeque::new(),
            timers: Vec::new(),
            ratings: Vec::new(),
            announced: Vec::new(),
            holds_notices: false,
            quoted: None,
            quoted_copy: None,
            transcript: String::new(),
        }
    }

    /// Where Rosa has a job of Luis's.
    pub(super) fn with_job(language: Language) -> Self {
        let mut town = Self::new(language);
        town.request(R1, LUIS, ROSA);
        town.taps(ROSA, &format!("btn_accept_request_{}", rid(R1)));
        town.transcript.clear();
        town
    }

    /// Where Luis and Rosa chat about it.
    pub(super) fn with_chat(language: Language) -> Self {
        let mut town = Self::with_job(language);
        town.taps(LUIS, &format!("btn_start_chat_{}", rid(R1)));
        town.transcript.clear();
        town
    }

    /// Somebody books somebody, as the customer's side does it.
    pub(super) fn request(&mut self, number: u128, customer: u128, provider: u128) {
        let deadline = self.now + self.rules.offer_timeout;
        self.requests.push(Request {
            id: rid(number),
            service: ServiceType::Plumbing,
            status: RequestStatus::Created,
            cancel_reason: None,
            customer: party(customer),
            provider: Some((pid(provider), party(provider))),
            assignment: Some(Assignment {
                provider: pid(provider),
                contact: contact(provider),
                status: AssignmentStatus::Pending,
                offered_at: self.now,
                deadline,
            }),
            address: "Calle 5, Roma Norte".into(),
            place: None,
            description: "Leaking tap".into(),
            created_at: self.now,
            updated_at: self.now,
            completed_at: None,
            customer_stars: None,
            provider_stars: None,
            provider_asked: false,
        });
        let request = rid(number);
        let offered_at = self.now.timestamp_millis();
        let over = Notice::OfferDeadline {
            request,
            offered_at,
        };
        self.timers.push((deadline, contact(provider), over));
        self.inbox
            .push_back((contact(provider), Notice::Offered { request }));
        self.deliver();
    }

    pub(super) fn types(&mut self, who: u128, text: &str) -> Vec<Effect> {
        self.hears(who, Input::Text(text.into()))
    }

    pub(super) fn taps(&mut self, who: u128, id: &str) -> Vec<Effect> {
        self.hears(who, Input::Tap { id: id.into() })
    }

    /// A tap on a button of the first request.
    pub(super) fn taps_of(&mut self, who: u128, action: &str) -> Vec<Effect> {
        self.taps(who, &format!("{action}_{}", rid(R1)))
    }

    pub(super) fn hears(&mut self, who: u128, input: Input) -> Vec<Effect> {
        let effects = self.turn(who, input);
        if !self.holds_notices {
            self.deliver();
        }
        effects
    }

    /// A notice as an admin or the delivery sends it.
    pub(super) fn tells(&mut self, who: u128, notice: Notice) -> Vec<Effect> {
        self.hears(who, Input::Notice(notice))
    }

    /// Everybody hears what waits for them.
    pub(super) fn deliver(&mut self) {
        while let Some((to, notice)) = self.inbox.pop_front() {
            self.turn(to.0.as_u128(), Input::Notice(notice));
        }
    }

    /// Time goes by, timers with it.
    pub(super) fn waits(&mut self, time: TimeDelta) {
        let until = self.now + time;
        loop {
            self.timers.sort_by_key(|(at, ..)| *at);
            let Some((at, ..)) = self.timers.first().filter(|(at, ..)| *at <= until) else {
                break;
            };
            self.now = *at;
            let (_, to, notice) = self.timers.remove(0);
            self.inbox.push_back((to, notice));
            self.deliver();
        }
        self.now = until;
    }

    fn turn(&mut self, who: u128, input: Input) -> Vec<Effect> {
        self.write_input(who, &input);
        let at = self.people.iter().position(|one| one.id == who).unwrap();
        let event = Event {
            now: self.now,
            received_at: self.now,
            fresh: Uuid::from_u128(0x2000),
            facts: self.facts(who, &input),
            wamid: Wamid::parse("wamid.inbound").ok(),
            quoted: self.quoted.clone(),
            flags: self.flags,
            input,
        };
        let session = self.people[at].session.clone();
        let (next, effects) = step(&self.rules, session.clone(), &event);
        if matches!(event.input, Input::Notice(_)) {
            assert!(next == session, "a notice leaves the session alone");
        }
        self.people[at].session = next;
        for effect in &effects {
            if let Effect::Send(Outbound {
                template: Some(template),
                ..
            })
            | Effect::Relay(Relay {
                waiting: template, ..
            }) = effect
            {
                assert!(written::has_approved_form(template), "{template:?}");
            }
            self.write_effect(who, effect);
            self.apply(at, effect);
        }
        effects
    }

    pub(super) fn state(&self, who: u128) -> &'static str {
        self.person(who).session.state.name()
    }

    fn person(&self, who: u128) -> &Person {
        self.people.iter().find(|one| one.id == who).unwrap()
    }

    fn person_mut(&mut self, who: u128) -> &mut Person {
        self.people.iter_mut().find(|one| one.id == who).unwrap()
    }

    fn profile_mut(&mut self, who: u128) -> &mut Profile {
        let user = self.person_mut(who).user.as_mut().unwrap();
        user.profile.as_mut().unwrap()
    }

    pub(super) fn status(&self, number: u128) -> RequestStatus {
        self.one(number).status
    }

    fn one(&self, number: u128) -> &Request {
        let mut all = self.requests.iter();
        all.find(|one| one.id == rid(number)).unwrap()
    }

    fn one_mut(&mut self, id: ServiceRequestId) -> &mut Request {
        self.requests.iter_mut().find(|one| one.id == id).unwrap()
    }
}
