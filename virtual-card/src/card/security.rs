//! Security: the keys that VERIFY names, their counters, and who has been verified.
//!
//! Notes on the card's interface, 2.13 and 4: each key has its own status and its own counter; counters
//! survive everything but a right value or the municipality.

use super::chip::Chip;
use std::fmt;

/// Longest value of a key.
pub(super) const LONGEST_VALUE: usize = 16;

/// Most keys a card can hold: one bit of a status word each, and one bit for "free".
pub(super) const MOST_KEYS: usize = 31;

/// A key that VERIFY names, by its number on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyIndex(pub(super) u8);

impl KeyIndex {
    pub(super) const fn bit(self) -> u32 {
        1 << self.0
    }
}

/// The keys whose value has been shown, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verified(u32);

impl Verified {
    /// No key has been verified.
    pub(super) const NOBODY: Self = Self(0);

    pub(super) fn insert(&mut self, key: KeyIndex) {
        self.0 |= key.bit();
    }

    pub(super) fn remove(&mut self, key: KeyIndex) {
        self.0 &= !key.bit();
    }

    pub(super) fn contains(self, key: KeyIndex) -> bool {
        self.0 & key.bit() != 0
    }
}

/// What opens a file: any of these keys, or nothing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opens(u32);

impl Opens {
    /// The bit that everybody has.
    const FREE_BIT: u32 = 1 << MOST_KEYS;

    /// Everybody.
    pub(super) const FREE: Self = Self(Self::FREE_BIT);

    /// Whoever has shown one of these keys.
    pub(super) fn any_of(keys: impl IntoIterator<Item = KeyIndex>) -> Self {
        Self(keys.into_iter().fold(0, |mask, key| mask | key.bit()))
    }

    #[inline]
    pub(super) fn is_met_by(self, verified: Verified) -> bool {
        self.0 & (verified.0 | Self::FREE_BIT) != 0
    }

    pub(super) fn is_free(self) -> bool {
        self.0 & Self::FREE_BIT != 0
    }
}

/// The value of a key, kept in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    bytes: [u8; LONGEST_VALUE],
    len: u8,
}

impl Value {
    /// No value: nothing matches it.
    pub(super) const NONE: Self = Self { bytes: [0; LONGEST_VALUE], len: 0 };

    /// A value of at most 16 bytes.
    pub(super) fn new(value: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST_VALUE];
        bytes.get_mut(..value.len())?.copy_from_slice(value);
        Some(Self { bytes, len: value.len() as u8 })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Debug for Value {
    /// Never shows the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("masked")
    }
}

/// A key as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) value: Value,
    pub(super) tries_left: u8,
}

/// All keys of the card as they stand now; survives resets.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct KeyStore([Key; MOST_KEYS]);

impl KeyStore {
    /// As they left the factory.
    pub(super) fn factory(chip: &Chip) -> Self {
        let mut keys = [Key { value: Value::NONE, tries_left: 0 }; MOST_KEYS];
        for (key, made) in keys.iter_mut().zip(&chip.keys) {
            *key = made.factory;
        }
        Self(keys)
    }

    pub(super) fn get(&self, key: KeyIndex) -> Key {
        self.0[usize::from(key.0)]
    }

    /// The values of all keys; those that the card does not have are empty.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|key| &key.value)
    }

    pub(super) fn get_mut(&mut self, key: KeyIndex) -> &mut Key {
        &mut self.0[usize::from(key.0)]
    }
}
