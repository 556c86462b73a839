//! What came of all messages, counted by their ids and on the phones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ubermench_simulator::{Outcome, Sent};

use super::people::{self, Said, What};
use super::trouble::Trouble;
use super::{Kills, PAIRS, Pair};
use crate::acceptance::phone::Got;
use crate::harness::World;

/// One row of an inbound message: whether it was worked, and what it made.
const MADE: &str = "select i.wamid || ' ' || (i.worked_at is not null and i.dead_at is null)
        || ' ' || (select count(*) from outbox o where o.inbox_id = i.id)
        || ' ' || (select count(*) from chat_message m where m.inbound_wamid = i.wamid)
        || ' ' || (select count(*) from chat_message m join outbox o on o.chat_message_id = m.id
                   where m.inbound_wamid = i.wamid and o.is_copy)
    from inbox i";

/// Rows that repeat another answer to the same message.
const REPEATED: &str = "select coalesce(sum(n - 1), 0)::bigint from (
        select count(*) n from outbox where inbox_id is not null
        group by inbox_id, contact_id, kind, payload having count(*) > 1) repeated";

/// Told to the one who ended a chat, and to the other.
const ENDINGS: &str = "select count(*) from outbox where payload::text like '%ended the chat%'";

const GIVEN_UP: &str = "select (select count(*) from dead_letter)
    + (select count(*) from outbox where state <> 'accepted')";

pub(super) struct Counted {
    kills: Kills,
    accepted: usize,
    lost: usize,
    unanswered: Vec<String>,
    relayed: usize,
    not_relayed_once: usize,
    requests: (usize, i64),
    ratings: (usize, i64),
    endings: (usize, i64),
    repeated_rows: i64,
    given_up: i64,
    out_of_order: Vec<String>,
    sends: usize,
    sends_lost: usize,
    sends_doubled: usize,
    without_answer: usize,
    under_way: usize,
}

impl Counted {
    pub(super) async fn of(world: &World, said: &[Said], trouble: &Trouble<'_>) -> Self {
        let made = made(world).await;
        let of = |said: &Said| made.get(&said.wamid).copied().unwrap_or_default();
        let all = |what| said.iter().filter(move |said| said.what == what);
        let sent = world.simulator.control.sent(None, 0);
        let taken = sent.iter().filter_map(|sent| sent.wamid.as_deref());
        let taken: BTreeSet<&str> = taken.collect();
        let recorded = world
            .texts("select wamid from outbox where state = 'accepted' and wamid is not null")
            .await;
        let rows = world.count("select count(*) from outbox").await;
        let recorded: BTreeSet<&str> = recorded.iter().map(String::as_str).collect();
        let is_unanswered = |sent: &&Sent| sent.outcome == Outcome::Unanswered;
        Self {
            kills: trouble.kills.clone(),
            accepted: said.len(),
            lost: said.iter().filter(|said| !of(said).is_worked).count(),
            unanswered: said
                .iter()
                .filter(|said| said.what != What::Ended && of(said).answers == 0)
                .map(|said| said.sent.clone())
                .collect(),
            relayed: all(What::Relayed).count(),
            not_relayed_once: said
                .iter()
                .filter(|said| {
                    let wanted = usize::from(said.what == What::Relayed);
                    (of(said).stored, of(said).copies) != (wanted, wanted)
                })
                .count(),
            requests: (
                all(What::Booked).count(),
                world.count("select count(*) from service_request").await,
            ),
            ratings: (
                all(What::Rated).count(),
                world.count("select count(*) from rating").await,
            ),
            // Each side is told behind what was said before.
            endings: (2 * all(What::Ended).count(), world.count(ENDINGS).await),
            repeated_rows: world.count(REPEATED).await,
            given_up: world.count(GIVEN_UP).await,
            out_of_order: out_of_order(world),
            sends: usize::try_from(rows).unwrap(),
            sends_lost: usize::try_from(rows).unwrap() - recorded.intersection(&taken).count(),
            sends_doubled: taken.difference(&recorded).count(),
            without_answer: sent.iter().filter(is_unanswered).count(),
            under_way: trouble.under_way.len(),
        }
    }

    pub(super) fn check(&self) {
        assert_eq!(self.lost, 0, "lost");
        assert!(self.unanswered.is_empty(), "{:#?}", self.unanswered);
        assert_eq!(self.not_relayed_once, 0, "texts not relayed once");
        assert_eq!(count(self.requests.0), self.requests.1, "requests");
        assert_eq!(count(self.ratings.0), self.ratings.1, "ratings");
        assert_eq!(count(self.endings.0), self.endings.1, "ended chats told");
        assert_eq!(
            (self.repeated_rows, self.given_up),
            (0, 0),
            "rows repeated or given up"
        );
        assert!(self.out_of_order.is_empty(), "{:#?}", self.out_of_order);
        assert_eq!(self.sends_lost, 0, "sends lost");
        assert!(
            self.sends_doubled <= self.without_answer + self.under_way,
            "more doubled than was under way"
        );
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "kills: {:?}", self.kills)?;
        writeln!(f, "messages accepted: {}", self.accepted)?;
        let unanswered = self.unanswered.len();
        writeln!(f, "  lost: {}, unanswered: {unanswered}", self.lost)?;
        let (relayed, not_once) = (self.relayed, self.not_relayed_once);
        writeln!(
            f,
            "  relayed: {relayed}, not stored and copied once: {not_once}"
        )?;
        let ((booked, requests), (rated, ratings)) = (self.requests, self.ratings);
        writeln!(
            f,
            "  bookings: {booked}, requests: {requests}, rated: {rated}, ratings: {ratings}"
        )?;
        let (ended, told) = self.endings;
        writeln!(f, "  sides of ended chats: {ended}, told: {told}")?;
        writeln!(
            f,
            "outbox rows: {}, repeated: {}, given up: {}",
            self.sends, self.repeated_rows, self.given_up
        )?;
        writeln!(
            f,
            "chat directions out of order: {} of {}",
            self.out_of_order.len(),
            2 * PAIRS
        )?;
        let (doubled, unanswered, under_way) =
            (self.sends_doubled, self.without_answer, self.under_way);
        writeln!(
            f,
            "sends lost: {}, doubled: {doubled} (taken without an answer: {unanswered}, under way at kills: {under_way})",
            self.sends_lost
        )
    }
}

#[derive(Clone, Copy, Default)]
struct Made {
    is_worked: bool,
    answers: usize,
    stored: usize,
    copies: usize,
}

async fn made(world: &World) -> BTreeMap<String, Made> {
    let rows = world.texts(MADE).await;
    let read = |row: &String| {
        let columns: Vec<&str> = row.split(' ').collect();
        let number = |at: usize| columns[at].parse().unwrap();
        let made = Made {
            is_worked: columns[1].starts_with('t'),
            answers: number(2),
            stored: number(3),
            copies: number(4),
        };
        (columns[0].to_owned(), made)
    };
    rows.iter().map(read).collect()
}

/// Directions in which a phone got other texts than the other side said, or in another order. A
/// text that was sent twice may come twice, but before the next one.
fn out_of_order(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for pair in (0..PAIRS).map(|n| Pair::new(n, 0)) {
        for (from, to) in pair.directions() {
            let got = Got(world.simulator.control.got(&to.number)).bodies();
            let start = format!("👤 {}: ", from.name);
            let mut texts: Vec<String> = got
                .into_iter()
                .filter(|it| it.starts_with(&start))
                .collect();
            texts.dedup();
            if texts != people::all_of(from) {
                wrong.push(format!("{} to {}: {texts:?}", from.name, to.name));
            }
        }
    }
    wrong
}
