//! Adapters: the only way to a card under test, the same for the embedded card and for a stranger's.

mod controlled;
mod exec;
#[cfg(feature = "pcsc")]
pub mod pcsc;
mod process;
mod target;
mod virtual_card;
mod vpcd;

pub use target::{CardTarget, NotStarted, Opening, UnknownTarget};
pub use virtual_card::VirtualCards;

use jpki_apdu::{Reset, Response, TransportError};
use std::fmt;

/// A card under test, with what a tester can do to it beyond sending commands.
///
/// Everything but [`transmit`](Self::transmit) and [`reset`](Self::reset) may be refused: a card in a reader
/// has no factory to go back to. A refusal skips what needed it, with the reason.
pub trait CardUnderTest: Send {
    /// Puts in a factory-fresh card, of this personalisation or of the one under test.
    ///
    /// # Errors
    /// The adapter failed; a mere refusal is `Ok(Can::Refused(reason))`.
    fn fresh(&mut self, personalisation: Option<&str>) -> Result<Can, TransportError>;

    /// What [`fresh`](Self::fresh) brings back.
    fn brings_back(&self) -> BringsBack {
        BringsBack::Factory
    }

    /// Answer to reset of the card that is in.
    fn atr(&self) -> Vec<u8>;

    /// Sends one command APDU and waits for its response.
    ///
    /// # Errors
    /// The command did not come back within the time limit, or the card's side went away.
    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError>;

    /// Resets the card.
    ///
    /// # Errors
    /// The card did not come back; a mere refusal is `Ok(Can::Refused(reason))`.
    fn reset(&mut self, reset: Reset) -> Result<Can, TransportError>;

    /// Something that happens to the card outside its APDUs.
    ///
    /// # Errors
    /// The adapter failed; a mere refusal is `Ok(Can::Refused(reason))`.
    fn act(&mut self, event: &CardEvent) -> Result<Can, TransportError>;
}

/// Whether an adapter could do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Can {
    /// It did.
    Done,
    /// It cannot, and why.
    Refused(String),
}

/// What an adapter can bring back before a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BringsBack {
    /// The whole factory state: counters, values, selection.
    Factory,
    /// Only what a power cycle brings back: a counter that was spent stays spent, a locked key locked.
    Power,
}

/// Something that happens to a card outside its APDUs.
#[derive(Clone, PartialEq, Eq)]
pub enum CardEvent {
    /// The municipality initialises a key: its counter is full, its value this.
    Unlock {
        /// Name of the key, as in `vectors/applications.toml`.
        key: String,
        /// The new value.
        value: Vec<u8>,
    },
    /// Somebody tries to force the chip open.
    Tamper,
}

impl fmt::Debug for CardEvent {
    /// Never shows the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlock { key, .. } => write!(f, "Unlock({key}, value masked)"),
            Self::Tamper => f.write_str("Tamper"),
        }
    }
}
