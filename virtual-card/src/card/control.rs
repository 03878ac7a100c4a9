//! What happens to a card outside its commands: the municipality unlocks a key, somebody breaks the chip
//! open, somebody keeps a record of the counters.

use super::Card;
use super::security::{KeyIndex, Value};
use crate::image::{ApplicationKind, Change};

/// The retry counter of a key, as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCounter {
    /// The application that the key belongs to.
    pub application: ApplicationKind,
    /// Identifier of the key file.
    pub file: u16,
    /// Tries left; 0 when locked.
    pub tries_left: u8,
    /// Greatest number of tries.
    pub tries: u8,
}

/// Why a key could not be unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// The card has no such application, or the application no such key.
    #[error("the card has no such key")]
    NoSuchKey,
    /// The value is none that this key can have.
    #[error("the value is none that this key can have")]
    Value,
}

impl Card {
    /// The municipality initialises a key: its value is this one, its counter is full, and it has to be
    /// verified anew. `application` is the name on the wire, `file` the identifier of the key file.
    ///
    /// # Errors
    /// [`UnlockError`]; the key is then as it was.
    pub fn unlock(&mut self, application: &[u8], file: u16, value: &[u8]) -> Result<(), UnlockError> {
        let chip = &self.chip;
        let made = chip.keys.iter().position(|key| {
            key.file == file && chip.applications[usize::from(key.application)].name == application
        });
        let key = KeyIndex(made.ok_or(UnlockError::NoSuchKey)? as u8);
        let made = chip.key(key);
        if value.is_empty() || !made.change.admits(value) {
            return Err(UnlockError::Value);
        }
        let state = self.keys.get_mut(key);
        state.value = Value::new(value).ok_or(UnlockError::Value)?;
        state.tries_left = made.tries;
        self.session.verified.remove(key);
        Ok(())
    }

    /// Somebody tries to force the chip open: it destroys itself and never answers again, resets or not.
    pub fn tamper(&mut self) {
        self.destroyed = true;
    }

    /// The retry counters of all keys, in the order of the image.
    pub fn counters(&self) -> impl Iterator<Item = KeyCounter> + '_ {
        self.chip.keys.iter().enumerate().map(|(index, made)| KeyCounter {
            application: self.chip.applications[usize::from(made.application)].kind,
            file: made.file,
            tries_left: self.keys.get(KeyIndex(index as u8)).tries_left,
            tries: made.tries,
        })
    }
}

impl Change {
    /// Whether a value has the form that the key asks for.
    pub(super) fn admits(self, value: &[u8]) -> bool {
        match self {
            Self::ReferenceDataDigits | Self::ChangeKeyDigits => {
                value.len() == 4 && value.iter().all(u8::is_ascii_digit)
            }
            Self::ReferenceDataPassword => {
                (6..=16).contains(&value.len())
                    && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }
            Self::Never => true,
        }
    }
}
