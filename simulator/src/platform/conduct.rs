//! How the platform is told to behave, apart from faults. Pure.

use serde::{Deserialize, Serialize};

use crate::notification::Progress;

/// How the platform behaves. The default is a platform in a good mood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conduct {
    /// What becomes of free-form messages outside a person's window. Default at once.
    pub window: WindowRule,
    /// Whether people who never wrote here count as inside their window. Default open.
    pub strangers: Strangers,
    /// Which statuses are reported, in which order and how fast.
    pub statuses: StatusPlan,
    /// Limits of throughput. Default none.
    pub rates: Rates,
    /// Each send is answered this much later. Default 0.
    pub delay_ms: u64,
    /// Each answer about media (look-up, download, upload) comes this much later. Default 0.
    pub media_delay_ms: u64,
    /// How long a media URL lives. Default 300 s.
    pub media_url_seconds: u32,
}

/// What becomes of a free-form message outside the 24 hours after a person's last message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowRule {
    /// It is delivered all the same.
    Off,
    /// It is refused with code 131047.
    #[default]
    AtOnce,
    /// It is taken, and reported `failed` with code 131047.
    Later,
}

/// How people count who never wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strangers {
    /// Inside their window: their messages may have gone to the bot by another way.
    #[default]
    Open,
    /// Outside, as at Meta.
    Closed,
}

/// Which statuses a message gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusPlan {
    /// In this order. Default `sent`, `delivered`; `read` also comes when the page shows the message.
    pub order: Vec<Reported>,
    /// Wait before each. Default 0.
    pub delay_ms: u64,
}

/// A status in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reported {
    /// Meta took it on.
    Sent,
    /// It is on the person's phone.
    Delivered,
    /// The person saw it.
    Read,
}

impl From<Reported> for Progress {
    fn from(reported: Reported) -> Self {
        match reported {
            Reported::Sent => Self::Sent,
            Reported::Delivered => Self::Delivered,
            Reported::Read => Self::Read,
        }
    }
}

/// Limits of throughput; 0 switches one off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Messages of the number in any second, else 130429; Meta's is 80. Default 0.
    pub number_per_second: u32,
    /// Messages to one person at once, else 131056; Meta's is 45. Default 0.
    pub pair_burst: u32,
    /// Seconds after which one more message to a person is allowed; Meta's, and default, is 6.
    pub pair_seconds: u32,
}

impl Rates {
    /// Meta's own limits.
    pub const META: Self = Self {
        number_per_second: 80,
        pair_burst: 45,
        pair_seconds: 6,
    };
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            number_per_second: 0,
            pair_burst: 0,
            pair_seconds: 6,
        }
    }
}

impl Default for StatusPlan {
    fn default() -> Self {
        Self {
            order: vec![Reported::Sent, Reported::Delivered],
            delay_ms: 0,
        }
    }
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            window: WindowRule::default(),
            strangers: Strangers::default(),
            statuses: StatusPlan::default(),
            rates: Rates::default(),
            delay_ms: 0,
            media_delay_ms: 0,
            media_url_seconds: 300,
        }
    }
}
