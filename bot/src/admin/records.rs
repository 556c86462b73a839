//! What admins see of the records, as the API writes it. Phones are masked, except in a user's own
//! details.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// The entries of this page.
    pub data: Vec<T>,
    /// Which page it is, of how many.
    pub pagination: Pagination,
}

/// A list that is always whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Whole<T> {
    /// All entries.
    pub data: Vec<T>,
}

/// Which page of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pagination {
    /// From 1.
    pub page: i64,
    /// Entries a page.
    pub limit: i64,
    /// Entries on all pages.
    pub total: i64,
    /// How many pages there are.
    pub pages: i64,
}

impl Pagination {
    /// Of so many entries in all.
    pub fn new(page: i64, limit: i64, total: i64) -> Self {
        let pages = total.saturating_add(limit - 1) / limit.max(1);
        Self {
            page,
            limit,
            total,
            pages,
        }
    }
}

/// The state of the whole service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// Registered people, erased ones apart.
    pub total_users: i64,
    /// Of them, those without a provider profile.
    pub total_customers: i64,
    /// Of them, those with one.
    pub total_providers: i64,
    /// Providers who can be booked now.
    pub providers_online: i64,
    /// Requests that are created, searching or assigned.
    pub active_requests: i64,
    /// Requests completed since midnight in the configured time zone.
    pub completed_today: i64,
    /// Requests cancelled since then.
    pub cancelled_today: i64,
    /// Messages in and out since then.
    pub messages_today: i64,
    /// The mean of all stars that customers gave; null before the first.
    pub average_rating: Option<f64>,
    /// Reserved; nothing is paid through the service.
    pub revenue: i64,
}

/// A registered person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserRow {
    /// The user's id.
    pub id: Uuid,
    /// As a customer; empty once erased.
    pub name: String,
    /// The last four digits in lists, the whole number in details; empty when none is known.
    pub phone: String,
    /// `customer` or `provider`.
    pub role: String,
    /// The mean of the stars received as a customer.
    pub rating_average: Option<f64>,
    /// `active`, `blocked` or `erased`.
    pub status: String,
    /// When they registered.
    pub created_at: DateTime<Utc>,
}

/// A registered person with all that is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserDetail {
    /// What the list shows, with the whole phone number.
    #[serde(flatten)]
    pub user: UserRow,
    /// The name of their WhatsApp profile.
    pub whatsapp_name: Option<String>,
    /// Of how many stars the average is.
    pub rating_count: i64,
    /// Their profile as a provider.
    pub provider: Option<ProviderDetail>,
    /// Their newest requests, as customer or provider; at most 20.
    pub requests: Vec<RequestRow>,
}

/// A provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderRow {
    /// The profile's id.
    pub id: Uuid,
    /// Whose profile it is.
    pub user_id: Uuid,
    /// As customers see it.
    pub name: String,
    /// What they do.
    pub services: Vec<String>,
    /// The mean of their stars; null before the first.
    pub rating_average: Option<f64>,
    /// Of how many.
    pub rating_count: i64,
    /// Completed requests.
    pub total_jobs: i64,
    /// Whether they take requests now.
    pub is_online: bool,
    /// The admin's switch.
    pub enabled: bool,
}

/// A provider with all that is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub provider: ProviderRow,
    /// What they tell about their work.
    pub bio: String,
    /// When they were heard of last.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When they registered as a provider.
    pub created_at: DateTime<Utc>,
}

/// Somebody named in another record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// The user's id.
    pub id: Uuid,
    /// Empty once erased.
    pub name: String,
}

