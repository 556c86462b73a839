//! Two people of the chaos: they act on nothing but what their phones show.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;
use ubermench_simulator::Inbound;

use super::Town;
use crate::acceptance::phone::Got;

const SERVICES: [&str; 6] = [
    "plumbing",
    "electrical",
    "cleaning",
    "gardening",
    "repair",
    "other",
];
/// Requests of each pair, one after another.
pub(super) const ROUNDS: usize = 2;
/// Texts of each side of a chat.
pub(super) const TEXTS: usize = 12;
/// Longer than a send that was under way at a kill keeps its recipient waiting.
const PATIENCE: Duration = Duration::from_secs(100);
const LOOK: Duration = Duration::from_millis(50);

/// The newest rows about a phone.
const RECORDS: &str = "with who as (select contact_id from contact_alias where value = '?')
    (select concat_ws(' ', 'inbox', id, wamid, kind, accepted_at, worked_at, dead_at)
     from inbox where contact_id in (select contact_id from who) order by id desc limit 8)
    union all
    (select concat_ws(' ', 'outbox', id, kind, state, outcome, attempts, attempt_at, claimed_until, error_code)
     from outbox where contact_id in (select contact_id from who) order by id desc limit 8)
    union all
    (select concat_ws(' ', 'conversation', state->'state', retry_at, expires_at)
     from conversation where contact_id in (select contact_id from who))
    union all select concat_ws(' ', 'now', now(), (select row_to_json(b) from send_bucket b),
        (select row_to_json(f) from work_fence f))";

/// A message that was answered 200.
pub(super) struct Said {
    pub(super) wamid: String,
    /// As the simulator was asked to send it.
    pub(super) sent: String,
    pub(super) what: What,
}

/// What a message has to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Only to be answered.
    Answered,
    /// To make one request.
    Booked,
    /// To make one rating.
    Rated,
    /// To be told to both sides.
    Ended,
    /// To arrive at the other phone, once.
    Relayed,
}

/// A customer and the provider whom they book.
pub(super) struct Pair {
    customer: Phone,
    provider: Phone,
    service: &'static str,
    random: RefCell<StdRng>,
}

pub(super) struct Phone {
    pub(super) number: String,
    pub(super) name: String,
    /// Up to which message it was looked at.
    seen: Cell<u64>,
}

impl Pair {
    pub(super) fn new(n: usize, seed: u64) -> Self {
        let letter = |n: usize| char::from(b'a' + u8::try_from(n).unwrap());
        let ending: String = [letter(n / 26), letter(n % 26)].into_iter().collect();
        Self {
            customer: Phone::new(format!("1202600{n:04}"), format!("Luis {ending}")),
            provider: Phone::new(format!("1202700{n:04}"), format!("Rosa {ending}")),
            service: SERVICES[n % SERVICES.len()],
            random: RefCell::new(StdRng::seed_from_u64(seed)),
        }
    }

    pub(super) async fn live(&self, town: &Town<'_>) {
        self.register(town).await;
        self.customer.types(town, "hello").await;
        for round in 0..ROUNDS {
            let request = self.book(town, round).await;
            self.chat(town, &request, round).await;
            self.complete(town, &request).await;
        }
    }

    async fn register(&self, town: &Town<'_>) {
        let rosa = &self.provider;
        rosa.types(town, "register provider").await;
        rosa.types(town, &rosa.name).await;
        rosa.taps(town, &format!("service_{}", self.service)).await;
        rosa.taps(town, "btn_continue").await;
        rosa.types(town, "Twenty years of experience").await;
        rosa.taps(town, "btn_go_online").await;
        rosa.awaits(town, |got| got.says("You are online").then_some(()))
            .await;
    }

    /// Up to the accepted request.
    async fn book(&self, town: &Town<'_>, round: usize) -> String {
        let (luis, rosa) = (&self.customer, &self.provider);
        if round > 0 {
            luis.taps(town, "btn_new_service").await;
        }
        luis.taps(town, &format!("service_{}", self.service)).await;
        if round == 0 {
            luis.types(town, &luis.name).await;
        }
        let row = |got: &Got| {
            let mut rows = got.rows().into_iter();
            rows.find(|(_, title, _)| title.contains(&rosa.name))
        };
        let (id, ..) = luis.awaits(town, row).await;
        luis.says(town, Inbound::tap(&luis.number, id), What::Answered)
            .await;
        luis.taps(town, "btn_book_provider").await;
        luis.types(town, "Calle Luna 5, Roma").await;
        let last = Inbound::text(&luis.number, format!("Leak number {round}"));
        luis.says(town, last, What::Booked).await;
        let id = luis
            .awaits(town, |got| id_of(got, "btn_cancel_request_"))
            .await;
        let request = id["btn_cancel_request_".len()..].to_owned();
        rosa.taps(town, &format!("btn_accept_request_{request}"))
            .await;
        request
    }

