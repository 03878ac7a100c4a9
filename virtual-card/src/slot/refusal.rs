//! Why something cannot be done to the card in the slot.

use super::CardError;
use crate::authority::{Purpose, RegisterError};
use crate::card::MemoryError;
use jiff::civil::Date;

/// Why something cannot be done to the card in the slot. Everything is then as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A removal of nothing.
    #[error("there is no card in the slot")]
    NothingIn,
    /// An insertion on top of another card.
    #[error("a card is in the slot: remove it first, or replace it")]
    AlreadyIn,
    /// Nothing can be done to a card that does not answer.
    #[error("the card is destroyed: replace it, or have a fresh one made")]
    Destroyed,
    /// The card cannot be made.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A word that names no key of any card.
    #[error("no key is called \"{name}\"{}", hint(*.meant))]
    UnknownKey {
        /// The word.
        name: String,
        /// The name that it resembles.
        meant: Option<&'static str>,
    },
    /// A key that this card does not have.
    #[error("this card has no key \"{0}\"")]
    NoKey(String),
    /// More tries than the key can have.
    #[error("the key {name} has at most {most} tries")]
    Tries {
        /// Name of the key.
        name: String,
        /// Greatest number of tries.
        most: u8,
    },
    /// A value of another form. It is not repeated: it may be somebody's PIN.
    #[error("the value is none that the key {0} can have")]
    Value(String),
    /// The card carries no such certificate.
    #[error("this card has no {0} certificate")]
    NoCertificate(Purpose),
    /// An expired certificate cannot expire.
    #[error("the {purpose} certificate has expired already, its last day was {last_day}")]
    Expired {
        /// Which certificate.
        purpose: Purpose,
        /// The last day of its validity.
        last_day: Date,
    },
    /// The authority refuses.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The state of the card, as it would be, cannot be written to the disk.
    #[error("{0}")]
    NotKept(String),
    /// A delay that no client waits for.
    #[error("a delay is at most {} milliseconds", super::LONGEST_DELAY.as_millis())]
    Delay,
    /// The card with other certificates does not recall what it kept: never for cards of one file.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

/// The words that lead back to the way.
fn hint(name: Option<&str>) -> String {
    name.map(|name| format!("; is {name} meant?")).unwrap_or_default()
}
