//! What is read for an event, and what its effects leave behind, as the store does both.

use super::*;

impl Town {
    pub(super) fn facts(&self, who: u128, input: &Input) -> Facts {
        let person = self.person(who);
        let own_profile = person.user.as_ref().and_then(|user| user.profile.as_ref());
        let job = |one: &&Request| {
            one.assignment
                .is_some_and(|offer| Some(offer.provider) == own_profile.map(|own| own.id))
        };
        let is_over = |one: &Request| !one.status.is_open();
        let mut requests: Vec<Request> = self
            .requests
            .iter()
            .filter(|one| one.customer.contact == contact(who))
            .cloned()
            .collect();
        requests.sort_by_key(is_over);
        let mut jobs: Vec<Request> = self.requests.iter().filter(job).cloned().collect();
        jobs.sort_by_key(|one| {
            let offer = one.assignment.map(|offer| offer.status);
            let goes_on = matches!(
                offer,
                Some(AssignmentStatus::Pending | AssignmentStatus::Accepted)
            );
            !(goes_on && one.status.is_open())
        });
        requests.truncate(10);
        jobs.truncate(10);
        let mut facts = Facts {
            user: person.user.clone(),
            requests,
            jobs,
            chat: self.chat_of(who),
            ..Facts::default()
        };
        let needs = needs(&person.session, &facts, input);
        let named = needs.request;
        facts.request = named.and_then(|id| self.requests.iter().find(|one| one.id == id).cloned());
        facts.other_is_chatting = facts.request.as_ref().is_some_and(|one| {
            let provider = one.provider.as_ref().map(|(_, party)| party.contact);
            let both = [Some(one.customer.contact), provider];
            let others = both.into_iter().flatten();
            others
                .filter(|other| *other != contact(who))
                .any(|other| self.chats.iter().any(|chat| chat.is_of(other)))
        });
        facts.quoted_copy.clone_from(&self.quoted_copy);
        facts
    }

    /// The newest, also when it has just ended.
    pub(super) fn chat_of(&self, who: u128) -> Option<Chat> {
        let is_own = |chat: &&ChatRow| chat.contacts.contains(&contact(who));
        let mut own = self.chats.iter().rev().filter(is_own);
        let row = own.clone().find(|chat| !chat.has_ended);
        let row = row.or_else(|| own.next().filter(|_| self.holds_notices))?;
        let request = self.requests.iter().find(|one| one.id == row.request)?;
        let [customer, provider] = row.contacts.map(|one| party(one.0.as_u128()));
        let (side, own, other) = if request.customer.contact == contact(who) {
            (Side::Customer, customer, provider)
        } else {
            (Side::Provider, provider, customer)
        };
        Some(Chat {
            request: row.request,
            side,
            own_name: own.name,
            other,
            has_ended: row.has_ended,
            last_relay_at: row.last_relay_at,
        })
    }

    pub(super) fn apply(&mut self, at: usize, effect: &Effect) {
        let now = self.now;
        match effect {
            Effect::Notify { to, notice } => self.inbox.push_back((*to, notice.clone())),
            Effect::Schedule { to, notice, at } => self.timers.push((*at, *to, notice.clone())),
            Effect::Move(moved) => self.advance(moved),
            Effect::StartChat {
                request,
                customer,
                provider,
            } => {
                let contacts = [*customer, *provider];
                let taken = |chat: &ChatRow| contacts.iter().any(|one| chat.is_of(*one));
                assert!(!self.chats.iter().any(taken), "one chat a phone");
                self.chats.push(ChatRow {
                    request: *request,
                    contacts,
                    last_relay_at: now,
                    has_ended: false,
                });
            }
            Effect::EndChat { request } => self.end_chat(*request),
            Effect::WaitForChat { busy, request } => {
                let waiting = contact(self.people[at].id);
                self.waits.push((*busy, waiting, *request));
            }
            Effect::Relay(relay) => {
                let live = |chat: &&mut ChatRow| chat.request == relay.request;
                if let Some(chat) = self.chats.iter_mut().rev().find(live) {
                    chat.last_relay_at = now;
                }
            }
            Effect::Rate {
                request,
                by_customer,
                stars,
                comment,
                ..
            } => {
                let comment = comment.as_ref().map_or("", Comment::as_str).to_owned();
                self.ratings.push((*by_customer, stars.get(), comment));
                let given = self.one_mut(*request).stars_of(*by_customer);
                assert!(given.replace(*stars).is_none(), "rated once");
            }
            Effect::AskedProvider { request } => self.one_mut(*request).provider_asked = true,
            Effect::SetOnline(_)
            | Effect::SetBio(_)
            | Effect::SetServices(_)
            | Effect::Announce(_)
            | Effect::CreateProfile { .. } => self.apply_to_profile(at, effect),
            Effect::Send(_)
            | Effect::CreateUser { .. }
            | Effect::Subscribe(_)
            | Effect::Unsubscribe
            | Effect::Book(_)
            | Effect::Offer { .. } => {}
        }
    }

