//! The one way to a card: everybody who talks to a card, real or not, does it through [`Transport`].

use crate::StatusWord;

/// A card as its reader shows it: powered, reset and spoken to.
pub trait Transport {
    /// Answer to reset of the card that is in the reader.
    fn atr(&self) -> &[u8];

    /// Sends one command APDU and waits for its response.
    ///
    /// # Errors
    /// The command did not come back: see [`TransportFault`].
    fn transmit(&mut self, command: &[u8]) -> Result<Response, TransportError>;

    /// Resets the card.
    ///
    /// # Errors
    /// The card did not come back: see [`TransportFault`].
    fn reset(&mut self, reset: Reset) -> Result<(), TransportError>;
}

/// How a card is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reset {
    /// Power is taken away and given again, as on removal and insertion.
    Cold,
    /// The reset line only; power stays.
    Warm,
}

/// A response APDU: data, then the status word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    bytes: Vec<u8>,
}

impl Response {
    /// Takes the bytes of a response as they stood on the wire; `None` when they hold no status word.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= 2).then_some(Self { bytes })
    }

    /// The data field, without the status word.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - 2]
    }

    /// The status word.
    #[must_use]
    pub fn status(&self) -> StatusWord {
        let n = self.bytes.len();
        StatusWord::from([self.bytes[n - 2], self.bytes[n - 1]])
    }

    /// The whole response as it stood on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A command that did not come back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}: {detail}")]
pub struct TransportError {
    /// Whose fault it is.
    pub fault: TransportFault,
    /// What was seen, in a lower-case fragment.
    pub detail: String,
}

impl TransportError {
    /// An error with its detail.
    pub fn new(fault: TransportFault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }
}

/// Whose fault it is that a command did not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TransportFault {
    /// No answer within the time limit.
    #[error("the card did not answer in time")]
    TimedOut,
    /// The card, or the program that plays it, went away.
    #[error("the card went away")]
    Gone,
    /// What came back is no response APDU.
    #[error("the card's side broke the protocol")]
    Protocol,
    /// The environment failed: no reader, no service, no permission.
    #[error("the environment failed")]
    Environment,
    /// Nobody's: who guards the card did not let the command out.
    #[error("the command was not sent")]
    Withheld,
}
