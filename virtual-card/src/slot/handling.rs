//! Taking the card out and putting one in.

use super::disturbance::Disturbances;
use super::occupancy::Evicted;
use super::{Inside, PersonalisedCard, Refusal, Slot};
use crate::transcript::Event;
use std::time::Instant;

impl Slot {
    /// Takes the card out. Every connection to it is broken when this returns.
    ///
    /// # Errors
    /// [`Refusal::NothingIn`].
    pub fn remove(&self) -> Result<(), Refusal> {
        self.handle(|inside| {
            if !inside.door.is_inside() {
                return Err(Refusal::NothingIn);
            }
            Ok(inside.take_out(Event::Removed))
        })
    }

    /// Puts a card in, or the one back that was taken out: name of an embedded card or path of a card file, as
    /// for [`PersonalisedCard::load`]. [`wait_for_card`](Self::wait_for_card) tells when a reader can see it.
    ///
    /// # Errors
    /// [`Refusal::AlreadyIn`], [`Refusal::Card`], [`Refusal::NotKept`], or [`Refusal::Destroyed`] for the card that
    /// was in.
    pub fn insert(&self, card: Option<&str>) -> Result<(), Refusal> {
        let card = card.map(|name| self.load(name)).transpose()?;
        self.handle(|inside| {
            if inside.door.is_inside() {
                return Err(Refusal::AlreadyIn);
            }
            match card {
                Some(card) => inside.keep_as(card)?,
                None if inside.card.card().is_destroyed() => return Err(Refusal::Destroyed),
                // It may have been taken out because its state could not be kept.
                None => inside.keep()?,
            }
            inside.put_in();
            Ok(Evicted::default())
        })
    }

    /// Takes the card out, if one is in, and puts another one in.
    ///
    /// # Errors
    /// [`Refusal::Card`], [`Refusal::NotKept`].
    pub fn replace(&self, card: &str) -> Result<(), Refusal> {
        let card = self.load(card)?;
        self.handle(|inside| {
            inside.keep_as(card)?;
            let was_in = inside.door.is_inside();
            let evicted = if was_in { inside.take_out(Event::Removed) } else { Evicted::default() };
            inside.put_in();
            Ok(evicted)
        })
    }

    /// Makes the card factory-fresh, or another one of it, without a removal: whoever is connected stays so, to a
    /// card that has just got power. Nothing disturbs it any more. Where no card is in, one is put in.
    ///
    /// # Errors
    /// [`Refusal::Card`], [`Refusal::NotKept`].
    pub fn fresh(&self, card: Option<&str>) -> Result<(), Refusal> {
        let source = card.map_or_else(|| self.lock().card.source().to_owned(), str::to_owned);
        let card = self.load(&source)?;
        self.handle(|inside| {
            inside.keep_as(card)?;
            inside.disturbances = Disturbances::default();
            match inside.door.is_inside() {
                true => inside.record_insertion(),
                false => inside.put_in(),
            }
            Ok(Evicted::default())
        })
    }

    /// Forces the chip open. The card never answers again, which looks like a removal from outside.
    ///
    /// # Errors
    /// [`Refusal::NotKept`]; [`Refusal::Destroyed`] when it was before.
    pub fn destroy(&self) -> Result<(), Refusal> {
        self.handle(|inside| {
            if inside.card.card().is_destroyed() {
                return Err(Refusal::Destroyed);
            }
            let mut card = inside.card.clone();
            card.card_mut().tamper();
            inside.keep_as(card)?;
            Ok(inside.take_out(Event::Destroyed))
        })
    }

    /// Makes a card, unless the one at hand is of the same make. Certificates are signed here, so nobody waits for
    /// the lock meanwhile.
    fn load(&self, name: &str) -> Result<PersonalisedCard, Refusal> {
        let at_hand = self.lock().card.clone();
        let as_of = at_hand.as_of();
        match Some(at_hand).filter(|card| card.source() == name).and_then(PersonalisedCard::restored) {
            Some(card) => Ok(card),
            None => Ok(PersonalisedCard::load(name, as_of)?),
        }
    }

    /// Moves the card, tells whoever waits for that, and breaks the connections that are to be broken.
    fn handle(&self, hand: impl FnOnce(&mut Inside) -> Result<Evicted, Refusal>) -> Result<(), Refusal> {
        let evicted = hand(&mut self.lock())?;
        self.moved.notify_all();
        evicted.leave();
        Ok(())
    }
}

impl Inside {
    /// The card leaves the slot in this way, if it is in.
    pub(super) fn take_out(&mut self, event: Event<'_>) -> Evicted {
        if self.door.is_inside() {
            self.door.take_out(Instant::now());
        }
        self.record(event);
        self.occupants.evict()
    }

    /// The card comes into the slot.
    fn put_in(&mut self) {
        self.card.card_mut().power_cycle();
        self.door.put_in();
        self.record_insertion();
    }
}
