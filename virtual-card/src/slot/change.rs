//! What happens to the card outside its commands, be it in the slot or not.

use super::{Inside, PersonalisedCard, Refusal, Slot};
use crate::authority::{Purpose, Register, RegisterError};
use crate::card::{TriesError, UnlockError};
use crate::closest::closest;
use crate::names::Names;
use crate::profile::RevocationReason;
use crate::transcript::Event;
use std::sync::MutexGuard;

impl Slot {
    /// Somebody has tried wrong values until the key was locked.
    ///
    /// # Errors
    /// [`Refusal::UnknownKey`], [`Refusal::NoKey`], [`Refusal::Destroyed`].
    pub fn lock_key(&self, key: &str) -> Result<(), Refusal> {
        self.set_tries(key, 0)
    }

    /// Somebody has tried wrong values until so many tries were left.
    ///
    /// # Errors
    /// [`Refusal::Tries`], or as [`lock_key`](Self::lock_key).
    pub fn set_tries(&self, key: &str, tries_left: u8) -> Result<(), Refusal> {
        let found = Key::named(key)?;
        self.change_alive(|card| {
            card.card_mut().set_tries(found.application, found.file, tries_left).map_err(
                |error| match error {
                    TriesError::NoSuchKey => Refusal::NoKey(key.into()),
                    TriesError::TooMany { most } => Refusal::Tries { name: key.into(), most },
                },
            )
        })
        .map(drop)
    }

    /// The municipality initialises a key: it has this value and all its tries.
    ///
    /// # Errors
    /// [`Refusal::Value`], or as [`lock_key`](Self::lock_key).
    pub fn unlock(&self, key: &str, value: &[u8]) -> Result<(), Refusal> {
        let found = Key::named(key)?;
        self.change_alive(|card| {
            card.card_mut().unlock(found.application, found.file, value).map_err(|error| match error {
                UnlockError::NoSuchKey => Refusal::NoKey(key.into()),
                UnlockError::Value => Refusal::Value(key.into()),
            })
        })
        .map(drop)
    }

    /// Time passes until these certificates have expired: their last day is the one before the as-of date. Keys
    /// keep their counters and values; the card is reset as by a loss of power.
    ///
    /// # Errors
    /// [`Refusal::NoCertificate`], [`Refusal::Expired`], [`Refusal::Destroyed`].
    pub fn expire(&self, purposes: &[Purpose]) -> Result<(), Refusal> {
        let mut inside = self.change_alive(|card| {
            for &purpose in purposes {
                let last_day = card.last_day(purpose).ok_or(Refusal::NoCertificate(purpose))?;
                if last_day < card.as_of() {
                    return Err(Refusal::Expired { purpose, last_day });
                }
            }
            card.expire(purposes)
        })?;
        inside.record(Event::PowerOn);
        Ok(())
    }

    /// The authority puts certificates on hold; the card shows nothing of it.
    ///
    /// # Errors
    /// [`Refusal::Register`].
    pub fn suspend(&self, purposes: &[Purpose]) -> Result<(), Refusal> {
        let now = self.now();
        self.tell_authority(purposes, |register, purpose| register.suspend(purpose, now))
    }

    /// The authority revokes certificates for good; the card shows nothing of it.
    ///
    /// # Errors
    /// [`Refusal::Register`].
    pub fn revoke(&self, purposes: &[Purpose], reason: RevocationReason) -> Result<(), Refusal> {
        let now = self.now();
        self.tell_authority(purposes, |register, purpose| register.revoke(purpose, now, reason))
    }

    /// The authority lifts a suspension.
    ///
    /// # Errors
    /// [`Refusal::Register`].
    pub fn reinstate(&self, purposes: &[Purpose]) -> Result<(), Refusal> {
        self.tell_authority(purposes, Register::reinstate)
    }

    /// Changes what the authority says, about each of these certificates or about none.
    fn tell_authority(
        &self,
        purposes: &[Purpose],
        change: impl Fn(&mut Register, Purpose) -> Result<(), RegisterError>,
    ) -> Result<(), Refusal> {
        self.change(|card| {
            Ok(purposes.iter().try_for_each(|purpose| change(card.register_mut(), *purpose))?)
        })
        .map(drop)
    }

    /// As [`change`](Self::change), of a card that answers.
    fn change_alive(
        &self,
        change: impl FnOnce(&mut PersonalisedCard) -> Result<(), Refusal>,
    ) -> Result<MutexGuard<'_, Inside>, Refusal> {
        self.change(|card| if card.card().is_destroyed() { Err(Refusal::Destroyed) } else { change(card) })
    }

    /// Changes the card wholly, or not at all, and keeps the slot locked.
    fn change(
        &self,
        change: impl FnOnce(&mut PersonalisedCard) -> Result<(), Refusal>,
    ) -> Result<MutexGuard<'_, Inside>, Refusal> {
        let mut inside = self.lock();
        let mut card = inside.card.clone();
        change(&mut card)?;
        inside.keep_as(card)?;
        Ok(inside)
    }
}

/// Where a key is.
struct Key {
    application: &'static [u8],
    file: u16,
}

impl Key {
    fn named(name: &str) -> Result<Self, Refusal> {
        let names = Names::embedded();
        let unknown = || {
            let known = names.keys().map(|(_, key)| &*key.name);
            Refusal::UnknownKey { name: name.into(), meant: closest(name, known) }
        };
        let (application, key) = names.key(name).ok_or_else(unknown)?;
        Ok(Self { application: &application.aid, file: key.id })
    }
}
