//! The chat that a person is in, and where a message of it shows on the other phone.

use chrono::{DateTime, Utc};

use crate::conversation::{Chat, Party, Side};
use crate::domain::{ContactId, ServiceRequestId, UserId, UserName, Wamid};
use crate::store::error::{During, StoreError};
use crate::store::facts::{identity, name, side_of};
use crate::store::tx::Tx;

/// The newest chat of a person, as it stands.
#[derive(Debug, Clone)]
pub(super) struct Known {
    chat: Chat,
    ended: Option<(DateTime<Utc>, Option<ContactId>)>,
}

impl Known {
    /// As it counts for a message accepted at this time. What somebody else ended later still takes it;
    /// who ended it themselves wrote the message after that.
    pub(super) fn at(&self, accepted_at: DateTime<Utc>, own: ContactId) -> Option<Chat> {
        match self.ended {
            None => Some(self.chat.clone()),
            Some((ended_at, by)) if accepted_at < ended_at && by != Some(own) => Some(Chat {
                has_ended: true,
                ..self.chat.clone()
            }),
            Some(_) => None,
        }
    }
}

/// The running chat, or the one that ended last within a day.
pub(super) async fn of(tx: &mut Tx, own: ContactId) -> Result<Option<Known>, StoreError> {
    let row = sqlx::query!(
        r#"select ch.request_id, ch.customer_contact, ch.last_relay_at, ch.ended_at, ch.ended_by,
                  cu.id as customer_user, cu.name as customer_name,
                  pu.id as provider_user, p.display_name as provider_name,
                  ch.provider_contact, cc.phone as customer_phone, cc.bsuid as customer_bsuid,
                  pc.phone as provider_phone, pc.bsuid as provider_bsuid
           from chat ch
           join users cu on cu.contact_id = ch.customer_contact
           join users pu on pu.contact_id = ch.provider_contact
           join provider_profile p on p.user_id = pu.id
           join conversation cc on cc.contact_id = ch.customer_contact
           join conversation pc on pc.contact_id = ch.provider_contact
           where (ch.customer_contact = $1 or ch.provider_contact = $1)
             and (ch.ended_at is null or ch.ended_at > now() - interval '1 day')
           order by ch.ended_at desc nulls first limit 1"#,
        own.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("read chat")?;
    Ok(row.and_then(|row| {
        let customer = Party {
            contact: ContactId(row.customer_contact),
            user: UserId(row.customer_user),
            name: name(&row.customer_name)?,
            identity: identity(row.customer_phone, row.customer_bsuid),
        };
        let provider = Party {
            contact: ContactId(row.provider_contact),
            user: UserId(row.provider_user),
            name: name(&row.provider_name)?,
            identity: identity(row.provider_phone, row.provider_bsuid),
        };
        let side = side_of(own, customer.contact);
        let (own_name, other): (UserName, Party) = match side {
            Side::Customer => (customer.name, provider),
            Side::Provider => (provider.name, customer),
        };
        let chat = Chat {
            request: ServiceRequestId(row.request_id),
            side,
            own_name,
            other,
            has_ended: false,
            last_relay_at: row.last_relay_at,
        };
        let ended = row.ended_at.map(|at| (at, row.ended_by.map(ContactId)));
        Some(Known { chat, ended })
    }))
}

/// Whether somebody is in the chat of another request.
pub(super) async fn is_elsewhere(
    tx: &mut Tx,
    contact: ContactId,
    request: ServiceRequestId,
) -> Result<bool, StoreError> {
    let row = sqlx::query!(
        r#"select exists (select 1 from chat_member where contact_id = $1 and request_id <> $2)
               as "elsewhere!""#,
        contact.0,
        request.0
    )
    .fetch_one(&mut *tx)
    .await
    .during("look for another chat")?;
    Ok(row.elsewhere)
}

/// The other one's own copy of a message that the person sees: their original, when the person quotes
/// what came from them, or what they got, when the person quotes themselves.
pub(super) async fn copy(
    tx: &mut Tx,
    request: ServiceRequestId,
    own: ContactId,
    other: ContactId,
    quoted: &str,
) -> Result<Option<Wamid>, StoreError> {
    let row = sqlx::query!(
        r#"select wamid as "wamid!" from (
               (select m.inbound_wamid as wamid
                from outbox o join chat_message m on m.id = o.chat_message_id
                where o.wamid = $1 and o.contact_id = $2 and m.sender_contact = $3 and m.request_id = $4
                limit 1)
               union all
               (select o.wamid from chat_message m join outbox o on o.chat_message_id = m.id
                where m.inbound_wamid = $1 and m.sender_contact = $2 and m.request_id = $4
                  and o.contact_id = $3 and o.is_copy and not o.is_template and o.wamid is not null
                order by o.id desc limit 1)
           ) found limit 1"#,
        quoted,
        own.0,
        other.0,
        request.0
    )
    .fetch_optional(&mut *tx)
    .await
    .during("find copy of quoted message")?;
    Ok(row.and_then(|row| Wamid::parse(&row.wamid).ok()))
}
