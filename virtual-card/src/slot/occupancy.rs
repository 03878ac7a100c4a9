//! Who is connected to the card, and how their connection breaks when the card goes.

use super::{Insertion, Presence, Slot};
use std::fmt;
use std::time::Instant;

/// How a connection is broken.
type Break = Box<dyn FnOnce() + Send>;

/// The connections to the card that is in.
#[derive(Default)]
pub(super) struct Occupants {
    connections: Vec<(u64, Break)>,
    /// Number of the next one.
    next: u64,
}

impl Occupants {
    fn add(&mut self, on_removal: Break) -> u64 {
        let number = self.next;
        self.next += 1;
        self.connections.push((number, on_removal));
        number
    }

    /// Forgets them. Whoever calls [`Evicted::leave`] must not hold the slot's lock: a wire may come back with a
    /// question of its own.
    pub(super) fn evict(&mut self) -> Evicted {
        Evicted(std::mem::take(&mut self.connections))
    }
}

/// Connections to a card that is no longer there.
#[derive(Default)]
#[must_use = "the connections stay open until they are told to leave"]
pub(super) struct Evicted(Vec<(u64, Break)>);

impl Evicted {
    /// Breaks them.
    pub(super) fn leave(self) {
        self.0.into_iter().for_each(|(_, leave)| leave());
    }
}

/// The right to talk to the card of one insertion; ends when it is dropped, or with the insertion.
pub struct Occupancy<'a> {
    slot: &'a Slot,
    number: u64,
}

impl fmt::Debug for Occupancy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Occupancy({})", self.number)
    }
}

impl Drop for Occupancy<'_> {
    fn drop(&mut self) {
        self.slot.lock().occupants.connections.retain(|(number, _)| *number != self.number);
    }
}

impl Slot {
    /// Takes a seat at the card of this insertion. When the card goes while the seat is held, `on_removal` is
    /// called, once, from whatever thread took the card away; it breaks the connection (shuts a socket down) and
    /// returns soon. `None` when that card is gone already.
    #[must_use]
    pub fn occupy(
        &self,
        insertion: Insertion,
        on_removal: impl FnOnce() + Send + 'static,
    ) -> Option<Occupancy<'_>> {
        let mut inside = self.lock();
        if inside.door.presence(Instant::now()) != Presence::In(insertion) {
            return None;
        }
        let number = inside.occupants.add(Box::new(on_removal));
        Some(Occupancy { slot: self, number })
    }
}
