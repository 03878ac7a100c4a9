//! A command on its way to the card and back.

use super::occupancy::Evicted;
use super::{Inside, Presence, Slot};
use crate::transcript::Event;
use jpki_apdu::Reset;
use std::sync::MutexGuard;
use std::time::Instant;

/// What a reader does with the power of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Gives it.
    On,
    /// Takes it away.
    Off,
    /// Pulls the reset line while the power stays: a warm reset.
    Reset,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is whole.
    Answered,
    /// The card was pulled while it answered: of an answer of `whole` bytes only those in the buffer leave, none
    /// perhaps, and then the connection breaks.
    Torn {
        /// Length of the answer that the card would have given, in bytes.
        whole: usize,
    },
    /// There is no card, or none that answers: the connection breaks without an answer.
    Gone,
}

impl Slot {
    /// The reader switches the card's power; nothing happens when no card is to be seen.
    pub fn power(&self, power: Power) {
        let mut inside = self.lock();
        if !inside.door.is_seen(Instant::now()) {
            return;
        }
        // What power holds is gone when it goes, so a card without power is like one that just got it.
        let (reset, event) = match power {
            Power::On => (Reset::Cold, Event::PowerOn),
            Power::Off => (Reset::Cold, Event::PowerOff),
            Power::Reset => (Reset::Warm, Event::Reset),
        };
        inside.card.card_mut().reset(reset);
        inside.record(event);
    }

    /// Carries out a command APDU, any bytes, and leaves what leaves the card in `answer`, whose content before
    /// is dropped. Where the slot's card is kept in a file, what the command changed is on the disk by then; when it
    /// cannot be written, nothing leaves and the card counts as taken out.
    pub fn exchange(&self, command: &[u8], answer: &mut Vec<u8>) -> Outcome {
        answer.clear();
        let Some(mut inside) = self.delayed() else { return Outcome::Gone };
        let (outcome, evicted) = inside.carry_out(command, answer);
        drop(inside);
        if outcome != Outcome::Answered {
            self.moved.notify_all();
        }
        evicted.leave();
        outcome
    }

    /// Waits as long as the set delay wants, unless the card goes meanwhile or the server ends.
    fn delayed(&self) -> Option<MutexGuard<'_, Inside>> {
        let mut inside = self.lock();
        let mut now = Instant::now();
        let before @ Presence::In(_) = inside.door.presence(now) else { return None };
        let due = now + inside.disturbances.delay;
        while now < due {
            if inside.ended {
                return None;
            }
            inside = self.wait(inside, due - now);
            now = Instant::now();
            if inside.door.presence(now) != before {
                return None;
            }
        }
        Some(inside)
    }
}

impl Inside {
    fn carry_out(&mut self, command: &[u8], answer: &mut Vec<u8>) -> (Outcome, Evicted) {
        let Ok(whole) = self.card.card_mut().exchange(command, &mut self.buffer) else {
            return (Outcome::Gone, Evicted::default());
        };
        self.commands += 1;
        answer.extend_from_slice(whole);
        if let Err(error) = self.keep() {
            // Whoever saw this answer could count on what the next start of the server does not know.
            tracing::error!("{error}; the card counts as taken out");
            answer.clear();
            self.record(Event::Exchange { command, answer: None });
            return (Outcome::Gone, self.take_out(Event::Removed));
        }
        let Some(point) = self.disturbances.next() else {
            self.record(Event::Exchange { command, answer: Some(answer) });
            return (Outcome::Answered, Evicted::default());
        };
        self.record(Event::Exchange { command, answer: None });
        let whole = answer.len();
        answer.truncate(point.leaves(whole));
        // The wire that asked breaks its own connection after the last byte; breaking it here would swallow that.
        drop(self.take_out(Event::Torn));
        (Outcome::Torn { whole }, Evicted::default())
    }
}
