//! What lists are asked for: pages and filters, checked. An empty parameter is none, as forms send it.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::{Phone, RequestStatus, ServiceType};

const LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 100;
/// Beyond it no list ever reaches.
const MAX_PAGE: i64 = 1_000_000;
const MAX_TEXT: usize = 200;
/// As many periods as one chart can hold.
const MAX_PERIODS: i64 = 400;

/// A parameter that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadParameter {
    /// Which.
    pub name: &'static str,
    /// What it needs.
    pub needs: &'static str,
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.name, self.needs)
    }
}

/// The parameters of one call.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub BTreeMap<String, String>);

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: i64,
    /// Entries a page.
    pub limit: i64,
}

impl Page {
    /// Entries before this page.
    pub fn offset(self) -> i64 {
        (self.number - 1) * self.limit
    }
}

/// Filters of users.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// `customer` or `provider`.
    pub role: Option<String>,
    /// `active`, `blocked` or `erased`.
    pub status: Option<String>,
    /// In the name.
    pub search: Option<String>,
    /// In the phone number.
    pub digits: Option<String>,
}

/// Filters of providers.
#[derive(Debug, Clone, Default)]
pub struct ProviderFilter {
    /// One of the six.
    pub service: Option<String>,
    /// Whether they take requests now.
    pub online: Option<bool>,
    /// The admin's switch.
    pub enabled: Option<bool>,
    /// In the name.
    pub search: Option<String>,
}

/// Filters of requests.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Where it stands.
    pub status: Option<String>,
    /// One of the six.
    pub service: Option<String>,
    /// Made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Made before this time.
    pub to: Option<DateTime<Utc>>,
}

/// Filters of ratings.
#[derive(Debug, Clone, Default)]
pub struct RatingFilter {
    /// Who rated whom.
    pub direction: Option<String>,
    /// Exactly so many.
    pub stars: Option<i16>,
}

/// Filters of messages.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Digits of the phone number.
    pub digits: Option<String>,
    /// `in` or `out`.
    pub direction: Option<String>,
    /// The message's type.
    pub kind: Option<String>,
    /// How far it got.
    pub status: Option<String>,
    /// In the text.
    pub search: Option<String>,
    /// Stored at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Stored before this time.
    pub to: Option<DateTime<Utc>>,
}

/// Days or weeks, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// Weeks rather than days.
    pub weekly: bool,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// The states that the message log shows.
pub const MESSAGE_STATES: [&str; 8] = [
    "received",
    "processed",
    "pending",
    "held",
    "sent",
    "delivered",
    "read",
    "failed",
];

impl Parameters {
    /// The page that is asked for.
    ///
    /// # Errors
    /// When page or limit is no number in range.
    pub fn page(&self) -> Result<Page, BadParameter> {
        Ok(Page {
            number: self
                .number("page", 1, MAX_PAGE, "a whole number from 1")?
                .unwrap_or(1),
            limit: self
                .number("limit", 1, MAX_LIMIT, "a whole number from 1 to 100")?
                .unwrap_or(LIMIT),
        })
    }

