//! Rows turned into columns, as one statement takes them.

use chrono::{DateTime, Utc};

use super::{NewMessage, NewStatus};
use crate::domain::{Bsuid, Phone};

/// The columns of messages to store.
pub(super) struct MessageColumns<'a> {
    pub(super) wamids: Vec<&'a str>,
    pub(super) lanes: Vec<&'a str>,
    pub(super) kinds: Vec<&'a str>,
    pub(super) phones: Vec<Option<&'a str>>,
    pub(super) bsuids: Vec<Option<&'a str>>,
    pub(super) names: Vec<Option<&'a str>>,
    pub(super) raws: Vec<&'a [u8]>,
    pub(super) requests: Vec<&'a str>,
    pub(super) sent: Vec<Option<DateTime<Utc>>>,
}

impl<'a> MessageColumns<'a> {
    pub(super) fn of(messages: &[&'a NewMessage]) -> Self {
        let rows = || messages.iter().copied();
        let identities = || rows().map(|row| &row.identity);
        Self {
            wamids: rows().map(|row| row.wamid.as_str()).collect(),
            lanes: rows().map(|row| row.lane.as_str()).collect(),
            kinds: rows().map(|row| row.kind.as_str()).collect(),
            phones: identities()
                .map(|it| it.phone.as_ref().map(Phone::digits))
                .collect(),
            bsuids: identities()
                .map(|it| it.bsuid.as_ref().map(Bsuid::as_str))
                .collect(),
            names: rows().map(|row| row.profile_name.as_deref()).collect(),
            raws: rows().map(|row| row.raw.as_slice()).collect(),
            requests: rows().map(|row| row.request_id.as_str()).collect(),
            sent: rows().map(|row| row.sent_at).collect(),
        }
    }
}

/// The columns of statuses to store.
pub(super) struct StatusColumns<'a> {
    pub(super) wamids: Vec<&'a str>,
    pub(super) words: Vec<&'a str>,
    pub(super) times: Vec<Option<DateTime<Utc>>>,
    pub(super) codes: Vec<Option<i64>>,
    pub(super) titles: Vec<Option<&'a str>>,
    pub(super) requests: Vec<&'a str>,
}

impl<'a> StatusColumns<'a> {
    pub(super) fn of(statuses: &'a [NewStatus]) -> Self {
        let rows = || statuses.iter();
        let errors = || rows().map(|row| row.error.as_ref());
        Self {
            wamids: rows().map(|row| row.wamid.as_str()).collect(),
            words: rows().map(|row| row.status.as_str()).collect(),
            times: rows().map(|row| row.happened_at).collect(),
            codes: errors().map(|error| error.map(|(code, _)| *code)).collect(),
            titles: errors()
                .map(|error| error.map(|(_, title)| title.as_str()))
                .collect(),
            requests: rows().map(|row| row.request_id.as_str()).collect(),
        }
    }
}
