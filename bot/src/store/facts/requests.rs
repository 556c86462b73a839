//! Service requests with both parties, the newest offer and the ratings.

use uuid::Uuid;

use crate::conversation::{Assignment, Party, Place, Request};
use crate::domain::{
    AssignmentStatus, CancelReason, ContactId, ProviderId, RequestStatus, ServiceRequestId,
    ServiceType, Stars, UserId,
};
use crate::store::error::{During, StoreError};
use crate::store::facts::{Who, identity, name};
use crate::store::tx::Tx;

const AT_MOST: i64 = 10;

/// Requests as a customer: open ones first; and as a provider: pending and assigned ones first.
pub(super) async fn of_person(
    tx: &mut Tx,
    user: UserId,
    profile: Option<ProviderId>,
) -> Result<(Vec<Request>, Vec<Request>), StoreError> {
    let rows = sqlx::query!(
        r#"(select id as "id!", true as "own!" from service_request where customer_id = $1
            order by status in ('created', 'searching', 'provider_assigned') desc, created_at desc, id
            limit $3)
           union all
           (select id, false from service_request where provider_id = $2
            order by status in ('created', 'provider_assigned') desc, created_at desc, id limit $3)"#,
        user.0,
        profile.map(|ProviderId(id)| id),
        AT_MOST
    )
    .fetch_all(&mut *tx)
    .await
    .during("list requests")?;
    if rows.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let read = read(tx, &ids).await?;
    let find = |id: Uuid| read.iter().find(|request| request.id.0 == id).cloned();
    let of = |own: bool| {
        let ids = rows.iter().filter(|row| row.own == own);
        ids.filter_map(|row| find(row.id)).collect()
    };
    Ok((of(true), of(false)))
}

/// One request of the lane, locked until the transaction ends.
pub(super) async fn locked(
    tx: &mut Tx,
    who: &Who,
    id: ServiceRequestId,
) -> Result<Option<Request>, StoreError> {
    let locked = sqlx::query!(
        "select r.id from service_request r join users u on u.id = r.customer_id
         join contact c on c.id = u.contact_id
         where r.id = $1 and c.lane = $2 for update of r",
        id.0,
        who.lane.as_str()
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock request")?;
    match locked {
        // A statement of its own: it sees what was committed before the lock was had.
        Some(row) => Ok(read(tx, &[row.id]).await?.pop()),
        None => Ok(None),
    }
}

/// In no order. A request with a word that this revision does not know is left out.
#[expect(clippy::too_many_lines, reason = "one query and its columns")]
async fn read(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Request>, StoreError> {
    let rows = sqlx::query!(
        r#"select r.id, r.service_type, r.status, r.cancel_reason, r.address, r.latitude, r.longitude,
                  r.description, r.created_at, r.updated_at, r.completed_at,
                  r.provider_asked_at is not null as "provider_asked!",
                  cu.id as customer_user, cu.contact_id as customer_contact, cu.name as customer_name,
                  cc.phone as customer_phone, cc.bsuid as customer_bsuid,
                  p.id as "provider_id?", p.display_name as "provider_name?",
                  pu.id as "provider_user?", pu.contact_id as "provider_contact?",
                  pc.phone as "provider_phone?", pc.bsuid as "provider_bsuid?",
                  a.provider_id as "offered_to?", a.contact_id as "offered_contact?",
                  a.status as "offer_status?", a.offered_at as "offered_at?", a.deadline as "deadline?",
                  (select stars from rating where request_id = r.id and direction = 'customer_to_provider'
                   limit 1) as customer_stars,
                  (select stars from rating where request_id = r.id and direction = 'provider_to_customer'
                   limit 1) as provider_stars
           from service_request r
           join users cu on cu.id = r.customer_id
           join conversation cc on cc.contact_id = cu.contact_id
           left join provider_profile p on p.id = r.provider_id
           left join users pu on pu.id = p.user_id
           left join conversation pc on pc.contact_id = pu.contact_id
           left join lateral (
               select a.provider_id, u.contact_id, a.status, a.offered_at, a.deadline
               from assignment a join provider_profile ap on ap.id = a.provider_id
               join users u on u.id = ap.user_id
               where a.request_id = r.id
               order by a.status in ('pending', 'accepted') desc, a.offered_at desc, a.id desc limit 1
           ) a on true
           where r.id = any($1)"#,
        ids
    )
    .fetch_all(&mut *tx)
    .await
    .during("read requests")?;
    let requests = rows.into_iter().filter_map(|row| {
        let provider = match (row.provider_id, row.provider_user, row.provider_contact) {
            (Some(id), Some(user), Some(contact)) => {
                let party = Party {
                    contact: ContactId(contact),
                    user: UserId(user),
                    name: name(&row.provider_name.unwrap_or_default())?,
                    identity: identity(row.provider_phone, row.provider_bsuid),
                };
                Some((ProviderId(id), party))
            }
            _ => None,
        };
        let assignment = match (row.offered_to, row.offered_contact, row.offer_status) {
            (Some(provider), Some(contact), Some(status)) => Some(Assignment {
                provider: ProviderId(provider),
                contact: ContactId(contact),
                status: AssignmentStatus::from_word(&status)?,
                offered_at: row.offered_at?,
                deadline: row.deadline?,
            }),
            _ => None,
        };
        Some(Request {
            id: ServiceRequestId(row.id),
            service: ServiceType::from_id(&row.service_type)?,
            status: RequestStatus::from_word(&row.status)?,
            cancel_reason: row
                .cancel_reason
                .as_deref()
                .and_then(CancelReason::from_word),
            customer: Party {
                contact: ContactId(row.customer_contact),
                user: UserId(row.customer_user),
                name: name(&row.customer_name)?,
                identity: identity(row.customer_phone, row.customer_bsuid),
            },
            provider,
            assignment,
            address: row.address,
            place: place(row.latitude, row.longitude),
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
            completed_at: row.completed_at,
            customer_stars: row.customer_stars.and_then(stars),
            provider_stars: row.provider_stars.and_then(stars),
            provider_asked: row.provider_asked,
        })
    });
    Ok(requests.collect())
}

fn place(latitude: Option<f64>, longitude: Option<f64>) -> Option<Place> {
    Some(Place {
        latitude: latitude?,
        longitude: longitude?,
        name: None,
        address: None,
    })
}

pub(super) fn stars(stored: i16) -> Option<Stars> {
    u8::try_from(stored).ok().and_then(Stars::new)
}
