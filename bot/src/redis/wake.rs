//! Who is woken by what: workers of this pod at once, those of others through Redis. Each wake-up goes to those only
//! who have something to do by it, since whoever wakes looks into the database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Semaphore, mpsc, watch};
use uuid::Uuid;

use crate::cache::Lists;
use crate::domain::Lane;

/// More than that are not counted: whoever wakes then works until nothing waits.
const TURNS: usize = 16;

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// Lists of providers are to be read anew.
    Lists,
    /// Messages wait in inboxes.
    Messages,
    /// Anything may wait.
    Anything,
}

/// Wakes workers.
#[derive(Debug, Clone)]
pub struct Wake {
    turns: Arc<Semaphore>,
    /// More may wait than the turns tell.
    flood: Arc<AtomicBool>,
    sends: watch::Sender<u64>,
    statuses: watch::Sender<u64>,
    others: mpsc::Sender<(Lane, News)>,
    lists: Lists,
    /// By which this pod knows its own wake-ups when Redis brings them back.
    origin: Uuid,
}

impl Wake {
    pub(super) fn new(others: mpsc::Sender<(Lane, News)>, lists: Lists) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(0)),
            flood: Arc::default(),
            sends: watch::channel(0).0,
            statuses: watch::channel(0).0,
            others,
            lists,
            origin: Uuid::new_v4(),
        }
    }

    /// Tells all pods that something waits in a lane. Never waits itself.
    pub fn all(&self, lane: &Lane) {
        self.here();
        self.tell(lane, News::Anything);
    }

    /// Tells all pods that messages of so many people wait in a lane.
    pub fn messages(&self, lane: &Lane, people: usize) {
        self.turns(people);
        self.tell(lane, News::Messages);
    }

    /// Tells this pod that anything may wait.
    pub fn here(&self) {
        self.flood();
        self.turns(TURNS);
        self.sends();
        self.statuses();
    }

    /// Tells this pod that messages are to be sent.
    pub fn sends(&self) {
        bump(&self.sends);
    }

    /// Tells this pod that statuses are to be applied.
    pub fn statuses(&self) {
        bump(&self.statuses);
    }

    /// So many more messages wait for this pod's workers.
    pub fn turns(&self, count: usize) {
        let room = TURNS.saturating_sub(self.turns.available_permits());
        if count > room {
            self.flood();
        }
        self.turns.add_permits(count.min(room));
    }

    /// Nobody counted what waits.
    pub fn flood(&self) {
        self.flood.store(true, Ordering::SeqCst);
    }

    /// Whether nobody counted it; from now on somebody looks, and says so again if something was there.
    pub fn take_flood(&self) -> bool {
        self.flood.swap(false, Ordering::SeqCst)
    }

    /// Takes another turn that is due; false if there is none.
    pub fn another_turn(&self) -> bool {
        let permit = self.turns.try_acquire();
        permit.map(tokio::sync::SemaphorePermit::forget).is_ok()
    }

    /// Waits until a conversation is to be worked; each wake-up is for one who waits.
    pub async fn turn(&self) {
        // Never closed.
        if let Ok(permit) = self.turns.acquire().await {
            permit.forget();
        }
    }

    /// Changes when something is to be sent.
    pub fn watch_sends(&self) -> watch::Receiver<u64> {
        self.sends.subscribe()
    }

    /// Changes when statuses are to be applied.
    pub fn watch_statuses(&self) -> watch::Receiver<u64> {
        self.statuses.subscribe()
    }

    /// Tells all pods that lists of providers show something else from now on.
    pub fn relist(&self) {
        self.lists.forget();
        self.tell(&Lane::live(), News::Lists);
    }

    fn tell(&self, lane: &Lane, news: News) {
        // A full queue already wakes everybody.
        let _ = self.others.try_send((lane.clone(), news));
    }

    /// What goes over the wire. Whoever does not know the form takes it for any wake-up.
    pub(super) fn line(&self, lane: &Lane, news: News) -> String {
        let word = match news {
            News::Lists => "lists",
            News::Messages => "messages",
            News::Anything => "anything",
        };
        format!("{} {} {word}", lane.as_str(), self.origin)
    }

    /// Passes on what another pod told.
    pub(super) fn hear(&self, line: &str) {
        let mut words = line.rsplitn(3, ' ');
        let (word, origin) = (words.next(), words.next());
        if origin.and_then(|origin| origin.parse().ok()) == Some(self.origin) {
            return;
        }
        match word {
            Some("lists") => self.lists.forget(),
            Some("messages") => self.turns(1),
            _ => self.here(),
        }
    }
}

