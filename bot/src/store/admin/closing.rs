//! The end of a request by an admin, and of the chat about it.

use uuid::Uuid;

use crate::conversation::{ChatEnd, Notice};
use crate::domain::{CancelReason, RequestStatus, ServiceRequestId};
use crate::store::error::{During, StoreError};
use crate::store::tx::Tx;

/// A locked request: nobody else moves it until the transaction ends.
pub(super) struct Request {
    pub(super) id: Uuid,
    /// `None` for a reserved word.
    pub(super) status: Option<RequestStatus>,
    /// The customer's contact.
    pub(super) customer: Uuid,
    /// The contact of the provider who is offered the job or has it.
    pub(super) provider: Option<Uuid>,
}

pub(super) async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query!(
        r#"select r.status, u.contact_id as customer, pu.contact_id as "provider?"
           from service_request r
           join users u on u.id = r.customer_id
           join contact c on c.id = u.contact_id
           left join provider_profile p on p.id = r.provider_id
           left join users pu on pu.id = p.user_id
           where r.id = $1 and c.lane = 'live' for update of r"#,
        id
    )
    .fetch_optional(&mut *tx)
    .await
    .during("lock request")?;
    Ok(row.map(|row| Request {
        id,
        status: RequestStatus::from_word(&row.status),
        customer: row.customer,
        provider: row.provider,
    }))
}

/// Moves a request to `cancelled` (by an admin) or `completed`; what both parties hear of it, in order.
pub(super) async fn close(
    tx: &mut Tx,
    request: &Request,
    to: RequestStatus,
) -> Result<Vec<(Uuid, Notice)>, StoreError> {
    let id = ServiceRequestId(request.id);
    let completed = to == RequestStatus::Completed;
    let reason = (!completed).then_some(CancelReason::Admin);
    sqlx::query!(
        "update service_request
         set status = $2, cancel_reason = $3, updated_at = now(),
             completed_at = case when $4 then now() else completed_at end
         where id = $1",
        request.id,
        to.as_str(),
        reason.map(CancelReason::as_str),
        completed
    )
    .execute(&mut *tx)
    .await
    .during("end request")?;
    if completed {
        count_job(tx, request.id).await?;
    } else {
        withdraw(tx, request.id, "withdrawn").await?;
    }
    let mut heard = end_chat(tx, request.id).await?;
    let notice = match reason {
        Some(reason) => Notice::RequestCancelled {
            request: id,
            reason,
        },
        None => Notice::Completed {
            request: id,
            by_admin: true,
        },
    };
    heard.push((request.customer, notice.clone()));
    heard.extend(request.provider.map(|provider| (provider, notice)));
    Ok(heard)
}

async fn count_job(tx: &mut Tx, request: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update provider_profile set total_jobs = total_jobs + 1, updated_at = now()
         where id = (select provider_id from service_request where id = $1)",
        request
    )
    .execute(&mut *tx)
    .await
    .during("count job")?;
    Ok(())
}

/// Ends the open offer of a request, if it has one.
pub(super) async fn withdraw(tx: &mut Tx, request: Uuid, why: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "update assignment set status = 'cancelled', reason = $2, answered_at = now()
         where request_id = $1 and status in ('pending', 'accepted')",
        request,
        why
    )
    .execute(&mut *tx)
    .await
    .during("withdraw offer")?;
    Ok(())
}

/// Ends the chat about a request; its two parties hear of it, and those who waited for one of them.
pub(in crate::store) async fn end_chat(
    tx: &mut Tx,
    request: Uuid,
) -> Result<Vec<(Uuid, Notice)>, StoreError> {
    let chat = sqlx::query!(
        "update chat set ended_at = now() where request_id = $1 and ended_at is null
         returning customer_contact, provider_contact",
        request
    )
    .fetch_optional(&mut *tx)
    .await
    .during("end chat")?;
    sqlx::query!("delete from chat_wait where request_id = $1", request)
        .execute(&mut *tx)
        .await
        .during("end waiting for chat")?;
    let Some(chat) = chat else {
        return Ok(Vec::new());
    };
    sqlx::query!("delete from chat_member where request_id = $1", request)
        .execute(&mut *tx)
        .await
        .during("leave chat")?;
    let both = [chat.customer_contact, chat.provider_contact];
    let waiting = sqlx::query!(
        "delete from chat_wait where busy_contact = any($1) returning waiting_contact, request_id",
        &both
    )
    .fetch_all(&mut *tx)
    .await
    .during("find who waits for chat")?;
    let ended = both.map(|contact| {
        let notice = Notice::ChatEnded {
            request: ServiceRequestId(request),
            cause: ChatEnd::RequestEnded,
            by_admin: true,
        };
        (contact, notice)
    });
    let free = waiting.into_iter().map(|row| {
        let request = ServiceRequestId(row.request_id);
        (row.waiting_contact, Notice::ChatFree { request })
    });
    Ok(ended.into_iter().chain(free).collect())
}
