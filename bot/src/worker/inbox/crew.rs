//! Who of a pod's workers looks again. A wake-up is for one worker; one that looks while a conversation is locked
//! passes over what waits there, so whoever holds the lock looks again for it. Nobody else does: every look costs
//! the database as much as a small turn.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// The workers of a pod.
#[derive(Debug, Default)]
pub(crate) struct Crew {
    turns: AtomicUsize,
    ended: AtomicU64,
    missed: AtomicBool,
}

/// A turn under way; dropped unfinished it counts as ended too.
pub(super) struct Turn<'a> {
    crew: &'a Crew,
}

impl Crew {
    /// To be taken before a look.
    pub(super) fn look(&self) -> u64 {
        self.ended.load(Ordering::SeqCst)
    }

    /// After a look that found nothing: true if it may have passed over a conversation whose turn has ended
    /// meanwhile. If a turn is still under way, that one looks again.
    pub(super) fn may_have_missed(&self, look: u64) -> bool {
        self.missed.store(true, Ordering::SeqCst);
        if self.turns.load(Ordering::SeqCst) > 0 {
            return false;
        }
        self.missed.store(false, Ordering::SeqCst);
        self.ended.load(Ordering::SeqCst) != look
    }

    /// A conversation is locked.
    pub(super) fn begin(&self) -> Turn<'_> {
        self.turns.fetch_add(1, Ordering::SeqCst);
        Turn { crew: self }
    }
}

impl Turn<'_> {
    /// Its lock has ended; true if somebody found nothing meanwhile.
    pub(super) fn end(self) -> bool {
        let crew = self.crew;
        drop(self);
        crew.missed.swap(false, Ordering::SeqCst)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Whoever reads these the other way round sees either the count or the end.
        self.crew.ended.fetch_add(1, Ordering::SeqCst);
        self.crew.turns.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_beside_a_turn_makes_that_turn_look_again() {
        let crew = Crew::default();
        let turn = crew.begin();
        let look = crew.look();
        assert!(!crew.may_have_missed(look));
        assert!(turn.end());
        assert!(!crew.begin().end());
    }

    #[test]
    fn a_look_during_which_a_turn_ended_is_repeated() {
        let crew = Crew::default();
        let turn = crew.begin();
        let look = crew.look();
        assert!(!turn.end());
        assert!(crew.may_have_missed(look));
        assert!(!crew.may_have_missed(crew.look()));
    }

    #[test]
    fn a_turn_that_is_dropped_has_ended() {
        let crew = Crew::default();
        let look = crew.look();
        drop(crew.begin());
        assert!(crew.may_have_missed(look));
    }
}