fn bump(counter: &watch::Sender<u64>) {
    counter.send_modify(|count| *count = count.wrapping_add(1));
}

/// All that waits to be told, each news of a lane once.
pub(super) fn together(
    first: (Lane, News),
    more: &mut mpsc::Receiver<(Lane, News)>,
) -> BTreeSet<(Lane, News)> {
    let mut all = BTreeSet::from([first]);
    while let Ok(next) = more.try_recv() {
        all.insert(next);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ServiceType;
    use crate::metrics::Metrics;

    fn wake() -> (Wake, mpsc::Receiver<(Lane, News)>) {
        let (others, told) = mpsc::channel(8);
        let lists = Lists::new(Metrics::new().unwrap().cache_requests);
        (Wake::new(others, lists), told)
    }

    #[test]
    fn messages_wake_as_many_workers_as_they_keep_busy_and_nobody_else() {
        let (wake, mut told) = wake();
        let (sends, statuses) = (wake.watch_sends(), wake.watch_statuses());
        wake.messages(&Lane::live(), 3);
        assert_eq!(wake.turns.available_permits(), 3);
        assert!(!sends.has_changed().unwrap() && !statuses.has_changed().unwrap());
        assert_eq!(told.try_recv().unwrap(), (Lane::live(), News::Messages));
        wake.messages(&Lane::live(), 1000);
        assert_eq!(wake.turns.available_permits(), TURNS);
    }

    #[test]
    fn own_wake_ups_that_come_back_wake_nobody() {
        let ((wake, _told), (other, _)) = (wake(), wake());
        wake.hear(&wake.line(&Lane::live(), News::Anything));
        assert_eq!(wake.turns.available_permits(), 0);
        wake.hear(&other.line(&Lane::live(), News::Messages));
        assert_eq!(wake.turns.available_permits(), 1);
        assert!(!wake.watch_sends().has_changed().unwrap());
    }

    #[test]
    fn whatever_else_is_heard_wakes_everybody() {
        for line in ["live", "", "live 1 anything"] {
            let (wake, _told) = wake();
            let sends = wake.watch_sends();
            wake.hear(line);
            assert!(sends.has_changed().unwrap(), "{line}");
            assert_eq!(wake.turns.available_permits(), TURNS);
        }
    }

    #[test]
    fn the_same_news_of_a_lane_is_told_once() {
        let (wake, mut told) = wake();
        wake.messages(&Lane::live(), 1);
        wake.all(&Lane::live());
        wake.messages(&Lane::live(), 1);
        let first = told.try_recv().unwrap();
        let all = together(first, &mut told);
        let expected = [News::Messages, News::Anything].map(|news| (Lane::live(), news));
        assert_eq!(all, BTreeSet::from(expected));
    }

    #[test]
    fn lists_are_forgotten_here_and_by_whoever_hears_it() {
        let ((wake, mut told), (other, _)) = (wake(), wake());
        for pod in [&wake, &other] {
            let miss = pod.lists.get(&Lane::live(), ServiceType::Plumbing);
            pod.lists.put(miss.unwrap_err(), &[]);
        }
        wake.relist();
        assert!(
            wake.lists
                .get(&Lane::live(), ServiceType::Plumbing)
                .is_err()
        );
        let (lane, news) = told.try_recv().unwrap();
        assert!(
            other
                .lists
                .get(&Lane::live(), ServiceType::Plumbing)
                .is_ok()
        );
        other.hear(&wake.line(&lane, news));
        assert!(
            other
                .lists
                .get(&Lane::live(), ServiceType::Plumbing)
                .is_err()
        );
        assert_eq!(other.turns.available_permits(), 0);
    }

    #[test]
    fn more_than_can_be_counted_is_a_flood_until_somebody_looks() {
        let (wake, _told) = wake();
        wake.messages(&Lane::live(), TURNS);
        assert!(!wake.take_flood());
        wake.messages(&Lane::live(), 1);
        assert!(wake.take_flood() && !wake.take_flood());
        let counted = std::iter::from_fn(|| wake.another_turn().then_some(())).count();
        assert_eq!(counted, TURNS);
    }
}