    /// Filters of users.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn users(&self) -> Result<UserFilter, BadParameter> {
        let search = self.text("search")?;
        Ok(UserFilter {
            role: self.word("role", &["customer", "provider"], "customer or provider")?,
            status: self.word(
                "status",
                &["active", "blocked", "erased"],
                "active, blocked or erased",
            )?,
            digits: search.as_deref().and_then(digits),
            search,
        })
    }

    /// Filters of providers.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn providers(&self) -> Result<ProviderFilter, BadParameter> {
        Ok(ProviderFilter {
            service: self.service()?,
            online: self.switch("online")?,
            enabled: self.switch("enabled")?,
            search: self.text("search")?,
        })
    }

    /// Filters of requests.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn requests(&self, zone: Tz) -> Result<RequestFilter, BadParameter> {
        let words = RequestStatus::ALL.map(RequestStatus::as_str);
        let needs = "created, searching, provider_assigned, completed or cancelled";
        Ok(RequestFilter {
            status: self.word("status", &words, needs)?,
            service: self.service()?,
            from: self.time("from", zone, Edge::Start)?,
            to: self.time("to", zone, Edge::End)?,
        })
    }

    /// Filters of ratings.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn ratings(&self) -> Result<RatingFilter, BadParameter> {
        let stars = self.number("stars", 1, 5, "a whole number from 1 to 5")?;
        Ok(RatingFilter {
            direction: self.word(
                "direction",
                &["customer_to_provider", "provider_to_customer"],
                "customer_to_provider or provider_to_customer",
            )?,
            stars: stars.and_then(|stars| i16::try_from(stars).ok()),
        })
    }

    /// Filters of messages.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn messages(&self, zone: Tz) -> Result<MessageFilter, BadParameter> {
        let phone = self.text("phone")?;
        let digits = match phone.as_deref() {
            Some(phone) => Some(digits(phone).ok_or(BadParameter {
                name: "phone",
                needs: "a phone number or some of its digits",
            })?),
            None => None,
        };
        Ok(MessageFilter {
            digits,
            direction: self.word("direction", &["in", "out"], "in or out")?,
            kind: self.text("type")?,
            status: self.word(
                "status",
                &MESSAGE_STATES,
                "received, processed, pending, held, sent, delivered, read or failed",
            )?,
            search: self.text("search")?,
            from: self.time("from", zone, Edge::Start)?,
            to: self.time("to", zone, Edge::End)?,
        })
    }

    /// Days or weeks up to `today`: 30 days or 12 weeks, unless asked otherwise.
    ///
    /// # Errors
    /// With the parameter that cannot be used.
    pub fn periods(&self, today: NaiveDate) -> Result<Periods, BadParameter> {
        let word = self.word("period", &["daily", "weekly"], "daily or weekly")?;
        let weekly = word.as_deref() == Some("weekly");
        let days = if weekly { 7 } else { 1 };
        let usual = if weekly { 7 * 11 } else { 29 };
        let to = self.date("to")?.unwrap_or(today);
        let usual = to.checked_sub_days(Days::new(usual)).unwrap_or(to);
        let from = self.date("from")?.unwrap_or(usual);
        if from > to || (to - from).num_days() >= days * MAX_PERIODS {
            let needs = "a day before `to`, at most 400 periods earlier";
            return Err(BadParameter {
                name: "from",
                needs,
            });
        }
        Ok(Periods { weekly, from, to })
    }

    fn value(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, BadParameter> {
        let needs = "a text of up to 200 characters";
        match self.value(name) {
            Some(text) if text.contains('\0') || text.chars().count() > MAX_TEXT => {
                Err(BadParameter { name, needs })
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    fn word(
        &self,
        name: &'static str,
        allowed: &[&str],
        needs: &'static str,
    ) -> Result<Option<String>, BadParameter> {
        match self.value(name) {
            Some(word) if !allowed.contains(&word) => Err(BadParameter { name, needs }),
            word => Ok(word.map(str::to_owned)),
        }
    }

    fn service(&self) -> Result<Option<String>, BadParameter> {
        let needs = "plumbing, electrical, cleaning, gardening, repair or other";
        self.word(
            "service_type",
            &ServiceType::ALL.map(ServiceType::id),
            needs,
        )
    }

    fn switch(&self, name: &'static str) -> Result<Option<bool>, BadParameter> {
        let word = self.word(name, &["true", "false"], "true or false")?;
        Ok(word.map(|word| word == "true"))
    }

    fn number(
        &self,
        name: &'static str,
        least: i64,
        most: i64,
        needs: &'static str,
    ) -> Result<Option<i64>, BadParameter> {
        let Some(text) = self.value(name) else {
            return Ok(None);
        };
        let number = text.parse().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        number.map(Some).ok_or(BadParameter { name, needs })
    }

    fn date(&self, name: &'static str) -> Result<Option<NaiveDate>, BadParameter> {
        let needs = "a day like 2026-01-31";
        let Some(text) = self.value(name) else {
            return Ok(None);
        };
        let date = text.parse().ok().filter(|date| is_sensible(*date));
        date.map(Some).ok_or(BadParameter { name, needs })
    }

    /// A time as in RFC 3339, or a whole day of the zone: its start, or its end.
    fn time(
        &self,
        name: &'static str,
        zone: Tz,
        edge: Edge,
    ) -> Result<Option<DateTime<Utc>>, BadParameter> {
        let needs = "a day like 2026-01-31 or a time like 2026-01-31T12:00:00Z";
        let Some(text) = self.value(name) else {
            return Ok(None);
        };
        let day = text.parse::<NaiveDate>().ok().and_then(|day| match edge {
            Edge::Start => midnight(day, zone),
            Edge::End => midnight(day.succ_opt()?, zone),
        });
        let time = day.or_else(|| {
            let time = DateTime::parse_from_rfc3339(text).ok()?;
            Some(time.with_timezone(&Utc))
        });
        let time = time.filter(|time| is_sensible(time.date_naive()));
        time.map(Some).ok_or(BadParameter { name, needs })
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// PostgreSQL's calendar is shorter than chrono's.
fn is_sensible(date: NaiveDate) -> bool {
    use chrono::Datelike;
    (1970..=9000).contains(&date.year())
}

/// When a day begins; where the clocks jump over midnight, an hour later.
fn midnight(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    let at = |time| zone.from_local_datetime(&time).earliest();
    let begin = at(midnight).or_else(|| at(midnight + TimeDelta::hours(1)))?;
    Some(begin.with_timezone(&Utc))
}

/// The digits of a whole or partial phone number, in the form that is stored.
fn digits(text: &str) -> Option<String> {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || " +-().".contains(c));
    if !plain {
        return None;
    }
    if let Ok(phone) = Phone::parse(text) {
        return Some(phone.digits().to_owned());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests;
