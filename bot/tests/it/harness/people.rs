//! People on record, and turns of theirs whose effects a test chooses itself.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use ubermench_bot::cache::Lists;
use ubermench_bot::conversation::{Booking, Effect, Event, Facts, Flags, Input, Move, Needs};
use ubermench_bot::domain::{
    Address, AssignmentStatus, Bio, CancelReason, ContactId, Identity, Lane, Phone, ProviderId,
    RequestId, RequestStatus, ServiceRequestId, ServiceType, UserName,
};
use ubermench_bot::metrics::Metrics;
use ubermench_bot::store::Store;
use ubermench_bot::store::effects::{self, Applied, EffectError, Scene};
use ubermench_bot::store::facts::{self, Base, Who};
use ubermench_bot::store::work::{self, Claimed, Turn};
use ubermench_bot::whatsapp::Templates;
use uuid::Uuid;

use super::World;

/// Somebody with a conversation.
pub(crate) struct Person {
    pub(crate) who: Who,
    pub(crate) identity: Identity,
    pub(crate) store: Store,
}

impl World {
    /// Somebody who wrote just now.
    pub(crate) async fn person(&self, phone: &str) -> Person {
        let contact = Uuid::now_v7();
        let add = format!(
            "insert into contact (id, lane) values ('{contact}', 'live');
             insert into contact_alias (lane, kind, value, contact_id)
                 values ('live', 'phone', '{phone}', '{contact}');
             insert into conversation (contact_id, lane, phone, last_inbound_at)
                 values ('{contact}', 'live', '{phone}', now())"
        );
        self.execute(&add).await;
        Person {
            who: Who {
                contact: ContactId(contact),
                lane: Lane::live(),
            },
            identity: Identity {
                phone: Some(Phone::parse(phone).unwrap()),
                bsuid: None,
            },
            store: self.store(),
        }
    }

    pub(crate) async fn customer(&self, phone: &str, name: &str) -> Person {
        let person = self.person(phone).await;
        let name = UserName::parse(name).unwrap();
        person.act(vec![Effect::CreateUser { name }]).await;
        person
    }

    /// Somebody who can be booked.
    pub(crate) async fn provider(&self, phone: &str, name: &str) -> (Person, ProviderId) {
        let person = self.person(phone).await;
        let register = Effect::CreateProfile {
            name: UserName::parse(name).unwrap(),
            services: vec![ServiceType::Plumbing],
            bio: Bio::parse("Twenty years of pipes").unwrap(),
        };
        person.act(vec![register, Effect::SetOnline(true)]).await;
        let facts = person.facts(&Needs::default()).await;
        let profile = facts.user.unwrap().profile.unwrap();
        (person, profile.id)
    }
}

impl Person {
    pub(crate) fn contact(&self) -> ContactId {
        self.who.contact
    }

    /// What is on record now.
    pub(crate) async fn facts(&self, needs: &Needs) -> Facts {
        let mut tx = self.store.begin().await.unwrap();
        let base = work::waiting(&mut tx, &self.who, 0).await.unwrap().base;
        let known = base.facts(&self.who, Utc::now());
        let lists = Lists::new(Metrics::new().unwrap().cache_requests);
        facts::load(&mut tx, &self.who, &lists, known, needs)
            .await
            .unwrap()
    }

    pub(crate) async fn act(&self, effects: Vec<Effect>) -> Applied {
        self.try_act(None, effects).await.unwrap()
    }

    /// A turn about a request, as far as it can be had.
    pub(crate) async fn try_act(
        &self,
        request: Option<ServiceRequestId>,
        effects: Vec<Effect>,
    ) -> Result<Applied, EffectError> {
        let needs = Needs {
            request,
            ..Needs::default()
        };
        let facts = self.facts(&needs).await;
        self.act_on(facts, effects).await
    }

    /// A turn decided by these facts, perhaps old ones.
    pub(crate) async fn act_on(
        &self,
        facts: Facts,
        effects: Vec<Effect>,
    ) -> Result<Applied, EffectError> {
        let now = now();
        let event = Event {
            now,
            received_at: now,
            fresh: Uuid::now_v7(),
            input: Input::Text("x".to_owned()),
            wamid: None,
            quoted: None,
            flags: Flags::default(),
            facts,
        };
        let mut claimed = Claimed {
            tx: self.store.begin().await.unwrap(),
            who: self.who.clone(),
            now,
            base: Base::default(),
            state: None,
            expires_at: None,
            identity: self.identity.clone(),
            messages: Vec::new(),
        };
        let templates = Templates::new("en");
        let request_id = RequestId::parse("trace-1");
        let scene = Scene {
            who: &self.who,
            identity: &self.identity,
            inbox_id: None,
            request_id: request_id.as_ref(),
            is_silent: false,
            templates: &templates,
        };
        let mut applied = effects::apply(&mut claimed.tx, &scene, &event, effects).await?;
        let turn = Turn {
            identity: self.identity.clone(),
            said: std::mem::take(&mut applied.said),
            ..Turn::default()
        };
        claimed.record(turn).await.unwrap();
        Ok(applied)
    }

    /// Books a provider for plumbing.
    pub(crate) async fn book(&self, provider: ProviderId) -> ServiceRequestId {
        let request = ServiceRequestId(Uuid::now_v7());
        self.act(vec![Effect::Book(booking(request, provider))])
            .await;
        request
    }

    pub(crate) async fn advance(
        &self,
        request: ServiceRequestId,
        from: RequestStatus,
        to: RequestStatus,
        assignment: AssignmentStatus,
        reason: Option<CancelReason>,
    ) -> Result<Applied, EffectError> {
        let step = Move {
            request,
            from,
            to,
            assignment,
            reason,
        };
        self.try_act(Some(request), vec![Effect::Move(step)]).await
    }

    pub(crate) async fn accept(&self, request: ServiceRequestId) -> Result<Applied, EffectError> {
        let (from, to) = (RequestStatus::Created, RequestStatus::ProviderAssigned);
        self.advance(request, from, to, AssignmentStatus::Accepted, None)
            .await
    }
}

pub(crate) fn booking(request: ServiceRequestId, provider: ProviderId) -> Booking {
    Booking {
        request,
        service: ServiceType::Plumbing,
        provider,
        address: Address::parse("Calle 5").unwrap(),
        place: None,
        description: None,
        deadline: now() + TimeDelta::seconds(300),
    }
}

/// As exact as the database keeps it.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
