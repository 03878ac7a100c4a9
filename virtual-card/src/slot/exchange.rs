//! A command on its way to the card and back.

use super::{Inside, Presence, Slot};
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
        inside.card.card_mut().reset(match power {
            Power::On | Power::Off => Reset::Cold,
            Power::Reset => Reset::Warm,
        });
    }

    /// Carries out a command APDU, any bytes, and leaves what leaves the card in `answer`, whose content before
    /// is dropped.
    pub fn exchange(&self, command: &[u8], answer: &mut Vec<u8>) -> Outcome {
        answer.clear();
        let Some(mut inside) = self.delayed() else { return Outcome::Gone };
        inside.carry_out(command, answer)
    }

    /// Waits as long as the set delay wants, unless the card goes meanwhile.
    fn delayed(&self) -> Option<MutexGuard<'_, Inside>> {
        let mut inside = self.lock();
        let mut now = Instant::now();
        let before @ Presence::In(_) = inside.door.presence(now) else { return None };
        let due = now + inside.disturbances.delay;
        while now < due {
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
    fn carry_out(&mut self, command: &[u8], answer: &mut Vec<u8>) -> Outcome {
        let Ok(whole) = self.card.card_mut().exchange(command, &mut self.buffer) else {
            return Outcome::Gone;
        };
        self.commands += 1;
        let Some(point) = self.disturbances.next() else {
            answer.extend_from_slice(whole);
            return Outcome::Answered;
        };
        answer.extend_from_slice(&whole[..point.leaves(whole.len())]);
        let whole = whole.len();
        self.door.take_out(Instant::now());
        // The wire that asked breaks its own connection after the last byte; breaking it here would swallow that.
        drop(self.occupants.evict());
        Outcome::Torn { whole }
    }
}