    /// One side starts, both talk at once, one side ends.
    async fn chat(&self, town: &Town<'_>, request: &str, round: usize) {
        let (luis, rosa) = (&self.customer, &self.provider);
        let (starts, ends): (bool, bool) = self.random.borrow_mut().random();
        let first = if starts {
            luis.taps(town, &format!("btn_start_chat_{request}")).await;
            luis
        } else {
            rosa.taps(town, &format!("btn_chat_customer_{request}"))
                .await;
            rosa
        };
        tokio::join!(
            self.talk(town, luis, rosa, round, first),
            self.talk(town, rosa, luis, round, first)
        );
        let ending = if ends { luis } else { rosa };
        let end = Inbound::text(&ending.number, "end chat");
        ending.says(town, end, What::Ended).await;
    }

    /// Says all texts and waits for the other side's last one.
    async fn talk(&self, town: &Town<'_>, one: &Phone, other: &Phone, round: usize, first: &Phone) {
        let arrives = |n| async move {
            let text = relayed(other, round, n);
            one.awaits(town, |got| got.bodies().contains(&text).then_some(()))
                .await;
        };
        if one.number != first.number {
            arrives(0).await;
        }
        for n in 0..TEXTS {
            let pause = self.random.borrow_mut().random_range(0..600);
            sleep(Duration::from_millis(pause)).await;
            let text = Inbound::text(&one.number, label(round, n));
            one.says(town, text, What::Relayed).await;
        }
        arrives(TEXTS - 1).await;
    }

    async fn complete(&self, town: &Town<'_>, request: &str) {
        let (luis, rosa) = (&self.customer, &self.provider);
        rosa.taps(town, &format!("btn_complete_{request}")).await;
        let sides = [(luis, "rating", "star"), (rosa, "prating", "pstar")];
        for (phone, prefix, star) in sides {
            phone.taps(town, &format!("{prefix}_great_{request}")).await;
            phone.taps(town, &format!("{star}_5_{request}")).await;
            let comment = Inbound::text(&phone.number, "As it should be");
            phone.says(town, comment, What::Rated).await;
        }
    }

    /// Both directions: who writes, and who reads.
    pub(super) fn directions(&self) -> [(&Phone, &Phone); 2] {
        [
            (&self.customer, &self.provider),
            (&self.provider, &self.customer),
        ]
    }
}

fn label(round: usize, n: usize) -> String {
    format!("message {round}.{n:02}")
}

/// How the other side's phone shows a text.
fn relayed(from: &Phone, round: usize, n: usize) -> String {
    format!("👤 {}: {}", from.name, label(round, n))
}

/// All that one side says, as the other reads it.
pub(super) fn all_of(from: &Phone) -> Vec<String> {
    let texts = (0..ROUNDS).flat_map(|round| (0..TEXTS).map(move |n| (round, n)));
    texts.map(|(round, n)| relayed(from, round, n)).collect()
}

fn id_of(got: &Got, prefix: &str) -> Option<String> {
    got.ids().into_iter().find(|id| id.starts_with(prefix))
}

impl Phone {
    fn new(number: String, name: String) -> Self {
        Self {
            number,
            name,
            seen: Cell::new(0),
        }
    }

    async fn types(&self, town: &Town<'_>, text: &str) {
        let text = Inbound::text(&self.number, text);
        self.says(town, text, What::Answered).await;
    }

    /// Waits for a row or button with this id, and taps it.
    async fn taps(&self, town: &Town<'_>, prefix: &str) {
        let id = self.awaits(town, |got| id_of(got, prefix)).await;
        let tap = Inbound::tap(&self.number, id);
        self.says(town, tap, What::Answered).await;
    }

    async fn says(&self, town: &Town<'_>, inbound: Inbound, what: What) {
        let sent = format!("{inbound:?}");
        let receipt = town.control.inbound(inbound).await.unwrap();
        assert_eq!(receipt.webhook_status, Some(200), "{receipt:?}");
        let wamid = receipt.wamid;
        town.said.lock().unwrap().push(Said { wamid, sent, what });
    }

    /// Looks through what came until it finds this.
    async fn awaits<T>(&self, town: &Town<'_>, find: impl Fn(&Got) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            for sent in town.control.sent(Some(&self.number), self.seen.get()) {
                self.seen.set(sent.seq);
                let is_taken = sent.wamid.is_some();
                let got = Got(vec![sent]);
                if is_taken && let Some(found) = find(&got) {
                    return found;
                }
            }
            sleep(LOOK).await;
        }
        panic!("{} waits in vain: {}", self.name, self.story(town).await);
    }

    /// What the phone shows, and what is on record about its messages.
    async fn story(&self, town: &Town<'_>) -> String {
        let shown = town.control.texts(&self.number);
        let stored = town.world.texts(&RECORDS.replace('?', &self.number)).await;
        format!("{shown:#?}\n{stored:#?}")
    }
}
