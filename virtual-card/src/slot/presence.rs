//! Whether a reader can see the card: a removal that nobody could notice is none.

use std::time::{Duration, Instant};

/// How long a slot stays empty after a removal, at least. pcscd looks at its readers every 400 ms and takes a
/// card that is back before for one that never left; two looks and some leeway are enough.
pub const REMOVAL_SEEN: Duration = Duration::from_secs(1);

/// One stay of a card in the slot; no two have the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Insertion(u64);

/// Whether a reader can see a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It can.
    In(Insertion),
    /// One has been put in, but the last removal is too fresh: it can from this moment on.
    Soon(Instant),
    /// There is none, or one that is destroyed and does not even answer a reset.
    Empty,
}

/// Where the card goes in and out.
#[derive(Debug)]
pub(super) struct Door {
    stays: u64,
    inside: bool,
    removed: Option<Instant>,
}

impl Door {
    pub(super) fn new(with_a_card_in: bool) -> Self {
        Self { stays: 1, inside: with_a_card_in, removed: None }
    }

    /// The card is taken out, or is as dead as if it were.
    pub(super) fn take_out(&mut self, now: Instant) {
        self.inside = false;
        self.removed = Some(now);
    }

    /// A card is put in. No reader sees it before the last removal has been seen.
    pub(super) fn put_in(&mut self) {
        self.inside = true;
        self.stays += 1;
    }

    /// Whether a card is in, be it seen or not yet.
    pub(super) fn is_inside(&self) -> bool {
        self.inside
    }

    pub(super) fn is_seen(&self, now: Instant) -> bool {
        matches!(self.presence(now), Presence::In(_))
    }

    pub(super) fn presence(&self, now: Instant) -> Presence {
        if !self.inside {
            return Presence::Empty;
        }
        match self.removed.map(|removed| removed + REMOVAL_SEEN) {
            Some(seen) if now < seen => Presence::Soon(seen),
            _ => Presence::In(Insertion(self.stays)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn a_card_put_back_is_not_seen_before_its_removal_was() {
        let (mut door, removal) = (Door::new(true), Instant::now());
        let Presence::In(first) = door.presence(removal) else { panic!("{door:?}") };
        door.take_out(removal);
        assert_eq!(door.presence(removal + REMOVAL_SEEN * 2), Presence::Empty);
        door.put_in();
        let seen = removal + REMOVAL_SEEN;
        assert_eq!(door.presence(removal), Presence::Soon(seen));
        assert_eq!(door.presence(seen - MILLISECOND), Presence::Soon(seen));
        let Presence::In(second) = door.presence(seen) else { panic!("{door:?}") };
        assert_ne!(first, second);
    }

    #[test]
    fn a_card_put_in_long_after_the_removal_is_seen_at_once() {
        let (mut door, removal) = (Door::new(true), Instant::now());
        door.take_out(removal);
        door.put_in();
        assert!(door.is_seen(removal + REMOVAL_SEEN * 3));
    }

    #[test]
    fn the_last_of_two_removals_counts() {
        let (mut door, removal) = (Door::new(true), Instant::now());
        door.take_out(removal);
        door.put_in();
        door.take_out(removal + REMOVAL_SEEN / 2);
        door.put_in();
        assert_eq!(door.presence(removal + REMOVAL_SEEN), Presence::Soon(removal + REMOVAL_SEEN * 3 / 2));
    }
}