/// A service request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestRow {
    /// The request's id.
    pub id: Uuid,
    /// What is asked for.
    pub service_type: String,
    /// Who asks.
    pub customer: Person,
    /// Who is offered the job or has it.
    pub provider: Option<Person>,
    /// `created`, `searching`, `provider_assigned`, `completed` or `cancelled`.
    pub status: String,
    /// Where.
    pub address: String,
    /// `timeout`, `customer`, `admin` or `abandoned`.
    pub cancel_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was offered last.
    pub offered_at: DateTime<Utc>,
    /// When a provider accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// A service request with its whole story.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub request: RequestRow,
    /// What is to be done.
    pub description: String,
    /// Degrees north, when the customer sent a location.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Every offer, oldest first.
    pub assignments: Vec<AssignmentRow>,
    /// What the two wrote to each other, oldest first; at most the newest 500.
    pub chat: Vec<ChatRow>,
    /// What the two gave each other.
    pub ratings: Vec<RatingRow>,
}

/// One offer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AssignmentRow {
    /// The offer's id.
    pub id: Uuid,
    /// To whom.
    pub provider: Person,
    /// `pending`, `accepted`, `rejected` or `cancelled`.
    pub status: String,
    /// Why a cancelled one ended.
    pub reason: Option<String>,
    /// When it was made.
    pub offered_at: DateTime<Utc>,
    /// Until when it could be accepted.
    pub deadline: DateTime<Utc>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// One message of a chat.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChatRow {
    /// The chat message's number.
    pub id: i64,
    /// `customer` or `provider`.
    pub sender: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text.
    pub content: String,
    /// When it was relayed.
    pub created_at: DateTime<Utc>,
}

/// One rating.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RatingRow {
    /// The rating's id.
    pub id: Uuid,
    /// The request, unless that was cleaned up.
    pub request_id: Option<Uuid>,
    /// `customer_to_provider` or `provider_to_customer`.
    pub direction: String,
    /// One to five.
    pub stars: i64,
    /// May be empty.
    pub comment: String,
    /// Who gave it.
    pub rater: Person,
    /// Who got it.
    pub ratee: Person,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// One entry of the message log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageRow {
    /// When it was stored.
    pub time: DateTime<Utc>,
    /// The last four digits of the other side.
    pub phone: String,
    /// `in` or `out`.
    pub direction: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text, as far as it has one.
    pub content: String,
    /// `received`, `processed` or `failed` for what came; `pending`, `held`, `sent`, `delivered`,
    /// `read` or `failed` for what went out.
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// What happened in one day or week.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PeriodRow {
    /// Its first day in the configured time zone; weeks begin on Monday.
    pub period: NaiveDate,
    /// Requests made.
    pub created: i64,
    /// Requests completed.
    pub completed: i64,
    /// Requests cancelled.
    pub cancelled: i64,
    /// Reserved; nothing is paid through the service.
    pub revenue: i64,
}

/// One feature flag.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlagRow {
    /// Its name.
    pub name: String,
    /// Whether anybody has it.
    pub enabled: bool,
    /// For how many of a hundred people, always the same ones.
    pub percentage: i64,
    /// User ids of those who have it in any case while it is enabled.
    pub allowed: Vec<Uuid>,
    /// When it was switched last.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// One entry of the audit trail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditRow {
    /// Its number.
    pub id: i64,
    /// Who did it.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// How it was.
    #[schema(value_type = Object)]
    pub before: Option<Value>,
    /// How it is.
    #[schema(value_type = Object)]
    pub after: Option<Value>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// One key of an internal service. The key itself is nowhere to be read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyRow {
    /// Its id, by which it is revoked.
    pub id: Uuid,
    /// Who uses it.
    pub name: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when it is no longer taken.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A key that was just made: the only time that it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewKey {
    /// Its id.
    pub id: Uuid,
    /// Who uses it.
    pub name: String,
    /// To be sent as `X-API-Key`.
    pub key: String,
}

/// Hundredths of a star as the API writes them.
pub fn stars(hundredths: Option<i32>) -> Option<f64> {
    hundredths.map(|hundredths| f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_up() {
        for (total, limit, pages) in [(0, 20, 0), (1, 20, 1), (20, 20, 1), (21, 20, 2)] {
            assert_eq!(Pagination::new(1, limit, total).pages, pages);
        }
    }
}