    fn apply_to_profile(&mut self, at: usize, effect: &Effect) {
        if let Effect::CreateProfile {
            name,
            services,
            bio,
        } = effect
        {
            self.create_profile(at, name, services, bio);
        } else if let Effect::Announce(services) = effect {
            self.announced.extend(services);
        } else if let Effect::SetOnline(online) = effect {
            self.own_profile(at).is_online = *online;
        } else if let Effect::SetBio(bio) = effect {
            self.own_profile(at).bio = bio.clone();
        } else if let Effect::SetServices(services) = effect {
            self.own_profile(at).services.clone_from(services);
        }
    }

    fn own_profile(&mut self, at: usize) -> &mut Profile {
        let user = self.people[at].user.as_mut().unwrap();
        user.profile.as_mut().unwrap()
    }

    fn create_profile(&mut self, at: usize, name: &UserName, services: &[ServiceType], bio: &Bio) {
        let id = self.people[at].id;
        let user = self.people[at].user.get_or_insert_with(|| User {
            id: UserId(Uuid::from_u128(id)),
            name: name.clone(),
            profile: None,
        });
        user.profile = Some(Profile {
            id: pid(id),
            name: name.clone(),
            services: services.to_vec(),
            bio: bio.clone(),
            is_online: false,
            enabled: true,
            rating: None,
            rating_count: 0,
            total_jobs: 0,
        });
    }

    fn advance(&mut self, moved: &Move) {
        let now = self.now;
        let one = self.one_mut(moved.request);
        assert_eq!(one.status, moved.from, "moved from where it is");
        assert!(moved.from.may_become(moved.to), "{moved:?}");
        one.status = moved.to;
        one.cancel_reason = moved.reason;
        one.updated_at = now;
        if moved.to == RequestStatus::Searching {
            one.provider = None;
        }
        if moved.to == RequestStatus::Completed {
            one.completed_at = Some(now);
        }
        if let Some(offer) = &mut one.assignment {
            offer.status = moved.assignment;
        }
    }

    fn end_chat(&mut self, request: ServiceRequestId) {
        let open = |chat: &&mut ChatRow| chat.request == request && !chat.has_ended;
        let chat = self.chats.iter_mut().find(open).unwrap();
        chat.has_ended = true;
        let ended = chat.contacts;
        for (busy, waiting, request) in std::mem::take(&mut self.waits) {
            if ended.contains(&busy) {
                let free = Notice::ChatFree { request };
                self.inbox.push_back((waiting, free));
            } else {
                self.waits.push((busy, waiting, request));
            }
        }
    }
}

impl Request {
    fn stars_of(&mut self, customer: bool) -> &mut Option<Stars> {
        if customer {
            &mut self.customer_stars
        } else {
            &mut self.provider_stars
        }
    }
}

impl ChatRow {
    fn is_of(&self, contact: ContactId) -> bool {
        !self.has_ended && self.contacts.contains(&contact)
    }
}
