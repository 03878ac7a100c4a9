//! Taking the card out and putting one in.

use super::{PersonalisedCard, Slot};
use std::time::Instant;

/// A card cannot be moved so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// A removal of nothing.
    #[error("there is no card to remove")]
    NothingIn,
    /// An insertion on top of another card.
    #[error("a card is in; remove it first, or replace it")]
    AlreadyIn,
}

impl Slot {
    /// Takes the card out: every connection to it is broken before this returns.
    ///
    /// # Errors
    /// [`Misplaced::NothingIn`].
    pub fn remove(&self) -> Result<(), Misplaced> {
        let mut inside = self.lock();
        if !inside.door.is_inside() {
            return Err(Misplaced::NothingIn);
        }
        inside.door.take_out(Instant::now());
        let evicted = inside.occupants.evict();
        drop(inside);
        self.moved.notify_all();
        evicted.leave();
        Ok(())
    }

    /// Puts a card in, or the one back that was taken out; [`wait_for_card`](Self::wait_for_card) tells when a
    /// reader can see it.
    ///
    /// # Errors
    /// [`Misplaced::AlreadyIn`].
    pub fn insert(&self, card: Option<PersonalisedCard>) -> Result<(), Misplaced> {
        let mut inside = self.lock();
        if inside.door.is_inside() {
            return Err(Misplaced::AlreadyIn);
        }
        if let Some(card) = card {
            inside.card = card;
        }
        inside.card.card_mut().power_cycle();
        inside.door.put_in();
        drop(inside);
        self.moved.notify_all();
        Ok(())
    }
}
