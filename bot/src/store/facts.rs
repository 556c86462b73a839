//! What is on record about a person and what they ask for, as a conversation's answers depend on it.

mod chats;
pub(super) mod people;
mod providers;
mod requests;

use chrono::{DateTime, Utc};

use crate::cache::Lists;
use crate::conversation::{Chat, Facts, Flags, Needs, Request, Side, User};
use crate::domain::{ContactId, Identity, Lane, RequestStatus, UserName};
use crate::store::error::StoreError;
use crate::store::tx::Tx;

/// Whose conversation is worked.
#[derive(Debug, Clone)]
pub struct Who {
    /// The locked conversation.
    pub contact: ContactId,
    /// Its lane; nothing of another lane is ever seen.
    pub lane: Lane,
}

/// What stays the same from message to message until an effect changes it.
#[derive(Debug, Clone, Default)]
pub struct Base {
    /// Who writes.
    pub user: Option<User>,
    /// Whether an admin blocked them: stored, never answered.
    pub is_blocked: bool,
    /// How optional behaviours are switched for them.
    pub flags: Flags,
    requests: Vec<Request>,
    jobs: Vec<Request>,
    chat: Option<chats::Known>,
}

/// Adds to who writes what else every message needs.
pub(super) async fn base(
    tx: &mut Tx,
    who: &Who,
    columns: people::Columns,
) -> Result<Base, StoreError> {
    let (found, flags) = columns.read(who.contact);
    let Some(found) = found else {
        return Ok(Base {
            flags,
            ..Base::default()
        });
    };
    let user = found.user;
    let profile = user.profile.as_ref().map(|profile| profile.id);
    // Most people have neither: what is not there is not asked for.
    let (requests, jobs) = if found.has_requests {
        requests::of_person(tx, user.id, profile).await?
    } else {
        (Vec::new(), Vec::new())
    };
    let chat = if found.has_chat {
        chats::of(tx, who.contact).await?
    } else {
        None
    };
    Ok(Base {
        user: Some(user),
        is_blocked: found.is_blocked,
        flags,
        requests,
        jobs,
        chat,
    })
}

impl Base {
    /// As it counts for a message accepted at this time.
    pub fn facts(&self, who: &Who, accepted_at: DateTime<Utc>) -> Facts {
        let chat = self.chat.as_ref();
        Facts {
            user: self.user.clone(),
            requests: self.requests.clone(),
            jobs: self.jobs.clone(),
            chat: chat.and_then(|known| known.at(accepted_at, who.contact)),
            ..Facts::default()
        }
    }
}

/// Adds what the input needs. A request that it names is locked, and read once it is.
///
/// # Errors
/// When the database does not tell.
pub async fn load(
    tx: &mut Tx,
    who: &Who,
    lists: &Lists,
    base: Facts,
    needs: &Needs,
) -> Result<Facts, StoreError> {
    let request = match needs.request {
        Some(id) => requests::locked(tx, who, id).await?,
        None => None,
    };
    let mut facts = base;
    if let Some(request) = &request {
        for listed in facts.requests.iter_mut().chain(&mut facts.jobs) {
            if listed.id == request.id {
                *listed = request.clone();
            }
        }
        if let Some(other) = other_party(who.contact, request) {
            facts.other_is_chatting = chats::is_elsewhere(tx, other, request.id).await?;
        }
    }
    let user = facts.user.as_ref().map(|user| user.id);
    let wanted = providers::Search::of(needs, request.as_ref(), user);
    if needs.providers.is_some() {
        facts.providers = providers::list(tx, who, &wanted, lists).await?;
    }
    if let Some(id) = needs.card {
        facts.card = providers::card(tx, who, &wanted, id).await?;
    }
    if let (Some(quoted), Some(Chat { request, other, .. })) = (&needs.quoted, &facts.chat) {
        facts.quoted_copy =
            chats::copy(tx, *request, who.contact, other.contact, quoted.as_str()).await?;
    }
    facts.request = request;
    Ok(facts)
}

/// The one on the other side of an assigned request.
fn other_party(own: ContactId, request: &Request) -> Option<ContactId> {
    let (_, provider) = request.provider.as_ref()?;
    if request.status != RequestStatus::ProviderAssigned {
        return None;
    }
    if request.customer.contact == own {
        Some(provider.contact)
    } else if provider.contact == own {
        Some(request.customer.contact)
    } else {
        None
    }
}

/// The side of a contact, in a chat between these two.
fn side_of(own: ContactId, customer: ContactId) -> Side {
    if own == customer {
        Side::Customer
    } else {
        Side::Provider
    }
}

/// A stored name. Somebody whose name is gone is called by the sign for that.
fn name(stored: &str) -> Option<UserName> {
    UserName::parse(stored)
        .or_else(|_| UserName::parse("N. N."))
        .ok()
}

fn identity(phone: Option<String>, bsuid: Option<String>) -> Identity {
    crate::store::work::identity(phone, bsuid)
}
